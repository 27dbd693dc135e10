// What root looks at in the list of clients: kept in every address that leads away from it and back (U3).

export const clientOrders = ['name', '-name', 'used', '-used', 'created', '-created'] as const
/** A minus is descending; nothing is what changed last first. */
export type ClientOrder = (typeof clientOrders)[number]

export const clientFilters = ['suspended', 'unused'] as const
export type ClientFilter = (typeof clientFilters)[number]

export interface ListState {
  readonly search: string
  /** From 1. */
  readonly page: number
  readonly sort: ClientOrder | undefined
  readonly only: ClientFilter | undefined
}

export const wholeList: ListState = { search: '', page: 1, sort: undefined, only: undefined }

/** `?search=…&sort=…`, or nothing for the whole list from its beginning. */
export const listQuery = (state: ListState, changes: Partial<ListState> = {}): string => {
  const { search, page, sort, only } = { ...state, ...changes }
  const query = new URLSearchParams({
    ...(search && { search }),
    ...(only && { only }),
    ...(sort && { sort }),
    ...(page > 1 && { page: String(page) }),
  }).toString()
  return query && `?${query}`
}

export interface Heading {
  readonly by: 'name' | 'used' | 'created'
  readonly order: 'ascending' | 'descending' | 'none'
  /** The order that a click asks for: a name begins with A, a date with the latest. */
  readonly next: ClientOrder
}

const first: Readonly<Record<Heading['by'], ClientOrder>> = { name: 'name', used: '-used', created: '-created' }

/** How a column is ordered now, and what a click on its heading does. */
export const headingOf = (by: Heading['by'], { sort }: ListState): Heading => {
  const order = sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : 'none'
  const next = sort === first[by] ? (first[by].startsWith('-') ? by : (`-${by}` as const)) : first[by]
  return { by, order, next }
}
