// @jmondi/oauth2-server on the oauth2_* tables, one RS256 signature a refresh (opaque refresh tokens).
import { createPrivateKey, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { AuthorizationServer, DateInterval, JwtService, OAuthRequest } from '@jmondi/oauth2-server'
import type { OAuthClient, OAuthToken } from '@jmondi/oauth2-server'
import { handleVanillaError } from '@jmondi/oauth2-server/vanilla'
import jwt from 'jsonwebtoken'
import type { RowDataPacket } from 'mysql2'
import { clientId, databasePool, serve, settings, userId } from './peer.ts'

const pool = databasePool()
const api = { name: 'api' }
const seconds = (date: Date) => Math.floor(date.getTime() / 1000)
const newId = () => randomBytes(40).toString('hex')

const findClient = async (id: string): Promise<OAuthClient> => {
  const [rows] = await pool.execute<RowDataPacket[]>(
    'SELECT name, secret, redirect FROM oauth2_clients WHERE id = ? AND revoked = 0',
    [id],
  )
  const row = rows[0] as { name: string; secret: string | null; redirect: string }
  return {
    id,
    name: row.name,
    secret: row.secret ?? '',
    redirectUris: row.redirect.split(','),
    allowedGrants: ['refresh_token'],
    scopes: [api],
  }
}

const newToken = (client: OAuthClient): OAuthToken => ({
  accessToken: newId(),
  accessTokenExpiresAt: new DateInterval('1h').getEndDate(),
  client,
  user: { id: userId },
  scopes: [api],
})

const persist = async (token: OAuthToken) => {
  const now = seconds(new Date())
  await pool.execute(
    'INSERT INTO oauth2_access_tokens (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate) VALUES (?, ?, ?, ?, 0, ?, ?, ?)',
    [token.accessToken, userId, token.client.id, '["api"]', seconds(token.accessTokenExpiresAt), now, now],
  )
}

const issueRefreshToken = async (token: OAuthToken): Promise<OAuthToken> => {
  const refreshTokenExpiresAt = new DateInterval('30d').getEndDate()
  const refreshToken = newId()
  await pool.execute(
    'INSERT INTO oauth2_refresh_tokens (id, access_token_id, revoked, expires_at) VALUES (?, ?, 0, ?)',
    [refreshToken, token.accessToken, seconds(refreshTokenExpiresAt)],
  )
  return { ...token, refreshToken, refreshTokenExpiresAt }
}

const find = async (refreshToken: string): Promise<OAuthToken & { revoked: boolean }> => {
  const [rows] = await pool.execute<RowDataPacket[]>(
    'SELECT r.revoked, r.expires_at, a.id, a.expires_at AS access_expires_at, a.client_id FROM oauth2_refresh_tokens r JOIN oauth2_access_tokens a ON a.id = r.access_token_id WHERE r.id = ?',
    [refreshToken],
  )
  const row = rows[0] as {
    revoked: number
    expires_at: number
    id: string
    access_expires_at: number
    client_id: string
  }
  const client = { id: String(row.client_id), name: '', redirectUris: [], allowedGrants: [], scopes: [] }
  return {
    accessToken: row.id,
    accessTokenExpiresAt: new Date(row.access_expires_at * 1000),
    refreshToken,
    refreshTokenExpiresAt: new Date(row.expires_at * 1000),
    client,
    user: { id: userId },
    scopes: [api],
    revoked: row.revoked === 1,
  }
}

const revoke = async (token: OAuthToken) => {
  await pool.execute(
    'UPDATE oauth2_refresh_tokens r JOIN oauth2_access_tokens a ON a.id = r.access_token_id SET r.revoked = 1, a.revoked = 1, a.chdate = ? WHERE r.id = ?',
    [seconds(new Date()), token.refreshToken ?? null],
  )
}

// The library's own JwtService signs HS256 unless told otherwise.
const key = createPrivateKey(readFileSync(`${settings.keysPath}/private.key`))
class RsaJwtService extends JwtService {
  override sign(payload: string | Buffer | Record<string, unknown>): Promise<string> {
    return new Promise((resolve, reject) => {
      jwt.sign(payload, key, { algorithm: 'RS256' }, (error, encoded) => {
        if (encoded) resolve(encoded)
        else reject(error ?? new Error('not signed'))
      })
    })
  }
}

const server = new AuthorizationServer(
  { getByIdentifier: findClient, isClientValid: () => Promise.resolve(true) },
  {
    issueToken: (client) => Promise.resolve(newToken(client)),
    issueRefreshToken,
    persist,
    revoke,
    isRefreshTokenRevoked: (token) => Promise.resolve((token as OAuthToken & { revoked: boolean }).revoked),
    getByRefreshToken: find,
  },
  {
    getAllByIdentifiers: (names) => Promise.resolve(names.map((name) => ({ name }))),
    finalize: (scopes) => Promise.resolve(scopes),
  },
  new RsaJwtService(key),
  { useOpaqueRefreshTokens: true },
)
server.enableGrantTypes(['refresh_token', new DateInterval('1h')])

await serve(
  (request, response) => {
    const answer = async () => {
      const body = Object.fromEntries(new URLSearchParams(await text(request)))
      const answered = await server
        .respondToAccessTokenRequest(new OAuthRequest({ query: {}, headers: request.headers, body }))
        .catch(handleVanillaError)
      const json = JSON.stringify(answered.body)
      response
        .writeHead(answered.status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) })
        .end(json)
    }
    void answer()
  },
  async () => {
    const token = newToken(await findClient(clientId))
    await persist(token)
    return (await issueRefreshToken(token)).refreshToken ?? ''
  },
)
