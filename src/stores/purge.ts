// Deletes what is over from the token tables, in short transactions, while the service goes on issuing (D11).
import type { Knex } from 'knex'
import { grantOf, isGrantId } from '../oauth/grant-id.ts'
import type { Now } from '../oauth/ports.ts'
import { estimatedRows } from './estimated-rows.ts'
import { any, dated, isNeeded, isOver, isRotated, type Chosen, type PurgedTable } from './purge-conditions.ts'
import { createPace, type Pace } from './purge-pace.ts'
import { changedBy, rowsOf } from './rows.ts'
import { inTransaction } from './transaction.ts'

export type { PurgedTable }

/** Without either flag of `Chosen`: what has been over for seven days, and what was rotated ten minutes ago. */
export interface PurgeOptions extends Chosen {
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

// Grants asked about in one query: each is a range of the primary key.
const grantsAtOnce = 500

interface Walk {
  readonly db: Knex
  readonly table: PurgedTable
  readonly options: PurgeOptions
  /** Unix seconds when the walk of this table began. */
  readonly now: number
}

/** Deletes from the three token tables. Rejects with the database's error; what was deleted before stays deleted. */
export const purge = async (db: Knex, now: Now, options: PurgeOptions): Promise<Purged> => {
  const deleted = { oauth2_refresh_tokens: 0, oauth2_access_tokens: 0, oauth2_auth_codes: 0 }
  const pace = createPace({ most: options.batch, rest: options.pause })
  for (const table of tables) deleted[table] = await purgeTable({ db, table, options, now: now() }, pace)
  return { deleted, complete: !options.signal?.aborted, longestTransaction: pace.longest() }
}

/** Goes along the primary key, a stride at a time. @returns rows deleted, or counted on a dry run */
const purgeTable = async (walk: Walk, pace: Pace): Promise<number> => {
  const { db, table, options } = walk
  const step = options.batch * stride
  const estimate = await estimatedRows(db, [table])
  let deleted = 0
  for (let after: string | undefined = '', walked = 0; after !== undefined && !options.signal?.aborted;) {
    const end: string | undefined = await idAfter(walk, after, step)
    const ids = await idsThatAreOver(walk, after, end)
    deleted += options.dryRun ? ids.length : await deleteRows(walk, ids, pace)
    walked = end === undefined ? Math.max(estimate, walked) : walked + step
    options.onProgress?.({ table, walked, total: Math.max(estimate, walked), deleted })
    after = end
  }
  return deleted
}

/** The id of the row `count` rows further on; undefined when there are fewer. */
const idAfter = async ({ db, table }: Walk, after: string, count: number): Promise<string | undefined> => {
  const [row] = await rowsOf<{ id: string }>(
    db.raw('SELECT id FROM ?? WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?', [table, after, count - 1]),
  )
  return row?.id
}

const idsThatAreOver = async (walk: Walk, after: string, end: string | undefined): Promise<readonly string[]> => {
  const { db, table, options, now } = walk
  const [over, rotated, needed] = [isOver(table, options, now), isRotated(table, options, now), isNeeded(table, now)]
  const either = any(over, rotated)
  const rows = await rowsOf<{ id: string; is_over: number }>(
    db.raw(
      `SELECT t.id, (${over.sql}) IS TRUE AS is_over FROM ${dated[table]}
        WHERE t.id > ? ${end === undefined ? '' : 'AND t.id <= ?'} AND (${either.sql}) AND NOT (${needed.sql})`,
      [...over.bindings, after, ...(end === undefined ? [] : [end]), ...either.bindings, ...needed.bindings],
    ),
  )
  const ids = (list: typeof rows) => list.map(({ id }) => id)
  // The row of a used code tells since when an application is connected, and that a second use is a replay: it goes with its grant.
  if (table === 'oauth2_auth_codes') return (await byLife(walk, ids(rows))).dead
  const undecided = rows.filter((row) => row.is_over === 0)
  return [...ids(rows.filter((row) => row.is_over !== 0)), ...(await byLife(walk, ids(undecided))).alive]
}

/** Ids of grants that have a valid refresh token, and the others. */
const byLife = async (
  { db, now }: Walk,
  ids: readonly string[],
): Promise<{ readonly alive: readonly string[]; readonly dead: readonly string[] }> => {
  const grants = [...new Set(ids.map(grantOf).filter(isGrantId))]
  const live = new Set<string>()
  for (let at = 0; at < grants.length; at += grantsAtOnce) {
    const some = grants.slice(at, at + grantsAtOnce)
    const tokens = await rowsOf<{ id: string }>(
      db.raw(
        `SELECT id FROM oauth2_refresh_tokens WHERE revoked = 0 AND expires_at >= ? AND (${some.map(() => 'id LIKE ?').join(' OR ')})`,
        [now, ...some.map((grantId) => `${grantId}%`)],
      ),
    )
    for (const { id } of tokens) live.add(grantOf(id))
  }
  const isAlive = (id: string) => live.has(grantOf(id))
  return { alive: ids.filter(isAlive), dead: ids.filter((id) => !isAlive(id)) }
}

const deleteRows = async (walk: Walk, ids: readonly string[], pace: Pace): Promise<number> => {
  let deleted = 0
  for (let at = 0; at < ids.length && !walk.options.signal?.aborted;) {
    const some = ids.slice(at, at + pace.size())
    deleted += await pace.run(() => deleteBatch(walk, some))
    at += some.length
  }
  return deleted
}

/** One statement, one transaction. The condition is asked again, so that nothing goes that changed in between. */
const deleteBatch = ({ db, table, options, now }: Walk, ids: readonly string[]): Promise<number> => {
  const over = any(isOver(table, options, now), isRotated(table, options, now))
  return inTransaction(db, (trx) =>
    changedBy(
      trx.raw(`DELETE t FROM ${dated[table]} WHERE t.id IN (${ids.map(() => '?').join(', ')}) AND (${over.sql})`, [
        ...ids,
        ...over.bindings,
      ]),
    ),
  )
}
