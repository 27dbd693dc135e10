// oauth2_auth_codes: where a consent becomes a code.
import type { Knex } from 'knex'
import type { AuthorizationCodes, Now } from '../oauth/ports.ts'
import { isDuplicate } from './database-errors.ts'
import { retried } from './transaction.ts'

export const createAuthorizationCodes = (db: Knex, now: Now): AuthorizationCodes => ({
  insert: async (code) => {
    const time = now()
    try {
      // Two nodes of a cluster that insert the same id at once: the loser hears of a conflict first, of the duplicate when it tries again.
      await retried(() =>
        db.raw(
          'INSERT INTO oauth2_auth_codes (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate) VALUES (?, ?, ?, ?, 0, ?, ?, ?)',
          [code.id, code.userId, code.clientId, JSON.stringify(code.scopes), code.expiresAt, time, time],
        ),
      )
      return true
    } catch (error) {
      if (isDuplicate(error)) return false
      throw error
    }
  },
})
