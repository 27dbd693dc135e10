// What a command may do with the terminal: say, ask, show progress. JSON and quiet change how, not what.
import { createInterface } from 'node:readline/promises'
import { SingleBar } from 'cli-progress'
import pc from 'picocolors'
import { isJournal, priorityOf } from '../config/journal.ts'
import { printableJson, printableLines } from '../printable.ts'
import { CommandError, exitCodes, type Failure } from './command-error.ts'
import type { Translate } from './texts.ts'

export interface TerminalOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly ansi: boolean
  readonly interaction: boolean
}

export interface Terminal {
  readonly t: Translate
  readonly colours: ReturnType<typeof pc.createColors>
  /** For people; nothing with --json or --quiet. */
  readonly say: (text: string) => void
  /** What the command was run for and nobody can ask for again, such as a new secret: with --quiet as well; nothing with --json. */
  readonly answer: (text: string) => void
  readonly success: (text: string) => void
  readonly warn: (text: string) => void
  /** The last word of a command that failed; with --json an object on standard error. */
  readonly fail: (text: string, failure?: Failure) => void
  /** The one JSON value of a command; nothing without --json. */
  readonly result: (value: unknown) => void
  /** Asks on a terminal; elsewhere --force is needed. Throws CommandError unless the answer is yes. */
  readonly consent: (force: boolean, question: string) => Promise<void>
  /** A bar on a terminal, nothing elsewhere. `stop` must be called. */
  readonly progress: () => { readonly update: (done: number, total: number) => void; readonly stop: () => void }
}

/** In either language, whatever the shell speaks. */
const yes = new Set(['y', 'yes', 'j', 'ja'])

/** Ctrl-C and Ctrl-D answer nothing. */
const ask = async (question: string): Promise<string> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(question)
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error
    process.stderr.write('\n')
    return ''
  } finally {
    lines.close()
  }
}

const bar = (shown: boolean): ReturnType<Terminal['progress']> => {
  if (!shown) return { update: () => undefined, stop: () => undefined }
  const single = new SingleBar({
    format: '{bar} {percentage} % | {value}/{total} | {eta_formatted}',
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  })
  let started = false
  return {
    update: (done, total) => {
      if (!started) single.start(total, done)
      started = true
      single.setTotal(total)
      single.update(done)
    },
    stop: () => single.stop(),
  }
}

/** The terminal of this process. */
export const createTerminal = (t: Translate, { json, quiet, ansi, interaction }: TerminalOptions): Terminal => {
  const colours = pc.createColors(ansi && pc.isColorSupported && process.stdout.isTTY)
  const errorColours = pc.createColors(ansi && pc.isColorSupported && process.stderr.isTTY)
  const say = (text: string) => void (json || quiet || process.stdout.write(`${text}\n`))
  const inJournal = isJournal(2)
  const complain = (text: string, level: 'warn' | 'error') =>
    void process.stderr.write(`${inJournal ? text.replaceAll(/^/gm, priorityOf(level)) : text}\n`)
  const interactive = interaction && !json && process.stdin.isTTY && process.stderr.isTTY
  return {
    t,
    colours,
    say,
    answer: (text) => void (json || process.stdout.write(`${text}\n`)),
    success: (text) => say(`${colours.green(`[${t('word.ok')}]`)} ${printableLines(text)}`),
    warn: (text) =>
      complain(
        json
          ? printableJson({ warning: text })
          : `${errorColours.yellow(`[${t('word.warning')}]`)} ${printableLines(text)}`,
        'warn',
      ),
    fail: (text, failure = 'failed') =>
      complain(
        json
          ? printableJson({ error: failure, exitCode: exitCodes[failure], message: text })
          : `${errorColours.red(`[${t('word.error')}]`)} ${printableLines(text)}`,
        'error',
      ),
    result: (value) => void (json && process.stdout.write(`${printableJson(value, 2)}\n`)),
    consent: async (force, question) => {
      if (force) return
      if (!interactive) throw new CommandError(t('question.force'))
      const answer = await ask(`${question} ${t('question.hint')} `)
      if (!yes.has(answer.trim().toLowerCase())) throw new CommandError(t('question.refused'))
    },
    progress: () => bar(!json && !quiet && process.stderr.isTTY),
  }
}
