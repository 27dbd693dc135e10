// How large tables are, as far as the database knows without counting.
import type { Knex } from 'knex'
import { rowsOf } from './rows.ts'

/** Rows of these tables together: an estimate, often some per cent off. */
export const estimatedRows = async (db: Knex, tables: readonly string[]): Promise<number> => {
  const [row] = await rowsOf<{ total: string | number | null }>(
    db.raw(
      'SELECT SUM(table_rows) AS total FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?)',
      [[...tables]],
    ),
  )
  return Number(row?.total ?? 0)
}
