// How much a client is used: its living grants, and when one last moved.
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { isDatabaseAway } from './database-errors.ts'
import { estimatedRows } from './estimated-rows.ts'
import { rowsOf } from './rows.ts'

export interface ClientUse {
  client_id: string
  grants: string
  last_used: number | null
}

/** Milliseconds that counting grants may take before the list is shown without the counts. */
export const countingLimit = 2_000

/** By client id; undefined when the tables are too large to count in time. @throws the database's error unless it is away */
export const countUse = async (
  db: Knex,
  ids: readonly string[],
  now: number,
): Promise<Map<string, ClientUse> | undefined> => {
  if (ids.length === 0) return new Map()
  try {
    if ((await estimatedRows(db, ['oauth2_refresh_tokens'])) > bounds.rowsOfCount.most) return undefined
    const rows = await rowsOf<ClientUse>(
      db
        .raw(
          `SELECT a.client_id, COUNT(DISTINCT LEFT(r.id, 32)) AS \`grants\`, MAX(a.mkdate) AS last_used
         FROM oauth2_refresh_tokens r JOIN oauth2_access_tokens a ON a.id = r.access_token_id
        WHERE r.revoked = 0 AND r.expires_at > ? AND a.client_id IN (${ids.map(() => '?').join(', ')}) GROUP BY a.client_id`,
          [now, ...ids],
        )
        .timeout(countingLimit, { cancel: true }),
    )
    return new Map(rows.map((row) => [row.client_id, row]))
  } catch (error) {
    if (isDatabaseAway(error)) return undefined
    throw error
  }
}
