// Which settings differ between two readings, by name: their values may be secret.
import type { Resolution } from '../config.ts'

/** Name and value of every setting that is known, overrides of Stud.IP's configuration included. For comparison only. */
export type SettingValues = ReadonlyMap<string, string>

export const settingValues = ({ shown, partial, unknown }: Resolution): SettingValues =>
  new Map([
    ...shown.filter(({ name }) => !unknown.has(name)).map(({ name, value }) => [name, value] as const),
    // Shown without its password.
    ...(unknown.has('DATABASE_URL') ? [] : [['DATABASE_URL', JSON.stringify(partial.database)] as const]),
    ...Object.entries(partial.configOverrides).map(([field, text]) => [`STUDIP_CONFIG_${field}`, text] as const),
  ])

/** Names whose values differ, and those that one of both does not have. */
export const changedSettings = (before: SettingValues, after: SettingValues): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name))
