// All access tokens of a user with their refresh tokens, some rows at a time along the key on user_id, which InnoDB keeps in
// the order of ids: however many there are, one statement takes no more than it says.
import type { Knex } from 'knex'
import { rowsOf } from './rows.ts'

export interface TokenOfUser {
  readonly id: string
  readonly clientId: string
  readonly scopes: string | null
  readonly revoked: boolean
  /** Unix seconds. */
  readonly expiresAt: number | null
  readonly issuedAt: number
  /** Null where the access token has none. */
  readonly refreshTokenId: string | null
  readonly refreshTokenRevoked: boolean
  readonly refreshTokenExpiresAt: number | null
}

interface Row {
  id: string
  client_id: string
  scopes: string | null
  revoked: number
  expires_at: number | null
  mkdate: number
  refresh_id: string | null
  refresh_revoked: number | null
  refresh_expires_at: number | null
}

/**
 * The next ids of a user's access tokens: user, id after which, how many; with `OFFSET ?` one further on. Without IGNORE INDEX the
 * server may walk the whole table in the order of ids, if it takes the user for its only one.
 */
export const tokenIdsSql =
  'SELECT id FROM oauth2_access_tokens IGNORE INDEX (PRIMARY) WHERE user_id = ? AND id > ? ORDER BY id LIMIT ?'

// Sorted here: the server would put all columns into a table on disk for that, because scopes are a TEXT, and take twice as long.
const sql = `SELECT a.id, a.client_id, a.scopes, a.revoked, a.expires_at, a.mkdate,
    r.id AS refresh_id, r.revoked AS refresh_revoked, r.expires_at AS refresh_expires_at
  FROM (${tokenIdsSql}) some
  JOIN oauth2_access_tokens a ON a.id = some.id
  LEFT JOIN oauth2_refresh_tokens r ON r.access_token_id = a.id`

const toToken = (row: Row): TokenOfUser => ({
  id: row.id,
  clientId: row.client_id,
  scopes: row.scopes,
  revoked: row.revoked !== 0,
  expiresAt: row.expires_at,
  issuedAt: row.mkdate,
  refreshTokenId: row.refresh_id,
  refreshTokenRevoked: row.refresh_revoked !== 0,
  refreshTokenExpiresAt: row.refresh_expires_at,
})

/** The next `rows` tokens of the user after the id `after`. @returns `last`, after which to go on; undefined when these were all */
export const tokensOfUser = async (
  db: Knex,
  userId: string,
  { after, rows }: { readonly after: string; readonly rows: number },
): Promise<{ readonly tokens: readonly TokenOfUser[]; readonly last: string | undefined }> => {
  const found = await rowsOf<Row>(db.raw(sql, [userId, after, rows]))
  const tokens = found.map(toToken).sort((a, b) => (a.id < b.id ? -1 : 1))
  return { tokens, last: new Set(tokens.map(({ id }) => id)).size < rows ? undefined : tokens.at(-1)?.id }
}

/** Every token of the user, `rows` at a time, up to `most` of them. */
export async function* everyTokenOfUser(
  db: Knex,
  userId: string,
  { rows, most }: { readonly rows: number; readonly most: number },
): AsyncGenerator<readonly TokenOfUser[]> {
  let after: string | undefined = ''
  for (let taken = 0; after !== undefined && taken < most; taken += rows) {
    const { tokens, last }: Awaited<ReturnType<typeof tokensOfUser>> = await tokensOfUser(db, userId, { after, rows })
    yield tokens
    after = last
  }
}

/** True while its refresh token could be used at `now`. */
export const isLive = (token: TokenOfUser, now: number): boolean =>
  token.refreshTokenId !== null &&
  !token.refreshTokenRevoked &&
  token.refreshTokenExpiresAt !== null &&
  token.refreshTokenExpiresAt > now
