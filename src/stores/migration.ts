// Creates Stud.IP's four tables where Stud.IP has not, and leaves nothing behind where it has (D12).
import type { Knex } from 'knex'
import { up } from '../../migrations/20261123_create_oauth2_tables.ts'
import { migrationSource } from './migration-source.ts'
import { rowsOf } from './rows.ts'

const tables = ['oauth2_clients', 'oauth2_auth_codes', 'oauth2_access_tokens', 'oauth2_refresh_tokens']

const areAllThere = async (db: Knex): Promise<boolean> => {
  const found = await rowsOf(
    db.raw('SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?)', [tables]),
  )
  return found.length === tables.length
}

/** Names of what `migrate` would run; only looks, because Knex's own list creates its two bookkeeping tables. */
export const dueMigrations = async (db: Knex): Promise<readonly string[]> =>
  (await areAllThere(db)) ? [] : migrationSource.getMigrations([])

/** @returns the names of what was run @throws the database's error */
export const migrate = async (db: Knex): Promise<readonly string[]> => {
  const due = await dueMigrations(db)
  if (due.length === 0) return due
  await db.migrate.latest()
  // A table that was dropped since is missing although the bookkeeping says that all is done.
  if (!(await areAllThere(db))) await up(db)
  return due
}
