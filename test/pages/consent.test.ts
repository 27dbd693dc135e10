// The consent page: what it says, and what no client can make of it.
import { expect } from 'chai'
import { consentModel, context, viewsOf } from './fixtures.ts'

describe('consent page', () => {
  const views = viewsOf('6.0', '/studip/')

  it('S-028 names the client, its developer, where the browser goes, the user and the full API access', async () => {
    const page = await views.consent(context('de'), consentModel())
    for (const part of [
      'Campus App',
      'Rechenzentrum',
      '(<bdi>rz.example.org</bdi>)',
      'client.example.org',
      'Testaccount Autor',
      'test_autor',
      'Darf in Ihrem Namen alles, was Sie in Stud.IP dürfen',
    ])
      expect(page).to.include(part)
  })

  it('speaks the language of the user', async () => {
    expect(await views.consent(context('en'), consentModel()))
      .to.include('lang="en-GB"')
      .and.include('May do in your name whatever you may do in Stud.IP')
  })

  it('sends both answers to the authorization endpoint below BASE', async () => {
    const page = await views.consent(context(), consentModel())
    expect(page.match(/action="\/studip\/dispatch\.php\/api\/oauth2\/authorize" method="post"/g)).to.have.length(2)
    expect(page).to.include('name="_method" value="delete"').and.include('name="deny"').and.include('name="allow"')
  })

  it('S-026 has no link that leaves the origin of Stud.IP', async () => {
    const page = await views.consent(context(), consentModel())
    for (const [, address] of page.matchAll(/(?:href|src|action)="([^"]*)"/g))
      expect(address).to.match(/^(\/studip\/|#)/)
  })

  it('logs out by POST on 6.x and by a link on 5.x', async () => {
    expect(await views.consent(context(), consentModel())).to.include(
      'action="/studip/dispatch.php/logout" method="post"',
    )
    expect(await viewsOf('5.4').consent(context(), consentModel())).to.include('href="/logout.php"')
  })

  const targets: readonly (readonly [string, string])[] = [
    ['http://127.0.0.1:4711/cb', '127.0.0.1:4711</bdi></strong> (ein Programm auf Ihrem Gerät)'],
    ['http://[::1]/cb', '[::1]</bdi></strong> (ein Programm auf Ihrem Gerät)'],
    ['com.example.app:/cb', 'com.example.app:</bdi></strong> (eine App auf Ihrem Gerät)'],
    ['https://user@real.example.org/?x=https://other.example', '<strong><bdi>real.example.org</bdi>'],
  ]
  // Stud.IP stored nearly anything, and a browser takes these for addresses of websites.
  const withoutScheme: readonly (readonly [string, string])[] = [
    ['//evil.example/cb', 'evil.example'],
    ['\\\\evil.example/cb', 'evil.example'],
    ['/\\evil.example', 'evil.example'],
    ['/cb', 'studip.example.org'],
    ['evil.example/cb', 'studip.example.org'],
    ['https:///evil.example', 'evil.example'],
    ['https://', 'https://'],
  ]
  for (const [uri, host] of withoutScheme) {
    it(`A17 ${uri} is no app on the user's device but leads to ${host}`, async () => {
      const page = await views.consent(context(), consentModel({}, uri))
      expect(page).to.include(`<strong><bdi>${host}</bdi>`).and.not.include('eine App auf Ihrem Gerät')
    })
  }

  for (const [uri, shown] of targets) {
    it(`shows where ${uri} leads`, async () => {
      expect(await views.consent(context(), consentModel({}, uri))).to.include(shown)
    })
  }
})
