// What a request makes longer than it came must not make an answer that nginx takes for an instance that is away.
import { expect } from 'chai'
import { addClient, approve, authorizationQuery, logIn, redirectUri, testApp, type TestApp } from '../support/app.ts'
import { signInKeys } from '../support/keys.ts'
import { rawHttp, type RawAnswer, type RawHttp, type RawRequest } from '../support/raw-http.ts'

/** What nginx/proxy.conf reads, less the status line and the lines that nginx or Node add. */
const most = 16 * 1024 - 512
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const lengthOf = ({ rawHeaders }: RawAnswer): number => rawHeaders.reduce((sum, text) => sum + text.length + 2, 0)

describe('header of an answer', () => {
  let app: TestApp
  let http: RawHttp
  let cookie: string
  const ask = (request: RawRequest) => http(request)

  before(async () => {
    app = await testApp({ settings: { keysPath: await signInKeys() } })
    http = rawHttp(app.server)
    cookie = await logIn(app)
  })
  after(async () => {
    http.end()
    await app.close()
  })

  // One byte of these becomes three, or three become nine.
  for (const [name, text] of [
    ['letters that an address encodes', '|'.repeat(8_000)],
    ['letters beyond ASCII', Buffer.from('€'.repeat(8_000)).toString('latin1')],
    ['letters that stay', 'a'.repeat(24_000)],
  ] as const) {
    it(`A3 S-111 a form of ${name} becomes no address that is too long`, async () => {
      for (const [path, fields] of [
        ['logout', 'state='],
        ['logout', 'client_id=1&post_logout_redirect_uri='],
        ['authorize', 'response_type=code&scope=openid&state='],
      ] as const) {
        const answer = await ask({
          method: 'POST',
          path: app.api(path),
          headers: { ...form, Cookie: cookie },
          body: Buffer.from(fields + text.slice(0, 24_000), 'latin1'),
        })
        expect(answer.status, path).to.equal(400)
        expect(lengthOf(answer), path).to.be.below(most)
      }
    })
  }

  it('A3 S-111 a preflight that asks for too many headers is refused, at every address', async () => {
    const headers = (names: string) => ({
      Origin: 'https://app.example.org',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': names,
    })
    await addClient(app, { confidential: false })
    // The server of a test reads 16 KiB itself.
    for (const path of ['jwks', 'userinfo', 'token', '.well-known/oauth-authorization-server']) {
      const usual = await ask({ method: 'OPTIONS', path: app.api(path), headers: headers('x'.repeat(8_000)) })
      expect(usual.status, path).to.equal(204)
      const answer = await ask({ method: 'OPTIONS', path: app.api(path), headers: headers('x'.repeat(15_500)) })
      expect(answer.status, path).to.equal(400)
      expect(lengthOf(answer), path).to.be.below(most)
    }
  })

  it('A3 S-111 a client whose address and state are as long as they may be hears of it in words, or the user does', async () => {
    const long = `${redirectUri}/${'a'.repeat(3_900)}`
    const client = await addClient(app, { redirectUris: [long, redirectUri] })
    const state = '|'.repeat(4_000)
    // The usual goes on.
    const location = await approve(app, client, { cookie, query: { redirect_uri: redirectUri, state } })
    expect(location.searchParams.get('state')).to.equal(state)
    const query = authorizationQuery(client, { redirect_uri: long, state: undefined })
    const told = await approve(app, client, { cookie, query: { redirect_uri: long, state: state.slice(0, 1_800) } })
    expect(told.searchParams.get('error')).to.equal('invalid_request')
    expect(told.searchParams.get('state')).to.equal(state.slice(0, 1_800))
    for (const [more, title] of [
      ['', 'a code'],
      ['&response_type=token', 'an error'],
    ] as const) {
      const answer = await ask({
        path: `${app.api('authorize')}?${query}${more}&state=${state}`,
        headers: { Cookie: cookie },
      })
      expect(lengthOf(answer), title).to.be.below(most)
      expect(answer.status, title).to.be.oneOf([200, 400])
      if (answer.status === 400) expect(answer.headers['location'], title).to.equal(undefined)
    }
  })
})
