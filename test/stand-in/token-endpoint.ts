// Stand-in for the token endpoint of Stud.IP's own OAuth2 server (contract §9.4), for what happens while the sidecar is away.
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyBcrypt } from '../../src/crypto/bcrypt.ts'
import type { Knex } from 'knex'
import { decrypt, encrypt, signToken } from './league.ts'
import type { StandIn } from './stand-in.ts'

type Form = Readonly<Record<string, string | undefined>>
interface ClientRow {
  readonly id: string
  readonly secret: string | null
  readonly redirect: string
}
export interface Refusal {
  readonly status: number
  readonly error: string
  readonly hint?: string
}
interface Code {
  readonly client_id: string
  readonly redirect_uri: string | null
  readonly auth_code_id: string
  readonly scopes: readonly string[]
  readonly user_id: string
  readonly expire_time: number
  readonly code_challenge: string | null
  readonly code_challenge_method: string | null
}
interface Refresh {
  readonly client_id: string
  readonly refresh_token_id: string
  readonly access_token_id: string
  readonly scopes: readonly string[]
  readonly user_id: string
  readonly expire_time: number
}

const refuse = (status: number, error: string, hint?: string): Refusal => ({ status, error, ...(hint && { hint }) })
const now = (): number => Date.now() / 1000

/** The token answer, or why not. Like the original it revokes after issuing and asks nothing about the user. */
export async function tokenEndpoint(standIn: StandIn, form: Form, authorization: string): Promise<object | Refusal> {
  const client = await authenticate(standIn.db, form, authorization)
  if ('error' in client) return client
  const password =
    /'([A-Za-z0-9]{48})'/.exec(await readFile(join(standIn.keysPath, 'encryption_key.php'), 'utf8'))?.[1] ?? ''
  if (form['grant_type'] === 'authorization_code') return redeem(standIn, password, client, form)
  if (form['grant_type'] === 'refresh_token') return refresh(standIn, password, client, form)
  return refuse(400, 'unsupported_grant_type')
}

async function authenticate(db: Knex, form: Form, authorization: string): Promise<ClientRow | Refusal> {
  const [basicId, basicSecret] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
    .toString()
    .split(':')
  const id = form['client_id'] ?? (authorization ? basicId : undefined)
  if (!id) return refuse(400, 'invalid_request')
  const client = await db<ClientRow>('oauth2_clients')
    .where({ id, revoked: 0 } as Partial<ClientRow>)
    .first()
  if (!client) return refuse(401, 'invalid_client')
  const secret = form['client_secret'] ?? (authorization ? basicSecret : undefined) ?? ''
  if (client.secret && !(await verifyBcrypt(secret, client.secret))) return refuse(401, 'invalid_client')
  const asked = client.secret || form['grant_type'] === 'refresh_token' ? form['redirect_uri'] : undefined
  if (asked && !client.redirect.split(',').some((uri) => withoutLoopbackPort(uri) === withoutLoopbackPort(asked)))
    return refuse(401, 'invalid_client')
  return client
}

/** Only for these two addresses the port does not count (contract §9.2). */
const withoutLoopbackPort = (uri: string): string => uri.replace(/^(http:\/\/(?:127\.0\.0\.1|\[::1\])):\d+/, '$1')

async function redeem(standIn: StandIn, password: string, client: ClientRow, form: Form): Promise<object | Refusal> {
  const text = await decrypt(form['code'] ?? '', password)
  if (text === undefined) return refuse(400, 'invalid_request', 'Cannot decrypt the authorization code')
  const code = JSON.parse(text) as Code
  const live = (await standIn.db('oauth2_auth_codes').where({ id: code.auth_code_id, revoked: 0 }).first('id')) as
    object | undefined
  if (now() > code.expire_time) return refuse(400, 'invalid_request', 'Authorization code has expired')
  if (!live) return refuse(400, 'invalid_request', 'Authorization code has been revoked')
  if (String(code.client_id) !== String(client.id))
    return refuse(400, 'invalid_request', 'Authorization code was not issued to this client')
  if (code.redirect_uri && form['redirect_uri'] !== code.redirect_uri)
    return refuse(400, 'invalid_request', 'Invalid redirect URI')
  if (!challengeMet(code, form['code_verifier']))
    return refuse(400, 'invalid_grant', 'Failed to verify `code_verifier`.')
  const answer = await issue(standIn, password, code)
  await standIn
    .db('oauth2_auth_codes')
    .where({ id: code.auth_code_id })
    .update({ revoked: 1, chdate: Math.floor(now()) })
  return answer
}

function challengeMet(code: Code, verifier: string | undefined): boolean {
  if (!code.code_challenge) return !verifier
  if (!verifier || !/^[A-Za-z0-9\-._~]{43,128}$/.test(verifier)) return false
  return (
    code.code_challenge ===
    (code.code_challenge_method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier)
  )
}

async function refresh(standIn: StandIn, password: string, client: ClientRow, form: Form): Promise<object | Refusal> {
  if (!form['refresh_token']) return refuse(400, 'invalid_request')
  const text = await decrypt(form['refresh_token'], password)
  if (text === undefined) return refuse(401, 'invalid_request', 'Cannot decrypt the refresh token')
  const token = JSON.parse(text) as Refresh
  if (String(token.client_id) !== String(client.id))
    return refuse(401, 'invalid_request', 'Token is not linked to client')
  if (token.expire_time < now()) return refuse(401, 'invalid_request', 'Token has expired')
  const live = (await standIn
    .db('oauth2_refresh_tokens')
    .where({ id: token.refresh_token_id, revoked: 0 })
    .first('id')) as object | undefined
  if (!live) return refuse(401, 'invalid_request', 'Token has been revoked')
  const scopes = form['scope'] === undefined ? token.scopes : form['scope'].split(' ').filter(Boolean)
  if (scopes.some((scope) => !token.scopes.includes(scope))) return refuse(400, 'invalid_scope')
  await standIn
    .db('oauth2_access_tokens')
    .where({ id: token.access_token_id })
    .update({ revoked: 1, chdate: Math.floor(now()) })
  await standIn.db('oauth2_refresh_tokens').where({ id: token.refresh_token_id }).update({ revoked: 1 })
  return issue(standIn, password, { ...token, scopes })
}

async function issue(
  { db, version, keysPath }: StandIn,
  password: string,
  { client_id, user_id, scopes }: Pick<Code, 'client_id' | 'user_id' | 'scopes'>,
): Promise<object> {
  const [accessId, refreshId] = [randomBytes(40).toString('hex'), randomBytes(40).toString('hex')]
  const issued = version === '6.0' ? Math.floor(now() * 1e6) / 1e6 : Math.floor(now())
  const seconds = Math.floor(issued)
  const inOneMonth = new Date(seconds * 1000)
  inOneMonth.setMonth(inOneMonth.getMonth() + 1)
  const refreshExpires = Math.floor(inOneMonth.getTime() / 1000)
  await db('oauth2_access_tokens').insert({
    id: accessId,
    user_id,
    client_id,
    scopes: JSON.stringify(scopes),
    revoked: 0,
    expires_at: seconds + 3600,
    mkdate: seconds,
    chdate: seconds,
  })
  await db('oauth2_refresh_tokens').insert({
    id: refreshId,
    access_token_id: accessId,
    revoked: 0,
    expires_at: refreshExpires,
  })
  const privateKey = await readFile(join(keysPath, 'private.key'), 'utf8')
  const payload = {
    client_id,
    refresh_token_id: refreshId,
    access_token_id: accessId,
    scopes,
    user_id,
    expire_time: refreshExpires,
  }
  return {
    token_type: 'Bearer',
    expires_in: 3600,
    access_token: signToken(privateKey, {
      aud: client_id,
      jti: accessId,
      iat: issued,
      nbf: issued,
      exp: seconds + 3600,
      sub: user_id,
      scopes,
    }),
    refresh_token: await encrypt(JSON.stringify(payload), password),
  }
}
