// A code becomes its first pair, once (D8).
import type { Knex } from 'knex'
import { grantOf, isGrantId } from '../oauth/grant-id.ts'
import type { Redemption } from '../oauth/ports.ts'
import { inOneTransaction } from './batch.ts'
import { assertIssued, issue, lock, type Source } from './issue.ts'
import type { Redeeming } from './issue-together.ts'
import { rowsOf } from './rows.ts'
import { lookedAtTwice } from './second-look.ts'

/** Milliseconds. An app whose connection broke sends its code again at once, and a pair is taken back as fast as it was made. */
const patience = 250

/**
 * A pair whose client has left may just be being taken back; then the code that comes again is no replay. Whoever leaves meanwhile
 * changes nothing about the verdict.
 * @throws OAuthError invalid_client when the client is gone, RecipientLeft before it begins, or the database's error
 */
export const redeem = (db: Knex, redeeming: Redeeming): Promise<Redemption> =>
  lookedAtTwice(patience, redeeming, (each) => redeemOnce(db, each))

const redeemOnce = async (db: Knex, { code, pair, recipient }: Redeeming): Promise<Redemption> => {
  const { id, userId, clientId } = code
  const unused: Source = {
    sql: 'oauth2_auth_codes WHERE id = ? AND user_id = ? AND client_id = ? AND revoked = 0',
    bindings: [id, userId, clientId],
  }
  const [, inserted, , used] = await inOneTransaction(
    db,
    [
      lock(unused),
      ...issue(pair, unused),
      [
        'UPDATE oauth2_auth_codes SET revoked = 1, chdate = ? WHERE id = ? AND user_id = ? AND client_id = ? AND revoked = 0',
        [pair.accessToken.issuedAt, ...unused.bindings],
      ],
    ],
    recipient,
  )
  if (used?.affectedRows !== 1) return (await wasUsed(db, id)) ? 'replayed' : 'unknown'
  assertIssued(inserted?.affectedRows)
  return 'redeemed'
}

// An authentic code without a row was purged; tokens in its grant tell that it was redeemed before.
const wasUsed = async (db: Knex, id: string): Promise<boolean> => {
  const used = await rowsOf(db.raw('SELECT 1 FROM oauth2_auth_codes WHERE id = ? AND revoked <> 0', [id]))
  if (used.length > 0 || !isGrantId(grantOf(id))) return used.length > 0
  return (
    (await rowsOf(db.raw('SELECT 1 FROM oauth2_access_tokens WHERE id LIKE ? LIMIT 1', [`${grantOf(id)}%`]))).length > 0
  )
}
