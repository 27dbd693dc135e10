// How grants end: every row whose id starts with one of their prefixes (D2, D10).
import type { Knex } from 'knex'
import { isGrantId } from '../oauth/grant-id.ts'

/**
 * Inside a transaction, which takes at most `bounds.grantsOfTransaction` grants. Each prefix is a range of the primary key, whose
 * gaps stay locked until the commit, so that nothing grows meanwhile. What is no grant id never enters a LIKE (S-094).
 */
export const revokeGrants = async (trx: Knex.Transaction, grantIds: readonly string[], time: number): Promise<void> => {
  const families = grantIds.filter(isGrantId).map((grantId) => `${grantId}%`)
  if (families.length === 0) return
  const ofFamilies = (column: string) => `(${families.map(() => `${column} LIKE ?`).join(' OR ')})`
  const update = (table: string, set: string) =>
    `UPDATE ${table} FORCE INDEX (PRIMARY) SET ${set} WHERE ${ofFamilies('id')} AND revoked = 0`
  await trx.raw(update('oauth2_refresh_tokens', 'revoked = 1'), families)
  for (const table of ['oauth2_access_tokens', 'oauth2_auth_codes'])
    await trx.raw(update(table, 'revoked = 1, chdate = ?'), [time, ...families])
  // The first access token of a grant that Stud.IP's server began: its id has another prefix.
  await trx.raw(
    `UPDATE oauth2_refresh_tokens r FORCE INDEX (PRIMARY) STRAIGHT_JOIN oauth2_access_tokens a ON a.id = r.access_token_id
        SET a.revoked = 1, a.chdate = ? WHERE ${ofFamilies('r.id')} AND a.revoked = 0`,
    [time, ...families],
  )
}
