// A transaction in one round trip where the server allows it: on the hot path the trips, not the statements, are what costs.
import type { Knex } from 'knex'
import type { ResultSetHeader } from 'mysql2'
import { alwaysThere, assertPresent, type Recipient } from '../oauth/recipient.ts'
import { send, withConnection, type Binding, type Connection, type Statement } from './connection.ts'
import { isInCluster } from './fresh-connection.ts'
import { retried } from './transaction.ts'

/** Milliseconds. */
const rollbackPatience = 1_000

type Results = readonly ResultSetHeader[]

// A node of Galera takes a transaction back when another node's comes first. Between two statements of one packet it forgets to
// say so: the rest, COMMIT included, would succeed outside of any transaction. There each statement travels by itself.
const sendAll = async (
  connection: Connection,
  statements: readonly Statement<Binding>[],
): Promise<readonly unknown[]> => {
  if (!isInCluster(connection)) {
    const answer = await send(connection, statements)
    return statements.length === 1 ? [answer] : (answer as readonly unknown[])
  }
  const results: unknown[] = []
  for (const statement of statements) results.push(await send(connection, [statement]))
  return results
}

const orRolledBack = async <T>(connection: Connection, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    // The server stops at the statement that failed and leaves the transaction open; a connection that is ended takes it along.
    await send(connection, [['ROLLBACK']], rollbackPatience).catch(() => connection.destroy())
    throw error
  }
}

/**
 * Takes the server's word between two packets: `mark` decides what is to be done, `proven` judges its results, and only
 * then does `store` follow, with COMMIT at its end. Everything is taken back when it is not proven. `isDue` is asked last before
 * each of the two: waiting for a connection or for a lock takes seconds. At a node of a Galera cluster each statement is a packet.
 * @returns whether it was committed @throws the database's error
 */
export const inTwoPackets = (
  db: Knex,
  mark: readonly Statement<Binding>[],
  proven: (results: readonly unknown[]) => boolean,
  store: readonly Statement<Binding>[],
  isDue: (connection: Connection) => Promise<boolean>,
): Promise<boolean> =>
  withConnection(db, async (connection) => {
    if (!(await isDue(connection))) return false
    return orRolledBack(connection, async () => {
      const [, ...results] = await sendAll(connection, [['START TRANSACTION'], ...mark])
      const isProven = proven(results) && (await isDue(connection))
      await sendAll(connection, isProven ? [...store, ['COMMIT']] : [['ROLLBACK']])
      return isProven
    })
  })

/**
 * Runs the statements between START TRANSACTION and COMMIT, all or nothing, again after a conflict;
 * in one round trip, at a node of a Galera cluster in one for each statement.
 * @returns the result of each statement @throws the last error of the database, RecipientLeft before an attempt
 */
export const inOneTransaction = (
  db: Knex,
  statements: readonly Statement[],
  recipient: Recipient = alwaysThere,
): Promise<Results> =>
  retried(() =>
    withConnection(db, async (connection) => {
      await assertPresent(recipient)
      return orRolledBack(connection, async () => {
        const results = await sendAll(connection, [['START TRANSACTION'], ...statements, ['COMMIT']])
        return (results as Results).slice(1, -1)
      })
    }),
  )
