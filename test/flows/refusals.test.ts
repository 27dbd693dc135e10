// One refusal, one line (D29): every answer that refuses is found in the log under its number, with what an operator needs and no secret.
import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import type { Response } from 'supertest'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  approve,
  authorizationQuery,
  clientSecret,
  consentPage,
  credentialsOf,
  logIn,
  post,
  redeem,
  refresh,
  testApp,
  type Query,
  type TestApp,
  type TestClient,
} from '../support/app.ts'

type Line = Readonly<Record<string, string | number | undefined>>

describe('refusals', () => {
  const lines: string[] = []
  let app: TestApp
  let client: TestClient
  let cookie: string
  let now = Math.floor(Date.now() / 1000)
  before(async () => {
    app = await testApp({ log: lines, logLevel: 'info', now: () => now })
    client = await addClient(app)
    cookie = await logIn(app)
  })
  after(() => app.close())

  const authorize = (query: Query, headers: Record<string, string> = {}) =>
    app.http.get(`${app.api('authorize')}?${authorizationQuery(client, query)}`).set({ Cookie: cookie, ...headers })

  /** The one line of a refusal, which the answer's number finds. */
  const lineOf = async (request: PromiseLike<Response>): Promise<Line> => {
    lines.length = 0
    const answer = await request
    const written = lines.map((line) => JSON.parse(line) as Line)
    const refusals = written.filter(({ event }) => /^request\./.test(String(event)))
    expect(refusals, JSON.stringify(written)).to.have.length(1)
    const [line] = refusals as [Line]
    const number = answer.headers['x-request-id'] as string
    expect(line['requestId']).to.equal(number)
    if (/^text\/html/.test(answer.headers['content-type'] ?? '') && answer.status !== 422)
      expect(answer.text).to.include(number)
    expect(line['status']).to.equal(answer.status)
    return line
  }
  const counted = async (labels: string): Promise<number> => {
    const text = await app.deps.metrics.registry.metrics()
    const line = text.split('\n').find((each) => each.startsWith(`studip_oauth2_${labels} `))
    return Number(line?.split(' ')[1] ?? 0)
  }
  const shown = async (session = cookie, query: Query = {}) => {
    const { fields } = await consentPage(app, session, authorizationQuery(client, query))
    return { auth_token: fields['auth_token'], security_token: fields['security_token'] }
  }

  const cases: Readonly<Record<string, readonly [() => PromiseLike<Response>, Line]>> = {
    'a page for an unknown client': [
      () => authorize({ client_id: '999999' }),
      {
        reason: 'unknown-client',
        endpoint: 'authorize',
        clientId: '999999',
        oauthError: 'invalid_client',
        status: 400,
      },
    ],
    'a page for a redirect URI': [
      () => authorize({ redirect_uri: 'https://app.example.org/callback/' }),
      {
        reason: 'redirect-uri-mismatch',
        endpoint: 'authorize',
        oauthError: 'invalid_request',
        parameter: 'redirect_uri',
        redirectUri: 'https://app.example.org/callback/',
        responseType: 'code',
        scope: 'api',
        answer: 'page',
        userId: users.autor.user_id,
      },
    ],
    'an error that goes back to the client': [
      () => authorize({ scope: 'api everything' }),
      { reason: 'invalid_scope', endpoint: 'authorize', answer: 'redirect', status: 302, scope: 'api everything' },
    ],
    'a missing parameter that goes back to the client': [
      () => authorize({ response_type: undefined }),
      { reason: 'invalid_request', parameter: 'response_type', answer: 'redirect' },
    ],
    'too many parameters': [
      () => app.http.get(`${app.api('authorize')}?${'a&'.repeat(101)}`),
      { reason: 'invalid_request', endpoint: 'authorize', status: 400 },
    ],
    'a form without its token': [
      async () => post(app, 'authorize', { ...(await shown()), security_token: 'x' }, { Cookie: cookie }),
      { reason: 'form-expired', endpoint: 'authorize', status: 403, method: 'POST' },
    ],
    'a foreign form': [
      () => post(app, 'authorize', {}, { Cookie: cookie, Origin: 'https://evil.example' }),
      { reason: 'foreign-form', endpoint: 'authorize', status: 403 },
    ],
    'a wrong secret': [
      () => redeem(app, client, 'x', { client_secret: 'wrong' }),
      { reason: 'invalid_client', endpoint: 'token', status: 401, answer: 'json', grantType: 'authorization_code' },
    ],
    'a dead refresh token': [
      () => refresh(app, client, 'x'),
      { reason: 'invalid_grant', endpoint: 'token', parameter: 'refresh_token', grantType: 'refresh_token' },
    ],
    'an unknown grant type': [
      () => post(app, 'token', { ...credentialsOf(client), grant_type: 'password' }),
      { reason: 'unsupported_grant_type', parameter: 'grant_type', grantType: 'password' },
    ],
    'the wrong type of body': [
      () => app.http.post(app.api('token')).send({ client_id: client.id }),
      { reason: 'invalid_request', endpoint: 'token', status: 400 },
    ],
    'too large a form': [
      () => post(app, 'token', { x: 'y'.repeat(70_000) }),
      { reason: 'too-large', endpoint: 'token', status: 413 },
    ],
    'a path that is none': [
      () => app.http.get(app.api('nothing')),
      { reason: 'not-found', endpoint: 'none', status: 404 },
    ],
    'a path that is none below an endpoint of programs': [
      () => app.http.get(app.api('token/x')),
      { reason: 'not-found', endpoint: 'none', answer: 'json' },
    ],
    'a path that cannot be read': [() => app.http.get(`${app.base}%ff`), { reason: 'malformed', endpoint: 'none' }],
    'a method that is none': [
      () => app.http.get(app.api('token')),
      { reason: 'method-not-allowed', endpoint: 'token', status: 405, method: 'GET' },
    ],
    'a page for administrators': [
      () => app.http.get(`${app.base}dispatch.php/admin/oauth2`).set('Cookie', cookie),
      { reason: 'forbidden', endpoint: 'admin/oauth2', status: 403 },
    ],
    'a grant that is none': [
      () => app.http.get(app.api(`applications/details/${'0'.repeat(32)}`)).set('Cookie', cookie),
      { reason: 'not-found', endpoint: 'applications/details/:id' },
    ],
    'a form of somebody who left': [
      () => post(app, 'authorize', {}, {}),
      { reason: 'form-expired', endpoint: 'authorize' },
    ],
  }
  for (const [what, [request, expected]] of Object.entries(cases))
    it(`S-117 ${what}: one line under its number, and counted`, async () => {
      const label = async (line: Line) =>
        counted(`refusals_total{reason="${String(line['reason'])}",endpoint="${String(line['endpoint'])}"}`)
      const before = await label(expected)
      const line = await lineOf(request())
      expect(line).to.include({ ...expected, event: 'request.refused', level: 'info' })
      if (expected['reason'] && expected['endpoint']) expect(await label(line)).to.equal(before + 1)
    })

  it('S-117 a faulty registration, an unknown client of the administration: one line each', async () => {
    const root = await logIn(app, users.root)
    const page = await app.http.get(app.api('clients/add')).set('Cookie', root)
    const security_token = /name="security_token" value="([^"]+)"/.exec(page.text)?.[1]
    expect(await lineOf(post(app, 'clients/store', { security_token, name: '' }, { Cookie: root }))).to.include({
      reason: 'form-faulty',
      endpoint: 'clients/store',
      status: 422,
    })
    expect(await lineOf(app.http.get(app.api('clients/delete/999')).set('Cookie', root))).to.include({
      reason: 'not-found',
      endpoint: 'clients/delete/:id',
      clientId: '999',
    })
  })

  it('S-117 an answered form that comes again: one line with its client', async () => {
    const form = await shown()
    const location = await post(app, 'authorize', form, { Cookie: cookie }).expect(303)
    await redeem(app, client, new URL(location.headers['location'] as string).searchParams.get('code'))
    expect(await lineOf(post(app, 'authorize', form, { Cookie: cookie }))).to.include({
      reason: 'form-used',
      clientId: client.id,
    })
  })

  it('S-117 maintenance and a fault of the database: one line each', async () => {
    const config = app.database.knex('config').where({ field: 'MAINTENANCE_MODE_ENABLE' })
    await config.clone().update({ value: '1' })
    try {
      expect(await lineOf(authorize({}))).to.include({ reason: 'maintenance', status: 503 })
    } finally {
      await config.clone().update({ value: '0' })
    }
    await app.database.knex.raw('RENAME TABLE oauth2_clients TO oauth2_clients_away')
    try {
      for (const request of [authorize({}), redeem(app, client, 'x')])
        expect(await lineOf(request)).to.include({ reason: 'server_error', status: 500, level: 'error' })
    } finally {
      await app.database.knex.raw('RENAME TABLE oauth2_clients_away TO oauth2_clients')
    }
  })

  it('S-117 throttled: one warning, counted by endpoint', async () => {
    const victim = await addClient(app)
    for (let i = 0; i < 10; i += 1) await redeem(app, victim, 'x', { client_secret: 'wrong' })
    expect(await lineOf(redeem(app, victim, 'x', { client_secret: 'wrong' }))).to.include({
      event: 'request.throttled',
      level: 'warn',
      clientId: victim.id,
      status: 429,
    })
    expect(await counted('throttled_total{endpoint="token"}')).to.be.greaterThan(0)
  })

  it('S-117 a login that is not recognised, and one that has no way back: one line each; bounces are counted', async () => {
    let jar = ''
    const visit = () => app.http.get(`${app.api('authorize')}?${authorizationQuery(client)}`).set('Cookie', jar)
    const before = await counted('bounces_total{reason="anonymous"}')
    lines.length = 0
    for (let i = 0; i < 2; i += 1) {
      for (const request of [visit, () => app.http.get(app.api('resume')).set('Cookie', jar)]) {
        const { headers, status } = await request()
        expect(status).to.equal(302)
        jar = ([headers['set-cookie']].flat() as string[]).map((line) => line.split(';')[0]).join('; ')
      }
    }
    expect(lines).to.deep.equal([], 'a bounce is no refusal')
    expect(await counted('bounces_total{reason="anonymous"}')).to.equal(before + 2)
    const line = await lineOf(visit())
    expect(line).to.include({ reason: 'login-loop', clientId: client.id })
    expect(line)
      .to.have.property('hint')
      .that.matches(/^anonymous: .*SESSION_STORE/)
    const random = () => randomBytes(3000).toString('base64url')
    const long = { redirect_uri: undefined, state: random(), nonce: random() }
    expect(await lineOf(app.http.get(`${app.api('authorize')}?${authorizationQuery(client, long)}`))).to.include({
      reason: 'login-needed',
      endpoint: 'authorize',
      status: 401,
    })
  })

  it('S-117 what is served leaves no such line', async () => {
    lines.length = 0
    const code = (await approve(app, client)).searchParams.get('code')
    await redeem(app, client, code).expect(200)
    await app.http.get(app.api('jwks')).expect(200)
    const form = await shown()
    await post(app, 'authorize', { ...form, _method: 'delete' }, { Cookie: cookie }).expect(303)
    expect(lines.filter((line) => line.includes('"event":"request.'))).to.deep.equal([])
  })

  it('S-117 S-095 the client is named by its number alone, and what was sent is escaped, cut and without secrets', async () => {
    const long = 'x'.repeat(3000)
    const swapped = await lineOf(
      post(app, 'token', {
        grant_type: 'refresh_token',
        refresh_token: 'x',
        client_id: clientSecret,
        client_secret: '1',
      }),
    )
    expect(swapped['clientId']).to.equal('no number, 40 characters')
    const basic = `Basic ${Buffer.from(`${client.id}:${clientSecret}x`).toString('base64')}`
    expect(await lineOf(post(app, 'token', { grant_type: 'x' }, { Authorization: basic }))).to.include({
      clientId: client.id,
    })
    const code = 'c0de'.repeat(20)
    for (const [sent, logged] of [
      [
        `https://a.example/cb?code=${code}&state=geheim#access_token=geheim`,
        'https://a.example/cb?code=***&state=***#***',
      ],
      ['https://user:geheim@a.example/cb', 'https://***@a.example/cb'],
      ['https://u:p@b:geheim@a.example/', 'https://***@a.example/'],
      [`https://a.example/?%63ode=geheim&x=${code}&y=1&z`, 'https://a.example/?%63ode=***&x=***&y=1&z'],
      ['https://a.example/\u202e\n\u009b31m', 'https://a.example/\\u202e\\u000a\\u009b31m'],
      [`https://a.example/${long}`, `https://a.example/${'x'.repeat(282)}...`],
    ] as const) {
      expect((await lineOf(authorize({ redirect_uri: sent })))['redirectUri']).to.equal(logged)
    }
    for (const name of ['scope', 'response_type', 'grant_type'])
      expect(
        JSON.stringify(await lineOf(post(app, 'token', { ...credentialsOf(client), grant_type: 'x', [name]: code }))),
      ).to.not.include(code)
    const text = lines.join('')
    for (const secret of ['geheim', code, clientSecret, 'xyz']) expect(text.includes(secret), secret).to.equal(false)
  })

  it('S-117 labels of the metric are words of ours, whatever was sent', async () => {
    for (let i = 0; i < 20; i += 1) {
      await app.http.get(`${app.api(`nothing-${i}`)}`)
      await post(app, 'token', { grant_type: `g${i}`, client_id: `c${i}` })
      await app.http.get(app.api(`applications/details/${i}`)).set('Cookie', cookie)
    }
    const text = await app.deps.metrics.registry.metrics()
    expect(text).to.not.match(/nothing-\d|[="][gc]1\d"|details\/\d/)
  })

  describe('pages for developers', () => {
    it('B11 B19 P2 name the OAuth error, the parameter, the redirect URI that was sent, what to do, and the number in the log', async () => {
      for (const [language, expected] of [
        ['en', ['invalid_request', 'redirect_uri', 'Have exactly this redirect_uri registered', 'in the log under']],
        ['de', ['invalid_request', 'redirect_uri', 'Lassen Sie genau diese redirect_uri registrieren', 'im Log unter']],
      ] as const) {
        const { text } = await app.http
          .get(
            `${app.api('authorize')}?${authorizationQuery(client, { redirect_uri: 'https://app.example.org/other' })}`,
          )
          .set('Accept-Language', language)
        for (const part of [...expected, 'https://app.example.org/other']) expect(text).to.include(part)
        expect(text, 'what is registered is not told').to.not.include('app.example.org/callback')
      }
    })

    it('B19 http://localhost with another port is told what to register', async () => {
      const local = await addClient(app, { redirectUris: ['http://localhost/cb'] })
      const query = authorizationQuery(local, { redirect_uri: 'http://localhost:4711/cb' })
      const page = await app.http.get(`${app.api('authorize')}?${query}`).set('Accept-Language', 'en')
      expect(page.text).to.include('http://127.0.0.1 instead of localhost').and.to.include('http://localhost:4711/cb')
      const json = await app.http.get(`${app.api('authorize')}?${query}`).set('Accept', 'application/json')
      expect((json.body as { hint: string }).hint).to.include('http://127.0.0.1 instead of localhost')
    })

    it('S-118 what they repeat is escaped, cut, and in no attribute', async () => {
      for (const redirect_uri of [
        'https://evil.example/"><script>zq7</script>',
        "javascript:zq7('x')",
        '\u202ezq7\u0000<b>',
        `https://evil.example/zq7${'a'.repeat(3000)}`,
      ]) {
        const { text, status } = await authorize({ redirect_uri })
        expect(status).to.equal(400)
        expect(text)
          .to.include('zq7')
          .and.not.match(/<script|<b>|\u202e|[\0]|a{400}/)
        for (const [tag] of text.matchAll(/<[^>]*>/g)) expect(tag).to.not.match(/zq7|evil\.example/)
      }
    })

    it('P2 Accept: application/json gets the same as JSON, with a number to search for', async () => {
      const ask = (query: Query, accept: string) => authorize(query, { Accept: accept })
      const sent = { redirect_uri: 'https://app.example.org/other' }
      const { body, headers, status } = await ask(sent, 'application/json, text/plain, */*')
      expect(status).to.equal(400)
      expect(headers['content-type']).to.match(/^application\/json/)
      expect(headers['x-request-id']).to.be.a('string')
      expect(body).to.include({ error: 'invalid_request', parameter: 'redirect_uri', redirect_uri: sent.redirect_uri })
      expect((body as { hint: string }).hint).to.include('Register exactly')
      for (const [name, value] of Object.entries(body as Record<string, string>))
        if (/^error|message/.test(name)) expect(value, name).to.match(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
      expect((await ask({ client_id: '999' }, 'application/json')).body).to.include({ error: 'invalid_client' })
      expect((await ask(sent, 'text/html,application/json')).headers['content-type']).to.match(/^text\/html/)
      expect((await ask(sent, '*/*')).headers['content-type']).to.match(/^text\/html/)
      const refused = await post(app, 'authorize', {}, { Cookie: cookie, Accept: 'application/json' }).expect(403)
      expect(refused.body).to.include({ error: 'invalid_request' })
      expect((await app.http.get(app.api('nothing')).set('Accept', 'application/json').expect(404)).body).to.include({
        error: 'invalid_request',
      })
    })
  })

  describe('mistakes of beginners', () => {
    const mobile = async () => addClient(app, { confidential: false })
    const described = (answer: Response): string => {
      const location = answer.headers['location'] as string | undefined
      return location === undefined
        ? (answer.body as { error_description: string }).error_description
        : (new URL(location).searchParams.get('error_description') ?? '')
    }

    // Most libraries show the description alone, and a redirect carries nothing else.
    it('P2 C11 at the redirect URI the description itself says what to do', async () => {
      const ofMobile = async (query: Query) =>
        app.http.get(`${app.api('authorize')}?${authorizationQuery(await mobile(), query)}`).set('Cookie', cookie)
      for (const [asked, says] of [
        [authorize({ response_type: undefined }), 'response_type'],
        [ofMobile({ code_challenge: undefined, code_challenge_method: undefined }), 'public clients'],
        [ofMobile({ code_challenge_method: 'SHA256' }), 'Use S256'],
        [ofMobile({ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=' }), 'without ='],
        [authorize({ scope: 'api,profile' }), 'blanks between'],
      ] as const)
        expect(described(await asked)).to.include(says)
      const twice = `${authorizationQuery(client)}&state=again`
      expect(
        described(await app.http.get(`${app.api('authorize')}?${twice}`).set('Cookie', cookie)),
        'a parameter twice',
      ).to.match(/ more than once\. Check the state parameter$/)
    })

    it('P2 C11 in JSON too, beside hint and message as the built-in server has them', async () => {
      const own = credentialsOf(client)
      const { id } = await mobile()
      for (const [asked, says] of [
        [post(app, 'token', own), 'grant_type'],
        [post(app, 'token', { ...own, grant_type: 'password' }), 'Use authorization_code or '],
        [post(app, 'token', { ...own, grant_type: 'authorization_code' }), 'the code parameter'],
        [redeem(app, client, 'garbage'), 'Cannot decrypt'],
        [redeem(app, client, 'garbage', { client_secret: 'wrong' }), 'Check client_id and client_secret'],
        [redeem(app, { ...client, id: '99999999' }, 'garbage'), 'Check client_id and client_secret'],
        [post(app, 'introspect', { client_id: id, token: 'x' }), 'with a secret'],
        [app.http.post(app.api('token')).query({ grant_type: 'authorization_code' }), 'In the body'],
      ] as const)
        expect(described(await asked)).to.include(says)
      expect((await app.http.get(app.api('token'))).body.hint).to.equal('Use POST')
      expect((await post(app, 'token', own)).body).to.deep.equal({
        error: 'invalid_request',
        error_description: 'A required parameter is missing. Check the grant_type parameter',
        hint: 'Check the grant_type parameter',
        message: 'A required parameter is missing.',
      })
    })

    // A callback that is loaded or mounted twice (C9): the second try is answered while the tokens of the first one end.
    it('P2 C9 who sends a code or refresh token again is told that this ended the tokens', async () => {
      const code = (await approve(app, client, { cookie })).searchParams.get('code')
      const first = (await redeem(app, client, code)).body as { refresh_token: string }
      expect(described(await redeem(app, client, code))).to.match(
        /used before: all tokens that came from it have ended$/,
      )
      expect(described(await refresh(app, client, first.refresh_token))).to.match(/has been revoked$/)

      const again = (await approve(app, client, { cookie })).searchParams.get('code')
      const { refresh_token: token } = (await redeem(app, client, again)).body as { refresh_token: string }
      const { refresh_token: newest } = (await refresh(app, client, token)).body as { refresh_token: string }
      await refresh(app, client, newest)
      expect(described(await refresh(app, client, token))).to.match(/rotated: use the newest one$/)
      now += 60
      expect(described(await refresh(app, client, token))).to.match(/all tokens of this connection have ended$/)
    })
  })

  describe('an expired form', () => {
    const againIn = (html: string): string =>
      /href="([^"]*api\/oauth2\/authorize\?[^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const asked: Query = {
      state: 'a b&c="<x>',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    }
    const leadsBack = async (page: Response) => {
      expect(page.status).to.equal(403)
      const again = againIn(page.text)
      expect(Object.fromEntries(new URLSearchParams(again.split('?')[1]))).to.deep.equal(
        Object.fromEntries(new URLSearchParams(authorizationQuery(client, asked))),
      )
      expect((await app.http.get(again).set('Cookie', cookie)).status).to.equal(200)
    }

    it('B16 leads back to the same request: too old, of a session that ended, of another session or user', async () => {
      const form = await shown(cookie, asked)
      const start = now
      try {
        now = start + 601
        await leadsBack(await post(app, 'authorize', form, { Cookie: cookie }))
      } finally {
        now = start
      }
      await leadsBack(await post(app, 'authorize', form))
      for (const user of [users.autor, users.tutor])
        await leadsBack(await post(app, 'authorize', form, { Cookie: await logIn(app, user) }))
    })

    it('B16 a form that is not ours leads nowhere', async () => {
      const form = await shown()
      for (const auth_token of [undefined, 'x', `${form.auth_token}A`]) {
        const page = await post(app, 'authorize', { ...form, auth_token }, { Cookie: cookie }).expect(403)
        expect(againIn(page.text)).to.equal('')
      }
    })
  })
})
