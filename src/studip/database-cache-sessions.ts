// Sessions in Stud.IP's database cache, the table `cache` (contract §1.2).
import { unwrapString } from './php-session.ts'
import type { JoinedStore } from './session-store.ts'

/** Keys carry no prefix here, and expired entries stay in the table until somebody overwrites them. */
export const databaseCacheSessions: JoinedStore = {
  kind: 'joined',
  columns: 's.content AS bytes, NULL AS changed',
  join: 'LEFT JOIN cache s ON s.cache_key = ? AND s.expires > ?',
  bindings: (sessionId, now) => [`session_data/${sessionId}`, now],
  open: ({ bytes }) => {
    const session = unwrapString(bytes)
    return session && { bytes: session, changed: undefined }
  },
}
