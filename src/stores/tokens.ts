// oauth2_access_tokens and oauth2_refresh_tokens: redeem, rotate, revoke. One conditional UPDATE decides, its row count is the answer (D8).
import type { Knex } from 'knex'
import { grantOf, isGrantId } from '../oauth/grant-id.ts'
import type { Now, Redemption, Rotation, Tokens } from '../oauth/ports.ts'
import type { AuthorizationCode, RefreshToken, TokenPair } from '../oauth/types.ts'
import { inOneTrip, type Statement } from './batch.ts'
import { rowsOf, scopesOf } from './rows.ts'
import { inTransaction } from './transaction.ts'

export const createTokens = (db: Knex, now: Now): Tokens => ({
  redeem: (code, pair) => redeem(db, code, pair),
  rotate: (presented, pair, graceSeconds) => rotate(db, presented, pair, graceSeconds),
  revokeGrant: (grantId) => inTransaction(db, (trx) => revokeGrant(trx, grantId, now())),
  revokeAccessToken: async (id, clientId) => {
    await db.raw('UPDATE oauth2_access_tokens SET revoked = 1, chdate = ? WHERE id = ? AND client_id = ? AND revoked = 0', [now(), id, clientId])
  },
  findLiveAccessToken: async (id) => {
    const [row] = await rowsOf<{ user_id: string | null; client_id: string; scopes: string | null; expires_at: number | null }>(
      db.raw('SELECT user_id, client_id, scopes, expires_at FROM oauth2_access_tokens WHERE id = ? AND revoked = 0', [id]))
    return row && row.user_id !== null && row.expires_at !== null
      ? { id, userId: row.user_id, clientId: row.client_id, scopes: scopesOf(row.scopes), expiresAt: row.expires_at }
      : undefined
  },
  isLiveRefreshToken: async (id) => (await rowsOf(db.raw('SELECT 1 FROM oauth2_refresh_tokens WHERE id = ? AND revoked = 0', [id]))).length === 1,
})

// @won is the row count of the conditional UPDATE before it: the rest of the batch does nothing for a loser.
const remember: Statement = ['SET @won = ROW_COUNT()']

const issue = ({ accessToken, refreshToken }: TokenPair): readonly Statement[] => {
  const { id, userId, clientId, scopes, issuedAt, expiresAt } = accessToken
  return [
    [`INSERT INTO oauth2_access_tokens (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate)
      SELECT ?, ?, ?, ?, 0, ?, ?, ? FROM DUAL WHERE @won = 1`, [id, userId, clientId, JSON.stringify(scopes), expiresAt, issuedAt, issuedAt]],
    ['INSERT INTO oauth2_refresh_tokens (id, access_token_id, revoked, expires_at) SELECT ?, ?, 0, ? FROM DUAL WHERE @won = 1', [refreshToken.id, id, refreshToken.expiresAt]],
  ]
}

const redeem = async (db: Knex, { id, userId, clientId }: AuthorizationCode, pair: TokenPair): Promise<Redemption> => {
  const [used] = await inOneTrip(db, [
    ['UPDATE oauth2_auth_codes SET revoked = 1, chdate = ? WHERE id = ? AND user_id = ? AND client_id = ? AND revoked = 0', [pair.accessToken.issuedAt, id, userId, clientId]],
    remember, ...issue(pair),
  ])
  if (used?.affectedRows === 1) return 'redeemed'
  const before = await rowsOf(db.raw('SELECT 1 FROM oauth2_auth_codes WHERE id = ? AND user_id = ? AND client_id = ?', [id, userId, clientId]))
  return before.length > 0 ? 'replayed' : 'unknown'
}

// Refresh tokens have no date of their own: the chdate of their access token tells when they were rotated.
const rotate = async (db: Knex, presented: RefreshToken, pair: TokenPair, graceSeconds: number): Promise<Rotation> => {
  const [used] = await inOneTrip(db, [
    ['UPDATE oauth2_refresh_tokens SET revoked = 1 WHERE id = ? AND access_token_id = ? AND revoked = 0', [presented.id, presented.accessTokenId]],
    remember,
    ['UPDATE oauth2_access_tokens SET revoked = 1, chdate = ? WHERE id = ? AND @won = 1', [pair.accessToken.issuedAt, presented.accessTokenId]],
    ...issue(pair),
  ])
  return used?.affectedRows === 1 ? 'rotated' : inTransaction(db, (trx) => rotateAgain(trx, presented, pair, graceSeconds))
}

/** The token was rotated before: a lost answer or a parallel refresh within the grace window, else a replay. */
const rotateAgain = async (trx: Knex.Transaction, presented: RefreshToken, pair: TokenPair, graceSeconds: number): Promise<Rotation> => {
  const time = pair.accessToken.issuedAt
  const [used] = await rowsOf<{ rotated_at: number | null }>(trx.raw(
    'SELECT a.chdate AS rotated_at FROM oauth2_refresh_tokens r LEFT JOIN oauth2_access_tokens a ON a.id = r.access_token_id WHERE r.id = ?', [presented.id]))
  if (!used || !(await grantIsLive(trx, presented.id, time))) return 'unknown'
  if (graceSeconds === 0 || used.rotated_at === null || used.rotated_at < time - graceSeconds) return 'replayed'
  await trx.raw('SET @won = 1')
  for (const [sql, bindings = []] of issue(pair)) await trx.raw(sql, bindings)
  return 'in-grace'
}

// The lock makes a revocation of the grant wait for the pair, or the pair for the revocation: nothing revives.
const grantIsLive = async (trx: Knex.Transaction, id: string, time: number): Promise<boolean> => {
  const grantId = grantOf(id)
  if (!isGrantId(grantId)) return false
  const live = await rowsOf(trx.raw('SELECT 1 FROM oauth2_refresh_tokens WHERE id LIKE ? AND revoked = 0 AND expires_at > ? LIMIT 1 FOR UPDATE', [`${grantId}%`, time]))
  return live.length > 0
}

/** Inside a transaction. The last step ends the first access token of a grant that Stud.IP's server began: its id has another prefix. */
export const revokeGrant = async (trx: Knex.Transaction, grantId: string, time: number): Promise<void> => {
  if (!isGrantId(grantId)) return
  const family = `${grantId}%`
  await trx.raw('UPDATE oauth2_refresh_tokens SET revoked = 1 WHERE id LIKE ? AND revoked = 0', [family])
  await trx.raw('UPDATE oauth2_access_tokens SET revoked = 1, chdate = ? WHERE id LIKE ? AND revoked = 0', [time, family])
  await trx.raw('UPDATE oauth2_auth_codes SET revoked = 1, chdate = ? WHERE id LIKE ? AND revoked = 0', [time, family])
  await trx.raw(
    'UPDATE oauth2_refresh_tokens r JOIN oauth2_access_tokens a ON a.id = r.access_token_id SET a.revoked = 1, a.chdate = ? WHERE r.id LIKE ? AND a.revoked = 0',
    [time, family])
}
