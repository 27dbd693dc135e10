// One connection of the pool for a short while, without the query builder: what the hot path is made of.
import type { Knex } from 'knex'

/** Milliseconds after which a server that says nothing counts as away. */
const patience = 10_000

export interface Connection {
  query(
    query: { sql: string; values: readonly unknown[]; timeout: number },
    done: (error: Error | null, results: unknown) => void,
  ): void
  destroy(): void
}
interface Client {
  acquireConnection(): Promise<Connection>
  releaseConnection(connection: Connection): Promise<void>
}

type Scalar = string | number
/** A list fills `IN (?)`, a list of lists `VALUES ?`. */
export type Binding = Scalar | readonly Scalar[] | readonly (readonly Scalar[])[]
/** SQL with `?` for each binding; never with a value in its text, because the connection takes several statements at once. */
export type Statement<B extends Binding = Scalar> = readonly [sql: string, bindings?: readonly B[]]

/** One packet: one result for one statement, a list of results for several. @throws the error of the first statement that failed */
export const send = (
  connection: Connection,
  statements: readonly Statement<Binding>[],
  timeout = patience,
): Promise<unknown> => {
  const sql = statements.map(([text]) => text).join('; ')
  const values = statements.flatMap<Binding>(([, bindings]) => bindings ?? [])
  return new Promise((resolve, reject) =>
    connection.query({ sql, values, timeout }, (error, results) => (error ? reject(error) : resolve(results))),
  )
}

/** Runs `work` with a connection of the pool and gives it back. `work` leaves it clean, or destroys it. */
export const withConnection = async <T>(db: Knex, work: (connection: Connection) => Promise<T>): Promise<T> => {
  const client = db.client as Client
  const connection = await client.acquireConnection()
  try {
    return await work(connection)
  } finally {
    await client.releaseConnection(connection)
  }
}
