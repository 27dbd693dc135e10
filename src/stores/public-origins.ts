// Web origins of the public clients, remembered for a moment: every preflight asks for them (D14).
import type { Knex } from 'knex'
import { LRUCache } from 'lru-cache'
import { bounds } from '../bounds.ts'
import { registeredOrigins } from '../oauth/cors.ts'
import type { BrowserApps, PublicOrigins } from '../oauth/ports.ts'
import { rowsOf } from './rows.ts'

/** Milliseconds after which a new or suspended client shows. */
const freshness = 5_000

const newestSql =
  "SELECT id, redirect FROM oauth2_clients WHERE revoked = 0 AND (secret IS NULL OR secret = '') ORDER BY id DESC LIMIT ?"

/** While the database is away it answers what it knew, so that browser apps can read that they have to wait. */
export const createPublicOrigins = (db: Knex): PublicOrigins => {
  const read = async (): Promise<BrowserApps> => {
    const rows = await rowsOf<{ id: string; redirect: string }>(db.raw(newestSql, [bounds.publicClients.most]))
    const redirectUris = new Map(rows.map(({ id, redirect }) => [id, redirect.split(',')]))
    const byClient = new Map([...redirectUris].map(([id, uris]) => [id, registeredOrigins(uris)]))
    return { any: registeredOrigins([...redirectUris.values()].flat()), of: (clientId) => byClient.get(clientId) }
  }
  const cache = new LRUCache<'all', BrowserApps>({
    max: 1,
    ttl: freshness,
    fetchMethod: read,
    allowStaleOnFetchRejection: true,
    noDeleteOnFetchRejection: true,
  })
  return () => cache.forceFetch('all')
}
