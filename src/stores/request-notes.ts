// How requests for a client are found by the notes that hold them (D35).
import { beginningOf, notesBeginWith, type RequestState } from '../oauth/client-request.ts'

/** For LIKE, as it is. */
const literally = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&')

/** A pattern for `admin_notes` of every request, of one state, or of what one user asked for. */
export const requestPattern = (state?: RequestState, userId?: string): string =>
  `${literally(state === undefined ? notesBeginWith : beginningOf(state, userId))}%`

/** True of the rows that wait for root; takes openRequestBinding. */
export const isOpenRequestSql = "revoked = 1 AND COALESCE(admin_notes, '') LIKE ?"
export const openRequestBinding = requestPattern('open')

/** True of what somebody asked for and root has not approved, whatever else became of it. */
export const isUnapprovedSql = "COALESCE(admin_notes, '') LIKE ? AND admin_notes NOT LIKE ?"
export const unapprovedBindings = [requestPattern(), requestPattern('approved')] as const
