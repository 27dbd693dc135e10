// Sessions in Stud.IP's Redis cache (contract §1.2). The TTL is Redis' own, so what is there is alive.
import { Redis } from 'ioredis'
import { temporarilyUnavailable } from '../oauth/errors.ts'
import type { Settings } from '../settings.ts'
import { sessionCacheKey } from './cache-key.ts'
import { unwrapString } from './php-session.ts'
import type { SeparateStore } from './session-store.ts'

/** Milliseconds for a connection and for an answer: a page must not hang because a cache does. */
const patience = 2000

export interface RedisAddress {
  readonly hostname: string
  readonly port: number
  /** Empty: no password. */
  readonly auth: string
}

/** Connects at the first read. `close` ends the connection. */
export const redisSessions = (
  { hostname, port, auth }: RedisAddress,
  prefix: Settings['cacheKeyPrefix'],
): SeparateStore & { close(): Promise<void> } => {
  const redis = new Redis({
    host: hostname,
    port,
    ...(auth !== '' && { password: auth }),
    db: 0,
    lazyConnect: true,
    connectTimeout: patience,
    commandTimeout: patience,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(attempt * 100, patience),
  })
  redis.on('error', () => undefined) // told to whoever reads; without a listener it would end the process
  const read = async (sessionId: string) => {
    const content = await redis.getBuffer(sessionCacheKey(prefix, sessionId)).catch((cause: unknown) => {
      throw temporarilyUnavailable('The session storage is not available.', cause)
    })
    const bytes = content && unwrapString(content)
    return bytes ? { bytes, changed: undefined } : undefined
  }
  return { kind: 'separate', read, close: () => Promise.resolve(redis.disconnect()) }
}
