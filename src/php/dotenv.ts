// Stud.IP's `.env` by the rules of vlucas/phpdotenv 5.6, which Stud.IP 6.x loads it with (contract §18.6).
import { entriesOf, type DotenvEntry } from './dotenv-lines.ts'
import { parseValue, type DotenvMistake } from './dotenv-value.ts'

export type { DotenvMistake } from './dotenv-value.ts'
export type Environment = Readonly<Record<string, string | undefined>>
/** Values that the file sets, or the first mistake in it; phpdotenv, and with it Stud.IP, stops there. */
export type Dotenv =
  { readonly values: Readonly<Record<string, string>> } | { readonly mistake: DotenvMistake; readonly line: number }

const blanks = ' \n\r\t\0\v'
// A loop, because an expression for blanks at the end takes quadratic time.
const trimmed = (text: string): string => {
  let [from, to] = [0, text.length]
  while (from < to && blanks.includes(text[from]!)) from += 1
  while (to > from && blanks.includes(text[to - 1]!)) to -= 1
  return text.slice(from, to)
}

/** Name and value of an entry; a value of undefined unsets the name. */
const split = (text: string): readonly [name: string, value: string | undefined] => {
  const at = text.indexOf('=')
  return at < 0 ? [text, undefined] : [trimmed(text.slice(0, at)), trimmed(text.slice(at + 1))]
}

const nameOf = (text: string): string | undefined => {
  const exported = [...text].length > 8 && /^export[ \t\n\r\v\f]/.test(text)
  const bare = exported ? text.slice(6).replace(/^[ \n\r\t\0\v]+/, '') : text
  const name = /^(["']).+\1$/s.test(bare) ? bare.slice(1, -1) : bare
  return /^[\p{Ll}\p{Lu}\p{M}\p{N}_.]+$/u.test(name) ? name : undefined
}

/** Like PHP: what the real environment has is neither replaced nor unset. */
const apply = ({ text }: DotenvEntry, values: Map<string, string>, real: Environment): DotenvMistake | undefined => {
  const [left, right] = split(text)
  if (left === '') return 'equals'
  const name = nameOf(left)
  if (name === undefined) return 'name'
  const known = (wanted: string) => real[wanted] ?? values.get(wanted)
  const parsed = right === undefined ? undefined : parseValue(right, known)
  if (parsed && 'mistake' in parsed) return parsed.mistake
  if (real[name] !== undefined) return undefined
  if (parsed) values.set(name, parsed.value)
  else values.delete(name)
  return undefined
}

/** Reads the text of a `.env`; `real` is the environment that wins. Never throws. */
export const parseDotenv = (text: string, real: Environment): Dotenv => {
  const values = new Map<string, string>()
  for (const entry of entriesOf(text.replace(/^\uFEFF/, ''))) {
    const mistake = apply(entry, values, real)
    if (mistake) return { mistake, line: entry.line }
  }
  return { values: Object.fromEntries(values) }
}
