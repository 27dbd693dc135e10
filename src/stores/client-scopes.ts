// Which scopes clients have used, as far back as rows remain: in the tokens that they got, and in approvals that are remembered.
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { scopes } from '../oauth/scopes/index.ts'
import { countingLimit } from './client-use.ts'
import { isDatabaseAway } from './database-errors.ts'
import { estimatedRows } from './estimated-rows.ts'
import { isApprovalSql } from './forget-approvals.ts'
import { rowsOf, scopesOf } from './rows.ts'

interface Row {
  client_id: string
  scopes: string | null
}

const order = (name: string): number => {
  const at = scopes.findIndex((scope) => scope.name === name)
  return at < 0 ? scopes.length : at
}

/** Names by client id, in the order of the list; undefined when the tables are too large to look in time. @throws the database's error unless it is away */
export const usedScopes = async (
  db: Knex,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]> | undefined> => {
  if (ids.length === 0) return new Map()
  try {
    if ((await estimatedRows(db, ['oauth2_access_tokens', 'oauth2_auth_codes'])) > bounds.rowsOfCount.most)
      return undefined
    const rows = await rowsOf<Row>(
      db
        .raw(
          `SELECT client_id, scopes FROM oauth2_access_tokens WHERE client_id IN (?)
            UNION SELECT client_id, scopes FROM oauth2_auth_codes WHERE client_id IN (?) AND ${isApprovalSql}`,
          [[...ids], [...ids]],
        )
        .timeout(countingLimit, { cancel: true }),
    )
    const found = new Map<string, readonly string[]>()
    for (const { client_id: id, scopes: text } of rows)
      found.set(
        id,
        [...new Set([...(found.get(id) ?? []), ...scopesOf(text)])].sort((a, b) => order(a) - order(b)),
      )
    return found
  } catch (error) {
    if (isDatabaseAway(error)) return undefined
    throw error
  }
}
