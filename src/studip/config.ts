// Stud.IP's global configuration for pages and start-up, at most two seconds old (D6).
import type { Knex } from 'knex'
import type { Settings } from '../settings.ts'
import { effectiveValue, globalFields, globalValueSql, type GlobalField } from './global-config.ts'

export interface StudipConfig {
  /** The effective text of a value: environment (6.x), own value, default of the installation, default as shipped. */
  global(field: GlobalField): Promise<string>
  /** All of them. */
  all(): Promise<Readonly<Record<GlobalField, string>>>
}

const maxAgeMilliseconds = 2000

/** Reads all fields in one round trip; requests that come together share it. A failed read is not remembered. */
export const createStudipConfig = ({
  db,
  settings,
}: {
  db: Knex
  settings: Pick<Settings, 'studipVersion' | 'configOverrides'>
}): StudipConfig => {
  const columns = globalFields.map((field) => `${globalValueSql(field)} AS ${field}`).join(', ')
  const read = async (): Promise<Readonly<Record<GlobalField, string>>> => {
    const [rows] = (await db.raw(`SELECT ${columns}`)) as [[Record<string, string | null>]]
    return Object.fromEntries(
      globalFields.map((field) => [field, effectiveValue(field, rows[0][field], settings)]),
    ) as Record<GlobalField, string>
  }
  let latest: { readonly values: ReturnType<typeof read>; readonly until: number } | undefined
  const values = () => {
    if (latest && performance.now() < latest.until) return latest.values
    const mine = { values: read(), until: performance.now() + maxAgeMilliseconds }
    latest = mine
    mine.values.catch(() => {
      if (latest === mine) latest = undefined
    })
    return mine.values
  }
  return { global: async (field) => (await values())[field], all: values }
}
