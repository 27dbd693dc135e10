// The token rows of a client that is gone: removed in batches along the primary key, because client_id has no index (D10).
import type { Knex } from 'knex'
import { rowsOf } from './rows.ts'
import { inTransaction } from './transaction.ts'

const batchSize = 5_000

/** Deletes every code and token row of the client; `onProgress` hears rows walked and an estimate of all. */
export const deleteTokensOf = async (
  db: Knex,
  clientId: string,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<void> => {
  const total = await estimate(db)
  let done = 0
  for (const table of ['oauth2_auth_codes', 'oauth2_access_tokens'] as const) {
    let last = ''
    for (;;) {
      const rows = await rowsOf<{ id: string; client_id: string }>(
        db.raw('SELECT id, client_id FROM ?? WHERE id > ? ORDER BY id LIMIT ?', [table, last, batchSize]),
      )
      await remove(
        db,
        table,
        rows.filter((row) => row.client_id === clientId).map((row) => row.id),
      )
      done += rows.length
      onProgress(done, Math.max(total, done))
      if (rows.length < batchSize) break
      last = rows.at(-1)?.id ?? ''
    }
  }
}

const remove = async (
  db: Knex,
  table: 'oauth2_auth_codes' | 'oauth2_access_tokens',
  ids: readonly string[],
): Promise<void> => {
  if (ids.length === 0) return
  await inTransaction(db, async (trx) => {
    if (table === 'oauth2_access_tokens') await trx('oauth2_refresh_tokens').whereIn('access_token_id', ids).delete()
    await trx(table).whereIn('id', ids).delete()
  })
}

const estimate = async (db: Knex): Promise<number> => {
  const [row] = await rowsOf<{ total: string | number | null }>(
    db.raw(
      "SELECT SUM(table_rows) AS total FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN ('oauth2_auth_codes', 'oauth2_access_tokens')",
    ),
  )
  return Number(row?.total ?? 0)
}
