// One pair, stored because of what it comes from: the statements between the lock on a code or refresh token and its use.
import { invalidClient } from '../oauth/errors.ts'
import type { TokenPair } from '../oauth/types.ts'
import type { Statement } from './connection.ts'

/**
 * What a pair comes from, as the end of a SELECT that finds it while it is unused. Each statement of a batch asks for it
 * itself, under the lock of the first one: a server that cannot send an answer, because we are gone, stops counting rows,
 * and a decision kept in a variable would be lost.
 */
export interface Source {
  readonly sql: string
  readonly bindings: readonly string[]
}

type Insert = readonly [sql: string, bindings: readonly (string | number)[]]

export const lock = ({ sql, bindings }: Source): Statement => [`SELECT 1 FROM ${sql} FOR UPDATE`, bindings]

/** The client's row stays locked until the commit, so that deleting the client waits for the pair, or the pair finds no client (S-067). */
export const issue = (
  { accessToken, refreshToken }: TokenPair,
  source: Source,
): readonly [accessToken: Insert, refreshToken: Insert] => {
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

/** After the source was found unused: what was not inserted found no client. @throws OAuthError invalid_client */
export const assertIssued = (inserted: number | undefined): void => {
  if (inserted !== 1) throw invalidClient()
}
