// Whatever a request says about hosts and targets, answers speak of the configured URL (RFC 9700 §4.13).
import { expect } from 'chai'
import {
  addClient,
  authorizationQuery,
  connect,
  consentPage,
  logIn,
  post,
  testApp,
  type TestApp,
  type TestClient,
} from '../support/app.ts'
import { rawBytes, rawHttp, type RawAnswer, type RawHttp } from '../support/raw-http.ts'

const forged: readonly Record<string, string>[] = [
  { Host: 'evil.example' },
  { Host: 'evil.example:443' },
  { 'X-Forwarded-Host': 'evil.example' },
  { 'X-Forwarded-Proto': 'ftp' },
  { 'X-Forwarded-Port': '666' },
  { 'X-Forwarded-Server': 'evil.example' },
  { 'X-Forwarded-Prefix': '/evil.example' },
  { 'X-Forwarded-Path': '/evil.example' },
  { 'X-Forwarded-Ssl': 'on' },
  { Forwarded: 'for=1.2.3.4;host=evil.example;proto=https' },
  { 'X-Original-URL': '/evil.example' },
  { 'X-Rewrite-URL': '/evil.example' },
  { 'X-Original-Host': 'evil.example' },
  { Referer: 'https://evil.example/' },
  { 'X-HTTP-Method-Override': 'POST' },
  { 'X-Real-IP': '6.6.6.6' },
  { Via: '1.1 evil.example' },
  { 'Front-End-Https': 'on' },
]

describe('forged proxy headers', () => {
  let app: TestApp
  let http: RawHttp
  let client: TestClient
  let cookie: string
  before(async () => {
    app = await testApp({
      settings: {
        baseUrl: 'https://studip.example.org/studip/',
        responseIss: 'always',
        assetsUrl: 'https://studip.example.org/studip/assets/',
      },
    })
    http = rawHttp(app.server)
    client = await addClient(app)
    cookie = await logIn(app)
  })
  after(async () => {
    http.end()
    await app.close()
  })

  /** Without what is fresh in every answer. */
  const lasting = ({ status, headers, text }: RawAnswer) => {
    const { date: _, 'x-request-id': id, etag: __, 'content-length': ___, ...others } = headers
    const timeless = (part: string) =>
      part
        .replaceAll(String(id), 'ID')
        .replaceAll(/value="[A-Za-z0-9_.-]{43,}"/g, 'value=""')
        .replaceAll(/\d{2}:\d{2}:\d{2}/g, 'TIME') // the footer has a clock
    return {
      status,
      headers: Object.fromEntries(
        Object.entries(others).map(([name, value]) => [
          name,
          timeless(String(value).replaceAll(/=[A-Za-z0-9_.-]+\.\.[A-Za-z0-9_.-]+/g, '=SEALED')),
        ]),
      ),
      text: timeless(text),
    }
  }

  const requests = (): readonly (readonly [string, string, Record<string, string>])[] => {
    const page = `${app.api('authorize')}?${authorizationQuery(client)}`
    return [
      ['the consent page', page, { Cookie: cookie }],
      ['an error redirect', `${page}&scope=x`, { Cookie: cookie }],
      ['somebody who is not logged in', page, {}],
      ['an error page', app.api('authorize'), {}],
      ['no such page', app.api('nothing'), {}],
      ['the metadata', app.api('.well-known/oauth-authorization-server'), {}],
      ['the metadata at the root', '/.well-known/oauth-authorization-server/studip/dispatch.php/api/oauth2', {}],
      ['resume', app.api('resume'), {}],
      ['the applications', app.api('applications'), { Cookie: cookie }],
      ['the token endpoint', app.api('token'), {}],
    ]
  }
  for (let i = 0; i < 10; i += 1) {
    it(`S-082 request ${i + 1} of ten kinds is answered as without them`, async () => {
      const [what, path, headers] = requests()[i] ?? ['', '', {}]
      const plain = lasting(await http({ path, headers }))
      for (const more of [...forged, Object.assign({}, ...forged) as Record<string, string>]) {
        const answer = lasting(await http({ path, headers: { ...headers, ...more } }))
        expect(answer, `${what} ${JSON.stringify(more)}`).to.deep.equal(plain)
        expect(JSON.stringify(answer)).to.not.include('evil.example')
      }
    })
  }

  it('S-082 the answers to Allow and Deny, and introspection, speak of the configured issuer', async () => {
    const everything = Object.assign({}, ...forged.filter((header) => !('Referer' in header))) as Record<string, string>
    for (const _method of [undefined, 'delete']) {
      const { fields } = await consentPage(app, cookie, authorizationQuery(client))
      const answer = await post(
        app,
        'authorize',
        { auth_token: fields['auth_token'], security_token: fields['security_token'], _method },
        { ...everything, Cookie: cookie },
      ).expect(303)
      expect(new URL(answer.headers['location'] as string).searchParams.get('iss')).to.equal(
        'https://studip.example.org/studip/dispatch.php/api/oauth2',
      )
      expect(answer.headers['location']).to.not.include('evil.example')
    }
    const { access_token: token } = await connect(app, client, { cookie })
    const answer = await post(
      app,
      'introspect',
      { client_id: client.id, client_secret: 'YFXkKbYVv7zGGXuRbx26ksRsYTMQuLdGRTtwqwTM', token },
      everything,
    ).expect(200)
    expect(answer.body).to.include({ active: true, iss: app.deps.issuer })
  })

  it('S-082 an absolute address in the request line names no host of ours', async () => {
    const path = app.api('.well-known/oauth-authorization-server')
    const answer = await rawBytes(
      app.server,
      `GET https://evil.example${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
    )
    expect(answer)
      .to.match(/^HTTP\/1\.1 200 /)
      .and.include('"issuer":"https://studip.example.org/studip/dispatch.php/api/oauth2"')
      .and.not.include('evil.example')
  })

  it('S-007 no route redirects to a target from query, form or header', async () => {
    const target = 'https://evil.example/x'
    const names = [
      'redirect_uri',
      'redirect',
      'return',
      'return_to',
      'returnTo',
      'next',
      'target',
      'url',
      'cancel_login',
      'again',
      'post_logout_redirect_uri',
      'state',
      'continue',
      'continuePath',
      'to',
      'goto',
      'path',
    ]
    const query = new URLSearchParams(names.map((name): [string, string] => [name, target])).toString()
    const pages = [
      'authorize',
      'resume',
      'applications',
      'applications/revoke',
      'applications/revoke_all',
      'clients/add',
      'clients/store',
      'clients/delete/1',
      'token',
      'revoke',
      'introspect',
      'jwks',
      'nothing',
      `resume/${encodeURIComponent(target)}`,
      '/evil.example/x',
      '../../../evil.example',
    ]
    const paths = [
      ...pages.map((page) => app.api(page)),
      '//evil.example/x',
      '/%2f%2fevil.example',
      '/\\evil.example',
      `${app.base}dispatch.php/admin/oauth2`,
    ]
    for (const path of paths) {
      for (const session of ['', cookie]) {
        for (const method of ['GET', 'POST']) {
          const headers = {
            Cookie: session,
            Referer: target,
            ...(method === 'POST' && {
              'Content-Type': 'application/x-www-form-urlencoded',
              'Sec-Fetch-Site': 'same-origin',
            }),
          }
          const answer = await http({
            method,
            path: `${path}?${query}`,
            headers,
            ...(method === 'POST' && { body: query }),
          })
          const { location = '/', refresh } = answer.headers
          expect(new URL(location, 'https://studip.example.org/').origin, `${method} ${path}`).to.equal(
            'https://studip.example.org',
          )
          expect(refresh).to.be.undefined
          for (const [, link] of answer.text.matchAll(/(?:href|src|action|content)="([^"]*)"/g))
            expect(link, path).to.not.match(/^(https?:)?\/\/evil|^\\/)
        }
      }
    }
  })
})
