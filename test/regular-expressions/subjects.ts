// Texts that make a pattern of one kind work hardest: what it begins with, one of its parts without end, and no match.

/** A subject: `before`, then `again` as often as fits, then `after`. */
export interface Subject {
  readonly before: string
  readonly again: string
  readonly after: string
}

export const subjectOf = ({ before, again, after }: Subject, length: number): string =>
  before + again.repeat(Math.max(1, Math.floor((length - before.length - after.length) / again.length))) + after

/** One literal run or class; `samples` are texts that it matches. */
type Part = readonly string[]

const classes: Readonly<Record<string, Part>> = {
  d: ['0'],
  D: ['a'],
  w: ['a', '0', '_'],
  W: ['!', ' '],
  s: [' ', '\t', '\n'],
  S: ['a', '!'],
  n: ['\n'],
  r: ['\r'],
  t: ['\t'],
}
/** Escapes and other constructs that match no character. */
const empty = /^\\[bBAzZG]/
const group = /^\((?:\?(?:<[A-Za-z_]\w*>|<[=!]|[:=!>|]|P<\w+>|[a-zA-Z-]+[:)]))?/
const quantifier = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})[?+]?/
const escape = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]+)\}|[pP]\{[^}]*\}|.)/s

/** The sample texts of an escape, and its length. */
function escaped(rest: string): { readonly samples: Part; readonly length: number } {
  const [whole, ...codes] = escape.exec(rest) ?? ['\\']
  const code = codes.find((each) => each !== undefined)
  if (code) return { samples: [String.fromCodePoint(parseInt(code, 16))], length: whole.length }
  if (/^\\[pP]\{/.test(whole)) return { samples: ['\u0001', 'é', '\u2028'], length: whole.length }
  return { samples: classes[whole.slice(1)] ?? [whole.slice(1)], length: whole.length }
}

/** What a bracket expression names, or for a negated one what it leaves. */
function bracket(rest: string): { readonly samples: Part; readonly length: number } {
  const named: string[] = []
  const negated = rest[1] === '^'
  let at = negated ? 2 : 1
  for (const begin = at; at < rest.length && (rest[at] !== ']' || at === begin);) {
    const one =
      rest[at] === '\\'
        ? escaped(rest.slice(at))
        : { samples: [String.fromCodePoint(rest.codePointAt(at) ?? 0)], length: 1 }
    named.push(...one.samples)
    at += Math.max(one.length, one.samples[0]?.length ?? 1)
  }
  const left = ['a', '0', ' ', '!', '/', '.', '<', '\n'].filter((each) => !named.includes(each))
  return { samples: [...new Set(negated ? left : named)], length: at + 1 }
}

/** The parts of a pattern in their order, whatever groups and alternatives they stand in. */
export function partsOf(source: string): readonly Part[] {
  const parts: Part[] = []
  let word = ''
  const flush = (): void => {
    if (word !== '') parts.push([word])
    word = ''
  }
  for (let at = 0; at < source.length;) {
    const rest = source.slice(at)
    const [many, least] = quantifier.exec(rest) ?? []
    if (many !== undefined && at > 0) {
      // The quantifier takes the last character of a run only.
      const last = [...word].at(-1)
      if (last !== undefined) {
        word = word.slice(0, -last.length)
        flush()
        parts.push([last])
      }
      const part = parts.at(-1)
      if (least !== undefined && part) parts.push(part.map((each) => each.repeat(Math.min(64, Number(least)))))
      at += many.length
      continue
    }
    const skipped = group.exec(rest)?.[0] ?? empty.exec(rest)?.[0] ?? /^[|)^$]/.exec(rest)?.[0]
    if (skipped !== undefined) {
      flush()
      at += skipped.length
    } else if (rest.startsWith('[')) {
      flush()
      const { samples, length } = bracket(rest)
      parts.push(samples)
      at += length
    } else if (rest.startsWith('\\')) {
      const { samples, length } = escaped(rest)
      if (samples.length === 1) word += samples[0]
      else {
        flush()
        parts.push(samples)
      }
      at += length
    } else if (rest.startsWith('.')) {
      flush()
      parts.push(['a', '/'])
      at++
    } else {
      word += rest[0]
      at++
    }
  }
  flush()
  return parts
}

/** Everything to try on a pattern: each part, its characters, and neighbours together, after every beginning. */
export function subjectsOf(source: string): readonly Subject[] {
  const parts = partsOf(source)
  const first = parts.map(([sample = '']) => sample)
  const again = new Set(
    parts.flat().flatMap((sample) => [sample, ...[...sample].slice(0, 1), ...[...sample].slice(-1)]),
  )
  for (const [index, part] of parts.entries())
    for (const sample of part) {
      again.add(sample + (first[index + 1] ?? ''))
      again.add(sample + (first[index + 1] ?? '') + (first[index + 2] ?? ''))
    }
  // No match, with and without the literal that an engine may look for first.
  const endings = ['\u0001', `\u0001${first.at(-1) ?? ''}`]
  const before = new Set(['', ...first.map((_, index) => first.slice(0, index + 1).join(''))])
  return [...before].flatMap((beginning) =>
    [...again]
      .filter((each) => each !== '')
      .flatMap((each) => endings.map((after) => ({ before: beginning, again: each, after }))),
  )
}
