// Codes and refresh tokens to begin with, written as league writes them: both our service and league take them.
import { createHash, randomBytes } from 'node:crypto'
import { createCredentials } from '../../src/crypto/formats/of.ts'
import { createKeyRing } from '../../src/crypto/key-ring.ts'
import type { CodeChallenge } from '../../src/oauth/types.ts'
import { publicClient, redirectUri, userId } from './environment.ts'
import type { Environment, KeyKind } from './environment.ts'

const now = () => Math.floor(Date.now() / 1000)
const newId = () => randomBytes(40).toString('hex')
export const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

const numbered = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)
const inBatches = async <T>(rows: readonly T[], insert: (batch: readonly T[]) => Promise<unknown>) => {
  for (let from = 0; from < rows.length; from += 500) await insert(rows.slice(from, from + 500))
}

/** Rows of `count` live access tokens of the client, each with its refresh token. */
export const insertTokenRows = async (
  { database }: Environment,
  clientId: string,
  count: number,
  scopes: readonly string[] = ['api'],
) => {
  const tokens = numbered(count, () => ({
    clientId,
    userId,
    scopes,
    expiresAt: now() + 2_592_000,
    id: newId(),
    accessTokenId: newId(),
  }))
  await inBatches(tokens, (batch) =>
    database.knex('oauth2_access_tokens').insert(
      batch.map(({ accessTokenId }) => ({
        id: accessTokenId,
        user_id: userId,
        client_id: clientId,
        scopes: JSON.stringify(scopes),
        revoked: 0,
        expires_at: now() + 3600,
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

/** `count` live refresh tokens of the client. */
export const issueRefreshTokens = async (
  environment: Environment,
  options: { keys: KeyKind; clientId: string; count: number },
): Promise<string[]> => {
  const credentials = createCredentials({
    keys: createKeyRing({ dir: await environment.keys(options.keys), now }),
    now,
  })
  const tokens = await insertTokenRows(environment, options.clientId, options.count)
  return Promise.all(tokens.map((token) => credentials.sealRefreshToken(token)))
}

/** `count` live access tokens that read and no more. */
export const issueReadingTokens = async (
  environment: Environment,
  { keys, count }: { keys: KeyKind; count: number },
): Promise<string[]> => {
  const credentials = createCredentials({ keys: createKeyRing({ dir: await environment.keys(keys), now }), now })
  const tokens = await insertTokenRows(environment, publicClient, count, ['api.read'])
  return Promise.all(
    tokens.map(({ accessTokenId: id, ...token }) =>
      credentials.sealAccessToken({ ...token, id, issuedAt: now(), expiresAt: now() + 3600 }),
    ),
  )
}

/** `count` unused codes of the client; public clients get the challenge of `codeVerifier`. */
export const issueCodes = async (
  { database, keys }: Environment,
  options: { keys: KeyKind; clientId: string; count: number; pkce: boolean },
): Promise<string[]> => {
  const credentials = createCredentials({ keys: createKeyRing({ dir: await keys(options.keys), now }), now })
  const challenge = createHash('sha256').update(codeVerifier).digest('base64url')
  const codeChallenge: CodeChallenge | undefined = options.pkce ? { challenge, method: 'S256' } : undefined
  const codes = numbered(options.count, () => ({
    id: newId(),
    clientId: options.clientId,
    userId,
    scopes: ['api'],
    redirectUri,
    codeChallenge,
    expiresAt: now() + 600,
  }))
  await inBatches(codes, (batch) =>
    database.knex('oauth2_auth_codes').insert(
      batch.map(({ id, expiresAt }) => ({
        id,
        user_id: userId,
        client_id: options.clientId,
        scopes: '["api"]',
        revoked: 0,
        expires_at: expiresAt,
        mkdate: now(),
        chdate: now(),
      })),
    ),
  )
  return Promise.all(codes.map((code) => credentials.sealCode(code)))
}
