// The migrations by name, imported, so that the built service needs no folder of sources.
import type { Knex } from 'knex'
import * as createOauth2Tables from '../../migrations/20261123_create_oauth2_tables.ts'

const migrations: Readonly<Record<string, Knex.Migration>> = { '20261123_create_oauth2_tables': createOauth2Tables }

export const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: () => Promise.resolve(Object.keys(migrations)),
  getMigrationName: (name) => name,
  getMigration: (name) => Promise.resolve(migrations[name] as Knex.Migration),
}
