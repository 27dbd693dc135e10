// What Stud.IP's own server made of a grant of ours while it stood in for us. It draws both ids of a pair afresh, so its pairs
// are known by prefixes that differ, and which of them continue a grant is not known: all of the same user and client count
// that were issued after the token that is now replayed (D2, D8).
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { createOneAtATime } from '../one-at-a-time.ts'
import { grantOf, isGrantId } from '../oauth/grant-id.ts'
import type { AuthorizationCode, RefreshToken } from '../oauth/types.ts'
import { revokeGrants } from './revoke-grants.ts'
import { rowsOf } from './rows.ts'
import { inTransaction } from './transaction.ts'
import { everyTokenOfUser, type TokenOfUser } from './user-tokens.ts'

/** Seconds of the longest calendar month and of a code (contract §9.1): what was issued then ends now. */
const longestMonth = 31 * 86_400
const codeLifetime = 600

/** Unix seconds when the refresh token was rotated or revoked; undefined when its rows are gone. */
export const rotationOf = async (db: Knex, id: string): Promise<number | undefined> => {
  const [row] = await rowsOf<{ at: number }>(
    db.raw(
      'SELECT a.chdate AS at FROM oauth2_refresh_tokens r JOIN oauth2_access_tokens a ON a.id = r.access_token_id WHERE r.id = ?',
      [id],
    ),
  )
  return row?.at
}

type Presented = AuthorizationCode | RefreshToken
const isRefreshToken = (presented: Presented): presented is RefreshToken => 'accessTokenId' in presented

const usedAt = async (db: Knex, presented: Presented): Promise<number> =>
  isRefreshToken(presented)
    ? ((await rotationOf(db, presented.id)) ?? presented.expiresAt - longestMonth)
    : presented.expiresAt - codeLifetime

const isOfStudip = ({ id, refreshTokenId }: TokenOfUser): boolean =>
  refreshTokenId !== null && grantOf(refreshTokenId) !== grantOf(id)

const everyOfStudip = async (db: Knex, userId: string): Promise<readonly TokenOfUser[]> => {
  const found: TokenOfUser[] = []
  const some = { rows: bounds.rowsOfStatement.most, most: bounds.rowsOfUser.most }
  for await (const tokens of everyTokenOfUser(db, userId, some)) found.push(...tokens.filter(isOfStudip))
  return found
}

type EveryOfStudip = (userId: string) => Promise<readonly TokenOfUser[]>

const issuedByStudip = async (
  every: EveryOfStudip,
  { userId, clientId }: Presented,
  since: number,
): Promise<readonly TokenOfUser[]> =>
  (await every(userId)).filter((token) => token.clientId === clientId && token.issuedAt >= since)

// Nothing but a refresh token of Stud.IP's stands alone.
const isOfOurGrant = async (db: Knex, { id, accessTokenId }: RefreshToken): Promise<boolean> => {
  const grantId = grantOf(id)
  if (!isGrantId(grantId)) return false
  return (
    grantOf(accessTokenId) === grantId ||
    (await rowsOf(db.raw('SELECT 1 FROM oauth2_access_tokens WHERE id LIKE ? LIMIT 1', [`${grantId}%`]))).length > 0
  )
}

const grantsIn = (tokens: readonly TokenOfUser[]): readonly string[] =>
  [...new Set(tokens.map(({ refreshTokenId }) => grantOf(refreshTokenId ?? '')))].filter(isGrantId)

const hasLiveGrant = async (db: Knex, grantIds: readonly string[]): Promise<boolean> => {
  for (const grantId of grantIds) {
    const sql = 'SELECT 1 FROM oauth2_refresh_tokens WHERE id LIKE ? AND revoked = 0 LIMIT 1'
    if ((await rowsOf(db.raw(sql, [`${grantId}%`]))).length > 0) return true
  }
  return false
}

export interface ContinuedByStudip {
  /**
   * True when the grant of a refresh token ended before `before` (unix seconds) without us and something that Stud.IP's server
   * issued since is alive, itself or in what grew from it here.
   */
  readonly wasContinued: (presented: RefreshToken, before: number) => Promise<boolean>
  /** Ends the grant of a replayed code or refresh token, and what Stud.IP's server issued to the same user and client since. */
  readonly revokeReplayed: (presented: Presented, time: number) => Promise<void>
}

/** Whoever sends the same again and again waits for himself: a user's rows are read once at a time, and a grant ends so (A5). */
export const createContinuedByStudip = (db: Knex): ContinuedByStudip => {
  const reading = createOneAtATime<readonly TokenOfUser[]>()
  const every: EveryOfStudip = (userId) => reading(userId, () => everyOfStudip(db, userId))
  const ending = createOneAtATime<void>()
  const revoke = async (presented: Presented, time: number): Promise<void> => {
    const revokeAll = (grantIds: readonly string[]) => inTransaction(db, (trx) => revokeGrants(trx, grantIds, time))
    await revokeAll([grantOf(presented.id)])
    const grantIds = grantsIn(await issuedByStudip(every, presented, await usedAt(db, presented)))
    for (let at = 0; at < grantIds.length; at += bounds.grantsOfTransaction.most)
      await revokeAll(grantIds.slice(at, at + bounds.grantsOfTransaction.most))
  }
  return {
    wasContinued: async (presented, before) => {
      if (!(await isOfOurGrant(db, presented))) return false
      const since = await usedAt(db, presented)
      return since < before && hasLiveGrant(db, grantsIn(await issuedByStudip(every, presented, since)))
    },
    revokeReplayed: (presented, time) => ending(presented.id, () => revoke(presented, time)),
  }
}
