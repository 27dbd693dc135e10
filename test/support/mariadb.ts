// A database of its own for a test, on the one MariaDB of this run.
import knex, { type Knex } from 'knex'
import { randomBytes } from 'node:crypto'
import { createOauth2Tables, createStudipTables, type StudipVersionName } from '../fixtures/schema.ts'
import { insertUsers } from '../fixtures/users.ts'
import { startMariaDb, type MariaDb } from './mariadb-server.ts'
import type { DatabaseSettings } from '../../src/settings.ts'

export interface TestDatabase {
  /** mysql:// URL over TCP. */
  readonly url: string
  readonly settings: DatabaseSettings
  /** Full rights, at most five connections, big numbers as text, `?` parameters as the sidecar's own. */
  readonly knex: Knex
  drop(): Promise<void>
}

export interface TestDatabaseOptions {
  readonly studip?: StudipVersionName
  /** False leaves the user tables empty. */
  readonly users?: boolean
  /** False leaves out the four oauth2_* tables, as before migration 5.2.15. */
  readonly oauth2?: boolean
  /** Another server than the shared one. */
  readonly server?: MariaDb
}

export { startMariaDb, type MariaDb }

let shared: Promise<MariaDb> | undefined

/** The server that all tests of this process share; started at the first call, stopped by the root hook. */
export const sharedMariaDb = (): Promise<MariaDb> => (shared ??= startMariaDb())

export async function stopSharedMariaDb(): Promise<void> {
  const server = shared
  shared = undefined
  if (server) await (await server).stop()
}

/** A new database with Stud.IP's schema, its shipped configuration and, unless told otherwise, the demo users. */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = options.server ?? (await sharedMariaDb())
  const name = `studip_${randomBytes(6).toString('hex')}`
  await asAdmin(server, `CREATE DATABASE ${name}`)
  const db = connect(server, name)
  await createStudipTables(db, options.studip ?? '6.0')
  if (options.oauth2 !== false) await createOauth2Tables(db)
  if (options.users !== false) await insertUsers(db)
  return {
    url: server.url(name),
    settings: server.settings(name),
    knex: db,
    async drop() {
      await db.destroy()
      await asAdmin(server, `DROP DATABASE ${name}`)
    },
  }
}

async function asAdmin(server: MariaDb, sql: string): Promise<void> {
  const admin = connect(server, undefined)
  try {
    await admin.raw(sql)
  } finally {
    await admin.destroy()
  }
}

const connect = (server: MariaDb, database: string | undefined): Knex => {
  const { host, port, user, password } = server.settings('')
  return knex({
    client: 'mysql2',
    connection: {
      host: host ?? '127.0.0.1',
      port: port ?? 3306,
      user,
      password,
      ...(database && { database }),
      charset: 'utf8mb4',
      supportBigNumbers: true,
      bigNumberStrings: true,
      multipleStatements: true,
    },
    pool: { min: 0, max: database ? 5 : 1 },
  })
}
