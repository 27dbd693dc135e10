// Several codes redeemed, or several refresh tokens rotated, in one transaction: the usual case, in which all of them are unused
// and all clients there. The conditional UPDATE decides here as well; when it did not find every row, nothing was done.
import type { Knex } from 'knex'
import type { Recipient } from '../oauth/recipient.ts'
import type { AuthorizationCode, RefreshToken, TokenPair } from '../oauth/types.ts'
import { inTwoPackets } from './batch.ts'
import type { Binding, Connection, Statement } from './connection.ts'
import { isInCluster } from './fresh-connection.ts'

export interface Redeeming {
  readonly code: AuthorizationCode
  readonly pair: TokenPair
  readonly recipient: Recipient
}
export interface Rotating {
  readonly presented: RefreshToken
  readonly pair: TokenPair
  readonly graceSeconds: number
  readonly recipient: Recipient
}

const either = (count: number, condition: string): string => Array(count).fill(`(${condition})`).join(' OR ')

/** @returns false when one of them was not an unused code, its client is gone, or somebody left; then none was redeemed. @throws the database's error */
export const redeemTogether = (db: Knex, all: readonly Redeeming[]): Promise<boolean> =>
  issueTogether(db, all, [
    [
      // A small table must not be locked as a whole, row by row.
      `UPDATE oauth2_auth_codes FORCE INDEX (PRIMARY) SET revoked = 1, chdate = ? WHERE ${either(all.length, 'id = ? AND user_id = ? AND client_id = ? AND revoked = 0')}`,
      [timeOf(all), ...all.flatMap(({ code }) => [code.id, code.userId, code.clientId])],
    ],
  ])

/** @returns false when one of them was not an unused refresh token, its client is gone, or somebody left; then none was rotated. @throws the database's error */
export const rotateTogether = (db: Knex, all: readonly Rotating[]): Promise<boolean> =>
  issueTogether(db, all, [
    [
      `UPDATE oauth2_refresh_tokens FORCE INDEX (PRIMARY) SET revoked = 1 WHERE ${either(all.length, 'id = ? AND access_token_id = ? AND revoked = 0')}`,
      all.flatMap(({ presented }) => [presented.id, presented.accessTokenId]),
    ],
    // Those that were purged are missing.
    [
      'UPDATE oauth2_access_tokens FORCE INDEX (PRIMARY) SET revoked = 1, chdate = ? WHERE id IN (?)',
      [timeOf(all), all.map(({ presented }) => presented.accessTokenId)],
    ],
  ])

type Issuing = Pick<Redeeming, 'pair' | 'recipient'>

const timeOf = (all: readonly Issuing[]): number => Math.max(...all.map(({ pair }) => pair.accessToken.issuedAt))

const issueTogether = (db: Knex, all: readonly Issuing[], uses: readonly Statement<Binding>[]): Promise<boolean> => {
  const pairs = all.map(({ pair }) => pair)
  // One who left is reason enough to do each alone: then the others get theirs, and this one nothing.
  const areAllPresent = async (): Promise<boolean> => {
    await Promise.all(all.map(({ recipient }) => recipient.listen()))
    return !all.some(({ recipient }) => recipient.hasLeft())
  }
  const clientIds = [...new Set(pairs.map(({ accessToken }) => accessToken.clientId))]
  // Locked until the commit, so that deleting a client waits for its pairs, or they find no client (S-067).
  const clients: Statement<Binding> = [
    'SELECT id FROM oauth2_clients WHERE id IN (?) AND revoked = 0 LOCK IN SHARE MODE',
    [clientIds],
  ]
  const proven = (results: readonly unknown[]): boolean =>
    (results[0] as { affectedRows: number }).affectedRows === pairs.length &&
    (results.at(-1) as readonly unknown[]).length === clientIds.length
  // In a cluster a conflict of one would take all of them back.
  const isDue = async (connection: Connection) => !isInCluster(connection) && areAllPresent()
  return inTwoPackets(db, [...uses, clients], proven, insert(pairs), isDue)
}

const insert = (pairs: readonly TokenPair[]): readonly Statement<Binding>[] => [
  [
    'INSERT INTO oauth2_access_tokens (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate) VALUES ?',
    [
      pairs.map(({ accessToken: { id, userId, clientId, scopes, expiresAt, issuedAt } }) => [
        id,
        userId,
        clientId,
        JSON.stringify(scopes),
        0,
        expiresAt,
        issuedAt,
        issuedAt,
      ]),
    ],
  ],
  [
    'INSERT INTO oauth2_refresh_tokens (id, access_token_id, revoked, expires_at) VALUES ?',
    [pairs.map(({ refreshToken: { id, accessTokenId, expiresAt } }) => [id, accessTokenId, 0, expiresAt])],
  ],
]
