// The guide as the service hands it out, and the way to it.
import { expect } from 'chai'
import { guideHtml } from '../../src/views/guide.ts'
import { users } from '../fixtures/users.ts'
import { blocks } from './page.ts'
import { logIn, testApp, type TestApp } from '../support/app.ts'
import { processorTime, times } from '../support/processor-time.ts'

describe('guide for developers', () => {
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

  it('P1 is a page of ours for people, in the frame of their language, and text for programs', async () => {
    const page = (path: string, language: string) =>
      app.http.get(app.api(path)).set('Accept', 'text/html,*/*;q=0.8').set('Accept-Language', language)
    const german = await page('developers', 'de')
    expect([german.status, german.type, german.headers['vary']]).to.deep.equal([200, 'text/html', 'Accept'])
    expect(german.headers['content-security-policy']).to.match(/default-src 'none'|default-src 'self'/)
    expect(german.text)
      .to.match(/<html [^>]*lang="de/)
      .and.to.include('<article class="oauth2-guide" lang="en">')
    expect((await page('developers', 'en')).text).to.match(/<html [^>]*lang="en/)
    // Nothing of Markdown is left, the programs are whole, and what is no tag of ours is text.
    const article = /<article class="oauth2-guide"[^]*<\/article>/.exec(german.text)![0]
    const prose = article.replaceAll(/<(pre|code)[^]*?<\/\1>/g, '')
    expect(prose).not.to.match(/^#|```|\]\(|<!--/m)
    expect(
      prose.replaceAll(/<\/?(article|h[1-4]|p|a|table|thead|tbody|tr|th|td|ul|ol|li|strong|em|pre|code)\b[^>]*>/g, ''),
    ).not.to.match(/[<>]/)
    expect(article.match(/<pre/g)!.length).to.equal(blocks.length)
  })

  it('A2 an Accept header of quotes and commas costs no more than another of its length', async () => {
    const cost = (accept: string) =>
      processorTime(times(20, () => app.http.get(app.api('developers')).set('Accept', accept).expect(200)))
    const [hostile, plain] = [`"${','.repeat(15_000)}`, 'x'.repeat(15_001)]
    const costs = { hostile: [] as number[], plain: [] as number[] }
    for (let round = 0; round < 5; round += 1) {
      costs.plain.push(await cost(plain))
      costs.hostile.push(await cost(hostile))
    }
    expect(Math.min(...costs.hostile)).to.be.below(2 * Math.min(...costs.plain))
  })

  it('P1 every link of its pages leads to a page, and each of them names this Stud.IP only', async () => {
    const seen = new Set<string>()
    const waiting = [app.api('developers')]
    while (waiting.length > 0) {
      const path = waiting.pop()!
      if (seen.has(path)) continue
      seen.add(path)
      const { status, text, type } = await app.http.get(path).set('Accept', 'text/html')
      expect([status, type], path).to.deep.equal([200, 'text/html'])
      const article = /<article class="oauth2-guide"[^]*<\/article>/.exec(text)![0]
      expect(article).not.to.include('studip.example.org')
      for (const [, href = ''] of article.matchAll(/<a href="([^"]*)"/g)) {
        if (href.startsWith('https://')) continue
        expect(href).to.match(/^\/studip\/dispatch\.php\/api\/oauth2\/developers/)
        waiting.push(href)
      }
    }
    expect([...seen].map((path) => path.replace(app.api(''), ''))).to.have.members([
      'developers',
      'developers/devices',
      'developers/openid-connect',
      'developers/bounds',
    ])
  })

  it('S-024 HTML in a document is shown, not obeyed', async () => {
    const html = await guideHtml(
      'a <script>alert(1)</script> ![x](https://x.example/p.png) [l](javascript:alert(1)) [m](https://x.example/"onclick=)\n\n<img src=x onerror=y>',
      '/api',
    )
    expect(html).not.to.match(/<(script|img)|javascript:|"onclick/)
    expect(html).to.include('&lt;script&gt;')
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
