// Sessions in the table session_data: what Stud.IP does unless told otherwise (contract §1.2).
import type { JoinedStore } from './session-store.ts'

/** UNIX_TIMESTAMP takes the time as stored, whatever the time zone of the connection. */
export const databaseSessions: JoinedStore = {
  kind: 'joined',
  columns: 's.val AS bytes, UNIX_TIMESTAMP(s.changed) AS changed',
  join: 'LEFT JOIN session_data s ON s.sid = ?',
  bindings: (sessionId) => [sessionId],
  // A time that the server cannot tell is older than any limit.
  open: ({ bytes, changed }) => ({ bytes, changed: Number(changed ?? 0) }),
}
