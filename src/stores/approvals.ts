// Remembered consent: a row of oauth2_auth_codes that was used from the start, so that nobody can redeem it (D25).
import type { Knex } from 'knex'
import type { Approvals, Now } from '../oauth/ports.ts'
import type { Client } from '../oauth/types.ts'
import { forgetApprovals, isApprovalSql } from './forget-approvals.ts'
import { namesIn, rowsOf } from './rows.ts'
import { retried } from './transaction.ts'

/** Seconds for which an approval is remembered after it was last given. */
export const approvalLifetime = 365 * 86_400

interface Deps {
  readonly db: Knex
  readonly now: Now
  readonly idOf: (userId: string, client: Client) => Promise<string>
}

export const createApprovals = ({ db, now, idOf }: Deps): Approvals => {
  const approved = async (id: string): Promise<readonly string[]> => {
    const [row] = await rowsOf<{ scopes: string | null }>(
      db.raw(`SELECT scopes FROM oauth2_auth_codes WHERE id = ? AND ${isApprovalSql} AND expires_at > ?`, [id, now()]),
    )
    // An empty list is no approval, whatever it means elsewhere.
    return row ? namesIn(row.scopes) : []
  }
  return {
    find: async (userId, client) => approved(await idOf(userId, client)),
    remember: async (userId, client, scopes) => {
      const id = await idOf(userId, client)
      // Of two that come at once the last one counts: the user is asked once more, never once less.
      const all = [...new Set([...(await approved(id)), ...scopes])]
      const time = now()
      await retried(() =>
        db.raw(
          `INSERT INTO oauth2_auth_codes (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate) VALUES (?, ?, ?, ?, 1, ?, ?, ?)
           ON DUPLICATE KEY UPDATE scopes = VALUES(scopes), revoked = 1, expires_at = VALUES(expires_at), chdate = VALUES(chdate)`,
          [id, userId, client.id, JSON.stringify(all), time + approvalLifetime, time, time],
        ),
      )
    },
    forget: (userId, clientId) => forgetApprovals(db, { userId, clientId }),
    forgetAllOf: (userId) => forgetApprovals(db, { userId }),
  }
}
