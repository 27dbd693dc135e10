// oauth2_access_tokens and oauth2_refresh_tokens: redeem, rotate, revoke. One conditional UPDATE decides, its row count is the answer (D8).
import type { Knex } from 'knex'
import { invalidClient } from '../oauth/errors.ts'
import { grantOf, isGrantId } from '../oauth/grant-id.ts'
import type { Now, Redemption, Rotation, Tokens } from '../oauth/ports.ts'
import { alwaysThere, assertPresent, type Recipient } from '../oauth/recipient.ts'
import type { AuthorizationCode, RefreshToken, TokenPair } from '../oauth/types.ts'
import { inOneTransaction } from './batch.ts'
import type { Statement } from './connection.ts'
import { redeemTogether, rotateTogether, type Redeeming, type Rotating } from './issue-together.ts'
import { changedBy, rowsOf, scopesOf } from './rows.ts'
import { inGroups } from './together.ts'
import { takeBackRedemption, takeBackRotation } from './take-back.ts'
import { inTransaction } from './transaction.ts'

export const createTokens = (db: Knex, now: Now): Tokens => {
  const redeemInGroup = inGroups<Redeeming, Redemption>({
    together: async (all) => ((await redeemTogether(db, all)) ? 'redeemed' : undefined),
    alone: ({ code, pair, recipient }) => redeem(db, code, pair, recipient),
  })
  const rotateInGroup = inGroups<Rotating, Rotation>({
    together: async (all) => ((await rotateTogether(db, all)) ? 'rotated' : undefined),
    alone: (rotating) => rotate(db, rotating),
  })
  return {
    redeem: (code, pair, recipient = alwaysThere) => redeemInGroup({ code, pair, recipient }),
    rotate: (presented, pair, graceSeconds, recipient = alwaysThere) =>
      rotateInGroup({ presented, pair, graceSeconds, recipient }),
    takeBackRedemption: (code, pair) => takeBackRedemption(db, code, pair),
    takeBackRotation: (presented, pair) => takeBackRotation(db, presented, pair),
    revokeGrant: (grantId) => inTransaction(db, (trx) => revokeGrant(trx, grantId, now())),
    revokeAccessToken: async (id, clientId) => {
      await db.raw(
        'UPDATE oauth2_access_tokens SET revoked = 1, chdate = ? WHERE id = ? AND client_id = ? AND revoked = 0',
        [now(), id, clientId],
      )
    },
    findLiveAccessToken: async (id) => {
      const [row] = await rowsOf<{
        user_id: string | null
        client_id: string
        scopes: string | null
        expires_at: number | null
      }>(
        db.raw('SELECT user_id, client_id, scopes, expires_at FROM oauth2_access_tokens WHERE id = ? AND revoked = 0', [
          id,
        ]),
      )
      return row && row.user_id !== null && row.expires_at !== null
        ? { id, userId: row.user_id, clientId: row.client_id, scopes: scopesOf(row.scopes), expiresAt: row.expires_at }
        : undefined
    },
    isLiveRefreshToken: async (id) =>
      (await rowsOf(db.raw('SELECT 1 FROM oauth2_refresh_tokens WHERE id = ? AND revoked = 0', [id]))).length === 1,
  }
}

// What a pair comes from, as long as it is unused. Each statement of a batch asks for it itself, under the lock of the first one:
// a server that cannot send an answer, because we are gone, stops counting rows, and a decision kept in a variable would be lost.
interface Source {
  readonly sql: string
  readonly bindings: readonly string[]
}

const lock = ({ sql, bindings }: Source): Statement => [`SELECT 1 FROM ${sql} FOR UPDATE`, bindings]

// The client's row stays locked until the commit, so that deleting the client waits for the pair, or the pair finds no client (S-067).
const issue = ({ accessToken, refreshToken }: TokenPair, source: Source): readonly Statement[] => {
  const { id, userId, clientId, scopes, issuedAt, expiresAt } = accessToken
  return [
    [
      `INSERT INTO oauth2_access_tokens (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate)
      SELECT ?, ?, id, ?, 0, ?, ?, ? FROM oauth2_clients WHERE id = ? AND revoked = 0 AND EXISTS (SELECT 1 FROM ${source.sql})`,
      [id, userId, JSON.stringify(scopes), expiresAt, issuedAt, issuedAt, clientId, ...source.bindings],
    ],
    [
      'INSERT INTO oauth2_refresh_tokens (id, access_token_id, revoked, expires_at) SELECT ?, id, 0, ? FROM oauth2_access_tokens WHERE id = ?',
      [refreshToken.id, refreshToken.expiresAt, id],
    ],
  ]
}

const assertIssued = (inserted: { affectedRows: number } | undefined): void => {
  if (inserted?.affectedRows !== 1) throw invalidClient()
}

const redeem = async (
  db: Knex,
  { id, userId, clientId }: AuthorizationCode,
  pair: TokenPair,
  recipient: Recipient,
): Promise<Redemption> => {
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
  assertIssued(inserted)
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

// Refresh tokens have no date of their own: the chdate of their access token tells when they were rotated.
const rotate = async (db: Knex, { presented, pair, graceSeconds, recipient }: Rotating): Promise<Rotation> => {
  const unused: Source = {
    sql: 'oauth2_refresh_tokens WHERE id = ? AND access_token_id = ? AND revoked = 0',
    bindings: [presented.id, presented.accessTokenId],
  }
  const [, inserted, , used] = await inOneTransaction(
    db,
    [
      lock(unused),
      ...issue(pair, unused),
      // Both tokens at once; the access token may have been purged.
      [
        `UPDATE oauth2_refresh_tokens r LEFT JOIN oauth2_access_tokens a ON a.id = ? SET r.revoked = 1, a.revoked = 1, a.chdate = ?
      WHERE r.id = ? AND r.access_token_id = ? AND r.revoked = 0`,
        [presented.accessTokenId, pair.accessToken.issuedAt, ...unused.bindings],
      ],
    ],
    recipient,
  )
  if (!used || used.affectedRows === 0)
    return inTransaction(db, async (trx) => {
      await assertPresent(recipient)
      return rotateAgain(trx, presented, pair, graceSeconds)
    })
  assertIssued(inserted)
  return 'rotated'
}

/** The token was rotated before: a lost answer or a parallel refresh within the grace window, else a replay, even when its row was purged. */
const rotateAgain = async (
  trx: Knex.Transaction,
  presented: RefreshToken,
  pair: TokenPair,
  graceSeconds: number,
): Promise<Rotation> => {
  const time = pair.accessToken.issuedAt
  if (!(await holdLiveGrant(trx, presented.id, time))) return 'unknown'
  const [used] = await rowsOf<{ rotated_at: number }>(
    trx.raw(
      'SELECT a.chdate AS rotated_at FROM oauth2_refresh_tokens r JOIN oauth2_access_tokens a ON a.id = r.access_token_id WHERE r.id = ?',
      [presented.id],
    ),
  )
  // A clock that went back may have dated it after now.
  if (!used || graceSeconds === 0 || Math.abs(time - used.rotated_at) > graceSeconds) return 'replayed'
  const [insertAccessToken, insertRefreshToken] = issue(pair, {
    sql: 'oauth2_refresh_tokens WHERE id = ?',
    bindings: [presented.id],
  })
  if ((await run(trx, insertAccessToken)) !== 1) throw invalidClient()
  await run(trx, insertRefreshToken)
  return 'in-grace'
}

const run = (trx: Knex.Transaction, [sql, bindings = []]: Statement = ['DO 0']): Promise<number> =>
  changedBy(trx.raw(sql, bindings))

/**
 * True while the grant has a live refresh token, which then stays as it is until the commit: a revocation waits for the
 * pair, or the pair for the revocation, and nothing revives. The first lock makes parallel refreshes of one token queue
 * up outside the gaps that they fill. The second is a write, because on a Galera cluster locks end at the node and only
 * writes of one row conflict.
 */
const holdLiveGrant = async (trx: Knex.Transaction, id: string, time: number): Promise<boolean> => {
  const grantId = grantOf(id)
  if (!isGrantId(grantId)) return false
  await trx.raw('SELECT 1 FROM oauth2_refresh_tokens WHERE id = ? FOR UPDATE', [id])
  const [live] = await rowsOf<{ id: string }>(
    trx.raw(
      'SELECT id FROM oauth2_refresh_tokens WHERE id LIKE ? AND revoked = 0 AND expires_at > ? LIMIT 1 FOR UPDATE',
      [`${grantId}%`, time],
    ),
  )
  return (
    live !== undefined &&
    (await changedBy(
      trx.raw('UPDATE oauth2_refresh_tokens SET expires_at = expires_at - 1 WHERE id = ?', [live.id]),
    )) === 1
  )
}

/** Inside a transaction. The last step ends the first access token of a grant that Stud.IP's server began: its id has another prefix. */
export const revokeGrant = async (trx: Knex.Transaction, grantId: string, time: number): Promise<void> => {
  if (!isGrantId(grantId)) return
  const family = `${grantId}%`
  await trx.raw('UPDATE oauth2_refresh_tokens SET revoked = 1 WHERE id LIKE ? AND revoked = 0', [family])
  await trx.raw('UPDATE oauth2_access_tokens SET revoked = 1, chdate = ? WHERE id LIKE ? AND revoked = 0', [
    time,
    family,
  ])
  await trx.raw('UPDATE oauth2_auth_codes SET revoked = 1, chdate = ? WHERE id LIKE ? AND revoked = 0', [time, family])
  await trx.raw(
    'UPDATE oauth2_refresh_tokens r JOIN oauth2_access_tokens a ON a.id = r.access_token_id SET a.revoked = 1, a.chdate = ? WHERE r.id LIKE ? AND a.revoked = 0',
    [time, family],
  )
}
