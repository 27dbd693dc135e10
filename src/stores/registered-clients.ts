// Clients as a root admin sees them, suspended ones too, with how much they are used.
import type { Knex } from 'knex'
import type { Now } from '../oauth/ports.ts'
import { isConfidential, urisOf, type ClientRow } from './client-rows.ts'
import { usedScopes } from './client-scopes.ts'
import { countUse, type ClientUse } from './client-use.ts'
import { isOpenRequestSql, openRequestBinding } from './request-notes.ts'
import { rowsOf } from './rows.ts'

export interface RegisteredClient {
  readonly id: string
  readonly name: string
  readonly redirectUris: readonly string[]
  readonly description: string
  readonly owner: string
  readonly homepage: string
  readonly adminNotes: string
  readonly confidential: boolean
  readonly suspended: boolean
  /** Unix seconds. */
  readonly createdAt: number
  readonly changedAt: number
  /** Grants with a live refresh token; undefined when the tables are too large to count in time. */
  readonly liveGrants: number | undefined
  /** Unix seconds of the last issue or refresh of a live grant. */
  readonly lastUsedAt: number | undefined
  /** Names of the scopes that it has used, as far back as rows remain; undefined when the tables are too large to look in time. */
  readonly scopes: readonly string[] | undefined
}

/** Newest first, without requests that wait for an answer (D35); `search` looks at id, name, owner and redirect URIs. Pages count from 1. */
export interface ClientsView {
  readonly search: string
  readonly page: number
  readonly pageSize: number
}

export interface RegisteredClients {
  list(view: ClientsView): Promise<{ clients: readonly RegisteredClient[]; total: number }>
  get(id: string): Promise<RegisteredClient | undefined>
}

interface Known {
  readonly use: Map<string, ClientUse> | undefined
  readonly scopes: ReadonlyMap<string, readonly string[]> | undefined
}

const knownOf = async (db: Knex, ids: readonly string[], now: number): Promise<Known> => {
  const [use, scopes] = await Promise.all([countUse(db, ids, now), usedScopes(db, ids)])
  return { use, scopes }
}

const usedBy = (id: string, { use, scopes }: Known) => ({
  liveGrants: use && Number(use.get(id)?.grants ?? 0),
  lastUsedAt: use?.get(id)?.last_used ?? undefined,
  scopes: scopes && (scopes.get(id) ?? []),
})

const toRegistered = (row: ClientRow, known: Known): RegisteredClient => ({
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
  ...usedBy(row.id, known),
})

const matching = (db: Knex, search: string) => {
  const all = db<ClientRow>('oauth2_clients').whereRaw(`NOT (${isOpenRequestSql})`, [openRequestBinding])
  if (search === '') return all
  const needle = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`
  // Converted, because a column of fewer characters cannot be compared with all that somebody may look for.
  const columns = ['name', 'owner', 'redirect'].map((column) => `CONVERT(${column} USING utf8mb4) LIKE ?`)
  return all.whereRaw(`(id = ? OR ${columns.join(' OR ')})`, [search, needle, needle, needle])
}

export const createRegisteredClients = (db: Knex, now: Now): RegisteredClients => ({
  list: async ({ search, page, pageSize }) => {
    const found = matching(db, search)
    const [{ total } = { total: 0 }] = await found.clone().count<{ total: number | string }[]>({ total: '*' })
    const rows = await found
      .orderBy([
        { column: 'chdate', order: 'desc' },
        { column: 'id', order: 'desc' },
      ])
      .limit(pageSize)
      .offset((page - 1) * pageSize)
    const ids = rows.map((row) => row.id)
    const about = await knownOf(db, ids, now())
    return { total: Number(total), clients: rows.map((row) => toRegistered(row, about)) }
  },
  get: async (id) => {
    const [row] = await rowsOf<ClientRow>(db.raw('SELECT * FROM oauth2_clients WHERE id = ?', [id]))
    return row && toRegistered(row, await knownOf(db, [row.id], now()))
  },
})
