// Web origins of the public clients, remembered for a moment: every preflight asks for them (D14).
import type { Knex } from 'knex'
import { LRUCache } from 'lru-cache'
import type { PublicOrigins } from '../oauth/ports.ts'
import { registeredOrigins } from '../oauth/cors.ts'
import { rowsOf } from './rows.ts'

/** Milliseconds after which a new or suspended client shows. */
const freshness = 5_000

export const createPublicOrigins = (db: Knex): PublicOrigins => {
  const read = async (): Promise<ReadonlyMap<string, readonly string[]>> => {
    const rows = await rowsOf<{ id: string; redirect: string }>(
      db.raw("SELECT id, redirect FROM oauth2_clients WHERE revoked = 0 AND (secret IS NULL OR secret = '')"),
    )
    return new Map(rows.map(({ id, redirect }) => [id, registeredOrigins(redirect.split(','))]))
  }
  const cache = new LRUCache<'all', ReadonlyMap<string, readonly string[]>>({
    max: 1,
    ttl: freshness,
    fetchMethod: read,
  })
  return async () => (await cache.fetch('all')) ?? new Map()
}
