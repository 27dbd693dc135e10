// Stud.IP's configuration as a page asks for it: all of it or, while the database is away, none.
import type { GlobalField } from './global-config.ts'
import { isTruthy, toList } from './php-values.ts'

/** The effective texts of Stud.IP's global values; rejects while the database is away. */
export interface GlobalConfig {
  all(): Promise<Readonly<Partial<Record<GlobalField, string>>>>
}

/** Effective texts; empty where there is none. */
export type ConfigValue = (field: GlobalField) => string

/** An error page must appear while the database is away, too: then everything is empty. */
export const configValues = async (config: GlobalConfig): Promise<ConfigValue> => {
  try {
    const values = await config.all()
    return (field) => values[field] ?? ''
  } catch {
    return () => ''
  }
}

export const isSwitchedOn = (value: ConfigValue, field: GlobalField): boolean => isTruthy(value(field))
export const isListedIn = (value: ConfigValue, field: GlobalField, word: string): boolean =>
  toList(value(field)).includes(word)
