// Which clients a view of the list shows, and in which order.
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import type { ClientRow } from './client-rows.ts'
import { countUse } from './client-use.ts'
import { isOpenRequestSql, openRequestBinding } from './request-notes.ts'

/** Without requests that wait for an answer (D35); `search` looks at id, name, owner and redirect URIs. Pages count from 1. */
export interface ClientsView {
  readonly search: string
  readonly page: number
  readonly pageSize: number
  /** A minus is descending; what changed last comes first unless given. */
  readonly sort?: 'name' | '-name' | 'used' | '-used' | 'created' | '-created' | undefined
  /** Only the suspended, or those without a living grant. */
  readonly only?: 'suspended' | 'unused' | undefined
}

export const matching = (db: Knex, { search, only }: ClientsView) => {
  const all = db<ClientRow>('oauth2_clients').whereRaw(`NOT (${isOpenRequestSql})`, [openRequestBinding])
  if (only === 'suspended') void all.where('revoked', '<>', 0)
  if (search === '') return all
  const needle = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`
  // Converted, because a column of fewer characters cannot be compared with all that somebody may look for.
  const columns = ['name', 'owner', 'redirect'].map((column) => `CONVERT(${column} USING utf8mb4) LIKE ?`)
  return all.whereRaw(`(id = ? OR ${columns.join(' OR ')})`, [search, needle, needle, needle])
}

const columns = { name: 'name', created: 'mkdate' } as const

export const ordered = (found: ReturnType<typeof matching>, sort: ClientsView['sort']): ReturnType<typeof matching> => {
  const by = sort?.replace('-', '')
  const column = by === 'name' || by === 'created' ? columns[by] : 'chdate'
  const order = column === 'chdate' || sort?.startsWith('-') ? 'desc' : 'asc'
  return found.orderBy([
    { column, order },
    { column: 'id', order },
  ])
}

export const lastPage = (total: number, pageSize: number): number => Math.max(1, Math.ceil(total / pageSize))

/** Use is not a column of a client: all that match are counted, then ordered here. Undefined where they are too many. */
export const idsByUse = async (db: Knex, view: ClientsView, now: number): Promise<readonly string[] | undefined> => {
  const most = bounds.clientsOfList.most
  const found: readonly Pick<ClientRow, 'id'>[] = await ordered(matching(db, view), view.sort)
    .select('id')
    .limit(most + 1)
  if (found.length > most) return undefined
  const ids = found.map(({ id }) => id)
  const use = await countUse(db, ids, now)
  if (!use) return undefined
  const kept = view.only === 'unused' ? ids.filter((id) => !use.has(id)) : ids
  if (view.sort !== 'used' && view.sort !== '-used') return kept
  const direction = view.sort === 'used' ? 1 : -1
  // Never used is longest ago.
  const at = (id: string): number => use.get(id)?.last_used ?? 0
  return kept.toSorted((a, b) => direction * (at(a) - at(b)))
}

export const needsUse = ({ sort, only }: ClientsView): boolean =>
  sort === 'used' || sort === '-used' || only === 'unused'
