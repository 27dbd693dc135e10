// A transaction in one round trip where the server allows it: on the hot path the trips, not the statements, are what costs.
import type { Knex } from 'knex'
import type { ResultSetHeader } from 'mysql2'
import { isInCluster } from './database.ts'
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

const inOnePacket = async (connection: Connection, statements: readonly Statement[]): Promise<readonly ResultSetHeader[]> => {
  const sql = `START TRANSACTION; ${statements.map(([text]) => text).join('; ')}; COMMIT`
  const results = await send(connection, sql, statements.flatMap(([, bindings]) => bindings ?? []), patience)
  return (results as ResultSetHeader[]).slice(1, -1)
}

// A node of Galera takes a transaction back when another node's comes first. Between two statements of one packet it forgets to
// say so: the rest, COMMIT included, would succeed outside of any transaction.
const oneByOne = async (connection: Connection, statements: readonly Statement[]): Promise<readonly ResultSetHeader[]> => {
  const results: ResultSetHeader[] = []
  await send(connection, 'START TRANSACTION', [], patience)
  for (const [sql, bindings = []] of statements) results.push((await send(connection, sql, bindings, patience)) as ResultSetHeader)
  await send(connection, 'COMMIT', [], patience)
  return results
}

const once = async (db: Knex, statements: readonly Statement[]): Promise<readonly ResultSetHeader[]> => {
  const client = db.client as Client
  const connection = await client.acquireConnection()
  try {
    return await (isInCluster(connection) ? oneByOne : inOnePacket)(connection, statements)
  } catch (error) {
    // The server stops at the statement that failed and leaves the transaction open; a connection that is ended takes it along.
    await send(connection, 'ROLLBACK', [], rollbackPatience).catch(() => connection.destroy())
    throw error
  } finally {
    await client.releaseConnection(connection)
  }
}

/**
 * Runs the statements between START TRANSACTION and COMMIT, all or nothing, again after a conflict;
 * in one round trip, at a node of a Galera cluster in one for each statement.
 * @returns the result of each statement @throws the last error of the database
 */
export const inOneTransaction = (db: Knex, statements: readonly Statement[]): Promise<readonly ResultSetHeader[]> => retried(() => once(db, statements))
