// Deletes what is over from the token tables, in short transactions, while the service goes on issuing (D11).
import type { Knex } from 'knex'
import { setTimeout as pause } from 'node:timers/promises'
import { grantOf, isGrantId } from '../oauth/grant-id.ts'
import type { Now } from '../oauth/ports.ts'
import { rowsOf } from './rows.ts'
import { inTransaction } from './transaction.ts'

/** Without either flag: what has been over for at least seven days, and nothing that replay detection needs. */
export interface PurgeOptions {
  /** Everything revoked, at once: a second use of a rotated token is then still refused, but no longer revokes its grant. */
  readonly revoked: boolean
  /** Everything that expired before `cut`. */
  readonly expired: boolean
  /** Unix seconds: local midnight seven days ago (contract §8). */
  readonly cut: number
  /** Rows a transaction at most; fewer while the database is slow. */
  readonly batch: number
  /** Milliseconds between two transactions at least; 0 for no rest at all. */
  readonly pause: number
  /** Counts and deletes nothing. */
  readonly dryRun: boolean
  /** Stops after the transaction that is running; what is left goes at the next purge. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: PurgeProgress) => void
}

export type PurgedTable = 'oauth2_refresh_tokens' | 'oauth2_access_tokens' | 'oauth2_auth_codes'
/** `walked` rows of about `total`; `total` is the database's estimate. */
export interface PurgeProgress {
  readonly table: PurgedTable
  readonly walked: number
  readonly total: number
  readonly deleted: number
}

export interface Purged {
  readonly deleted: Readonly<Record<PurgedTable, number>>
  /** False when the signal stopped it early. */
  readonly complete: boolean
  /** Milliseconds of the longest transaction, 0 when nothing was deleted. */
  readonly longestTransaction: number
}

// Refresh tokens go first: an access token's row stays as long as a valid refresh token points at it.
const tables: readonly PurgedTable[] = ['oauth2_refresh_tokens', 'oauth2_access_tokens', 'oauth2_auth_codes']

// Rows looked at between two progress reports, as a multiple of the batch. Reading locks nothing.
const stride = 10

// Seconds in which a consent form may be sent again (D7). A used code's row must outlive it: without the row, the form would make the same code once more.
const consentLifetime = 1200

interface Walk {
  readonly db: Knex
  readonly table: PurgedTable
  readonly options: PurgeOptions
  readonly now: number
}

const revokedRows = (rows: Knex.QueryBuilder, { table, now }: Walk): void => {
  void rows.where({ revoked: 1 })
  if (table === 'oauth2_auth_codes')
    void rows.where((row) => void row.where('expires_at', '<', now).orWhere('mkdate', '<', now - consentLifetime))
}

const over = (rows: Knex.QueryBuilder, walk: Walk): void => {
  const {
    table,
    options: { revoked, expired, cut },
  } = walk
  if (revoked) void rows.orWhere((row) => revokedRows(row, walk))
  if (expired || !revoked) void rows.orWhere('expires_at', '<', cut)
  // Refresh tokens do not tell when they were revoked, and a rotated one is evidence until it expires.
  if (!revoked && !expired && table !== 'oauth2_refresh_tokens')
    void rows.orWhere((row) => void row.where({ revoked: 1 }).where('chdate', '<', cut))
}

const candidates = async (walk: Walk, after: string, to: string | undefined): Promise<string[]> => {
  const { db, table, now } = walk
  const rows = db(table)
    .select(`${table}.id`)
    .where(`${table}.id`, '>', after)
    .where((row) => over(row, walk))
  if (to !== undefined) void rows.where(`${table}.id`, '<=', to)
  // The grant list, Stud.IP's own refresh and replay detection find user and client of a refresh token in this row.
  if (table === 'oauth2_access_tokens') {
    void rows.whereNotExists(
      db('oauth2_refresh_tokens')
        .whereRaw('oauth2_refresh_tokens.access_token_id = oauth2_access_tokens.id')
        .where({ 'oauth2_refresh_tokens.revoked': 0 })
        .where(
          (row) =>
            void row
              .whereNull('oauth2_refresh_tokens.expires_at')
              .orWhere('oauth2_refresh_tokens.expires_at', '>=', now),
        ),
    )
  }
  const ids = ((await rows) as { id: string }[]).map(({ id }) => id)
  return table === 'oauth2_auth_codes' ? withoutLiveGrants(walk, ids) : ids
}

// Grants asked about in one query: each is a range of the primary key.
const grantsAtOnce = 500

// The row of a used code tells since when an application is connected, and that a second use is a replay: it goes with its grant.
const withoutLiveGrants = async ({ db, now }: Walk, ids: readonly string[]): Promise<string[]> => {
  const grants = [...new Set(ids.map(grantOf).filter(isGrantId))]
  const live = new Set<string>()
  for (let start = 0; start < grants.length; start += grantsAtOnce) {
    const tokens = await db<{ id: string; revoked: number }>('oauth2_refresh_tokens')
      .select('id')
      .where({ revoked: 0 })
      .where('expires_at', '>=', now)
      .where((any) => {
        for (const grantId of grants.slice(start, start + grantsAtOnce)) void any.orWhere('id', 'like', `${grantId}%`)
      })
    for (const { id } of tokens) live.add(grantOf(id))
  }
  return ids.filter((id) => !live.has(grantOf(id)))
}

/** One statement, one transaction. The condition is asked again, so that nothing goes that changed in between. */
const deleteBatch = (walk: Walk, ids: readonly string[]): Promise<number> =>
  inTransaction(walk.db, (transaction) =>
    transaction(walk.table)
      .whereIn('id', ids)
      .where((row) => over(row, walk))
      .delete(),
  )

const estimate = async (db: Knex, table: PurgedTable): Promise<number> => {
  const [row] = await rowsOf<{ total: string | number | null }>(
    db.raw(
      'SELECT table_rows AS total FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?',
      [table],
    ),
  )
  return Number(row?.total ?? 0)
}

/** `size` of the next transaction: smaller while the database is slow, never above the batch. */
interface Tally {
  deleted: number
  longest: number
  size: number
}

// Milliseconds of a transaction: above the first it is halved, below the second doubled.
const slow = 100
const quick = 40
const smallest = 50

const paced = (size: number, taken: number, batch: number): number =>
  taken > slow
    ? Math.max(Math.min(smallest, batch), Math.floor(size / 2))
    : taken < quick
      ? Math.min(batch, size * 2)
      : size

const deleteAll = async (walk: Walk, ids: readonly string[], tally: Tally): Promise<void> => {
  const { batch, dryRun, pause: rest, signal } = walk.options
  if (dryRun) return void (tally.deleted += ids.length)
  for (let start = 0; start < ids.length && !signal?.aborted;) {
    const chunk = ids.slice(start, start + tally.size)
    const started = performance.now()
    tally.deleted += await deleteBatch(walk, chunk)
    const taken = performance.now() - started
    tally.longest = Math.max(tally.longest, taken)
    tally.size = paced(tally.size, taken, batch)
    start += chunk.length
    // Rests as long as it worked, so that the service has the database to itself at least half of the time.
    if (rest > 0) await pause(Math.max(rest, taken))
  }
}

const purgeTable = async (walk: Walk): Promise<Tally> => {
  const { db, table, options } = walk
  const [total, tally, step] = [
    await estimate(db, table),
    { deleted: 0, longest: 0, size: Math.min(options.batch, 200) },
    options.batch * stride,
  ]
  for (let after = '', walked = 0; !options.signal?.aborted;) {
    const bound = await db<{ id: string }>(table)
      .where('id', '>', after)
      .orderBy('id')
      .offset(step - 1)
      .first('id')
    await deleteAll(walk, await candidates(walk, after, bound?.id), tally)
    walked += bound ? step : 0
    options.onProgress?.({
      table,
      walked: bound ? walked : Math.max(total, walked),
      total: Math.max(total, walked),
      deleted: tally.deleted,
    })
    if (!bound) break
    after = String(bound.id)
  }
  return tally
}

/** Deletes from the three token tables. Rejects with the database's error; what was deleted before stays deleted. */
export const purge = async (db: Knex, now: Now, options: PurgeOptions): Promise<Purged> => {
  const deleted = { oauth2_refresh_tokens: 0, oauth2_access_tokens: 0, oauth2_auth_codes: 0 }
  let longestTransaction = 0
  for (const table of tables) {
    const tally = await purgeTable({ db, table, options, now: now() })
    deleted[table] = tally.deleted
    longestTransaction = Math.max(longestTransaction, tally.longest)
  }
  return { deleted, complete: !options.signal?.aborted, longestTransaction }
}
