// CORS: apps that run in a browser reach the token endpoint from where they were registered, and nothing else (D14).
import { expect } from 'chai'
import { startDatabaseProxy } from '../support/database-proxy.ts'
import {
  addClient,
  approve,
  authorizationQuery,
  clientSecret,
  connect,
  logIn,
  post,
  redeem,
  testApp,
  type TestApp,
  type TestClient,
} from '../support/app.ts'

describe('CORS', () => {
  let app: TestApp
  let open: TestClient
  let confidential: TestClient
  const registered = 'https://spa.example.org'
  const ofConfidential = 'https://server.example.org'
  before(async () => {
    app = await testApp()
    open = await addClient(app, {
      confidential: false,
      redirectUris: [`${registered}/cb`, 'http://localhost:3000/cb', 'com.example.app:/cb', 'http://127.0.0.1/cb'],
    })
    confidential = await addClient(app, { redirectUris: [`${ofConfidential}/cb`] })
    const suspended = await addClient(app, { confidential: false, redirectUris: ['https://suspended.example.org/cb'] })
    await app.deps.administration.suspend(suspended.id)
  })
  after(() => app.close())

  const preflight = (path: string, origin: string) =>
    app.http.options(path).set({
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type',
    })
  const corsOf = (headers: Record<string, string>) =>
    Object.keys(headers).filter((name) => name.startsWith('access-control-allow-'))
  const refusedOrigins = [
    '*',
    'null',
    'https://evil.example',
    ofConfidential,
    'https://suspended.example.org',
    'http://spa.example.org',
    `${registered}:8443`,
    `${registered}.evil.example`,
    'https://SPA.example.org',
    'http://localhost:3001',
    'http://localhost',
    'http://127.0.0.1.example.org',
    'http://127.0.0.1:*',
    'http://127.0.0.1:0',
    'http://127.0.0.1:55555/cb',
    'https://127.0.0.1:55555',
    'http://[::1]:55555',
    'http://127.1:55555',
    'com.example.app:',
    'com.example.app://',
    `${registered}/cb`,
    '',
  ]

  for (const endpoint of ['token', 'revoke']) {
    for (const origin of [registered, 'http://localhost:3000', 'http://127.0.0.1', 'http://127.0.0.1:55555']) {
      it(`S-081 a preflight of ${endpoint} from ${origin} is granted, without credentials`, async () => {
        const { headers, status, text } = await preflight(app.api(endpoint), origin)
        expect(status).to.equal(204)
        expect(text).to.equal('')
        expect(headers).to.include({ 'access-control-allow-origin': origin, 'access-control-allow-methods': 'POST' })
        expect(headers['vary']).to.match(/\bOrigin\b/i)
        expect(headers).to.not.have.property('access-control-allow-credentials')
      })
    }
    for (const origin of refusedOrigins) {
      it(`S-081 a preflight of ${endpoint} from ${JSON.stringify(origin)} is not granted`, async () => {
        const { headers } = await preflight(app.api(endpoint), origin)
        expect(corsOf(headers)).to.be.empty
        expect(headers['vary']).to.match(/\bOrigin\b/i)
      })
    }
  }

  it('S-081 a POST is granted to an origin of the public client that it names, also when it fails', async () => {
    const code = (await approve(app, open)).searchParams.get('code')
    const answer = await redeem(app, open, code).set('Origin', registered).expect(200)
    expect(answer.headers).to.include({ 'access-control-allow-origin': registered, vary: 'Origin' })
    expect(answer.headers).to.not.have.property('access-control-allow-credentials')
    const failed = await redeem(app, open, code).set('Origin', 'http://localhost:3000').expect(400)
    expect(failed.headers).to.include({ 'access-control-allow-origin': 'http://localhost:3000', vary: 'Origin' })
  })

  it('S-081 no POST is granted to any other origin', async () => {
    const other = await addClient(app, { confidential: false, redirectUris: ['https://other.example.org/'] })
    const attempts: readonly (readonly [TestClient, string])[] = [
      ...refusedOrigins.map((origin) => [open, origin] as const),
      [other, registered],
      [confidential, ofConfidential],
    ]
    for (const [client, origin] of attempts) {
      for (const endpoint of ['token', 'revoke']) {
        const { headers } = await post(
          app,
          endpoint,
          { client_id: client.id, token: 'x', grant_type: 'refresh_token', refresh_token: 'x' },
          { Origin: origin },
        )
        expect(corsOf(headers), `${origin} ${client.id}`).to.be.empty
        expect(headers['vary']).to.match(/\bOrigin\b/i)
      }
    }
  })

  it('C3 S-081 a web page on loopback is granted at any port, as its redirect is', async () => {
    const code = (await approve(app, open, { query: { redirect_uri: 'http://127.0.0.1:55555/cb' } })).searchParams.get(
      'code',
    )
    const answer = await redeem(app, open, code, { redirect_uri: 'http://127.0.0.1:55555/cb' })
      .set('Origin', 'http://127.0.0.1:55555')
      .expect(200)
    expect(answer.headers).to.include({ 'access-control-allow-origin': 'http://127.0.0.1:55555', vary: 'Origin' })
  })

  it('C3 B14 S-081 the web view of an app on a phone is granted where its page is registered', async () => {
    const page = 'capacitor://localhost'
    const mobile = await addClient(app, { confidential: false, redirectUris: ['org.example.app:/cb', page] })
    const others = await testApp({ database: app.database }) // knows the new client at once
    for (const endpoint of ['token', 'revoke', 'device_authorization']) {
      const { headers } = await others.http
        .options(others.api(endpoint))
        .set({ Origin: page, 'Access-Control-Request-Method': 'POST' })
        .expect(204)
      expect(headers).to.include({ 'access-control-allow-origin': page, 'access-control-allow-methods': 'POST' })
    }
    const code = (await approve(others, mobile, { query: { redirect_uri: 'org.example.app:/cb' } })).searchParams
    const asked = { redirect_uri: 'org.example.app:/cb' }
    const answer = await redeem(others, mobile, code.get('code'), asked).set('Origin', page).expect(200)
    expect(answer.headers).to.include({ 'access-control-allow-origin': page, vary: 'Origin' })
    const failed = await redeem(others, mobile, code.get('code'), asked).set('Origin', page).expect(400)
    expect(failed.headers).to.include({ 'access-control-allow-origin': page })
    for (const origin of ['capacitor://localhost.evil', 'capacitor://', 'ionic://localhost', 'org.example.app://']) {
      const { headers } = await redeem(others, mobile, 'x', asked).set('Origin', origin)
      expect(corsOf(headers), origin).to.be.empty
    }
    await others.close()
  })

  it('B3 S-081 a public client that is named by Basic only can read what it is answered', async () => {
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
    for (const authorization of [basic(`${open.id}:`), basic(`${open.id}:ignored`)]) {
      const tokens = await connect(app, open)
      const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
      const answer = await post(app, 'token', form, { Origin: registered, Authorization: authorization }).expect(200)
      expect(answer.headers['access-control-allow-origin']).to.equal(registered)
      const revoked = await post(
        app,
        'revoke',
        { token: tokens.refresh_token },
        { Origin: registered, Authorization: authorization },
      ).expect(200)
      expect(revoked.headers['access-control-allow-origin']).to.equal(registered)
    }
    const { refresh_token } = await connect(app, confidential)
    const proven = await post(
      app,
      'token',
      { grant_type: 'refresh_token', refresh_token },
      { Origin: registered, Authorization: basic(`${confidential.id}:${clientSecret}`) },
    ).expect(200)
    expect(corsOf(proven.headers)).to.be.empty
  })

  it('B4 C3 S-081 whatever a preflight allowed can be read, also an error that precedes the client', async () => {
    const form = 'application/x-www-form-urlencoded'
    const send = (path: string, type: string, body: string, more = {}) =>
      app.http
        .post(app.api(path))
        .set({ Origin: registered, 'Content-Type': type, ...more })
        .send(body)
    const secret = { client_id: confidential.id, client_secret: 'wrong' }
    for (const endpoint of ['token', 'revoke']) {
      const answers = [
        send(endpoint, 'application/json', JSON.stringify({ grant_type: 'refresh_token', client_id: open.id })),
        send(endpoint, 'application/json', '{'),
        send(endpoint, 'text/plain', 'x'),
        send(endpoint, form, ''),
        send(endpoint, form, `client_id=${open.id}&client_id=2`),
        send(endpoint, form, `client_id=99999&token=x&grant_type=refresh_token&refresh_token=x`),
        send(endpoint, form, `${new URLSearchParams(secret).toString()}&token=x&grant_type=refresh_token`),
        send(endpoint, form, 'a=b', { Authorization: 'Basic !' }),
        send(endpoint, form, `client_id=2`, { Authorization: `Basic ${Buffer.from('3:').toString('base64')}` }),
        send(endpoint, form, `client_id=${open.id}`, { 'Content-Encoding': 'gzip' }),
        send(endpoint, form, `a=${'b'.repeat(200_000)}`),
        send(`${endpoint}/nothing`, form, `client_id=${open.id}`),
        app.http.get(app.api(endpoint)).set('Origin', registered),
        app.http.delete(app.api(endpoint)).set('Origin', registered),
        send(`${endpoint}/`, form, ''),
      ]
      for (const [i, promise] of answers.entries()) {
        const { headers, status } = await promise
        expect(status, `${endpoint} ${i}`).to.be.within(400, 429)
        expect(headers, `${endpoint} ${i} ${status}`).to.include({ 'access-control-allow-origin': registered })
        expect(headers['vary']).to.match(/\bOrigin\b/i)
        expect(headers).to.not.have.property('access-control-allow-credentials')
      }
      const foreign = await send(endpoint, 'application/json', '{}', { Origin: 'https://evil.example' })
      expect(corsOf(foreign.headers)).to.be.empty
    }
  })

  it('C3 a preflight is granted with the headers it asks for, at every spelling of the path', async () => {
    for (const path of ['token', 'token/', 'revoke', 'token/nothing']) {
      const { headers } = await preflight(app.api(path), registered)
        .set('Access-Control-Request-Headers', 'authorization,content-type,x-requested-with,mcp-protocol-version')
        .expect(204)
      expect(headers['access-control-allow-headers']).to.equal(
        'authorization,content-type,x-requested-with,mcp-protocol-version',
      )
    }
    const plain = await app.http.options(app.api('token')).set('Origin', registered)
    expect([plain.status, plain.headers['allow']]).to.deep.equal([405, 'POST'])
  })

  it('B4 S-081 what a database that went away is answered can be read', async () => {
    const proxy = await startDatabaseProxy(app.database.settings)
    const other = await testApp({ database: { ...app.database, settings: proxy.settings } })
    const ask = () =>
      post(
        other,
        'token',
        { client_id: open.id, grant_type: 'refresh_token', refresh_token: 'x' },
        { Origin: registered },
      )
    expect((await ask()).headers['access-control-allow-origin']).to.equal(registered)
    await proxy.stop()
    const stale = Date.now() + 60_000
    // The origins that were read have to be too old to be used without asking again.
    const { now } = performance
    performance.now = () => now.call(performance) + stale
    try {
      const { headers, status } = await ask()
      expect(status).to.equal(503)
      expect(headers['access-control-allow-origin']).to.equal(registered)
    } finally {
      performance.now = now
    }
    await other.close()
  })

  it('S-081 Vary: Origin comes with every answer of token and revocation', async () => {
    for (const endpoint of ['token', 'revoke']) {
      const path = app.api(endpoint)
      const answers = [
        await app.http.get(path),
        await app.http.post(path).send({ a: 1 }),
        await app.http.post(path),
        await app.http
          .post(path)
          .type('form')
          .send(`a=${'b'.repeat(70_000)}`),
        await app.http.post(path).type('form').send('a=1&a=2'),
        await app.http.options(path),
        await app.http.put(path),
      ]
      for (const { headers, status } of answers)
        expect(headers['vary'], `${endpoint} ${status}`).to.match(/\bOrigin\b/i)
    }
  })

  it('S-080 the authorization endpoint, pages and introspection grant nothing, to a preflight neither', async () => {
    const cookie = await logIn(app)
    const tokens = await connect(app, confidential)
    const paths = ['authorize', 'applications', 'clients/add', 'resume', 'introspect']
      .map((path) => app.api(path))
      .concat(`${app.base}dispatch.php/admin/oauth2`)
    for (const path of paths) {
      for (const origin of [registered, 'http://127.0.0.1']) {
        for (const answer of [
          await preflight(path, origin),
          await app.http.get(`${path}?${authorizationQuery(open)}`).set({ Origin: origin, Cookie: cookie }),
          await app.http.post(path).set({ Origin: origin, Cookie: cookie }).type('form').send({ client_id: open.id }),
        ])
          expect(corsOf(answer.headers), `${path} ${answer.status}`).to.be.empty
      }
    }
    const live = await post(
      app,
      'introspect',
      {
        client_id: confidential.id,
        client_secret: clientSecret,
        token: tokens.access_token,
      },
      { Origin: registered },
    ).expect(200)
    expect(corsOf(live.headers)).to.be.empty
  })

  const atHostRoot = '/.well-known/oauth-authorization-server/dispatch.php/api/oauth2'
  for (const origin of [registered, 'https://anybody.example', 'null', 'http://localhost:6274']) {
    it(`B5 C3 S-081 the published documents, and what is not there, can be read from ${origin}, after a preflight too`, async () => {
      const documents = ['jwks', '.well-known/oauth-authorization-server'].map(app.api).concat(atHostRoot)
      const missing = ['.well-known/openid-federation', 'jwks/x'].map(app.api)
      for (const path of [...documents, ...missing]) {
        const { headers, status } = await app.http.get(path).set('Origin', origin)
        expect(status, path).to.equal(missing.includes(path) ? 404 : 200)
        expect(headers['access-control-allow-origin'], path).to.equal('*')
        expect(headers).to.not.have.property('access-control-allow-credentials')
        const asked = await app.http
          .options(path)
          .set({
            Origin: origin,
            'Access-Control-Request-Method': 'GET',
            'Access-Control-Request-Headers': 'mcp-protocol-version',
          })
          .expect(204)
        expect(asked.headers).to.include({
          'access-control-allow-origin': '*',
          'access-control-allow-methods': 'GET, HEAD',
          'access-control-allow-headers': 'mcp-protocol-version',
        })
      }
      const wrong = await app.http.post(app.api('jwks')).set('Origin', origin).expect(405)
      expect(wrong.headers['access-control-allow-origin']).to.equal('*')
    })
  }
})
