// Stud.IP's configuration as a page asks for it: all of it or, while the database is away, none.
import { globalFields, type GlobalField } from './global-config.ts'
import { isTruthy, toList } from './php-values.ts'

/** Effective text of a global value of Stud.IP's configuration; rejects while the database is away. */
export interface GlobalConfig {
  global(field: GlobalField): Promise<string>
}

/** Effective texts; empty where there is none. */
export type ConfigValue = (field: GlobalField) => string

/** An error page must appear while the database is away, too: then everything is empty. */
export const configValues = async (config: GlobalConfig): Promise<ConfigValue> => {
  try {
    const values = await Promise.all(globalFields.map(async (field) => [field, await config.global(field)] as const))
    const known = new Map<GlobalField, string>(values)
    return (field) => known.get(field) ?? ''
  } catch {
    return () => ''
  }
}

export const isSwitchedOn = (value: ConfigValue, field: GlobalField): boolean => isTruthy(value(field))
export const isListedIn = (value: ConfigValue, field: GlobalField, word: string): boolean =>
  toList(value(field)).includes(word)
