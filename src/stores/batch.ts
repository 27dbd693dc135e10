// A transaction in one round trip: on the hot path the trips, not the statements, are what costs.
import type { Knex } from 'knex'
import type { ResultSetHeader } from 'mysql2'
import { retried } from './transaction.ts'

/** SQL with `?` for each binding; never with a value in its text, because the connection takes several statements at once. */
export type Statement = readonly [sql: string, bindings?: readonly (string | number)[]]

/** Milliseconds after which a server that says nothing counts as away. */
const patience = 10_000
const rollbackPatience = 1_000

interface Connection {
  query(query: { sql: string; values: readonly unknown[]; timeout: number }, done: (error: Error | null, results: unknown) => void): void
  destroy(): void
}
interface Client { acquireConnection(): Promise<Connection>; releaseConnection(connection: Connection): Promise<void> }

const send = (connection: Connection, sql: string, values: readonly unknown[], timeout: number): Promise<unknown> =>
  new Promise((resolve, reject) => connection.query({ sql, values, timeout }, (error, results) => (error ? reject(error) : resolve(results))))

const once = async (db: Knex, statements: readonly Statement[]): Promise<readonly ResultSetHeader[]> => {
  const client = db.client as Client
  const connection = await client.acquireConnection()
  try {
    const results = await send(connection, `START TRANSACTION; ${statements.map(([sql]) => sql).join('; ')}; COMMIT`, statements.flatMap(([, bindings]) => bindings ?? []), patience)
    return (results as ResultSetHeader[]).slice(1, -1)
  } catch (error) {
    // The server stops at the statement that failed and leaves the transaction open; a connection that is ended takes it along.
    await send(connection, 'ROLLBACK', [], rollbackPatience).catch(() => connection.destroy())
    throw error
  } finally {
    await client.releaseConnection(connection)
  }
}

/**
 * Runs the statements between START TRANSACTION and COMMIT, all or nothing, again after a conflict.
 * @returns the result of each statement @throws the last error of the database
 */
export const inOneTrip = (db: Knex, statements: readonly Statement[]): Promise<readonly ResultSetHeader[]> => retried(() => once(db, statements))
