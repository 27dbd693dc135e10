// Opens what a command needs of the database, and closes it whatever happens.
import type { Knex } from 'knex'
import { loadSettings } from '../config.ts'
import type { SettingName } from '../config/table.ts'
import type { Settings } from '../settings.ts'
import { CommandError } from './command-error.ts'
import { DatabaseFault } from './faults.ts'

/** Unix seconds. */
export const now = (): number => Math.floor(Date.now() / 1000)

const isDriverError = (error: unknown): boolean =>
  error instanceof Error &&
  !(error instanceof CommandError) &&
  ('errno' in error || 'sqlState' in error || 'code' in error || error.name === 'KnexTimeoutError')

/** Runs `work` on Stud.IP's database. The database's errors come as DatabaseFault. */
export const withDatabase = async <T>(
  work: (db: Knex, settings: Settings) => Promise<T>,
  needs: readonly SettingName[] = [],
): Promise<T> => {
  const settings = await loadSettings(process.env, { needs: ['DATABASE_URL', ...needs] })
  // Imported here: commands that need no database, shell completion above all, start without the query builder.
  const { openDatabase } = await import('../stores/database.ts')
  const db = openDatabase(settings.database, 4)
  try {
    return await work(db, settings)
  } catch (error) {
    throw isDriverError(error) ? new DatabaseFault(settings.database, error) : error
  } finally {
    await db.destroy()
  }
}
