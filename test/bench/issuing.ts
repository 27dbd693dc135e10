// Codes and refresh tokens to begin with, written as league writes them: both our service and league take them.
import { createHash, randomBytes } from 'node:crypto'
import { createCredentials } from '../../src/crypto/formats/of.ts'
import { createKeyRing } from '../../src/crypto/key-ring.ts'
import { accessTokenLifetime } from '../../src/oauth/token-issuing.ts'
import type { CodeChallenge } from '../../src/oauth/types.ts'
import { redirectUri } from './environment.ts'
import type { Environment, KeyKind } from './environment.ts'
import { personAt } from './people.ts'

const now = () => Math.floor(Date.now() / 1000)
const newId = () => randomBytes(40).toString('hex')
export const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

const numbered = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))
const inBatches = async <T>(rows: readonly T[], insert: (batch: readonly T[]) => Promise<unknown>) => {
  for (let from = 0; from < rows.length; from += 500) await insert(rows.slice(from, from + 500))
}

/** Counters of rotations are chosen by five hex digits of a grant: two grants in one would be told to slow down (A14). */
const newRefreshTokenId = (index: number): string =>
  ((index * 611_953) % 2 ** 20).toString(16).padStart(5, '0') + newId().slice(5)

export interface Granted {
  readonly clientId: string
  readonly count: number
  /** `api` unless given. */
  readonly scopes?: readonly string[]
  /** Whose the grants are; people in turn unless given. */
  readonly userOf?: (index: number) => string
}

/** Rows of `count` live access tokens of the client, each with its refresh token. */
export const insertTokenRows = async (
  { database }: Environment,
  { clientId, count, scopes = ['api'], userOf = personAt }: Granted,
) => {
  const tokens = numbered(count, (index) => ({
    clientId,
    userId: userOf(index),
    scopes,
    expiresAt: now() + 2_592_000,
    id: newRefreshTokenId(index),
    accessTokenId: newId(),
  }))
  await inBatches(tokens, (batch) =>
    database.knex('oauth2_access_tokens').insert(
      batch.map(({ accessTokenId, userId }) => ({
        id: accessTokenId,
        user_id: userId,
        client_id: clientId,
        scopes: JSON.stringify(scopes),
        revoked: 0,
        expires_at: now() + accessTokenLifetime,
        mkdate: now(),
        chdate: now(),
      })),
    ),
  )
  await inBatches(tokens, (batch) =>
    database.knex('oauth2_refresh_tokens').insert(
      batch.map(({ id, accessTokenId, expiresAt }) => ({
        id,
        access_token_id: accessTokenId,
        revoked: 0,
        expires_at: expiresAt,
      })),
    ),
  )
  return tokens
}

const credentialsOf = async ({ keys }: Environment, kind: KeyKind) =>
  createCredentials({ keys: createKeyRing({ dir: await keys(kind), now }), now })

/** `count` live refresh tokens of the client. */
export const issueRefreshTokens = async (
  environment: Environment,
  { keys, ...granted }: Granted & { readonly keys: KeyKind },
): Promise<string[]> => {
  const credentials = await credentialsOf(environment, keys)
  const tokens = await insertTokenRows(environment, granted)
  return Promise.all(tokens.map((token) => credentials.sealRefreshToken(token)))
}

/** `count` live access tokens of the client. */
export const issueAccessTokens = async (
  environment: Environment,
  { keys, ...granted }: Granted & { readonly keys: KeyKind },
): Promise<string[]> => {
  const credentials = await credentialsOf(environment, keys)
  const tokens = await insertTokenRows(environment, granted)
  return Promise.all(
    tokens.map(({ accessTokenId, ...token }) =>
      credentials.sealAccessToken({
        ...token,
        id: accessTokenId,
        issuedAt: now(),
        expiresAt: now() + accessTokenLifetime,
      }),
    ),
  )
}

/** `count` unused codes of the client; public clients get the challenge of `codeVerifier`. */
export const issueCodes = async (
  environment: Environment,
  {
    keys,
    clientId,
    count,
    scopes = ['api'],
    userOf = personAt,
    pkce,
  }: Granted & { readonly keys: KeyKind; readonly pkce: boolean },
): Promise<string[]> => {
  const credentials = await credentialsOf(environment, keys)
  const challenge = createHash('sha256').update(codeVerifier).digest('base64url')
  const codeChallenge: CodeChallenge | undefined = pkce ? { challenge, method: 'S256' } : undefined
  const codes = numbered(count, (index) => ({
    id: newId(),
    clientId,
    userId: userOf(index),
    scopes,
    redirectUri,
    codeChallenge,
    authTime: now(),
    expiresAt: now() + 600,
  }))
  await inBatches(codes, (batch) =>
    environment.database.knex('oauth2_auth_codes').insert(
      batch.map(({ id, userId, expiresAt }) => ({
        id,
        user_id: userId,
        client_id: clientId,
        scopes: JSON.stringify(scopes),
        revoked: 0,
        expires_at: expiresAt,
        mkdate: now(),
        chdate: now(),
      })),
    ),
  )
  return Promise.all(codes.map((code) => credentials.sealCode(code)))
}
