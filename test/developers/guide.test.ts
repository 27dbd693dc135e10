// The guide as the service hands it out, and the way to it.
import { expect } from 'chai'
import { users } from '../fixtures/users.ts'
import { logIn, testApp, type TestApp } from '../support/app.ts'

describe('guide for developers', function () {
  this.timeout(60_000)
  let app: TestApp
  before(async () => {
    app = await testApp({ settings: { baseUrl: 'https://lms.example.edu/studip/' } })
  })
  after(() => app.close())

  it('P1 names the addresses of this Stud.IP, and no others', async () => {
    const { status, text, headers } = await app.http.get(app.api('developers'))
    expect([status, headers['content-type']]).to.deep.equal([200, 'text/plain; charset=utf-8'])
    expect(text).not.to.include('studip.example.org')
    const metadata = await app.http.get(app.api('.well-known/oauth-authorization-server'))
    const { issuer, ...document } = metadata.body as Record<string, unknown> & { issuer: string }
    const addresses = Object.entries(document).filter(([name]) => name.endsWith('_endpoint'))
    expect(addresses.length).to.be.greaterThan(4)
    for (const address of [issuer, ...addresses.map(([, value]) => value)])
      expect(text).to.include(`| \`${String(address)}\` |`)
    // RFC 8414 §3.1.
    expect(text).to.include(
      'https://lms.example.edu/.well-known/oauth-authorization-server/studip/dispatch.php/api/oauth2',
    )
    const again = await app.http.get(app.api('developers')).set('If-None-Match', headers['etag'] as string)
    expect(again.status).to.equal(304)
  })

  it('P1 root finds it beside the addresses', async () => {
    const cookie = await logIn(app, users.root)
    const { text } = await app.http.get(`${app.base}dispatch.php/admin/oauth2`).set('Cookie', cookie)
    expect(text).to.include(`<a href="/studip/dispatch.php/api/oauth2/developers">`)
    for (const end of ['', '/authorize', '/token', '/device_authorization', '/revoke', '/introspect'])
      expect(text).to.include(`>https://lms.example.edu/studip/dispatch.php/api/oauth2${end}</code>`)
  })

  it('C9 says for each library that has its own way what to do', async () => {
    const { text } = await app.http.get(app.api('developers'))
    const rows = text.slice(text.indexOf('## Libraries')).split('\n')
    for (const [library, advice] of [
      ['Auth.js', 'openid-configuration'],
      ['openid-client 5', 'openid-configuration'],
      ['oidc-client-ts', 'openid-configuration'],
      ['AppAuth', 'openid-configuration'],
      ['Mojolicious', 'redeem it once'],
      ['React', 'redeem it once'],
      ['google-auth-library', 'body of a POST'],
      ['social-core', 'REDIRECT_STATE'],
      ['git-credential-oauth', 'verifier'],
      ['oauth2.el', 'refresh token'],
    ] as const)
      expect(
        rows.some((row) => row.startsWith('|') && row.includes(library) && row.includes(advice)),
        library,
      ).to.equal(true)
  })
})
