// Nobody collects grants of one client without end: beyond a number the ones that were unused the longest end (S-115).
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { grantOf } from '../oauth/grant-id.ts'
import type { Read } from './reads.ts'
import { revokeGrants } from './revoke-grants.ts'
import { inTransaction } from './transaction.ts'
import { everyTokenOfUser, isLive } from './user-tokens.ts'

/** One look at the key of the user, which settles it for nearly everybody; in one packet for codes that were redeemed together. */
const hasFewTokens = async (read: Read, userId: string): Promise<boolean> => {
  const rows = await read('SELECT 1 FROM oauth2_access_tokens IGNORE INDEX (PRIMARY) WHERE user_id = ? LIMIT ?', [
    userId,
    bounds.grantsOfUserAndClient.most + 1,
  ])
  return rows.length <= bounds.grantsOfUserAndClient.most
}

/**
 * After a redemption has been committed. Ends the live grants of this user and client beyond the bound, those unused the
 * longest first, never `newest`. @returns the grants that ended @throws the database's error
 */
export const endOldestGrants = async (
  { db, read }: { readonly db: Knex; readonly read: Read },
  { userId, clientId, newest }: { readonly userId: string; readonly clientId: string; readonly newest: string },
  now: number,
): Promise<readonly string[]> => {
  if (await hasFewTokens(read, userId)) return []
  const lastUse = new Map<string, number>()
  const some = { rows: bounds.rowsOfStatement.most, most: bounds.rowsOfUser.most }
  for await (const tokens of everyTokenOfUser(db, userId, some))
    for (const token of tokens) {
      if (token.clientId !== clientId || !isLive(token, now)) continue
      const grantId = grantOf(token.refreshTokenId ?? '')
      lastUse.set(grantId, Math.max(token.issuedAt, lastUse.get(grantId) ?? 0))
    }
  lastUse.delete(newest)
  const oldest = [...lastUse]
    .sort(([, a], [, b]) => a - b)
    .map(([grantId]) => grantId)
    .slice(0, Math.max(0, lastUse.size + 1 - bounds.grantsOfUserAndClient.most))
  for (let at = 0; at < oldest.length; at += bounds.grantsOfTransaction.most)
    await inTransaction(db, (trx) => revokeGrants(trx, oldest.slice(at, at + bounds.grantsOfTransaction.most), now))
  return oldest
}
