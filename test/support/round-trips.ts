// How often the database is asked.
import type { Knex } from 'knex'

/** Counts what takes a connection of the pool while `work` runs: once for each round trip outside of transactions. */
export const roundTrips = async (db: Knex, work: () => Promise<unknown>): Promise<number> => {
  const client = db.client as { acquireConnection(): Promise<unknown> }
  const acquire = client.acquireConnection.bind(client)
  let taken = 0
  client.acquireConnection = () => {
    taken += 1
    return acquire()
  }
  try {
    await work()
  } finally {
    client.acquireConnection = acquire
  }
  return taken
}
