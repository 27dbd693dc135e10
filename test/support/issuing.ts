// Codes and tokens without the consent page in front: what tests of the token endpoint begin with.
import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { encrypt } from '../../src/crypto/defuse.ts'
import { createDerivedKeys } from '../../src/crypto/derived-keys.ts'
import { writeCode, writeRefreshToken } from '../../src/crypto/payloads.ts'
import { randomHex } from '../../src/crypto/random.ts'
import { newIdInGrantOf, newSuccessorOf } from '../../src/oauth/grant-id.ts'
import type { AuthorizationCode, RefreshToken, TokenPair } from '../../src/oauth/types.ts'
import { users } from '../fixtures/users.ts'
import { challenge, redeem, type TestApp, type TestClient, type Tokens } from './app.ts'

/** A clock that stands still until it is told. */
export const stoppedClock = (start = Math.floor(Date.now() / 1000)) => {
  let time = start
  return {
    now: () => time,
    pass: (seconds: number) => {
      time += seconds
    },
    set: (seconds: number) => {
      time = seconds
    },
  }
}

/** A code with its row, as approving a request of this client makes it. */
export const issueCode = async (
  app: TestApp,
  client: TestClient,
  more: Partial<AuthorizationCode> = {},
): Promise<{ text: string; code: AuthorizationCode }> => {
  const code: AuthorizationCode = {
    id: randomHex(40),
    clientId: client.id,
    userId: users.autor.user_id,
    scopes: ['api'],
    redirectUri: client.redirectUris[0],
    codeChallenge: client.confidential ? undefined : { challenge, method: 'S256' },
    expiresAt: app.deps.now() + 600,
    ...more,
  }
  await app.deps.codes.insert(code)
  return { text: await app.deps.credentials.sealCode(code), code }
}

/** Tokens of a fresh grant. */
export const issueTokens = async (
  app: TestApp,
  client: TestClient,
  more: Partial<AuthorizationCode> = {},
): Promise<Tokens & { code: string; grantId: string }> => {
  const { text, code } = await issueCode(app, client, more)
  const answer = await redeem(app, client, text)
  if (answer.status !== 200) throw new Error(`no tokens: ${answer.status} ${answer.text}`)
  return { ...(answer.body as Tokens), code: text, grantId: code.id.slice(0, 32) }
}

/** Encrypts with a random salt, as Stud.IP's own server does for every message. */
export const sealedByStudip = async (app: TestApp, plaintext: string): Promise<string> => {
  const { encryption } = await app.deps.keys.current()
  const salt = randomBytes(32)
  const keys = await createDerivedKeys({ encryption, now: app.deps.now }).forSalt(salt)
  return encrypt(plaintext, keys, { salt, iv: randomBytes(16) })
}

/** A refresh token that Stud.IP's own server issued: two unrelated ids and a foreign salt. */
export const tokensOfStudip = async (
  app: TestApp,
  client: TestClient,
  { scopes = ['api'], userId = users.autor.user_id }: { scopes?: readonly string[]; userId?: string } = {},
): Promise<{ text: string; token: RefreshToken }> => {
  const time = app.deps.now()
  const token = {
    id: randomHex(40),
    accessTokenId: randomHex(40),
    clientId: client.id,
    userId,
    scopes,
    expiresAt: time + 2_592_000,
  }
  await app.database.knex('oauth2_access_tokens').insert({
    id: token.accessTokenId,
    user_id: token.userId,
    client_id: client.id,
    scopes: JSON.stringify(scopes),
    revoked: 0,
    expires_at: time + 3600,
    mkdate: time,
    chdate: time,
  })
  await app.database
    .knex('oauth2_refresh_tokens')
    .insert({ id: token.id, access_token_id: token.accessTokenId, revoked: 0, expires_at: token.expiresAt })
  return { text: await sealedByStudip(app, writeRefreshToken(token)), token }
}

/** A code that Stud.IP's own server issued. */
export const codeOfStudip = async (app: TestApp, client: TestClient): Promise<string> => {
  const { code } = await issueCode(app, client)
  return sealedByStudip(app, writeCode(code))
}

/** A fresh pair in the grant of `id`, as the core makes it. */
export const newPair = (
  id: string,
  { clientId, userId, time }: { clientId: string; userId: string; time: number },
): TokenPair => {
  const [accessId, refreshId] = [newSuccessorOf(id, randomHex), newIdInGrantOf(id, randomHex)]
  const common = { clientId, userId, scopes: ['api'] }
  return {
    accessToken: { id: accessId, ...common, issuedAt: time, expiresAt: time + 3600 },
    refreshToken: { id: refreshId, accessTokenId: accessId, ...common, expiresAt: time + 2_592_000 },
  }
}

export interface GrantRows {
  readonly codes: readonly { id: string; revoked: number }[]
  readonly access: readonly { id: string; revoked: number }[]
  readonly refresh: readonly { id: string; access_token_id: string; revoked: number }[]
}

/** All rows of a grant. */
export const rowsOfGrant = async (db: Knex, grantId: string): Promise<GrantRows> => {
  const of = (table: string) => db(table).where('id', 'like', `${grantId}%`).select('*')
  const [codes, access, refresh] = await Promise.all([
    of('oauth2_auth_codes'),
    of('oauth2_access_tokens'),
    of('oauth2_refresh_tokens'),
  ])
  return { codes, access, refresh }
}

/** Ids of a grant that could still be used. */
export const liveIds = async (db: Knex, grantId: string): Promise<string[]> => {
  const { codes, access, refresh } = await rowsOfGrant(db, grantId)
  return [...codes, ...access, ...refresh].filter(({ revoked }) => revoked === 0).map(({ id }) => id)
}

/** Refresh tokens without access token and access tokens without refresh token, in the whole database. */
export const orphans = async (db: Knex): Promise<number> => {
  const [[row]] = (await db.raw(`SELECT
    (SELECT COUNT(*) FROM oauth2_refresh_tokens r LEFT JOIN oauth2_access_tokens a ON a.id = r.access_token_id WHERE a.id IS NULL) +
    (SELECT COUNT(*) FROM oauth2_access_tokens a LEFT JOIN oauth2_refresh_tokens r ON r.access_token_id = a.id WHERE r.id IS NULL) AS total`)) as [
    [{ total: string | number }],
  ]
  return Number(row.total)
}
