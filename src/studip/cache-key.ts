// The name under which Stud.IP's Redis and file caches keep a session (contract §1.2).
import { createHash } from 'node:crypto'
import type { Settings } from '../settings.ts'

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

/** `md5(DB_HOST|DB_NAME)/session_data/<sid>`, with the host exactly as PHP's configuration spells it. */
export const sessionCacheKey = ({ host, database }: Settings['cacheKeyPrefix'], sessionId: string): string =>
  `${md5(`${host}|${database}`)}/session_data/${sessionId}`

/** Name of a cache file up to its expiry: the MD5 of the key. */
export const cacheFileStem = (key: string): string => md5(key)
