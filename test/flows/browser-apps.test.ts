// CORS: apps that run in a browser reach the token endpoint from where they were registered, and nothing else (D14).
import { expect } from 'chai'
import {
  addClient,
  approve,
  authorizationQuery,
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
      redirectUris: [`${registered}/cb`, 'http://localhost:3000/cb', 'com.example.app:/cb'],
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
    'com.example.app:',
    'com.example.app://',
    `${registered}/cb`,
    '',
  ]

  for (const endpoint of ['token', 'revoke']) {
    for (const origin of [registered, 'http://localhost:3000']) {
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
      [confidential, registered],
      [{ ...open, id: '99999' }, registered],
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
        client_secret: 'YFXkKbYVv7zGGXuRbx26ksRsYTMQuLdGRTtwqwTM',
        token: tokens.access_token,
      },
      { Origin: registered },
    ).expect(200)
    expect(corsOf(live.headers)).to.be.empty
  })

  it('S-080 the published documents are granted to registered origins, without credentials', async () => {
    for (const path of ['jwks', '.well-known/oauth-authorization-server']) {
      const { headers } = await app.http.get(app.api(path)).set('Origin', registered).expect(200)
      expect(headers['access-control-allow-origin']).to.equal(registered)
      expect(headers).to.not.have.property('access-control-allow-credentials')
      expect(corsOf((await app.http.get(app.api(path)).set('Origin', 'https://evil.example').expect(200)).headers)).to
        .be.empty
    }
  })
})
