// Where somebody is in the list of applications, so that every way back leads there again.
import { loneValue } from '../oauth/parameters.ts'
import type { RawParameters } from '../oauth/types.ts'

export interface Place {
  /** The id after which the rows of this part begin; empty at the start. */
  readonly from: string
  /** From 1, within the part. */
  readonly page: number
}

const rowId = /^[0-9a-f]{80}$/
const pageNumber = /^[1-9]\d{0,3}$/

/** What is no place is the beginning. */
export const placeIn = (raw: RawParameters): Place => ({
  from: rowId.exec(loneValue(raw, 'from') ?? '')?.[0] ?? '',
  page: Number(pageNumber.exec(loneValue(raw, 'page') ?? '')?.[0] ?? 1),
})

/** As a query with its question mark; nothing at the beginning. */
export const queryOf = ({ from, page }: Place): string => {
  const query = new URLSearchParams({ ...(from && { from }), ...(page > 1 && { page: String(page) }) }).toString()
  return query && `?${query}`
}
