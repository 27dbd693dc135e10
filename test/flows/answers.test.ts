// What every answer has in common: no cache keeps it, programs get JSON, and a fault inside stays inside.
import { expect } from 'chai'
import {
  addClient,
  approve,
  authorizationQuery,
  clientSecret,
  consentPage,
  logIn,
  post,
  redeem,
  refresh,
  testApp,
  type TestApp,
  type TestClient,
  type Tokens,
} from '../support/app.ts'
import { rawBytes, rawHttp, type RawHttp } from '../support/raw-http.ts'
import type { Deps } from '../../src/wire/deps.ts'

const printable = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/

describe('answers', () => {
  let app: TestApp
  let http: RawHttp
  let client: TestClient
  let cookie: string
  before(async () => {
    app = await testApp()
    http = rawHttp(app.server)
    client = await addClient(app)
    cookie = await logIn(app)
  })
  after(async () => {
    http.end()
    await app.close()
  })

  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }

  it('S-088 codes, tokens, forms, redirects and errors are stored nowhere', async () => {
    const location = await approve(app, client, { cookie })
    const tokens = await redeem(app, client, location.searchParams.get('code')).expect(200)
    const authorize = `${app.api('authorize')}?${authorizationQuery(client)}`
    const { fields } = await consentPage(app, cookie, authorizationQuery(client))
    const answers = [
      tokens,
      await refresh(app, client, (tokens.body as Tokens).refresh_token).expect(200),
      await redeem(app, client, 'x').expect(400),
      await post(app, 'introspect', {
        client_id: client.id,
        client_secret: clientSecret,
        token: (tokens.body as Tokens).access_token,
      }).expect(200),
      await post(app, 'revoke', { client_id: client.id, client_secret: clientSecret, token: 'x' }).expect(200),
      await app.http.get(app.api('token')).expect(405),
      await app.http.get(authorize).set('Cookie', cookie).expect(200),
      await app.http.get(`${authorize}&scope=x`).set('Cookie', cookie).expect(302),
      await app.http.get(authorize),
      await post(app, 'authorize', { ...fields, _method: 'delete' }, { Cookie: cookie }).expect(303),
      await post(app, 'authorize', {}, { Cookie: cookie }).expect(403),
      await app.http.get(app.api('authorize')).expect(400),
      await app.http.get(app.api('nothing')).expect(404),
      await app.http.get('/%ff').expect(400),
      await app.http.put(app.api('authorize')).expect(405),
      await app.http.get(app.api('applications')).set('Cookie', cookie),
      await app.http.get(app.api('applications')),
      await app.http.get(`${app.base}dispatch.php/admin/oauth2`).set('Cookie', cookie).expect(403),
      await app.http.get(app.api('resume')),
      await app.http.get(app.api('assets/nothing.css')),
      await app.http.post(app.api('jwks')).expect(405),
      await app.http.post(app.api('.well-known/oauth-authorization-server')).expect(405),
    ]
    for (const [i, { headers }] of answers.entries())
      expect(headers['cache-control'], `answer ${i}`).to.equal('no-store')
    for (const { headers } of answers.slice(0, 6)) expect(headers['pragma']).to.equal('no-cache')
  })

  it('S-048 token, revocation and introspection set no cookie, whatever cookies come', async () => {
    for (const endpoint of ['token', 'revoke', 'introspect']) {
      for (const session of [cookie, 'Studip_Session=x', '']) {
        for (const method of ['GET', 'POST', 'OPTIONS']) {
          expect(
            (await http({ method, path: app.api(endpoint), headers: { ...form, Cookie: session }, body: 'a=b' }))
              .headers,
          ).to.not.have.property('set-cookie')
        }
      }
    }
  })

  describe('errors of token, revocation and introspection', () => {
    const spellings = (path: string) => [
      path,
      `${path}/`,
      `${path}/index`,
      `${path}/index/`,
      path.replace('/api/', '//api/'),
      path.replace('oauth2', '%6fauth2'),
      path.replace('/oauth2', '/./oauth2'),
      path.replace('/oauth2', '/x/../oauth2'),
      path.replace('api/', 'api%2F'),
    ]
    for (const endpoint of ['token', 'revoke', 'introspect']) {
      it(`S-089 ${endpoint}: always JSON with an error, never HTML or a redirect`, async () => {
        const path = app.api(endpoint)
        const requests: readonly (readonly [number, string, string, Record<string, string>, string?])[] = [
          ...spellings(path).flatMap(
            (spelling) =>
              [
                [405, 'GET', spelling, {}],
                [400, 'POST', spelling, form, 'a=1'],
              ] as const,
          ),
          ...['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => [405, method, path, {}] as const),
          [404, 'POST', `${path}/x`, form, 'a=1'],
          [404, 'GET', `${path}/x/y`, {}],
          [404, 'POST', `${path}/%3f`, form, ''],
          [413, 'POST', path, form, `a=${'b'.repeat(100_000)}`],
          [400, 'POST', path, {}],
          [400, 'POST', path, {}, 'a=1'],
          [400, 'POST', path, { 'Content-Type': 'application/json' }, '{}'],
          [400, 'POST', path, { 'Content-Type': 'multipart/form-data; boundary=x' }, '--x--'],
          [400, 'POST', path, { 'Content-Type': 'text/plain' }, 'a=1'],
          [400, 'POST', path, { ...form, 'Content-Encoding': 'gzip' }, 'a=1'],
          [400, 'POST', path, { ...form, 'Content-Encoding': 'br' }, 'a=1'],
          [400, 'POST', path, form, 'a=1&a=1'],
          [400, 'POST', path, form, ''],
        ]
        for (const [status, method, spelling, headers, body] of requests) {
          for (const language of ['de', 'en', 'fr']) {
            const answer = await http({
              method,
              path: spelling,
              headers: { ...headers, Accept: 'text/html', 'Accept-Language': language, Cookie: cookie },
              ...(body !== undefined && { body }),
            })
            const what = `${method} ${spelling} ${JSON.stringify(headers)} ${body?.slice(0, 20)}`
            expect(answer.status, what).to.equal(status)
            expect(answer.headers['content-type'], what).to.match(/^application\/json/)
            expect(answer.headers).to.not.have.property('location')
            if (status === 405)
              expect(answer.headers.allow?.split(', '), what).to.include('POST').and.not.include('GET')
            if (method === 'HEAD') continue
            const json = JSON.parse(answer.text) as Record<string, string>
            expect(json['error'], what).to.equal('invalid_request')
            expect(json['error_description'], 'S-090').to.match(printable)
          }
        }
      })
    }

    it('S-089 a name in other letters is none of them, and a page', async () => {
      for (const name of ['TOKEN', 'Token', 'tokens', 'token.php', 'oauth2xyz', 'AUTHORIZE']) {
        const { status, headers } = await http({ path: app.api(name) })
        expect(status).to.equal(404)
        expect(headers['content-type']).to.match(/^text\/html/)
      }
    })
  })

  describe('pages under other spellings', () => {
    const spellings = (path: string) => [
      path,
      `${path}/`,
      `${path}/index`,
      path.replace('/dispatch', '//dispatch'),
      path.replace('oauth2', '%6fauth2'),
      path.replace('oauth2/', 'oauth2/./'),
      path.replace('oauth2/', 'oauth2%2F'),
      `http://evil.example${path}`,
    ]
    it('are the same consent page', async () => {
      for (const path of spellings(app.api('authorize'))) {
        const answer = await http({ path: `${path}?${authorizationQuery(client)}`, headers: { Cookie: cookie } })
        expect(answer.status, path).to.equal(200)
        expect(answer.text).to.include('name="auth_token"')
      }
    })
    it('are decoded once only', async () => {
      for (const path of [
        app.api('%2561uthorize'),
        app.api('authorize%00'),
        app.api('authorize%3fclient_id=1'),
        app.api('authorize;x=1'),
        app.api('authorize.'),
        app.api('authorize%20'),
      ]) {
        expect((await http({ path, headers: { Cookie: cookie } })).status, path).to.equal(404)
      }
    })
    it('are a page of their own when they are no UTF-8', async () => {
      for (const path of ['/%ff', '/%', `${app.api('authorize')}/%c3%28`, '/%ud800', '/%ed%a0%80'])
        expect((await http({ path })).status, path).to.equal(400)
    })
  })

  it('S-093 request lines of no browser are answered below 500', async () => {
    const host = 'Host: a\r\nConnection: close\r\n\r\n'
    const lines = [
      'OPTIONS * HTTP/1.1',
      'GET * HTTP/1.1',
      'GET http://[::1 HTTP/1.1',
      'GET http://a%b/ HTTP/1.1',
      'GET http:// HTTP/1.1',
      'GET ?x HTTP/1.1',
      'GET /a#b HTTP/1.1',
      'GET /?#%ff HTTP/1.1',
      'GET //// HTTP/1.1',
      'GET //a@b:c/d HTTP/1.1',
      'GET http://a:b@c:99999/dispatch.php/api/oauth2/authorize HTTP/1.1',
      'GET javascript:alert(1) HTTP/1.1',
      'POST http://[/dispatch.php/api/oauth2/token HTTP/1.1',
      'GET /..%2f..%2f HTTP/1.1',
      'GET /\\..\\ HTTP/1.1',
      'BREW / HTTP/1.1',
    ]
    for (const line of lines) {
      const answer = await rawBytes(app.server, `${line}\r\n${host}`)
      expect(answer, line).to.match(/^HTTP\/1\.1 4\d\d /)
    }
    for (const header of [
      'Cookie: Studip_Session=\xff\xfe',
      'Cookie: ;;=;=a;Studip_Session',
      'Accept-Language: *;q=\xff,,;q=-1',
      'Authorization: Basic \xff',
      'Content-Type: \xff',
      'X-Request-Id: <script>',
      'X-Forwarded-For: \xff, <b>, ,',
      'Origin: \xff',
    ]) {
      for (const method of ['GET', 'POST']) {
        const answer = await rawBytes(
          app.server,
          Buffer.from(
            `${method} ${app.api('authorize')}?${authorizationQuery(client)} HTTP/1.1\r\n${header}\r\n${host}`,
            'latin1',
          ),
        )
        expect(answer, header).to.match(/^HTTP\/1\.1 [234]\d\d /)
        expect(answer).to.not.include('<script>')
      }
    }
  })

  it('repeats an X-Request-Id of letters, digits and hyphens, and no other', async () => {
    const idOf = async (given: string) =>
      (await http({ path: app.api('nothing'), headers: { 'X-Request-Id': given } })).headers['x-request-id']
    expect(await idOf('0123456789abcdef-ABC')).to.equal('0123456789abcdef-ABC')
    for (const given of [
      'short',
      'a'.repeat(65),
      '<script>alert(1)</script>',
      'a b c d e f g h',
      'ääääääää',
      '12345678;x',
    ])
      expect(await idOf(given)).to.match(/^[0-9a-f-]{36}$/)
  })
})

describe('a fault inside', () => {
  const secretText =
    "ER_SECRET: SELECT hidden FROM oauth2_clients at /srv/app/src/stores/clients.ts:12 password='hunter2'"
  const broken = () =>
    Promise.reject(
      Object.assign(new Error(secretText), { sql: 'SELECT hunter2', code: 'ER_SECRET', sqlMessage: 'hunter2' }),
    )
  const withClients =
    (find: Deps['clients']['find']) =>
    (deps: Deps): Deps => ({
      ...deps,
      clients: { find },
      clientsOfPages: { find },
      beforeSigning: { ...deps.beforeSigning, clients: { find } },
    })
  let app: TestApp
  const log: string[] = []
  before(async () => {
    app = await testApp({ log, replace: withClients(broken) })
  })
  after(() => app.close())

  it('S-091 shows no stack, SQL, file name or message, and is logged', async () => {
    const cookie = await logIn(app)
    const answers = [
      await app.http
        .get(`${app.api('authorize')}?client_id=1`)
        .set('Cookie', cookie)
        .expect(500)
        .expect('Content-Type', /^text\/html/),
      ...(await Promise.all(
        ['token', 'revoke', 'introspect'].map((endpoint) =>
          post(app, endpoint, { client_id: '1', grant_type: 'refresh_token', token: 'x' })
            .expect(500)
            .expect('Content-Type', /^application\/json/),
        ),
      )),
    ]
    for (const { text, headers } of answers) {
      expect(text + JSON.stringify(headers)).to.not.match(
        /ER_SECRET|SELECT|hunter2|\.ts\b|\bat \/|Error:|node_modules|stack/,
      )
      expect(headers['cache-control']).to.equal('no-store')
    }
    for (const { body } of answers.slice(1)) {
      expect(body).to.include({ error: 'server_error' })
      expect((body as { error_description: string }).error_description).to.match(printable)
    }
    expect(log.filter((line) => line.includes('ER_SECRET'))).to.have.length(4)
  })

  it('S-091 a status that a library gave an error is not believed to be harmless', async () => {
    const odd = await testApp({
      database: app.database,
      replace: withClients(() => Promise.reject(Object.assign(new Error(secretText), { status: 400, expose: true }))),
    })
    for (const answer of [
      await odd.http.get(`${odd.api('authorize')}?client_id=1`),
      await post(odd, 'token', { client_id: '1', grant_type: 'refresh_token' }),
    ]) {
      expect(answer.text).to.not.match(/ER_SECRET|SELECT|hunter2/)
    }
    await odd.close()
  })
})
