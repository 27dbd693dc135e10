// What requests for clients know of a person: who asked, and who decided (D35, S-151).
import type { Knex } from 'knex'
import { readRequest, writeRequest, type AskedFor, type Named } from '../oauth/client-request.ts'
import { requestPattern } from './request-notes.ts'
import { freeAllSlots, heldSlots } from './request-slots.ts'
import { changedBy, rowsOf } from './rows.ts'
import { inTransaction } from './transaction.ts'

export interface RequestsOfPerson {
  /** Asked for by the person, as they are stored, without the hash of the secret. */
  readonly requestedClients: readonly Readonly<Record<string, unknown>>[]
  /** Decided by the person: what others wrote is theirs. */
  readonly decisions: readonly {
    readonly client_id: string
    readonly state: string
    readonly reason: string
    readonly at: number
  }[]
  /** Ids of the rows of oauth2_auth_codes that count the open ones. */
  readonly requestSlots: readonly string[]
}

interface Row {
  readonly id: string
  readonly secret: string | null
  readonly admin_notes: string
}
interface Found {
  readonly row: Row
  readonly request: AskedFor
}

/** Requests whose head names this person. */
const naming = async (db: Knex, userId: string): Promise<readonly Found[]> => {
  const rows = await rowsOf<Row>(
    db.raw('SELECT * FROM oauth2_clients WHERE admin_notes LIKE ? AND LOCATE(?, admin_notes) > 0 ORDER BY id', [
      requestPattern(),
      ` by: ${userId} `,
    ]),
  )
  return rows.flatMap((row) => {
    const request = readRequest(row.admin_notes)
    return request && [request.by.id, request.decision?.by.id].includes(userId) ? [{ row, request }] : []
  })
}

/** @throws the database's error */
export const exportRequests = async (db: Knex, userId: string): Promise<RequestsOfPerson> => {
  const found = await naming(db, userId)
  return {
    requestedClients: found
      .filter(({ request }) => request.by.id === userId)
      .map(({ row: { secret: _, ...row } }) => row),
    decisions: found.flatMap(({ row: { id }, request: { state, decision } }) =>
      decision?.by.id === userId ? [{ client_id: String(id), state, reason: decision.reason, at: decision.at }] : [],
    ),
    requestSlots: await heldSlots(db, userId),
  }
}

const nobody: Named = { id: '-', username: '' }

/** The request without this person: what they wrote goes, too. */
const without = ({ by, purpose, decision, ...rest }: AskedFor, userId: string): AskedFor => ({
  ...rest,
  ...(by.id === userId ? { by: nobody, purpose: '' } : { by, purpose }),
  decision: decision && (decision.by.id === userId ? { ...decision, by: nobody } : decision),
})

const forget = (trx: Knex, { row, request }: Found, userId: string): Promise<number> => {
  const isUnapproved = request.state === 'open' || request.state === 'rejected'
  return changedBy(
    request.by.id === userId && isUnapproved
      ? trx.raw('DELETE FROM oauth2_clients WHERE id = ? AND revoked = 1 AND admin_notes = ?', [
          row.id,
          row.admin_notes,
        ])
      : trx.raw('UPDATE oauth2_clients SET admin_notes = ? WHERE id = ? AND admin_notes = ?', [
          writeRequest(without(request, userId)),
          row.id,
          row.admin_notes,
        ]),
  )
}

// What is decided meanwhile has other notes by then, and is found again.
const mostWalks = 5

/**
 * Deletes what was never approved, and takes the person out of the rest: an approved client belongs to those who use it.
 * @returns how many clients were deleted or changed @throws the database's error
 */
export const forgetRequests = async (db: Knex, userId: string): Promise<number> => {
  let changed = 0
  for (let walk = 0; walk < mostWalks; walk += 1) {
    const found = await naming(db, userId)
    for (const one of found) changed += await inTransaction(db, (trx) => forget(trx, one, userId))
    await freeAllSlots(db, userId)
    if (found.length === 0) break
  }
  return changed
}

/** True where a request still names this id, which Stud.IP may have forgotten. */
export const isNamedByRequests = async (db: Knex, userId: string): Promise<boolean> =>
  (await naming(db, userId)).length > 0 || (await heldSlots(db, userId)).length > 0
