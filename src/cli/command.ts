// What a command of the command line is.
import type { Argv } from 'yargs'
import { CommandError } from './command-error.ts'
import type { Terminal } from './terminal.ts'
import type { TextKey, Translate } from './texts.ts'

/** Options as yargs parsed them. Commands read them with the functions below, which check the type. */
export type Options = Readonly<Record<string, unknown>>

export type Example = readonly [line: string, meaning: TextKey]

export interface Command {
  readonly name: `oauth2:${string}`
  /** Such as `<id>`. */
  readonly positional?: string
  readonly describe: TextKey
  /** At least one. */
  readonly examples: readonly [Example, ...Example[]]
  readonly options: (args: Argv, t: Translate) => Argv
  /** Those that may be given more than once. */
  readonly repeatable?: readonly string[]
  /** The exit code, 0 unless given. Throws CommandError, SettingsError, SetupError or the database's error. */
  readonly run: (options: Options, terminal: Terminal) => Promise<number | void>
}

export const flag = (options: Options, name: string): boolean => options[name] === true
export const text = (options: Options, name: string): string => (typeof options[name] === 'string' ? options[name] : '')
export const list = (options: Options, name: string): readonly string[] =>
  [options[name]].flat().filter((item) => typeof item === 'string')

/** A whole number within bounds. Throws CommandError otherwise. */
export const numberIn = (
  options: Options,
  name: string,
  [from, to]: readonly [number, number],
  t: Translate,
): number => {
  const value = Number(options[name])
  if (Number.isInteger(value) && value >= from && value <= to) return value
  throw new CommandError(t('fault.number', { option: name, from, to }), 'usage')
}
