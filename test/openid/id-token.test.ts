// Who signs in gets an ID token that libraries believe and Stud.IP's API does not (D26, S-133…S-136, S-141, S-142).
import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as jose from 'jose'
import { formatOf } from '../../src/oauth/scopes/index.ts'
import { users } from '../fixtures/users.ts'
import { addClient, approve, authorizationQuery, connect, logIn, redeem, refresh, testApp } from '../support/app.ts'
import { ask, nonce, openProvider, userinfo, type Provider } from './provider.ts'

describe('ID token', () => {
  let provider: Provider
  before(async () => (provider = await openProvider()))
  after(() => provider.app.close())

  it('S-134 iss, aud as a string, exp, iat, auth_time, at_hash and the nonce to the letter', async () => {
    const { app, client, signIn, verify } = provider
    const loginAt = app.deps.now() - 100
    const cookie = await logIn(app, users.autor, { content: { uid: users.autor.user_id, sessionStart: loginAt } })
    const { id_token, access_token } = await signIn({}, cookie)
    const { payload, protectedHeader } = await verify(id_token)
    expect(payload.iss).to.equal(app.deps.issuer)
    expect(payload.aud).to.equal(client.id)
    expect(payload.sub).to.equal(users.autor.user_id)
    expect(payload['nonce']).to.equal(nonce)
    expect(payload['auth_time']).to.equal(loginAt)
    expect(payload.exp! - payload.iat!).to.be.within(1, 3600)
    const half = createHash('sha256').update(access_token).digest().subarray(0, 16).toString('base64url')
    expect(payload['at_hash']).to.equal(half)
    expect(protectedHeader.kid).to.be.a('string')
  })

  it('S-134 the nonce belongs to the code, and without one there is none', async () => {
    const { app, client, signIn, verify } = provider
    const { id_token } = await signIn({ nonce: undefined })
    expect((await verify(id_token)).payload).not.to.have.property('nonce')
    const code = (await approve(app, client, { query: { scope: 'openid', nonce: 'first' } })).searchParams.get('code')
    const { body } = await redeem(app, client, code, { nonce: 'second' })
    expect(jose.decodeJwt((body as { id_token: string }).id_token)['nonce']).to.equal('first')
  })

  it('S-134 a grant with api carries them, too', async () => {
    const { signIn, verify } = provider
    const { id_token, access_token, refresh_token, scope } = await signIn({ scope: 'api openid email' })
    const { payload } = await verify(id_token)
    expect([payload['nonce'], payload['email']]).to.deep.equal([nonce, `${users.autor.user_id}@demo.invalid`])
    expect(access_token.split('.')).to.have.length(3)
    expect(refresh_token).to.be.a('string')
    expect(scope.split(' ')).to.have.members(['api', 'openid', 'email'])
  })

  it('S-133 it is signed with oidc.key alone, carries no jti, and is no access token here', async () => {
    const { app, client, signIn, verify } = provider
    const { id_token, access_token } = await signIn()
    const { signIn: key, kid } = await app.deps.keys.current()
    const { payload, protectedHeader } = await verify(id_token)
    expect(protectedHeader.kid).to.equal(key!.kid).and.not.equal(kid)
    expect(payload).not.to.have.property('jti')
    expect(access_token.split('.')).to.have.length(5)
    expect((await userinfo(app, id_token)).status).to.equal(401)
    expect(await app.deps.credentials.openAccessToken(id_token)).to.equal(undefined)
    expect((await connect(app, client)).access_token.split('.')).to.have.length(3)
    expect(formatOf(['openid', 'profile'])).to.equal('sealed')
  })

  it('S-133 a key for ID tokens that is Stud.IP’s own is refused', async () => {
    const { freshKeys } = await import('../support/keys.ts')
    const { copyFile } = await import('node:fs/promises')
    const keysPath = await freshKeys()
    await copyFile(`${keysPath}/private.key`, `${keysPath}/oidc.key`)
    const app = await testApp({ settings: { keysPath } })
    const keys = await app.deps.keys.current()
    expect([keys.signIn, keys.signInFault?.message]).to.satisfy(
      ([key, fault]: [unknown, string]) => key === undefined && fault.includes('oidc.key'),
    )
    expect((await app.http.get(app.api('.well-known/openid-configuration'))).status).to.equal(404)
    await app.close()
  })

  it('a pure sign-in gets no refresh token, and its connection ends with the access token', async () => {
    const { app, client, signIn } = provider
    expect(await signIn()).not.to.have.property('refresh_token')
    const renewable = await signIn({ scope: 'openid offline_access' })
    const renewed = await refresh(app, client, renewable.refresh_token!)
    expect(renewed.status).to.equal(200)
    expect(renewed.body).to.include.keys('refresh_token', 'access_token')
    const narrowed = await refresh(app, client, (renewed.body as { refresh_token: string }).refresh_token, {
      scope: 'openid',
    })
    expect((await refresh(app, client, (narrowed.body as { refresh_token: string }).refresh_token)).status).to.equal(
      200,
    )
  })

  it('S-142 the JWK set names both keys with kid, alg and use, and no private part', async () => {
    const { app } = provider
    const { keys } = (await app.http.get(app.api('jwks'))).body as { keys: Record<string, string>[] }
    expect(keys).to.have.length(2)
    for (const key of keys) {
      expect(Object.keys(key)).to.have.members(['kty', 'n', 'e', 'alg', 'use', 'kid'])
      expect([key['alg'], key['use']]).to.deep.equal(['RS256', 'sig'])
    }
    expect(new Set(keys.map(({ kid }) => kid)).size).to.equal(2)
  })

  it('S-141 a public client needs PKCE with openid as without', async () => {
    const { app } = provider
    const client = await addClient(app, { confidential: false })
    const { params } = await ask({ ...provider, client }, { code_challenge: undefined }, await logIn(app))
    expect(params!.get('error')).to.equal('invalid_request')
  })

  it('S-137 request and request_uri are refused with their codes and never fetched, and registration too', async () => {
    const cookie = await logIn(provider.app)
    const { params } = await ask(provider, { request: 'e30.e30.' }, cookie)
    expect(params!.get('error')).to.equal('request_not_supported')
    expect(params!.get('iss')).to.equal(provider.app.deps.issuer)
    let fetched = 0
    const host = createServer((_, response) => (fetched++, response.end())).on('connection', () => fetched++)
    await once(host.listen(0, '127.0.0.1'), 'listening')
    const uri = `http://127.0.0.1:${(host.address() as AddressInfo).port}/request.jwt`
    for (const more of [{}, { response_type: undefined }, { prompt: 'none' }]) {
      const other = await ask(provider, { request_uri: uri, ...more }, cookie)
      expect(other.params!.get('error')).to.equal('request_uri_not_supported')
    }
    expect(fetched).to.equal(0)
    await fetch(uri)
    expect(fetched, 'the test itself can fail').to.be.greaterThan(0)
    host.closeAllConnections()
    host.close()
    const registered = await ask(provider, { registration: '{}' }, cookie)
    expect([registered.params!.get('error'), registered.params!.get('state')]).to.deep.equal([
      'registration_not_supported',
      'xyz',
    ])
  })

  it('without the key nothing of it is there', async () => {
    const app = await testApp()
    const client = await addClient(app)
    for (const path of ['.well-known/openid-configuration', 'userinfo', 'logout'])
      expect((await app.http.get(app.api(path))).status, path).to.equal(404)
    const cookie = await logIn(app)
    const plain = `${app.api('authorize')}?${authorizationQuery(client, { prompt: 'none', request: 'x', max_age: 'abc' })}`
    expect((await app.http.get(plain).set('Cookie', cookie)).status).to.equal(200)
    const asked = `${app.api('authorize')}?${authorizationQuery(client, { scope: 'openid' })}`
    expect((await app.http.get(asked).set('Cookie', cookie)).headers['location']).to.include('error=invalid_scope')
    const { body } = await app.http.get(app.api('.well-known/oauth-authorization-server'))
    expect(body).not.to.have.any.keys('userinfo_endpoint', 'end_session_endpoint')
    await app.close()
  })
})

describe('userinfo', () => {
  let provider: Provider
  before(async () => (provider = await openProvider()))
  after(() => provider.app.close())

  it('S-135 gives the claims of its scopes and no others, and lets nobody keep them', async () => {
    const { app, signIn } = provider
    const both = await userinfo(app, (await signIn()).access_token)
    expect(both.headers['cache-control']).to.equal('no-store')
    expect(both.body).to.deep.equal({
      sub: users.autor.user_id,
      name: 'Ada Autorin',
      given_name: 'Ada',
      family_name: 'Autorin',
      preferred_username: 'autor',
      profile: 'http://127.0.0.1/dispatch.php/profile?username=autor',
      locale: 'de-DE',
      studip_perms: 'autor',
      email: `${users.autor.user_id}@demo.invalid`,
      email_verified: true,
    })
    const bare = await userinfo(app, (await signIn({ scope: 'openid' })).access_token)
    expect(bare.body).to.deep.equal({ sub: users.autor.user_id })
  })

  it('S-135 refuses what is no live access token of a sign-in', async () => {
    const { app, client, signIn } = provider
    const none = await app.http.get(app.api('userinfo'))
    expect([none.status, none.headers['www-authenticate']]).to.deep.equal([401, 'Bearer realm="Stud.IP"'])
    const foreign = await userinfo(app, 'eyJhbGciOiJSUzI1NiJ9.e30.AA')
    expect(foreign.status).to.equal(401)
    expect(foreign.headers['www-authenticate']).to.match(/^Bearer .*error="invalid_token"/)
    const plain = await userinfo(app, (await connect(app, client)).access_token)
    expect(plain.status).to.equal(403)
    expect(plain.headers['www-authenticate']).to.include('error="insufficient_scope"')
    const { access_token } = await signIn()
    const both = await app.http
      .post(app.api('userinfo'))
      .set('Authorization', `Bearer ${access_token}`)
      .type('form')
      .send({ access_token })
    expect([both.status, (both.body as { error: string }).error]).to.deep.equal([400, 'invalid_request'])
    expect(both.headers['www-authenticate']).to.match(/^Bearer .*error="invalid_request"/)
    await app.http
      .post(app.api('revoke'))
      .type('form')
      .send({ token: access_token, client_id: client.id, client_secret: 'YFXkKbYVv7zGGXuRbx26ksRsYTMQuLdGRTtwqwTM' })
    expect((await userinfo(app, access_token)).status).to.equal(401)
  })

  it('O4 S-117 what refuses a token names the client that got it, whoever the request says it is', async () => {
    const log: string[] = []
    const { app, client, signIn } = await openProvider({ log })
    const { access_token: plain } = await connect(app, client)
    const { access_token: revoked } = await signIn()
    await app.database.knex('auth_user_md5').where('user_id', users.autor.user_id).update({ locked: 1 })
    for (const [token, reason] of [
      [revoked, 'invalid_token'],
      [plain, 'invalid_token'],
    ] as const) {
      log.length = 0
      await app.http
        .get(`${app.api('userinfo')}?client_id=999`)
        .set('Authorization', `Bearer ${token}`)
        .expect(401)
      const lines = log.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ event }) => event)
      expect(lines).to.have.length(1)
      expect(lines[0]).to.include({ event: 'request.refused', reason, endpoint: 'userinfo', clientId: client.id })
    }
    await app.database.knex('auth_user_md5').where('user_id', users.autor.user_id).update({ locked: 0 })
    log.length = 0
    await userinfo(app, plain)
    expect(log.join()).to.include('"reason":"insufficient_scope"').and.to.include(`"clientId":"${client.id}"`)
    await app.close()
  })

  it('B6 S-135 an access token sent twice is an invalid request with a challenge, parameters of others are ignored (RFC 6750 §3.1)', async () => {
    const { app, signIn } = provider
    const { access_token: token } = await signIn()
    const send = (form: string) => app.http.post(app.api('userinfo')).type('form').send(form)
    for (const form of [`access_token=${token}&access_token=${token}`, `access_token=${token}&access%5Ftoken=`]) {
      const twice = await send(form)
      expect([twice.status, (twice.body as { error: string }).error]).to.deep.equal([400, 'invalid_request'])
      expect(twice.headers['www-authenticate']).to.match(/^Bearer .*error="invalid_request"/)
      expect(JSON.stringify([twice.headers, twice.body])).to.not.include(token)
    }
    expect((await send(`resource=a&resource=b&access_token=${token}`)).status).to.equal(200)
  })

  it('S-135 a locked, expired or deleted user gets 401', async () => {
    const { app, signIn } = provider
    const cookie = await logIn(app, users.tutor)
    const { access_token } = await signIn({}, cookie)
    expect((await userinfo(app, access_token)).status).to.equal(200)
    await app.database.knex('auth_user_md5').where('user_id', users.tutor.user_id).update({ locked: 1 })
    expect((await userinfo(app, access_token)).status).to.equal(401)
    await app.database.knex('auth_user_md5').where('user_id', users.tutor.user_id).del()
    expect((await userinfo(app, access_token)).status).to.equal(401)
  })

  it('S-136 email_verified is true only while validation_key is empty', async () => {
    const { app, signIn, verify } = provider
    const cookie = await logIn(app, users.dozent)
    await app.database.knex('auth_user_md5').where('user_id', users.dozent.user_id).update({ validation_key: 'a1b2' })
    const { access_token, id_token } = await signIn({}, cookie)
    expect((await userinfo(app, access_token)).body).to.include({ email_verified: false })
    expect((await verify(id_token)).payload['email_verified']).to.equal(false)
    await app.database.knex('auth_user_md5').where('user_id', users.dozent.user_id).update({ validation_key: '' })
    expect((await userinfo(app, access_token)).body).to.include({ email_verified: true })
  })

  it('scripts of every origin may ask, without credentials', async () => {
    const { app } = provider
    const answer = await app.http.get(app.api('userinfo')).set('Origin', 'https://spa.example.org')
    expect(answer.headers['access-control-allow-origin']).to.equal('*')
    expect(answer.headers).not.to.have.property('access-control-allow-credentials')
  })
})
