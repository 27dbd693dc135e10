// The JWT that stands in for a reading token: how long it lives, and how often one is signed (S-126).
import { expect } from 'chai'
import { decodeJwt } from 'jose'
import { bounds } from '../../src/bounds.ts'
import { createKeptTokens } from '../../src/gateway/kept-tokens.ts'
import type { AccessToken } from '../../src/oauth/types.ts'
import { users } from '../fixtures/users.ts'
import { addClient, testApp, type TestApp, type TestClient } from '../support/app.ts'
import { issueTokens, stoppedClock } from '../support/issuing.ts'
import { freshKeys } from '../support/keys.ts'

describe('the JWT of the gateway', () => {
  const token = (more: Partial<AccessToken> = {}): AccessToken => ({
    id: 'a'.repeat(80),
    clientId: '1',
    userId: 'b'.repeat(32),
    scopes: ['api.read'],
    issuedAt: 1_000_000,
    expiresAt: 1_003_600,
    ...more,
  })
  const scene = () => {
    const clock = stoppedClock(1_000_000)
    const signed: AccessToken[] = []
    const key = { kid: 'one' }
    const keptTokens = createKeptTokens({
      kid: () => Promise.resolve(key.kid),
      sign: (one) => {
        signed.push(one)
        return Promise.resolve(`${one.id} ${signed.length}`)
      },
      now: clock.now,
    })
    return { clock, signed, key, keptTokens }
  }
  const lifetime = bounds.gatewayTokenLifetime.most

  it('S-126 lives at most five minutes, and is signed once in that time however many ask', async () => {
    expect(lifetime).to.equal(300)
    const { clock, signed, keptTokens } = scene()
    const answers = await Promise.all(Array.from({ length: 100 }, () => keptTokens(token())))
    expect([new Set(answers).size, signed.length]).to.deep.equal([1, 1])
    expect(signed[0]!.expiresAt - signed[0]!.issuedAt).to.equal(lifetime)
    expect(signed[0]!.expiresAt).to.be.greaterThan(clock.now())
    for (let passed = 0; passed < 3_000; passed += 5) {
      const before = signed.length
      await keptTokens(token())
      // Never handed out in its last seconds: Stud.IP's clock may be ahead.
      expect(signed.at(-1)!.expiresAt - clock.now()).to.be.at.least(10)
      expect(signed.length - before).to.be.at.most(1)
      clock.pass(5)
    }
    expect(signed.length).to.be.within(10, Math.ceil(3_000 / (lifetime - 20)))
  })

  it('S-126 lives no longer than its row, also when that was shortened meanwhile', async () => {
    const { clock, signed, keptTokens } = scene()
    await keptTokens(token({ expiresAt: clock.now() + 30 }))
    expect(signed[0]?.expiresAt).to.equal(clock.now() + 30)
    await keptTokens(token({ expiresAt: clock.now() + 30 }))
    expect(signed).to.have.length(1)
    await keptTokens(token({ expiresAt: clock.now() + 20 }))
    expect(signed[1]?.expiresAt).to.equal(clock.now() + 20)
  })

  it('S-126 another key, row, user or client gets another, and a clock set back too', async () => {
    const { clock, signed, key, keptTokens } = scene()
    for (const other of [{}, { id: 'c'.repeat(80) }, { userId: 'c'.repeat(32) }, { clientId: '2' }])
      await keptTokens(token(other))
    expect(signed).to.have.length(4)
    key.kid = 'two'
    await keptTokens(token())
    expect(signed).to.have.length(5)
    clock.pass(-3_600)
    await keptTokens(token())
    expect(signed).to.have.length(6)
    expect(signed[5]!.issuedAt).to.be.at.most(clock.now())
  })

  it('a signature that failed is not kept', async () => {
    let fails = true
    const keptTokens = createKeptTokens({
      kid: () => Promise.resolve('one'),
      sign: () => (fails ? Promise.reject(new Error('no key')) : Promise.resolve('jwt')),
      now: () => 1_000_000,
    })
    await keptTokens(token()).then(
      () => expect.fail(),
      (error: Error) => expect(error.message).to.equal('no key'),
    )
    fails = false
    expect(await keptTokens(token())).to.equal('jwt')
  })

  it('keeps no more than its bound', async () => {
    const { signed, keptTokens } = scene()
    const most = bounds.gatewayTokens.most
    for (let number = 0; number <= most; number++) await keptTokens(token({ id: String(number) }))
    await keptTokens(token({ id: String(most) }))
    expect(signed).to.have.length(most + 1)
    await keptTokens(token({ id: '0' }))
    expect(signed).to.have.length(most + 2)
  })

  describe('of the service', () => {
    const clock = stoppedClock()
    let app: TestApp, off: TestApp, client: TestClient
    before(async () => {
      app = await testApp({ now: clock.now, settings: { apiRead: true } })
      off = await testApp({ now: clock.now, database: app.database })
      client = await addClient(app)
    })
    after(async () => {
      await off.close()
      await app.close()
    })
    const decision = (text: string, at = app) =>
      at.http
        .get('/.studip-oauth2/api-read')
        .set({ Authorization: `Bearer ${text}`, 'X-Api-Method': 'GET', 'X-Api-Path': '/jsonapi.php/v1/users/me' })
    const claimsOf = async (text: string) => {
      const answer = await decision(text).expect(204)
      return decodeJwt(String(answer.headers['x-api-authorization']).slice('Bearer '.length))
    }

    it('S-126 is a JWT as Stud.IP reads it, for the same row, user and client', async () => {
      const { access_token } = await issueTokens(app, client, { scopes: ['api.read'] })
      const claims = await claimsOf(access_token)
      const id = (await app.deps.credentials.openAccessToken(access_token))?.id
      expect(claims).to.include({ jti: id, sub: users.autor.user_id, aud: client.id })
      expect(claims.exp! - claims.iat!).to.equal(lifetime)
      expect(claims.nbf).to.be.lessThan(clock.now())
      expect(await claimsOf(access_token)).to.deep.equal(claims)
      clock.pass(3_500)
      expect((await claimsOf(access_token)).exp).to.equal(clock.now() + 100)
      clock.pass(100)
      expect((await decision(access_token)).status).to.equal(401)
    })

    it('D24 a grant outlives API_READ, its power does not; the document says what is offered', async () => {
      const { access_token } = await issueTokens(app, client, { scopes: ['api.read'] })
      await decision(access_token).expect(204)
      const refused = await decision(access_token, off).expect(403)
      expect(refused.headers['www-authenticate']).to.include('scope="api.read"')
      const document = await off.http.get(off.api('.well-known/oauth-protected-resource')).expect(200)
      expect(document.body).to.deep.include({ scopes_supported: ['api'] })
    })

    it('S-126 another key of the installation gets another at once, that Stud.IP would take', async () => {
      const moved = await testApp({
        now: clock.now,
        database: app.database,
        settings: { apiRead: true, keysPath: await freshKeys() },
      })
      const { access_token } = await issueTokens(moved, client, { scopes: ['api.read'] })
      const first = await decision(access_token, moved).expect(204)
      const opened = await moved.deps.credentials.openAccessToken(String(first.headers['x-api-authorization']).slice(7))
      expect(opened).to.include({ userId: users.autor.user_id })
      await moved.close()
    })

    it('S-124 a JWT is not exchanged for another, whatever its scopes', async () => {
      for (const scopes of [['api'], ['api', 'api.read']]) {
        const { access_token } = await issueTokens(app, client, { scopes })
        expect((await decision(access_token)).status).to.equal(401)
      }
    })

    it('in maintenance mode answers 503, which is no decision', async () => {
      const { access_token } = await issueTokens(app, client, { scopes: ['api.read'] })
      const stopped = await testApp({
        now: clock.now,
        database: app.database,
        settings: { apiRead: true, configOverrides: { MAINTENANCE_MODE_ENABLE: '1' } },
      })
      expect((await decision(access_token, stopped)).status).to.equal(503)
      await stopped.close()
    })
  })
})
