// A refresh token becomes the next pair: once, and within the grace window a few times more (D8).
// An authentic refresh token without a row was rotated and purged: no other way takes the row of a token that has not expired.
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { grantOf, isGrantId, successorsOf } from '../oauth/grant-id.ts'
import type { Rotation } from '../oauth/ports.ts'
import { assertPresent } from '../oauth/recipient.ts'
import { inOneTransaction } from './batch.ts'
import { assertIssued, issue, lock, type Source } from './issue.ts'
import type { Rotating } from './issue-together.ts'
import { rotationOf, type ContinuedByStudip } from './continued-by-studip.ts'
import { changedBy, rowsOf } from './rows.ts'
import { lookedAtTwice } from './second-look.ts'
import { inTransaction } from './transaction.ts'

/** Milliseconds. */
const patience = 1_000

/**
 * A pair whose client has left may just be being taken back; then the token that comes again is no replay (S-113). Whoever leaves
 * meanwhile changes nothing about the verdict.
 * @throws OAuthError invalid_client when the client is gone, RecipientLeft before it begins, or the database's error
 */
export const rotate = (
  db: Knex,
  rotating: Rotating,
  continued: Pick<ContinuedByStudip, 'wasContinued'>,
): Promise<Rotation> =>
  rotating.graceSeconds === 0
    ? rotateOnce(db, rotating, continued)
    : lookedAtTwice(patience, rotating, (each) => rotateOnce(db, each, continued))

const rotateOnce = async (
  db: Knex,
  rotating: Rotating,
  { wasContinued }: Pick<ContinuedByStudip, 'wasContinued'>,
): Promise<Rotation> => {
  if (await rotateUnused(db, rotating)) return 'rotated'
  const { presented, pair, graceSeconds, recipient } = rotating
  const again = await inTransaction(db, async (trx) => {
    await assertPresent(recipient)
    return rotateAgain(trx, rotating)
  })
  if (again !== 'unknown') return again
  return (await wasContinued(presented, pair.accessToken.issuedAt - graceSeconds)) ? 'replayed' : 'unknown'
}

const rotateUnused = async (db: Knex, { presented, pair, recipient }: Rotating): Promise<boolean> => {
  const unused: Source = {
    sql: 'oauth2_refresh_tokens WHERE id = ? AND access_token_id = ? AND revoked = 0',
    bindings: [presented.id, presented.accessTokenId],
  }
  const [, inserted, , used] = await inOneTransaction(
    db,
    [
      lock(unused),
      ...issue(pair, unused),
      // Both tokens at once; the access token may have been purged. Refresh tokens have no date of their own: the chdate of
      // their access token tells when they were rotated.
      [
        `UPDATE oauth2_refresh_tokens r LEFT JOIN oauth2_access_tokens a ON a.id = ? SET r.revoked = 1, a.revoked = 1, a.chdate = ?
      WHERE r.id = ? AND r.access_token_id = ? AND r.revoked = 0`,
        [presented.accessTokenId, pair.accessToken.issuedAt, ...unused.bindings],
      ],
    ],
    recipient,
  )
  if (!used || used.affectedRows === 0) return false
  assertIssued(inserted?.affectedRows)
  return true
}

/** The token was rotated before: a lost answer or a parallel refresh within the grace window, else a replay. */
const rotateAgain = async (trx: Knex.Transaction, { presented, pair, graceSeconds }: Rotating): Promise<Rotation> => {
  const time = pair.accessToken.issuedAt
  const live = await holdLiveGrant(trx, presented.id, time)
  if (live === undefined) return 'unknown'
  const rotatedAt = (await rotationOf(trx, presented.id)) ?? (await firstSuccession(trx, presented.id))
  // A clock that went back may have dated it after now.
  if (rotatedAt === undefined || graceSeconds === 0 || Math.abs(time - rotatedAt) > graceSeconds) return 'replayed'
  if (!(await mayYieldAnother(trx, presented.id))) return 'spent'
  const [insertAccessToken, insertRefreshToken] = issue(pair, {
    sql: 'oauth2_refresh_tokens WHERE id = ?',
    bindings: [live],
  })
  assertIssued(await changedBy(trx.raw(...insertAccessToken)))
  await trx.raw(...insertRefreshToken)
  return 'in-grace'
}

// Stud.IP's own purge spares nothing, however young: what came of the token tells when it was rotated.
const firstSuccession = async (trx: Knex.Transaction, id: string): Promise<number | undefined> => {
  const beginning = successorsOf(id)
  if (beginning === undefined) return undefined
  const [row] = await rowsOf<{ at: number | null }>(
    trx.raw('SELECT MIN(mkdate) AS at FROM oauth2_access_tokens WHERE id LIKE ?', [`${beginning}%`]),
  )
  return row?.at ?? undefined
}

// A successor that was used has arrived, so no answer is lost any more; and nobody loses one answer many times within seconds.
const mayYieldAnother = async (trx: Knex.Transaction, id: string): Promise<boolean> => {
  const beginning = successorsOf(id)
  if (beginning === undefined) return false
  const successors = await rowsOf<{ revoked: number }>(
    trx.raw(
      'SELECT r.revoked FROM oauth2_access_tokens a JOIN oauth2_refresh_tokens r ON r.access_token_id = a.id WHERE a.id LIKE ? LIMIT ?',
      [`${beginning}%`, bounds.pairsOfToken.most],
    ),
  )
  return successors.length < bounds.pairsOfToken.most && successors.every(({ revoked }) => revoked === 0)
}

/**
 * The live refresh token of the grant, if there is one, which then stays as it is until the commit: a revocation waits for the
 * pair, or the pair for the revocation, and nothing revives. The first lock makes parallel refreshes of one token queue
 * up outside the gaps that they fill, so that each counts the pairs of those before it. The second is a write, because on
 * a Galera cluster locks end at the node and only writes of one row conflict.
 */
const holdLiveGrant = async (trx: Knex.Transaction, id: string, time: number): Promise<string | undefined> => {
  const grantId = grantOf(id)
  if (!isGrantId(grantId)) return undefined
  await trx.raw('SELECT 1 FROM oauth2_refresh_tokens WHERE id = ? FOR UPDATE', [id])
  const [live] = await rowsOf<{ id: string }>(
    trx.raw(
      'SELECT id FROM oauth2_refresh_tokens WHERE id LIKE ? AND revoked = 0 AND expires_at > ? LIMIT 1 FOR UPDATE',
      [`${grantId}%`, time],
    ),
  )
  if (live === undefined) return undefined
  const held = trx.raw('UPDATE oauth2_refresh_tokens SET expires_at = expires_at - 1 WHERE id = ?', [live.id])
  return (await changedBy(held)) === 1 ? live.id : undefined
}
