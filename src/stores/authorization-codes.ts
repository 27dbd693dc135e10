// oauth2_auth_codes: where a consent becomes a code.
import type { Knex } from 'knex'
import type { AuthorizationCodes, Now } from '../oauth/ports.ts'
import type { AuthorizationCode } from '../oauth/types.ts'
import type { Statement } from './connection.ts'
import { isDuplicate } from './database-errors.ts'
import { changedBy, rowsOf } from './rows.ts'
import { retried } from './transaction.ts'

/** Fails as a duplicate when there is one with this id. */
export const insertCode = (code: AuthorizationCode, time: number): Required<Statement> => [
  'INSERT INTO oauth2_auth_codes (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate) VALUES (?, ?, ?, ?, 0, ?, ?, ?)',
  [code.id, code.userId, code.clientId, JSON.stringify(code.scopes), code.expiresAt, time, time],
]

export const createAuthorizationCodes = (db: Knex, now: Now): AuthorizationCodes => ({
  insert: async (code) => {
    const time = now()
    try {
      // Two nodes of a cluster that insert the same id at once: the loser hears of a conflict first, of the duplicate when it tries again.
      await retried(() => changedBy(db.raw(...insertCode(code, time))))
      return true
    } catch (error) {
      if (isDuplicate(error)) return false
      throw error
    }
  },
  unredeemedUntil: async (id) => {
    const [row] = await rowsOf<{ expires_at: number | null }>(
      db.raw('SELECT expires_at FROM oauth2_auth_codes WHERE id = ? AND revoked = 0 AND expires_at >= ?', [id, now()]),
    )
    return row?.expires_at ?? undefined
  },
  // Deleted, not marked as used: a client that redeems it all the same has done no wrong, and marked codes count as replays.
  withdraw: async (id) => {
    const withdrawn = await retried(() =>
      changedBy(db.raw('DELETE FROM oauth2_auth_codes WHERE id = ? AND revoked = 0', [id])),
    )
    if (withdrawn > 0) return true
    return (await rowsOf(db.raw('SELECT 1 FROM oauth2_auth_codes WHERE id = ?', [id]))).length === 0
  },
})
