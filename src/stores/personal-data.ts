// What the four tables know of one person: to hand it out, and to forget it (S-151). Clients name nobody by id but in requests.
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { grantOf, isGrantId } from '../oauth/grant-id.ts'
import { isForeignText } from './database-errors.ts'
import { exportRequests, forgetRequests, isNamedByRequests, type RequestsOfPerson } from './personal-requests.ts'
import { changedBy, rowsOf } from './rows.ts'
import { inTransaction } from './transaction.ts'

/** Rows as they are stored; with the client's name, where it is still registered. */
export interface PersonalData extends RequestsOfPerson {
  readonly authorizationCodes: readonly Stored[]
  readonly accessTokens: readonly Stored[]
  readonly refreshTokens: readonly StoredRefreshToken[]
}
interface Stored {
  readonly id: string
  readonly user_id: string
  readonly client_id: string
  readonly client_name: string | null
  readonly scopes: string | null
  readonly revoked: number
  readonly expires_at: number | null
  readonly mkdate: number
  readonly chdate: number
}
interface StoredRefreshToken {
  readonly id: string
  readonly access_token_id: string
  readonly revoked: number
  readonly expires_at: number | null
}
export interface Forgotten {
  readonly authorizationCodes: number
  readonly accessTokens: number
  readonly refreshTokens: number
  /** Clients that the person asked for or decided on. */
  readonly clients: number
}

type Table = 'oauth2_auth_codes' | 'oauth2_access_tokens'

const atOnce = bounds.grantsOfTransaction.most

/** Along the key of the user, which holds ids in their order. */
const some = (db: Knex, table: Table, userId: string, after: string): Promise<readonly Stored[]> =>
  rowsOf<Stored>(
    db.raw(
      `SELECT t.*, c.name AS client_name
         FROM (SELECT id FROM ?? IGNORE INDEX (PRIMARY) WHERE user_id = ? AND id > ? ORDER BY id LIMIT ?) some
         JOIN ?? t ON t.id = some.id LEFT JOIN oauth2_clients c ON c.id = t.client_id ORDER BY t.id`,
      [table, userId, after, atOnce, table],
    ),
  )

async function* every(db: Knex, table: Table, userId: string): AsyncGenerator<readonly Stored[]> {
  for (let after: string | undefined = ''; after !== undefined;) {
    const rows: readonly Stored[] = await some(db, table, userId, after)
    if (rows.length > 0) yield rows
    after = rows.length < atOnce ? undefined : rows.at(-1)?.id
  }
}

const grantsOf = (rows: readonly Stored[]): readonly string[] =>
  [...new Set(rows.map(({ id }) => grantOf(id)))].filter(isGrantId)

// Those of the person's access tokens, and those of the same grants whose access token was purged.
const refreshTokensOf = (rows: readonly Stored[]): { readonly sql: string; readonly bindings: readonly string[] } => {
  const grants = grantsOf(rows)
  return {
    sql: [`access_token_id IN (${rows.map(() => '?').join(', ')})`, ...grants.map(() => 'id LIKE ?')].join(' OR '),
    bindings: [...rows.map(({ id }) => id), ...grants.map((grantId) => `${grantId}%`)],
  }
}

/** Everything that the tables hold of this user. @throws the database's error */
export const exportPerson = async (db: Knex, userId: string): Promise<PersonalData> => {
  const found = { oauth2_auth_codes: [] as Stored[], oauth2_access_tokens: [] as Stored[] }
  const refreshTokens = new Map<string, StoredRefreshToken>()
  for (const table of ['oauth2_auth_codes', 'oauth2_access_tokens'] as const)
    for await (const rows of every(db, table, userId)) {
      found[table].push(...rows)
      const { sql, bindings } = refreshTokensOf(rows)
      const tokens = await rowsOf<StoredRefreshToken>(
        db.raw(`SELECT * FROM oauth2_refresh_tokens WHERE ${sql}`, [...bindings]),
      )
      for (const token of tokens) refreshTokens.set(token.id, token)
    }
  return {
    authorizationCodes: found.oauth2_auth_codes,
    accessTokens: found.oauth2_access_tokens,
    refreshTokens: [...refreshTokens.values()],
    ...(await exportRequests(db, userId)),
  }
}

const forgetSome = (
  db: Knex,
  table: Table,
  rows: readonly Stored[],
): Promise<{ rows: number; refreshTokens: number }> =>
  inTransaction(db, async (trx) => {
    const { sql, bindings } = refreshTokensOf(rows)
    const refreshTokens = await changedBy(trx.raw(`DELETE FROM oauth2_refresh_tokens WHERE ${sql}`, [...bindings]))
    const ids = rows.map(({ id }) => id)
    return { rows: await changedBy(trx.raw('DELETE FROM ?? WHERE id IN (?)', [table, ids])), refreshTokens }
  })

// What is redeemed or refreshed meanwhile may land behind the walk; nothing grows out of what is gone.
const mostWalks = 5

/** Deletes all of it, in short transactions; that ends every token at once. @throws the database's error */
export const forgetPerson = async (db: Knex, userId: string): Promise<Forgotten> => {
  const gone = { oauth2_auth_codes: 0, oauth2_access_tokens: 0, refreshTokens: 0 }
  // Codes first: what is redeemed meanwhile is an access token by then.
  for (let walk = 0, found = 1; found > 0 && walk < mostWalks; walk += 1) {
    found = 0
    for (const table of ['oauth2_auth_codes', 'oauth2_access_tokens'] as const)
      for await (const rows of every(db, table, userId)) {
        const { rows: deleted, refreshTokens } = await forgetSome(db, table, rows)
        gone[table] += deleted
        gone.refreshTokens += refreshTokens
        found += deleted
      }
  }
  return {
    authorizationCodes: gone.oauth2_auth_codes,
    accessTokens: gone.oauth2_access_tokens,
    refreshTokens: gone.refreshTokens,
    clients: await forgetRequests(db, userId),
  }
}

// The second stands in the place of a user where there is none: what waits for an answer is nobody's data.
const nobody: readonly string[] = ['', '-']

// Ids are latin1 in Stud.IP's tables, whatever somebody types.
const idsWhere = async (db: Knex, table: string, column: string, text: string): Promise<readonly string[]> => {
  const query = db.raw('SELECT user_id FROM ?? WHERE ?? = ? LIMIT 1', [table, column, text])
  try {
    return (await rowsOf<{ user_id: string }>(query)).map(({ user_id: id }) => id)
  } catch (error) {
    if (isForeignText(error)) return []
    throw error
  }
}

/**
 * Ids of users with this id or user name, more than one when it is one user's id and another's name. An id that Stud.IP has
 * forgotten counts as long as the tables hold it.
 */
export const findPersons = async (db: Knex, text: string): Promise<readonly string[]> => {
  if (nobody.includes(text.trim())) return []
  const having = (table: string, column: 'user_id' | 'username') => idsWhere(db, table, column, text)
  const users = new Set([...(await having('auth_user_md5', 'user_id')), ...(await having('auth_user_md5', 'username'))])
  if (users.size > 0) return [...users]
  for (const table of ['oauth2_auth_codes', 'oauth2_access_tokens'])
    if ((await having(table, 'user_id')).length > 0) return [text]
  return (await isNamedByRequests(db, text)) ? [text] : []
}
