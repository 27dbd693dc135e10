// The token rows of a client that is gone: removed in batches along the primary key, because client_id has no index (D10).
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { estimatedRows } from './estimated-rows.ts'
import { rowsOf } from './rows.ts'
import { inTransaction } from './transaction.ts'

/** Deletes every code and token row of the client; `onProgress` hears rows walked and an estimate of all. */
export const deleteTokensOf = async (
  db: Knex,
  clientId: string,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<void> => {
  const total = await estimatedRows(db, ['oauth2_auth_codes', 'oauth2_access_tokens'])
  let done = 0
  for (const table of ['oauth2_auth_codes', 'oauth2_access_tokens'] as const) {
    let last = ''
    for (;;) {
      const rows = await rowsOf<{ id: string; client_id: string }>(
        db.raw('SELECT id, client_id FROM ?? WHERE id > ? ORDER BY id LIMIT ?', [table, last, bounds.rowsOfWalk.most]),
      )
      await remove(
        db,
        table,
        rows.filter((row) => row.client_id === clientId).map((row) => row.id),
      )
      done += rows.length
      onProgress(done, Math.max(total, done))
      if (rows.length < bounds.rowsOfWalk.most) break
      last = rows.at(-1)?.id ?? ''
    }
  }
}

const remove = async (
  db: Knex,
  table: 'oauth2_auth_codes' | 'oauth2_access_tokens',
  ids: readonly string[],
): Promise<void> => {
  for (let at = 0; at < ids.length; at += bounds.rowsOfStatement.most) {
    const some = ids.slice(at, at + bounds.rowsOfStatement.most)
    await inTransaction(db, async (trx) => {
      if (table === 'oauth2_access_tokens') await trx('oauth2_refresh_tokens').whereIn('access_token_id', some).delete()
      await trx(table).whereIn('id', some).delete()
    })
  }
}
