// Remembered consent: a row of oauth2_auth_codes that was used from the start, so that nobody can redeem it (D25).
import type { Knex } from 'knex'
import type { ResultSetHeader } from 'mysql2'
import type { Approvals, Now } from '../oauth/ports.ts'
import type { Client } from '../oauth/types.ts'
import { isWithin } from '../oauth/remembered-consent.ts'
import { insertCode } from './authorization-codes.ts'
import { inTwoPackets } from './batch.ts'
import type { Statement } from './connection.ts'
import { forgetApprovals, isApprovalSql } from './forget-approvals.ts'
import type { LookUp } from './lookups.ts'
import { namesIn, rowsOf } from './rows.ts'
import { retried } from './transaction.ts'

/** Seconds for which an approval is remembered after it was last given. */
export const approvalLifetime = 365 * 86_400

// Only while the code of this very approval is unrevoked: who ends everything meanwhile ends this, too. Scopes of before are added only
// while the row says what was seen: of two that come at once the last one counts, and the user is asked once more, never once less.
const rememberSql = `INSERT INTO oauth2_auth_codes (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate)
  SELECT ?, ?, ?, ?, 1, ?, ?, ? FROM oauth2_auth_codes code WHERE code.id = ? AND code.revoked = 0
  ON DUPLICATE KEY UPDATE scopes = IF(oauth2_auth_codes.scopes = ?, ?, VALUES(scopes)), revoked = 1,
    expires_at = VALUES(expires_at), chdate = VALUES(chdate)`

interface Deps {
  readonly db: Knex
  readonly lookUp: LookUp
  readonly now: Now
  readonly idOf: (userId: string, client: Client, perms?: string) => Promise<string>
}

interface Row {
  readonly scopes: string | null
}
interface FoundRow extends Row {
  readonly asked: string
  readonly expires_at: number
}

const findSql = `SELECT id AS asked, scopes, expires_at FROM oauth2_auth_codes WHERE ${isApprovalSql} AND id IN (?)`

export const createApprovals = ({ db, lookUp, now, idOf }: Deps): Approvals => {
  const holding = `id = ? AND ${isApprovalSql} AND expires_at > ?`
  const look = (id: string, time: number): Required<Statement> => [
    `SELECT scopes FROM oauth2_auth_codes WHERE ${holding}`,
    [id, time],
  ]
  // An empty list is no approval, whatever it means elsewhere.
  const scopesIn = (row: Row | undefined): readonly string[] => (row ? namesIn(row.scopes) : [])
  return {
    find: async (userId, client, perms) => {
      const row = await lookUp<FoundRow>(findSql, await idOf(userId, client, perms))
      return scopesIn(row && row.expires_at > now() ? row : undefined)
    },
    remember: async (code, client) => {
      const id = await idOf(code.userId, client)
      const time = now()
      const [seen] = await rowsOf<Row>(db.raw(...look(id, time)))
      await retried(() =>
        db.raw(rememberSql, [
          id,
          code.userId,
          client.id,
          JSON.stringify(code.scopes),
          time + approvalLifetime,
          time,
          time,
          code.id,
          seen?.scopes ?? '',
          JSON.stringify([...new Set([...scopesIn(seen), ...code.scopes])]),
        ]),
      )
    },
    pass: async (code, client) => {
      const id = await idOf(code.userId, client)
      const time = now()
      // Written, not only read, so that it meets whoever deletes the row, on another node of a cluster, too.
      const hold: Statement = [
        `UPDATE oauth2_auth_codes SET chdate = GREATEST(?, chdate + 1) WHERE ${holding}
            AND EXISTS (SELECT 1 FROM oauth2_clients c WHERE c.id = ? AND c.revoked = 0 AND c.chdate = ?)`,
        [time, id, time, client.id, client.changedAt],
      ]
      const proven = ([held, rows]: readonly unknown[]) =>
        (held as ResultSetHeader).affectedRows === 1 && isWithin(code.scopes, scopesIn((rows as readonly Row[])[0]))
      return retried(() =>
        inTwoPackets(db, [hold, look(id, time)], proven, [insertCode(code, time)], () => Promise.resolve(true)),
      )
    },
    forget: (userId, clientId) => forgetApprovals(db, { userId, clientId }),
    forgetAllOf: (userId) => forgetApprovals(db, { userId }),
  }
}
