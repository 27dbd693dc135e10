// Requests that must never leave for a client: their answer is a page (RFC 6749 §4.1.2.1, RFC 9700 §4.11.2).
import { expect } from 'chai'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  authorizationQuery,
  consentPage,
  logIn,
  redirectUri,
  testApp,
  type Query,
  type TestApp,
  type TestClient,
} from '../support/app.ts'

describe('GET authorize: pages', () => {
  let app: TestApp
  let client: TestClient
  let cookie: string
  before(async () => {
    app = await testApp()
    client = await addClient(app)
    cookie = await logIn(app)
  })
  after(() => app.close())

  const expectPage = async (query: string, uri: string, session: string | undefined = cookie, status = 400) => {
    const answer = await app.http.get(`${app.api('authorize')}?${query}`).set('Cookie', session ?? '')
    expect(answer.status).to.equal(status)
    expect(answer.headers).to.not.have.any.keys('location', 'refresh')
    expect(answer.headers['content-type']).to.match(/^text\/html/)
    expect(answer.headers['cache-control']).to.equal('no-store')
    expect(answer.text).to.not.match(/http-equiv/i)
    // S-118: what was sent is told to the developer, and nowhere else: in no attribute, so no link.
    expect(answer.text.replaceAll(/<code>[^<>]*<\/code>/g, '')).to.not.include(uri)
    for (const [, link] of answer.text.matchAll(/(?:href|src|action)="([^"]*)"/g))
      expect(link).to.match(/^(\/|#|http:\/\/127\.0\.0\.1\/|https:\/\/www\.studip\.de\/$)/)
    return answer
  }

  for (const [who, session] of [
    ['somebody logged in', () => cookie],
    ['anybody', () => ''],
  ] as const) {
    const asked: Query = { redirect_uri: 'https://evil.example/take' }
    it(`S-002 an unknown client is a page for ${who}`, async () => {
      await expectPage(authorizationQuery({ ...client, id: '999999' }, asked), 'evil.example', session())
    })
    it(`S-002 a suspended client is a page for ${who}`, async () => {
      const suspended = await addClient(app)
      await app.deps.administration.suspend(suspended.id)
      await expectPage(authorizationQuery(suspended), 'app.example.org', session())
    })
    it(`S-002 an unregistered redirect URI is a page for ${who}`, async () => {
      await expectPage(authorizationQuery(client, asked), 'evil.example', session())
    })
    it(`S-010 a repeated client_id or redirect_uri is a page for ${who}`, async () => {
      await expectPage(`${authorizationQuery(client)}&client_id=${client.id}`, 'app.example.org', session())
      await expectPage(
        `${authorizationQuery(client)}&redirect_uri=${encodeURIComponent(redirectUri)}`,
        'app.example.org',
        session(),
      )
    })
  }

  for (const other of [
    `${redirectUri}/`,
    `${redirectUri}?a`,
    'https://APP.example.org/callback',
    'https://app.example.org/x/../callback',
    'https://u@app.example.org/callback',
    'https://app.example.org:8443/callback',
    'https://app.example.org/%63allback',
  ]) {
    it(`S-001 ${other} is not the registered URI`, async () => {
      await expectPage(authorizationQuery(client, { redirect_uri: other }), other)
    })
  }

  it('S-001 a registered * stands for nothing but itself', async () => {
    const wild = await addClient(app, { redirectUris: ['https://*.example.org/*'] })
    await expectPage(authorizationQuery(wild, { redirect_uri: 'https://evil.example.org/x' }), 'evil.example.org')
  })

  for (const id of ['01', '1abc', ' 1', '1 ', '1.0', '1e0', '0x1', '+1', '1\0']) {
    it(`S-009 client_id=${JSON.stringify(id)} is nobody`, async () => {
      const own = id.replaceAll('1', client.id)
      await expectPage(authorizationQuery(client, { client_id: own }), 'app.example.org')
    })
  }

  it('S-009 ids beyond 2^53 are told apart', async () => {
    const big = await testApp()
    const session = await logIn(big)
    const ids = ['9007199254740992', '9007199254740993', '18446744073709551615']
    const row = { redirect: redirectUri, revoked: 0, mkdate: 1, chdate: 1 }
    await big.database.knex('oauth2_clients').insert(ids.map((id) => ({ ...row, id, name: `App ${id}` })))
    for (const id of ids) {
      const page = await consentPage(
        big,
        session,
        authorizationQuery({ id, confidential: false, redirectUris: [redirectUri] }),
      )
      expect(page.status).to.equal(200)
      expect(page.html).to.include(`App ${id}`)
    }
    for (const id of ['9007199254740994', '18446744073709551616']) {
      expect(await consentPage(big, session, authorizationQuery({ ...client, id }))).to.include({ status: 400 })
    }
    await big.close()
  })

  it('S-003 without redirect_uri only a client with exactly one is served', async () => {
    const several = await addClient(app, { redirectUris: [redirectUri, 'https://second.example.org/'] })
    const none = await addClient(app, { redirectUris: [''] })
    await expectPage(authorizationQuery(several, { redirect_uri: undefined }), 'app.example.org')
    await expectPage(authorizationQuery(several, { redirect_uri: '' }), 'app.example.org')
    await expectPage(authorizationQuery(none, { redirect_uri: undefined }), 'app.example.org')
    expect(await consentPage(app, cookie, authorizationQuery(client, { redirect_uri: undefined }))).to.include({
      status: 200,
    })
    expect(await consentPage(app, cookie, authorizationQuery(client, { redirect_uri: '' }))).to.include({ status: 200 })
  })

  const faulty: readonly Query[] = [
    { response_type: 'token' },
    { response_type: undefined },
    { scope: 'openid' },
    { code_challenge: 'short' },
    { state: 'x', scope: 'nothing' },
    {},
  ]
  const outsiders = {
    nobody: undefined,
    locked: users.locked,
    expired: users.expired,
    provisional: users.provisional,
    'second factor pending': users.appFactor,
    'terms pending': users.termsPending,
  }
  for (const [name, user] of Object.entries(outsiders)) {
    it(`S-013 ${name}: nothing leads to a client, neither consent nor an error`, async () => {
      const session = user ? await logIn(app, user) : ''
      for (const query of faulty) {
        const answer = await app.http
          .get(`${app.api('authorize')}?${authorizationQuery(client, query)}`)
          .set('Cookie', session)
        expect(answer.status).to.be.oneOf([302, 401, 403])
        const location = new URL(answer.headers['location'] ?? '/', 'http://127.0.0.1/')
        expect(location.origin).to.equal('http://127.0.0.1')
        expect(answer.text).to.not.include('auth_token')
      }
    })
  }
})
