// The connection to Stud.IP's database: one bounded pool, one way to configure a connection.
import type { Socket } from 'node:net'
import knex, { type Knex } from 'knex'
import type { DatabaseSettings } from '../settings.ts'
import { send, type Connection } from './connection.ts'
import { migrationSource } from './migration-source.ts'

/** Milliseconds a request waits for a free connection, and a connection for the server, before it is answered 503 (D16). */
const patience = 5_000

/** Seconds after which the server itself ends a statement or a wait for a lock. */
const statementLimit = 15
const lockLimit = 5

// Stud.IP's server may run with a lax sql_mode. Gap locks of REPEATABLE READ keep a grant that is being revoked from growing (D8).
const requiredSession = [
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
  `SET SESSION innodb_lock_wait_timeout = ${lockLimit}`,
]
// Known to some servers only: MariaDB's limit, MySQL's limit, and causal reads on a Galera cluster.
const optionalSession = [
  `SET SESSION max_statement_time = ${statementLimit}`,
  `SET SESSION max_execution_time = ${statementLimit * 1000}`,
  'SET SESSION wsrep_sync_wait = 7',
]

/** Milliseconds without a word from the server after which a connection is lost: longer than any statement of ours may take. */
const silenceLimit = statementLimit * 1000 + 2_000

const quiet = () => undefined

interface RawConnection extends Connection { readonly stream: Socket }

const inCluster = new WeakSet<object>()
/** Whether this connection leads to a node of a Galera cluster. */
export const isInCluster = (connection: object): boolean => inCluster.has(connection)

// A server whose machine or network stands still closes nothing: without this its last answer is awaited for ever. A connection
// that is being made has less time, so that the pool is whole again soon after the network is.
const endWhenSilent = ({ stream }: RawConnection): void => {
  stream.setTimeout(patience, () => stream.destroy(Object.assign(new Error('The database server does not answer.'), { code: 'ETIMEDOUT' })))
}

const unknownVariable = 1193

// Servers without Galera do not know the variable, or have it off. A node that does not answer, because it is cut off, is in a cluster.
const askForCluster = async (connection: RawConnection): Promise<void> => {
  const rows = await send(connection, [['SELECT @@wsrep_on AS is_on']])
    .catch(({ errno }: { errno?: number }) => (errno === unknownVariable ? [] : [{ is_on: 1 }])) as readonly { readonly is_on: number | string }[]
  if (Number(rows[0]?.is_on) === 1) inCluster.add(connection)
}

const prepareSession = async (connection: RawConnection): Promise<void> => {
  for (const sql of requiredSession) await send(connection, [[sql]])
  for (const sql of optionalSession) await send(connection, [[sql]]).catch(() => undefined)
  await askForCluster(connection)
}

/** Knex configuration of our database; also what knexfile.ts exports. BIGINTs arrive as strings, because client ids pass 2^53. */
export const knexConfig = (database: DatabaseSettings, poolSize = 10): Knex.Config => ({
  client: 'mysql2',
  connection: {
    ...(database.socketPath ? { socketPath: database.socketPath } : { host: database.host, port: database.port }),
    user: database.user, password: database.password, database: database.database,
    charset: 'utf8mb4', supportBigNumbers: true, bigNumberStrings: true, dateStrings: true, connectTimeout: patience,
    // For batch.ts: every statement of ours is a constant text with bindings.
    multipleStatements: true,
  },
  pool: {
    min: 0, max: poolSize,
    afterCreate: (connection: RawConnection, done: (error: Error | null, connection: RawConnection) => void) => {
      endWhenSilent(connection)
      prepareSession(connection).then(() => {
        connection.stream.setTimeout(silenceLimit)
        done(null, connection)
      }, (error: Error) => done(error, connection))
    },
  },
  acquireConnectionTimeout: patience,
  // A statement's values may be session ids: they stay out of error messages, and errors go to the caller only, not to the console.
  compileSqlOnError: false,
  log: { warn: quiet, error: quiet, deprecate: quiet, debug: quiet },
  migrations: { migrationSource, tableName: 'oauth2_sidecar_migrations' },
})

/** Opens the pool; no connection is made before the first query. End it with `destroy()`. */
export const openDatabase = (database: DatabaseSettings, poolSize?: number): Knex => knex(knexConfig(database, poolSize))
