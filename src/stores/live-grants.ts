// Which grants are alive, of a user or of a client: those with a refresh token that could still be used.
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { grantOf } from '../oauth/grant-id.ts'
import type { LiveGrant } from './described-grants.ts'
import { rowsOf } from './rows.ts'
import { isLive, tokensOfUser, type TokenOfUser } from './user-tokens.ts'

/** By grant; of several live pairs the latest tells the last use. */
type Found = Map<string, LiveGrant>

const note = (found: Found, grant: LiveGrant): void => {
  const before = found.get(grant.grantId)
  if (!before || before.lastUsedAt < grant.lastUsedAt) found.set(grant.grantId, grant)
}

const grantOfToken = (userId: string, token: TokenOfUser): LiveGrant => ({
  grantId: grantOf(token.refreshTokenId ?? ''),
  userId,
  clientId: token.clientId,
  scopes: token.scopes,
  lastUsedAt: token.issuedAt,
})

const greatestIdOf = (id: string): string => `${grantOf(id)}${'f'.repeat(48)}`

/**
 * So many live grants as a page has, in the order of ids, where those of one grant are neighbours. Reads only a few rows more than
 * it shows where all are alive, and goes on in growing steps, up to a bound, where dead ones lie between.
 */
export const pageOfLiveGrants = async (
  db: Knex,
  userId: string,
  { from, now }: { readonly from: string; readonly now: number },
): Promise<{ readonly grants: readonly LiveGrant[]; readonly next: string | undefined }> => {
  const found: Found = new Map()
  const page = (next: string | undefined) => ({ grants: [...found.values()], next })
  let after = from
  let rows = bounds.grantsOfPage.most + 1
  for (let taken = 0; taken < bounds.rowsOfPage.most; rows = Math.min(2 * rows, bounds.rowsOfStatement.most)) {
    const { tokens, last } = await tokensOfUser(db, userId, { after, rows })
    for (const token of tokens) {
      const grant = isLive(token, now) ? grantOfToken(userId, token) : undefined
      if (grant && found.size === bounds.grantsOfPage.most && !found.has(grant.grantId)) return page(after)
      if (grant) note(found, grant)
      after = token.id
    }
    if (last === undefined) return page(undefined)
    taken += rows
  }
  // Not in the middle of a grant that is shown already.
  return page(found.has(grantOf(after)) ? greatestIdOf(after) : after)
}

interface Row {
  grant_id: string
  user_id: string
  client_id: string
  scopes: string | null
  mkdate: number
}

const toGrant = (row: Row): LiveGrant => ({
  grantId: row.grant_id,
  userId: row.user_id,
  clientId: row.client_id,
  scopes: row.scopes,
  lastUsedAt: row.mkdate,
})

const columns = 'LEFT(r.id, 32) AS grant_id, a.user_id, a.client_id, a.scopes, a.mkdate'

/** The grant by its live tokens; none when it is over. */
export const liveTokensOf = async (db: Knex, grantId: string, now: number): Promise<readonly LiveGrant[]> => {
  const rows = await rowsOf<Row>(
    db.raw(
      `SELECT ${columns} FROM oauth2_refresh_tokens r JOIN oauth2_access_tokens a ON a.id = r.access_token_id
        WHERE r.id LIKE ? AND r.revoked = 0 AND r.expires_at > ? LIMIT ?`,
      [`${grantId}%`, now, bounds.grantsOfPage.most],
    ),
  )
  const found: Found = new Map()
  for (const row of rows) note(found, toGrant(row))
  return [...found.values()]
}

/** Live grants of a client, some at a time, by a walk over everybody's access tokens along their ids: client_id has no key. */
export async function* liveGrantsOfClient(
  db: Knex,
  clientId: string,
  now: number,
): AsyncGenerator<readonly LiveGrant[]> {
  for (let after: string | undefined = ''; after !== undefined;) {
    const ends: readonly { id: string }[] = await rowsOf<{ id: string }>(
      db.raw('SELECT id FROM oauth2_access_tokens WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?', [
        after,
        bounds.rowsOfWalk.most - 1,
      ]),
    )
    const end: string | undefined = ends[0]?.id
    const rows = await rowsOf<Row>(
      db.raw(
        `SELECT ${columns} FROM oauth2_access_tokens a JOIN oauth2_refresh_tokens r ON r.access_token_id = a.id
          WHERE a.id > ? ${end === undefined ? '' : 'AND a.id <= ?'} AND a.client_id = ? AND r.revoked = 0 AND r.expires_at > ?`,
        [after, ...(end === undefined ? [] : [end]), clientId, now],
      ),
    )
    const found: Found = new Map()
    for (const row of rows) note(found, toGrant(row))
    yield [...found.values()]
    after = end
  }
}
