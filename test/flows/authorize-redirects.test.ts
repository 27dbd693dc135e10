// Answers of /authorize that travel to the client, as bytes.
import { expect } from 'chai'
import fc from 'fast-check'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  addClient,
  approve,
  authorizationQuery,
  challenge,
  consentPage,
  logIn,
  post,
  redirectUri,
  testApp,
  type Query,
  type TestApp,
  type TestClient,
} from '../support/app.ts'
import { rawHttp, type RawHttp } from '../support/raw-http.ts'

describe('GET authorize: redirects', () => {
  let app: TestApp
  let http: RawHttp
  let confidential: TestClient
  let open: TestClient
  let cookie: string
  before(async () => {
    app = await testApp()
    http = rawHttp(app.server)
    confidential = await addClient(app)
    open = await addClient(app, { confidential: false })
    cookie = await logIn(app)
  })
  after(async () => {
    http.end()
    await app.close()
  })

  const get = (query: string) => http({ path: `${app.api('authorize')}?${query}`, headers: { Cookie: cookie } })
  const codeRows = async (): Promise<number> =>
    Number((await app.database.knex('oauth2_auth_codes').count({ n: '*' }))[0]?.['n'])
  const location = async (query: string): Promise<string> => {
    const answer = await get(query)
    expect(answer.status, answer.text).to.equal(302)
    expect(answer.text).to.equal('')
    expect(answer.headers['cache-control']).to.equal('no-store')
    expect(answer.rawHeaders.filter((name) => name.toLowerCase() === 'location')).to.have.length(1)
    return answer.headers.location ?? ''
  }

  const errors: readonly (readonly [string, Query, string, 'public'?])[] = [
    ['S-008', { response_type: 'token' }, 'unsupported_response_type'],
    ['S-008', { response_type: 'id_token' }, 'unsupported_response_type'],
    ['S-008', { response_type: 'code token' }, 'unsupported_response_type'],
    ['S-008', { response_type: undefined }, 'invalid_request'],
    ['S-012', { scope: 'openid' }, 'invalid_scope'],
    ['S-012', { scope: 'api openid' }, 'invalid_scope'],
    ['S-014', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request', 'public'],
    ['S-010', { code_challenge: '' }, 'invalid_request', 'public'],
    ['S-015', { code_challenge: challenge.slice(1) }, 'invalid_request', 'public'],
    ['S-015', { code_challenge_method: 's256' }, 'invalid_request', 'public'],
  ]
  for (const [number, query, error, kind] of errors) {
    it(`${number} ${JSON.stringify(query)} goes back as ${error}, and S-020 with iss for openid only`, async () => {
      const before = await codeRows()
      const found = await location(authorizationQuery(kind ? open : confidential, { state: 'st at&e', ...query }))
      expect(found.startsWith(`${redirectUri}?`)).to.be.true
      const answer = new URL(found).searchParams
      const forOpenid = /\bopenid\b/.test(query.scope ?? '')
      expect([...answer.keys()]).to.deep.equal(['error', 'error_description', 'state', ...(forOpenid ? ['iss'] : [])])
      expect(Object.fromEntries(answer)).to.include({
        error,
        state: 'st at&e',
        ...(forOpenid && { iss: app.deps.issuer }),
      })
      expect(answer.get('error_description')).to.match(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
      expect(await codeRows()).to.equal(before)
    })
  }

  it('S-010 a repeated parameter goes back as invalid_request, without a state that was repeated', async () => {
    for (const name of ['response_type', 'scope', 'code_challenge', 'code_challenge_method']) {
      const answer = new URL(await location(`${authorizationQuery(confidential)}&${name}=a&${name}=a`)).searchParams
      expect(Object.fromEntries(answer)).to.include({ error: 'invalid_request', state: 'xyz' })
    }
    const answer = new URL(await location(`${authorizationQuery(confidential)}&state=other`)).searchParams
    expect(answer.get('error')).to.equal('invalid_request')
    expect(answer.has('state')).to.be.false
  })

  it('B6 C5 S-011 what this server does not read may repeat: resource (RFC 8707 §2), utm_source', async () => {
    const more = 'resource=https://a.example/&resource=https://b.example/&utm_source=x&utm_source=y&audience=&audience='
    const page = await consentPage(app, cookie, `${authorizationQuery(confidential)}&${more}`)
    expect(page.status).to.equal(200)
  })

  it('S-010 state= is not returned', async () => {
    const answer = await approve(app, confidential, { cookie, query: { state: '' } })
    expect([...answer.searchParams.keys()]).to.deep.equal(['code'])
  })

  it('S-011 unknown parameters change nothing, and nobody is asked', async () => {
    let asked = 0
    const outside = createServer((_, response) => {
      asked += 1
      response.end()
    })
    await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/`
    const more = {
      prompt: 'none',
      response_mode: 'fragment',
      request_uri: url,
      request: 'e'.repeat(5000),
      'client_id[]': '2',
      'redirect_uri[]': url,
      sector_identifier_uri: url,
      max_age: '0',
      __proto__x: '1',
    }
    const page = await consentPage(app, cookie, authorizationQuery(confidential, more))
    expect(page.status).to.equal(200)
    const answer = await approve(app, confidential, { cookie, query: more })
    expect(answer.hash).to.equal('')
    expect([...answer.searchParams.keys()]).to.deep.equal(['code', 'state'])
    await new Promise((resolve) => outside.close(resolve))
    expect(asked).to.equal(0)
  })

  it('S-016 with PKCE_PLAIN=off only S256 is served', async () => {
    const strict = await testApp({ database: app.database, settings: { pkcePlain: false } })
    const ask = (query: Query) =>
      strict.http.get(`${strict.api('authorize')}?${authorizationQuery(open, query)}`).set('Cookie', cookie)
    for (const method of ['plain', undefined, '']) {
      const answer = await ask({ code_challenge_method: method }).expect(302)
      expect(new URL(answer.headers['location'] as string).searchParams.get('error')).to.equal('invalid_request')
    }
    await ask({}).expect(200)
    await strict.close()
  })

  it('C1 S-020 with RESPONSE_ISS=always every answer carries iss once: success, denial and error', async () => {
    const always = await testApp({ database: app.database, settings: { responseIss: 'always' } })
    const success = await approve(always, confidential, { cookie })
    const { fields } = await consentPage(always, cookie, authorizationQuery(confidential))
    const denied = await post(always, 'authorize', { ...fields, _method: 'delete' }, { Cookie: cookie }).expect(303)
    const failed = await always.http
      .get(`${always.api('authorize')}?${authorizationQuery(confidential, { scope: 'x' })}`)
      .set('Cookie', cookie)
      .expect(302)
    for (const url of [
      success,
      new URL(denied.headers['location'] as string),
      new URL(failed.headers['location'] as string),
    ])
      expect(url.searchParams.getAll('iss')).to.deep.equal([always.deps.issuer])
    await always.close()
  })

  it('C1 S-020 a request that names openid twice, or among others, gets iss once with its error', async () => {
    for (const query of ['scope=openid&scope=openid', 'scope=x++openid', 'scope=api+openid+profile']) {
      const found = await location(`${authorizationQuery(confidential, { scope: undefined })}&${query}`)
      expect(new URL(found).searchParams.getAll('iss'), query).to.deep.equal([app.deps.issuer])
    }
    for (const scope of ['openid2', 'OPENID', 'openid,api', 'openid\tapi']) {
      const found = await location(authorizationQuery(confidential, { scope }))
      expect(new URL(found).searchParams.has('iss'), scope).to.be.false
    }
  })

  const states = [
    'a\r\nSet-Cookie: x=1',
    'a&code=stolen&iss=https://evil.example',
    '#fragment',
    '<script>alert(1)</script>',
    '"\'><img src=x onerror=alert(1)>',
    'ü 🦉 \u2028',
    '%00%0d%0a',
    '+ +',
    '\0',
    '\uFEFF',
    'a'.repeat(4000),
  ]
  for (const state of states) {
    it(`S-019 state ${JSON.stringify(state).slice(0, 60)} returns as it came on success, denial and error`, async () => {
      const success = await approve(app, confidential, { cookie, query: { state } })
      const { fields } = await consentPage(app, cookie, authorizationQuery(confidential, { state }))
      const denied = await post(app, 'authorize', { ...fields, _method: 'delete' }, { Cookie: cookie }).expect(303)
      const error = await location(authorizationQuery(confidential, { state, scope: 'x' }))
      const keys = [['code', 'state'], ...Array<string[]>(2).fill(['error', 'error_description', 'state'])]
      for (const [i, url] of [success, new URL(denied.headers['location'] as string), new URL(error)].entries()) {
        expect(url.searchParams.get('state')).to.equal(state)
        expect([...url.searchParams.keys()], 'S-020').to.deep.equal(keys[i])
        expect(url.hash).to.equal('')
      }
      expect(denied.headers['set-cookie'], 'no header slipped in').to.be.undefined
    })
  }

  it('S-019 any state of any characters returns on an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), async (state) => {
        expect(
          new URL(await location(authorizationQuery(confidential, { state, scope: 'x' }))).searchParams.get('state'),
        ).to.equal(state)
      }),
      { numRuns: 100 },
    )
  })

  const uris = [
    'https://app.example.org',
    'https://App.Example.org:443/a/../b?own=1&x=%7e',
    'https://app.example.org/cb?',
    'com.example.app:/cb',
    'com.example.app://cb',
    'https://app.example.org/straße?q=ü',
    'myapp://cb',
    'https://app.example.org/a%2Fb',
    'https://app.example.org/a b',
  ]
  for (const uri of uris) {
    it(`S-006 ${uri} stays byte for byte on success, denial and error`, async () => {
      const client = await addClient(app, { redirectUris: [uri] })
      const start = Buffer.from(uri + (uri.includes('?') ? '&' : '?'), 'utf8').toString('latin1')
      for (const query of [authorizationQuery(client), authorizationQuery(client, { redirect_uri: undefined })]) {
        for (const _method of [undefined, 'delete']) {
          const { fields } = await consentPage(app, cookie, query)
          const form = new URLSearchParams({
            auth_token: fields['auth_token'] ?? '',
            security_token: fields['security_token'] ?? '',
            ...(_method && { _method }),
          })
          const answer = await http({
            method: 'POST',
            path: app.api('authorize'),
            headers: { Cookie: cookie, 'Content-Type': 'application/x-www-form-urlencoded' },
            body: form.toString(),
          })
          expect(answer.status).to.equal(303)
          expect(answer.headers.location?.slice(0, start.length)).to.equal(start)
          expect(answer.headers.location?.slice(start.length)).to.match(
            _method ? /^error=access_denied&/ : /^code=def50200/,
          )
        }
        expect((await location(`${query}&scope=x`)).slice(0, start.length)).to.equal(start)
      }
    })
  }

  for (const [own, asked] of [
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb'],
    ['http://[::1]:8080/cb?x=1', 'http://[::1]:51004/cb?x=1'],
  ] as const) {
    it(`S-006 S-076 ${own} is answered at the port that was asked for`, async () => {
      const client = await addClient(app, { redirectUris: [own], confidential: false })
      const query = authorizationQuery(client, { redirect_uri: asked })
      const { fields } = await consentPage(app, cookie, query)
      const denied = await post(app, 'authorize', { ...fields, _method: 'delete' }, { Cookie: cookie })
      expect(denied.headers['location']?.startsWith(asked)).to.be.true
      expect((await approve(app, client, { cookie, query: { redirect_uri: asked } })).port).to.equal('51004')
      expect((await location(`${query}&scope=x`)).startsWith(asked)).to.be.true
    })
  }

  it('a stored URI that no header can carry is a page, not a fault', async () => {
    const client = await addClient(app, { redirectUris: ['https://app.example.org/a\nb'] })
    for (const query of [
      authorizationQuery(client),
      authorizationQuery(client, { redirect_uri: undefined, scope: 'x' }),
    ]) {
      expect((await get(query)).status).to.equal(400)
    }
  })

  it('S-008 no authorization response carries an access token', async () => {
    for (const response_type of ['token', 'code token', 'id_token token', 'none']) {
      expect(await location(authorizationQuery(confidential, { response_type }))).to.not.match(
        /access_token|id_token=|[?&#]code=/,
      )
    }
  })
})
