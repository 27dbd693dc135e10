// Sessions in Stud.IP's database cache, the table `cache` (contract §1.2).
import { unwrapString } from './php-session.ts'
import type { JoinedStore } from './session-store.ts'

/** Keys carry no prefix here, and expired entries stay in the table until somebody overwrites them. */
export const databaseCacheSessions: JoinedStore = {
  kind: 'joined',
  sql: 'SELECT cache_key AS asked, content AS bytes, NULL AS changed, expires FROM cache WHERE cache_key IN (?)',
  keyOf: (sessionId) => `session_data/${sessionId}`,
  open: ({ bytes, expires }, now) => {
    const session = Number(expires) > now ? unwrapString(bytes) : undefined
    return session && { bytes: session, changed: undefined }
  },
}
