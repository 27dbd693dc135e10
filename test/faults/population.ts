// A university in the tables: users and live grants by the ten thousand, made by the database itself.
import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { users as fixtures } from '../fixtures/users.ts'

/** Inserts so many users; answers their ids. */
export const addUsers = async (knex: Knex, count: number): Promise<readonly string[]> => {
  await knex.raw(
    "INSERT INTO auth_user_md5 (user_id, username, password, perms, Vorname, Nachname, Email, validation_key, auth_plugin, locked, visible) SELECT MD5(CONCAT('user ', seq)), CONCAT('user', seq), '', 'autor', 'Vor', 'Nach', CONCAT(seq, '@load.invalid'), '', 'standard', 0, 'yes' FROM seq_1_to_?".replace(
      '?',
      String(Math.trunc(count)),
    ),
  )
  return Array.from({ length: count }, (_, index) =>
    createHash('md5')
      .update(`user ${index + 1}`)
      .digest('hex'),
  )
}

/** Inserts so many users and, spread over them, so many grants of the client, each with one live refresh token. */
export const populate = async (
  knex: Knex,
  { users, grants, clientId }: { users: number; grants: number; clientId: string },
): Promise<void> => {
  const now = Math.floor(Date.now() / 1000)
  await addUsers(knex, users)
  const sequence = `seq_1_to_${Math.trunc(grants)}`
  const id = (part: string) => `CONCAT(MD5(CONCAT('grant ', seq)), LEFT(SHA2(CONCAT('${part} ', seq), 256), 48))`
  await knex.raw(
    `INSERT INTO oauth2_access_tokens (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate)
    SELECT ${id('access')}, MD5(CONCAT('user ', 1 + seq MOD ?)), ?, '["api"]', 0, ?, ?, ? FROM ${sequence}`,
    [users, clientId, now + 3600, now, now],
  )
  await knex.raw(
    `INSERT INTO oauth2_refresh_tokens (id, access_token_id, revoked, expires_at) SELECT ${id('refresh')}, ${id('access')}, 0, ? FROM ${sequence}`,
    [now + 2_592_000],
  )
}

/**
 * Ids of the first live tokens of populated users, for making their ciphertexts. Whoever connects again and again is none of
 * them: beyond the bound such grants end.
 */
export const someGrants = async (
  knex: Knex,
  count: number,
): Promise<readonly { id: string; accessTokenId: string; userId: string }[]> => {
  const [rows] = (await knex.raw(
    `SELECT r.id, r.access_token_id AS accessTokenId, a.user_id AS userId FROM oauth2_refresh_tokens r
    JOIN oauth2_access_tokens a ON a.id = r.access_token_id WHERE r.revoked = 0 AND a.user_id <> ? ORDER BY r.id LIMIT ?`,
    [fixtures.autor.user_id, count],
  )) as [{ id: string; accessTokenId: string; userId: string }[]]
  return rows
}
