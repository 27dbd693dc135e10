// Both directions with the golden corpus: what league 8.5.4 issued is redeemed here, and what we issue is what league would read.
import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { league } from '../fixtures/league/golden.ts'
import { defuseDecrypt } from './defuse.ts'
import { goldenApp } from './golden-installation.ts'

interface Case {
  readonly token_request: Readonly<Record<string, string>>
  readonly token_headers?: Readonly<Record<string, string>>
  readonly refresh_request: Readonly<Record<string, string>>
  readonly unused_code: string
  readonly unused_code_payload: Readonly<Record<string, unknown>>
  readonly code: string
  readonly jwt_header: object
  readonly jwt_claims: { readonly sub: string; readonly aud: string; readonly scopes: readonly string[] }
  readonly token_response: { readonly body: { readonly access_token: string; readonly refresh_token: string } }
  readonly refresh_response: { readonly body: { readonly refresh_token: string } }
  readonly refresh_payload_2: Readonly<Record<string, unknown>>
}
interface Answer {
  readonly token_type: string
  readonly expires_in: number
  readonly access_token: string
  readonly refresh_token: string
}

const cases = Object.entries(league.cases as unknown as Record<string, Case>)
/** An empty list has the full power at the API, and is said to have it. */
const granted = (scopes: readonly string[]) => (scopes.length > 0 ? scopes : ['api'])
const part = (jwt: string, index: number) =>
  JSON.parse(Buffer.from(jwt.split('.')[index] ?? '', 'base64url').toString()) as Record<string, unknown>

describe('golden corpus of league/oauth2-server 8.5.4', () => {
  let app: Awaited<ReturnType<typeof goldenApp>>
  before(async () => {
    app = await goldenApp()
  })
  after(() => app.close())

  const send = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    app.http.post(app.api('token')).set(headers).type('form').send(form)

  /** As Stud.IP's JSON:API checks it: signature, then row, then client (contract §8.1). */
  const expectWorkingToken = async (jwt: string, like: Case) => {
    const [header = '', payload = '', signature = ''] = jwt.split('.')
    const key = createPublicKey(readFileSync(`${app.keysPath}/public.key`))
    expect(verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))).to.equal(
      true,
    )
    const claims = part(jwt, 1)
    expect(part(jwt, 0)).to.include(like.jwt_header)
    expect(Object.keys(claims), 'the claims of league, in its order').to.deep.equal(Object.keys(like.jwt_claims))
    expect(claims).to.deep.include({
      aud: like.jwt_claims.aud,
      sub: like.jwt_claims.sub,
      scopes: granted(like.jwt_claims.scopes),
    })
    const row = await app.database
      .knex('oauth2_access_tokens')
      .where({ id: claims['jti'] })
      .first<Record<string, unknown>>()
    expect(row).to.include({
      revoked: 0,
      user_id: league.user_id,
      client_id: like.jwt_claims.aud,
      scopes: JSON.stringify(granted(like.jwt_claims.scopes)),
      expires_at: claims['exp'],
    })
  }

  /** As Defuse opens it, with the fields that league reads. */
  const expectReadableRefreshToken = async (text: string, accessToken: string, like: Case) => {
    const payload = JSON.parse(defuseDecrypt(text, league.encryption_key)) as Record<string, unknown>
    const { client_id, user_id } = like.refresh_payload_2
    const scopes = granted(like.jwt_claims.scopes)
    expect(Object.keys(payload)).to.deep.equal(Object.keys(like.refresh_payload_2))
    expect(payload).to.deep.include({ client_id, scopes, user_id, access_token_id: part(accessToken, 1)['jti'] })
    const row = await app.database
      .knex('oauth2_refresh_tokens')
      .where({ id: payload['refresh_token_id'] })
      .first<Record<string, unknown>>()
    expect(row).to.include({
      revoked: 0,
      access_token_id: payload['access_token_id'],
      expires_at: payload['expire_time'],
    })
  }

  for (const [name, golden] of cases) {
    it(`${name}: a code that league issued is redeemed here, for tokens that league reads`, async () => {
      const answer = await send({ ...golden.token_request, code: golden.unused_code }, golden.token_headers)
      expect(answer.status, answer.text).to.equal(200)
      const body = answer.body as Answer
      expect(Object.keys(body)).to.include.members(['token_type', 'expires_in', 'access_token', 'refresh_token'])
      expect(body).to.include({ token_type: 'Bearer', expires_in: 3600 })
      await expectWorkingToken(body.access_token, golden)
      await expectReadableRefreshToken(body.refresh_token, body.access_token, golden)
    })

    it(`${name}: the live refresh token of league is rotated here, and the new one again`, async () => {
      const first = await send(
        { ...golden.refresh_request, refresh_token: golden.refresh_response.body.refresh_token },
        golden.token_headers,
      )
      expect(first.status, first.text).to.equal(200)
      const { access_token, refresh_token } = first.body as Answer
      await expectWorkingToken(access_token, golden)
      await expectReadableRefreshToken(refresh_token, access_token, golden)
      const spent = await app.database
        .knex('oauth2_access_tokens')
        .where({ id: golden.refresh_payload_2['access_token_id'] })
        .first<{ revoked: number }>()
      expect(spent?.revoked, 'the access token that belonged to it').to.equal(1)
      expect((await send({ ...golden.refresh_request, refresh_token }, golden.token_headers)).status).to.equal(200)
    })
  }

  // At the end: a replay may end whatever league made for the same user and client.
  for (const [name, golden] of cases) {
    it(`${name}: what league had used up stays used up`, async () => {
      const code = await send({ ...golden.token_request, code: golden.code }, golden.token_headers)
      const refreshToken = await send(
        { ...golden.refresh_request, refresh_token: golden.token_response.body.refresh_token },
        golden.token_headers,
      )
      for (const { status, body } of [code, refreshToken])
        expect([status, (body as { error: string }).error]).to.deep.equal([400, 'invalid_grant'])
    })
  }

  it('the codes we issue are what league reads', async () => {
    for (const [, { unused_code_payload: payload }] of cases) {
      const text = await app.deps.credentials.sealCode({
        id: payload['auth_code_id'] as string,
        clientId: payload['client_id'] as string,
        userId: payload['user_id'] as string,
        scopes: payload['scopes'] as string[],
        redirectUri: (payload['redirect_uri'] ?? undefined) as string | undefined,
        expiresAt: payload['expire_time'] as number,
        codeChallenge: payload['code_challenge']
          ? { challenge: payload['code_challenge'] as string, method: payload['code_challenge_method'] as 'S256' }
          : undefined,
      })
      expect(defuseDecrypt(text, league.encryption_key)).to.equal(JSON.stringify(payload))
    }
  })
})
