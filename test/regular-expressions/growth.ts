// Does the work of an expression grow faster than its text? Compared at n and 2n; the clock alone never decides.
import { Script, createContext } from 'node:vm'
import type { Expression } from './expression.ts'
import { subjectOf, subjectsOf, type Subject } from './subjects.ts'

/** What was found: the expression, and the text that it takes too long for. */
export interface Excess {
  readonly expression: Expression
  readonly subject: Subject
  readonly why: string
}

export const longest = 32_768
/** In small steps: the first that costs more than the floor costs little more, and is measured again and again. */
const lengths = [16, 8, 4, 2, 1].map((part) => longest / part)
/** Milliseconds of processor time below which 32 KB cannot have cost quadratic work: that takes many times as long. */
const floor = 20
/** Twice the text: twice the work, or four times. */
const tooMuch = 3

/** Milliseconds of processor time of `run(text)`: what other processes take meanwhile does not count. */
function cost(run: (text: string) => void, text: string): number {
  const begin = process.cpuUsage()
  run(text)
  const { user, system } = process.cpuUsage(begin)
  return (user + system) / 1000
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** True if it does, by the median of several pairs, said three times. */
const grows = (run: (text: string) => void, subject: Subject, length: number): boolean =>
  [1, 2, 3].every(() => {
    const pairs = Array.from(
      { length: 3 },
      () => [cost(run, subjectOf(subject, length / 2)), cost(run, subjectOf(subject, length))] as const,
    )
    return (
      median(pairs.map(([, whole]) => whole)) > floor && median(pairs.map(([half, whole]) => whole / half)) > tooMuch
    )
  })

/** The first text for which an expression of JavaScript takes more than linear work. */
export function excessOf(expression: Expression): Excess | undefined {
  const pattern = new RegExp(expression.source, expression.flags.replaceAll(/[gy]/g, ''))
  const everywhere = new RegExp(expression.source, [...new Set(`${expression.flags}g`.replace('y', ''))].join(''))
  const run = expression.flags.includes('g')
    ? (text: string) => void text.replaceAll(everywhere, '')
    : (text: string) => void pattern.test(text)
  const subjects = subjectsOf(expression.source)
  // Exponential work would never end: a few characters, under a limit that interrupts.
  const context = createContext({ run, subject: '' })
  const guarded = new Script('pattern.test(subject)')
  context['pattern'] = pattern
  for (const subject of subjects) {
    context['subject'] = subjectOf(subject, 256)
    try {
      guarded.runInContext(context, { timeout: 60_000 })
    } catch {
      return { expression, subject, why: 'does not end' }
    }
  }
  for (const subject of subjects)
    for (const length of lengths)
      if (cost(run, subjectOf(subject, length)) > floor && grows(run, subject, length))
        return { expression, subject, why: `grows faster than its text at ${length} characters` }
  return undefined
}
