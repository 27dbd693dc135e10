// Sessions in the table session_data: what Stud.IP does unless told otherwise (contract §1.2).
import type { JoinedStore } from './session-store.ts'

/** UNIX_TIMESTAMP takes the time as stored, whatever the time zone of the connection. */
export const databaseSessions: JoinedStore = {
  kind: 'joined',
  sql: 'SELECT sid AS asked, val AS bytes, UNIX_TIMESTAMP(changed) AS changed, NULL AS expires FROM session_data WHERE sid IN (?)',
  keyOf: (sessionId) => sessionId,
  // A time that the server cannot tell is older than any limit.
  open: ({ bytes, changed }) => ({ bytes, changed: Number(changed ?? 0) }),
}
