// A pair that nobody received is taken back: what was used up for it is good again, as if the request had never come (S-113).
import type { Knex } from 'knex'
import type { AuthorizationCode, RefreshToken, TokenPair } from '../oauth/types.ts'
import { changedBy } from './rows.ts'
import { inTransaction } from './transaction.ts'

// Not once it was used or revoked: then somebody had it, or the grant is over.
const removePair = async (trx: Knex.Transaction, { accessToken, refreshToken }: TokenPair): Promise<boolean> => {
  const removed = await changedBy(
    trx.raw('DELETE FROM oauth2_refresh_tokens WHERE id = ? AND revoked = 0', [refreshToken.id]),
  )
  if (removed !== 1) return false
  await trx.raw('DELETE FROM oauth2_access_tokens WHERE id = ?', [accessToken.id])
  return true
}

/** @returns whether the code can be redeemed again. @throws the database's error */
export const takeBackRedemption = (db: Knex, code: AuthorizationCode, pair: TokenPair): Promise<boolean> =>
  inTransaction(
    db,
    async (trx) =>
      (await removePair(trx, pair)) &&
      (await changedBy(trx.raw('UPDATE oauth2_auth_codes SET revoked = 0 WHERE id = ?', [code.id]))) === 1,
  )

/** The access token that was rotated along stays revoked. @returns whether the refresh token can be used again. @throws the database's error */
export const takeBackRotation = (db: Knex, presented: RefreshToken, pair: TokenPair): Promise<boolean> =>
  inTransaction(
    db,
    async (trx) =>
      (await removePair(trx, pair)) &&
      (await changedBy(
        trx.raw('UPDATE oauth2_refresh_tokens SET revoked = 0 WHERE id = ? AND access_token_id = ?', [
          presented.id,
          presented.accessTokenId,
        ]),
      )) === 1,
  )
