// The connection to Stud.IP's database: one bounded pool, one way to configure a connection.
import knex, { type Knex } from 'knex'
import type { DatabaseSettings, DatabaseTls } from '../settings.ts'
import { patience, prepareConnection, type RawConnection } from './fresh-connection.ts'
import { migrationSource } from './migration-source.ts'

const quiet = () => undefined

// The driver compares the certificate with the host's name only where it is told to.
const tlsOptions = ({ verify, authorities }: DatabaseTls) => ({
  rejectUnauthorized: verify,
  verifyIdentity: verify,
  ...(authorities && { ca: authorities.pem }),
})

/** Knex configuration of our database; also what knexfile.ts exports. BIGINTs arrive as strings, because client ids pass 2^53. */
export const knexConfig = (database: DatabaseSettings, poolSize = 10): Knex.Config => ({
  client: 'mysql2',
  connection: {
    ...(database.socketPath ? { socketPath: database.socketPath } : { host: database.host, port: database.port }),
    user: database.user,
    password: database.password,
    database: database.database,
    ...(database.tls && { ssl: tlsOptions(database.tls) }),
    charset: 'utf8mb4',
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    connectTimeout: patience,
    // For batch.ts: every statement of ours is a constant text with bindings.
    multipleStatements: true,
  },
  pool: {
    min: 0,
    max: poolSize,
    afterCreate: (connection: RawConnection, done: (error: Error | null, connection: RawConnection) => void) => {
      prepareConnection(connection).then(
        () => done(null, connection),
        (error: Error) => done(error, connection),
      )
    },
  },
  acquireConnectionTimeout: patience,
  // A statement's values may be session ids: they stay out of error messages, and errors go to the caller only, not to the console.
  compileSqlOnError: false,
  log: { warn: quiet, error: quiet, deprecate: quiet, debug: quiet },
  migrations: { migrationSource, tableName: 'oauth2_sidecar_migrations' },
})

/** Opens the pool; no connection is made before the first query. End it with `destroy()`. */
export const openDatabase = (database: DatabaseSettings, poolSize?: number): Knex =>
  knex(knexConfig(database, poolSize))
