// Queues that operators watch in the metrics.
import type { Knex } from 'knex'
import type { SealingCredentials } from '../crypto/formats/of.ts'
import type { Metrics } from '../metrics.ts'

interface Pool {
  numUsed(): number
  numPendingAcquires(): number
}

export const watchQueues = (metrics: Metrics, credentials: SealingCredentials, db: Knex): void => {
  const pool = (db.client as { pool: Pool }).pool
  metrics.watch(
    'signatures_under_way',
    'Access tokens being signed or waiting for it',
    () => credentials.stats().signing,
  )
  metrics.watch(
    'derived_keys_cached',
    'Keys of foreign salts in the cache',
    () => credentials.stats().derivedKeys.cached,
  )
  metrics.watch(
    'derived_keys_waiting',
    'Foreign salts waiting for their key',
    () => credentials.stats().derivedKeys.waiting,
  )
  metrics.watch('database_connections_used', 'Connections in use', () => pool.numUsed())
  metrics.watch('database_connections_awaited', 'Requests waiting for a connection', () => pool.numPendingAcquires())
}
