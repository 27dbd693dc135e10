// Clients as a root admin sees them, suspended ones too, with how much they are used.
import type { Knex } from 'knex'
import type { Now } from '../oauth/ports.ts'
import { idsByUse, lastPage, matching, needsUse, ordered, type ClientsView } from './client-order.ts'
import { isConfidential, urisOf, type ClientRow } from './client-rows.ts'
import { usedScopes } from './client-scopes.ts'
import { countUse, type ClientUse } from './client-use.ts'
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

export interface ClientsPage {
  readonly clients: readonly RegisteredClient[]
  readonly total: number
  /** The page that is shown: the last one where so many are not there. */
  readonly page: number
  /** True where order or filter need the use of every client, and that cannot be counted in time: they were left out. */
  readonly isUncounted: boolean
}

export interface RegisteredClients {
  list(view: ClientsView): Promise<ClientsPage>
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

export const createRegisteredClients = (db: Knex, now: Now): RegisteredClients => {
  const withUse = async (rows: readonly ClientRow[]): Promise<readonly RegisteredClient[]> => {
    const ids = rows.map((row) => row.id)
    const about = await knownOf(db, ids, now())
    return rows.map((row) => toRegistered(row, about))
  }
  const pageBySql = async (view: ClientsView, isUncounted: boolean): Promise<ClientsPage> => {
    const found = matching(db, view)
    const [row] = await found.clone().count<{ total: number | string }[]>({ total: '*' })
    const total = Number(row?.total ?? 0)
    const page = Math.min(view.page, lastPage(total, view.pageSize))
    const rows = await ordered(found, view.sort)
      .limit(view.pageSize)
      .offset((page - 1) * view.pageSize)
    return { total, page, isUncounted, clients: await withUse(rows) }
  }
  const pageByUse = async (view: ClientsView): Promise<ClientsPage> => {
    const found = await idsByUse(db, view, now())
    if (!found) return pageBySql({ ...view, sort: undefined }, true)
    const page = Math.min(view.page, lastPage(found.length, view.pageSize))
    const ids = found.slice((page - 1) * view.pageSize, page * view.pageSize)
    const place = new Map(ids.map((id, index) => [id, index]))
    const rows = await db<ClientRow>('oauth2_clients').whereIn('id', ids)
    const inOrder = rows.toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0))
    return { total: found.length, page, isUncounted: false, clients: await withUse(inOrder) }
  }
  return {
    list: (view) => (needsUse(view) ? pageByUse(view) : pageBySql(view, false)),
    get: async (id) => {
      const [row] = await rowsOf<ClientRow>(db.raw('SELECT * FROM oauth2_clients WHERE id = ?', [id]))
      return row && toRegistered(row, await knownOf(db, [row.id], now()))
    },
  }
}
