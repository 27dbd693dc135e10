// Makes a fresh connection to Stud.IP's database one of ours: its session variables, its limits, and whether it leads to a cluster.
import type { Socket } from 'node:net'
import { send, type Connection } from './connection.ts'

/** Milliseconds a request waits for a free connection, and a connection for the server, before it is answered 503 (D16). */
export const patience = 5_000

/** Seconds after which the server itself ends a statement or a wait for a lock. */
const statementLimit = 15
const lockLimit = 5

// Stud.IP's server may run with any defaults, and `init_connect` may set what it likes: what we depend on, we set.
// The list is one packet, so that a fresh connection costs one round trip for it.
const requiredSession: readonly (readonly [string])[] = [
  // The driver names its character set when it logs in; servers may be told to ignore that.
  ['SET NAMES utf8mb4'],
  [
    `SET SESSION ${[
      // What is not in a transaction counts at once (0 would wait for a COMMIT that nobody sends).
      'autocommit = 1',
      // COMMIT AND CHAIN or RELEASE would be what COMMIT means.
      "completion_type = 'NO_CHAIN'",
      // Lax servers cut what is too long; others read "x" as a column or a backslash in a value as itself.
      "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
      // A statement that a DBA's safety net takes for a mistake, and a SELECT that silently ends early.
      'sql_safe_updates = 0',
      'sql_select_limit = DEFAULT',
      'sql_big_selects = 1',
      'unique_checks = 1',
      `innodb_lock_wait_timeout = ${lockLimit}`,
      // The same for a table that is being altered: a year by default on MySQL.
      `lock_wait_timeout = ${lockLimit}`,
      // Longer than the pool keeps an idle connection, so that the server never ends one that is about to be used.
      'wait_timeout = 600',
      // Dates are unix seconds everywhere; the zone decides nothing, as long as it stays the same.
      "time_zone = '+00:00'",
    ].join(', ')}`,
  ],
  // Gap locks of REPEATABLE READ keep a grant that is being revoked from growing (D8).
  ['SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ'],
  ['SET SESSION TRANSACTION READ WRITE'],
]
// Known to some servers only: MariaDB's limit, MySQL's limit, and causal reads on a Galera cluster.
const optionalSession = [
  `SET SESSION max_statement_time = ${statementLimit}`,
  `SET SESSION max_execution_time = ${statementLimit * 1000}`,
  'SET SESSION wsrep_sync_wait = 7',
]

/** Milliseconds without a word from the server after which a connection is lost: longer than any statement of ours may take. */
const silenceLimit = statementLimit * 1000 + 2_000

export interface RawConnection extends Connection {
  readonly stream: Socket
}

const inCluster = new WeakSet<object>()
/** Whether this connection leads to a node of a Galera cluster. */
export const isInCluster = (connection: object): boolean => inCluster.has(connection)

// A server whose machine or network stands still closes nothing: without this its last answer is awaited for ever. A connection
// that is being made has less time, so that the pool is whole again soon after the network is.
const endWhenSilent = ({ stream }: RawConnection): void => {
  stream.setTimeout(patience, () =>
    stream.destroy(Object.assign(new Error('The database server does not answer.'), { code: 'ETIMEDOUT' })),
  )
}

const unknownVariable = 1193

// Servers without Galera do not know the variable, or have it off. A node that does not answer, because it is cut off, is in a cluster.
const askForCluster = async (connection: RawConnection): Promise<void> => {
  const rows = (await send(connection, [['SELECT @@wsrep_on AS is_on']]).catch(({ errno }: { errno?: number }) =>
    errno === unknownVariable ? [] : [{ is_on: 1 }],
  )) as readonly { readonly is_on: number | string }[]
  if (Number(rows[0]?.is_on) === 1) inCluster.add(connection)
}

const prepareSession = async (connection: RawConnection): Promise<void> => {
  await send(connection, requiredSession)
  for (const sql of optionalSession) await send(connection, [[sql]]).catch(() => undefined)
  await askForCluster(connection)
}

/** Before its first use by the pool. @throws the database's error when it is no server that we can work with */
export const prepareConnection = async (connection: RawConnection): Promise<void> => {
  endWhenSilent(connection)
  await prepareSession(connection)
  connection.stream.setTimeout(silenceLimit)
}
