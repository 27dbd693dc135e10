// How approvals go with what came from them, without the key that names them (D25, S-130).
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { changedBy, rowsOf } from './rows.ts'
import { retried } from './transaction.ts'

/** Tells the rows of approvals from those of codes, which end ten minutes after they were made. */
export const isApprovalSql = 'revoked = 1 AND expires_at > mkdate + 86400'

/** Those of a user, or only those for one client. @throws the database's error */
export const forgetApprovals = async (
  db: Knex,
  { userId, clientId }: { readonly userId: string; readonly clientId?: string | undefined },
): Promise<void> => {
  const ofClient = clientId === undefined ? '' : 'AND client_id = ?'
  for (let found = bounds.rowsOfStatement.most; found === bounds.rowsOfStatement.most;) {
    const rows = await rowsOf<{ id: string }>(
      db.raw(`SELECT id FROM oauth2_auth_codes WHERE user_id = ? ${ofClient} AND ${isApprovalSql} LIMIT ?`, [
        userId,
        ...(clientId === undefined ? [] : [clientId]),
        bounds.rowsOfStatement.most,
      ]),
    )
    const ids = rows.map(({ id }) => id)
    if (ids.length > 0)
      await retried(() => changedBy(db.raw('DELETE FROM oauth2_auth_codes WHERE id IN (?) AND revoked = 1', [ids])))
    found = ids.length
  }
}

/** The approval that a grant came from, found by what is left of the grant: before it ends, or after. */
export const forgetApprovalOfGrant = async (db: Knex, grantId: string): Promise<void> => {
  const family = `${grantId}%`
  const [owner] = await rowsOf<{ user_id: string | null; client_id: string }>(
    db.raw(
      `(SELECT a.user_id, a.client_id FROM oauth2_refresh_tokens r JOIN oauth2_access_tokens a ON a.id = r.access_token_id
         WHERE r.id LIKE ? LIMIT 1)
       UNION ALL (SELECT user_id, client_id FROM oauth2_access_tokens WHERE id LIKE ? LIMIT 1)
       UNION ALL (SELECT user_id, client_id FROM oauth2_auth_codes WHERE id LIKE ? LIMIT 1)`,
      [family, family, family],
    ),
  )
  if (owner?.user_id != null) await forgetApprovals(db, { userId: owner.user_id, clientId: String(owner.client_id) })
}
