// Reading raw results: the driver's shapes end here.
import type { Knex } from 'knex'
import { withDefault } from '../oauth/scopes/index.ts'

/** The rows of a raw SELECT. */
export const rowsOf = async <Row>(query: Knex.Raw): Promise<readonly Row[]> => {
  const [rows] = (await query) as [Row[]]
  return rows
}

/** How many rows a raw UPDATE or DELETE changed: the answer of every conditional write. */
export const changedBy = async (query: Knex.Raw): Promise<number> => {
  const [result] = (await query) as [{ affectedRows: number }]
  return result.affectedRows
}

/** Scopes as Stud.IP stores them: JSON array text, possibly NULL. None means everything, as the API takes it (contract §18.2). */
export const scopesOf = (text: string | null): readonly string[] => withDefault(namesIn(text))

/** The same without that meaning. */
export const namesIn = (text: string | null): readonly string[] => {
  try {
    const scopes: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : []
  } catch {
    return []
  }
}
