// oauth2_clients: who may ask (contract §8), and what a root admin does with them.
import type { Knex } from 'knex'
import type { Clients, Now } from '../oauth/ports.ts'
import type { Client } from '../oauth/types.ts'
import { isDatabaseAway } from './database-errors.ts'
import { bounds } from '../bounds.ts'
import { estimatedRows } from './estimated-rows.ts'
import { asUnstorable } from './unstorable.ts'
import { deleteTokensOf } from './client-tokens.ts'
import type { LookUp } from './lookups.ts'
import { changedBy, rowsOf } from './rows.ts'

export interface NewClient {
  readonly name: string
  readonly redirectUris: readonly string[]
  readonly description: string
  readonly owner: string
  readonly homepage: string
  readonly adminNotes: string
  /** bcrypt hash; null for a public client. */
  readonly secretHash: string | null
}

export interface RegisteredClient extends Omit<NewClient, 'secretHash'> {
  readonly id: string
  readonly confidential: boolean
  readonly suspended: boolean
  /** Unix seconds. */
  readonly createdAt: number
  readonly changedAt: number
  /** Grants with a live refresh token; undefined when the tables are too large to count in time. */
  readonly liveGrants: number | undefined
  /** Unix seconds of the last issue or refresh of a live grant. */
  readonly lastUsedAt: number | undefined
}

export interface ClientAdministration {
  /** Newest first; `search` looks at id, name, owner and redirect URIs. Pages count from 1. */
  list(view: {
    search: string
    page: number
    pageSize: number
  }): Promise<{ clients: readonly RegisteredClient[]; total: number }>
  get(id: string): Promise<RegisteredClient | undefined>
  /** @returns the id that the database gave @throws UnstorableError */
  add(client: NewClient): Promise<string>
  /** Removes the client, which ends its tokens everywhere at once, then their rows in batches. @returns grants ended; undefined if unknown */
  delete(id: string, onProgress?: (done: number, total: number) => void): Promise<number | undefined>
  suspend(id: string): Promise<boolean>
  resume(id: string): Promise<boolean>
  renewSecret(id: string, hash: string): Promise<boolean>
}

interface ClientRow {
  id: string
  name: string
  secret: string | null
  redirect: string
  revoked: number
  description: string | null
  owner: string | null
  homepage: string | null
  admin_notes: string | null
  mkdate: number
  chdate: number
}
interface UseRow {
  client_id: string
  grants: string
  last_used: number | null
}

/** Milliseconds that counting grants may take before the list is shown without the counts. */
const countingLimit = 2_000

const urisOf = (redirect: string): readonly string[] => redirect.split(',').filter((uri) => uri !== '')
const isConfidential = (secret: string | null): secret is string => secret !== null && secret !== ''

const toClient = (row: ClientRow): Client => ({
  id: row.id,
  name: row.name,
  secretHash: isConfidential(row.secret) ? row.secret : null,
  redirectUris: urisOf(row.redirect),
  description: row.description ?? '',
  owner: row.owner ?? '',
  homepage: row.homepage ?? '',
  changedAt: row.chdate,
})

const toRegistered = (row: ClientRow, use: Map<string, UseRow> | undefined): RegisteredClient => ({
  id: row.id,
  name: row.name,
  redirectUris: urisOf(row.redirect),
  confidential: isConfidential(row.secret),
  suspended: row.revoked !== 0,
  description: row.description ?? '',
  owner: row.owner ?? '',
  homepage: row.homepage ?? '',
  adminNotes: row.admin_notes ?? '',
  createdAt: row.mkdate,
  changedAt: row.chdate,
  liveGrants: use && Number(use.get(row.id)?.grants ?? 0),
  lastUsedAt: use?.get(row.id)?.last_used ?? undefined,
})

const countUse = async (db: Knex, ids: readonly string[], now: number): Promise<Map<string, UseRow> | undefined> => {
  if (ids.length === 0) return new Map()
  try {
    if ((await estimatedRows(db, ['oauth2_refresh_tokens'])) > bounds.rowsOfCount.most) return undefined
    const rows = await rowsOf<UseRow>(
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

const findSql =
  'SELECT id AS asked, id, name, secret, redirect, description, owner, homepage, chdate FROM oauth2_clients WHERE revoked = 0 AND id IN (?)'

/** Clients as the protocol sees them: a suspended one is unknown. */
export const createClients = (lookUp: LookUp): Clients => ({
  find: async (id) => {
    const row = await lookUp<ClientRow & { asked: string }>(findSql, id)
    return row && toClient(row)
  },
})

export const createClientAdministration = (db: Knex, now: Now): ClientAdministration => {
  const setRevoked = async (id: string, revoked: 0 | 1) =>
    (await changedBy(
      db.raw('UPDATE oauth2_clients SET revoked = ?, chdate = GREATEST(chdate + 1, ?) WHERE id = ? AND revoked <> ?', [
        revoked,
        now(),
        id,
        revoked,
      ]),
    )) === 1
  const get = async (id: string) => {
    const [row] = await rowsOf<ClientRow>(db.raw('SELECT * FROM oauth2_clients WHERE id = ?', [id]))
    return row && toRegistered(row, await countUse(db, [row.id], now()))
  }
  return {
    get,
    list: async ({ search, page, pageSize }) => {
      const matching = db<ClientRow>('oauth2_clients')
      const needle = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`
      // Converted, because a column of fewer characters cannot be compared with all that somebody may look for.
      if (search !== '')
        matching.whereRaw(
          `(id = ? OR ${['name', 'owner', 'redirect'].map((column) => `CONVERT(${column} USING utf8mb4) LIKE ?`).join(' OR ')})`,
          [search, needle, needle, needle],
        )
      const [{ total } = { total: 0 }] = await matching.clone().count<{ total: number | string }[]>({ total: '*' })
      const rows = await matching
        .orderBy([
          { column: 'chdate', order: 'desc' },
          { column: 'id', order: 'desc' },
        ])
        .limit(pageSize)
        .offset((page - 1) * pageSize)
      const use = await countUse(
        db,
        rows.map((row) => row.id),
        now(),
      )
      return { total: Number(total), clients: rows.map((row) => toRegistered(row, use)) }
    },
    add: async (client) => {
      const time = now()
      const texts = {
        name: client.name,
        redirect: client.redirectUris.join(','),
        description: client.description,
        owner: client.owner,
        homepage: client.homepage,
        admin_notes: client.adminNotes,
      }
      const inserted = db.raw<readonly { insertId: number | string }[]>(
        `INSERT INTO oauth2_clients (name, redirect, description, owner, homepage, admin_notes, secret, revoked, mkdate, chdate)
         VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)`,
        [...Object.values(texts), client.secretHash, time, time],
      )
      const [result] = await inserted.catch((error: unknown) => {
        throw asUnstorable(error, texts)
      })
      return String(result?.insertId)
    },
    delete: async (id, onProgress) => {
      const client = await get(id)
      if (!client || (await changedBy(db.raw('DELETE FROM oauth2_clients WHERE id = ?', [id]))) === 0) return undefined
      await deleteTokensOf(db, id, onProgress)
      return client.liveGrants ?? 0
    },
    suspend: (id) => setRevoked(id, 1),
    resume: (id) => setRevoked(id, 0),
    renewSecret: async (id, hash) =>
      (await changedBy(
        db.raw(
          "UPDATE oauth2_clients SET secret = ?, chdate = ? WHERE id = ? AND secret IS NOT NULL AND secret <> ''",
          [hash, now(), id],
        ),
      )) === 1,
  }
}
