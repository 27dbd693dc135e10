// What every setting is resolved from, and how it reports its value, source and faults.
import type { FaultKey, FaultValues } from './fault-texts.ts'
import type { SettingName } from './table.ts'
import type { StudipFiles } from './studip-files.ts'
import { isRead, phpText, utf8Of } from '../php/value.ts'

/** A text with the place it came from, as `oauth2:doctor` names it. */
export interface Found {
  readonly text: string
  readonly source: string
}
/** A value with the place it came from. */
export interface Sourced<T> {
  readonly value: T
  readonly source: string
}

export interface Sources {
  /** The setting from our own environment, else from .env of the working directory. Empty counts as not set. */
  readonly own: (name: SettingName) => Found | undefined
  readonly studip: StudipFiles | undefined
  /** `missing` names the setting that is not known; without it, one that is set is wrong. */
  readonly fault: (key: FaultKey, values?: FaultValues, missing?: SettingName) => void
}

export const byDefault = <T>(value: T): Sourced<T> => ({ value, source: 'default' })

/** A global variable of Stud.IP as text; one that only PHP can compute is a fault that names file, line and the setting to use instead. */
export const studipText = ({ studip, fault }: Sources, variable: string, instead: SettingName): Found | undefined => {
  const found = studip?.variable(variable)
  if (!found) return undefined
  const { outcome, source } = found
  if (!isRead(outcome)) {
    fault('computed', { variable, ...outcome.unread, instead }, instead)
    return undefined
  }
  const bytes = phpText(outcome.value)
  const text = bytes === undefined ? undefined : utf8Of(bytes)
  if (text === undefined) fault('not-text', { variable, file: source, instead }, instead)
  return text ? { text, source: `$${variable} in ${source}` } : undefined
}

/** A whole number within bounds; anything else is a fault and yields the default. */
export const wholeNumber = (
  sources: Sources,
  name: SettingName,
  from: number,
  to: number,
  fallback: number,
): Sourced<number> => {
  const found = sources.own(name)
  if (!found) return byDefault(fallback)
  const value = /^\d{1,9}$/.test(found.text) ? Number(found.text) : Number.NaN
  if (value >= from && value <= to) return { value, source: found.source }
  sources.fault('number', { name, text: found.text, from, to })
  return byDefault(fallback)
}

/** One of the given words; anything else is a fault and yields the default. */
export const oneOf = <T extends string>(
  sources: Sources,
  name: SettingName,
  words: readonly T[],
  fallback: T,
): Sourced<T> => {
  const found = sources.own(name)
  const value = words.find((word) => word === found?.text)
  if (found && !value) sources.fault('word', { name, text: found.text, words: words.join(', ') })
  return found && value ? { value, source: found.source } : byDefault(fallback)
}
