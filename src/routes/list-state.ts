// Which part of the list of clients somebody came from, read from the query of any address of theirs.
import type { Context } from 'koa'
import { bounds } from '../bounds.ts'
import { parseForm } from '../oauth/raw-parameters.ts'
import { clientFilters, clientOrders, type ListState } from '../views/list-state.ts'

const fields: ReadonlySet<string> = new Set(['search', 'page', 'sort', 'only'])

/** Whatever is no such value is as if it were not there: nobody is refused for an old address. */
export const listStateOf = (ctx: Context): ListState => {
  const query = parseForm(ctx.querystring, fields)
  const one = (name: string): string => query[name]?.[0] ?? ''
  return {
    search: one('search').trim().slice(0, bounds.search.most),
    page: Number(/^[1-9]\d{0,6}$/.exec(one('page'))?.[0] ?? 1),
    sort: clientOrders.find((order) => order === one('sort')),
    only: clientFilters.find((filter) => filter === one('only')),
  }
}
