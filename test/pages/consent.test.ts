// The consent page: what it says, and what no client can make of it.
import { expect } from 'chai'
import type { Perms } from '../../src/studip/verdict.ts'
import { adminModel, consentModel, context, user, viewsOf } from './fixtures.ts'

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

  it('U1 says what everything is, for everybody alike and more for who may do more', async () => {
    const shownTo = (perms: Perms) => views.consent(context('de'), { ...consentModel(), user: user(perms) })
    for (const perms of ['user', 'autor', 'tutor', 'dozent', 'admin', 'root'] as const) {
      const page = await shownTo(perms)
      expect(page, perms)
        .to.include('Nachrichten lesen, schreiben und löschen')
        .and.include('Ihr Profil lesen und ändern')
      expect(page.includes('Auch als'), perms).to.equal(!['user', 'autor'].includes(perms))
    }
    expect(await shownTo('dozent'))
      .to.include('Auch als Lehrende oder Lehrender')
      .and.not.include('Auch als Root')
    expect(await shownTo('root')).to.include('Daten aller Personen')
    expect(await views.consent(context('en'), { ...consentModel(), user: user('root') })).to.include('As root, too')
  })

  it('U1 says for how long, where it ends, and whether Stud.IP asks again', async () => {
    const page = await views.consent(context('de'), consentModel())
    expect(page)
      .to.include('einen Monat lang nicht nutzt')
      .and.include('href="/studip/dispatch.php/api/oauth2/applications"')
      .and.include('fragt Stud.IP ein Jahr lang nicht wieder')
    const signIn = await views.consent(context('de'), {
      ...consentModel(),
      scopes: ['openid', 'email'],
      told: { email: 'autor@example.org', email_verified: true },
      isRemembered: false,
    })
    expect(signIn)
      .to.include('Eine Stunde nach jeder Anmeldung.')
      .and.include('Stud.IP fragt Sie wieder.')
      .and.include('<dt>E-Mail-Adresse</dt><dd><bdi>autor@example.org</bdi></dd>')
      .and.not.include('Monat')
  })

  it('D25 what is new comes first where the application was allowed less, and nothing is more than everything', async () => {
    const asking = (scopes: readonly string[], heldBefore: readonly string[]) =>
      views.consent(context('de'), { ...consentModel(), scopes, heldBefore })
    const more = await asking(['openid', 'api'], ['openid', 'profile'])
    const [fresh = '', before = ''] = /Neu erlauben Sie[^]*?Zugriff beenden/.exec(more)![0].split('schon erlaubt')
    expect(fresh).to.include('Darf in Ihrem Namen alles').and.not.include('Erfährt, dass Sie es sind')
    expect(before).to.include('Erfährt, dass Sie es sind').and.include('Liest Ihren Namen')
    for (const page of [await asking(['api'], ['api']), await asking(['api.read'], ['api']), await asking(['api'], [])])
      expect(page).to.not.include('Neu erlauben Sie')
  })

  it('S-028 no name poses as Stud.IP: who stands behind it is beside it, whatever was registered', async () => {
    for (const [changes, said] of [
      [{}, 'entwickelt durch <strong><bdi>Rechenzentrum</bdi></strong> (<bdi>rz.example.org</bdi>)'],
      [{ owner: '' }, 'Eine Anwendung außerhalb von Stud.IP (<bdi>rz.example.org</bdi>)'],
      [{ owner: '', homepage: 'javascript:1' }, 'Eine Anwendung außerhalb von Stud.IP</p>'],
      [{ homepage: 'https://stud\u0456p.example/' }, 'xn--'],
    ] as const) {
      const page = await views.consent(context('de'), consentModel({ name: 'Stud.IP', ...changes }))
      const [beside = ''] =
        /Stud\.IP<[^]*?<dl/.exec(page.replaceAll(/\s+/g, ' ').replaceAll('</strong> <', '</strong><')) ?? []
      expect(beside, JSON.stringify(changes)).to.include(said)
    }
  })

  it('S-028 letters of another alphabet are pointed out to who consents and to root, and no honest name is', async () => {
    const said = 'aus einem anderen Alphabet'
    const client = { name: '\u0405tud.IP', owner: 'St\u03c5d.IP e.V.' }
    const page = await views.consent(context('de'), consentModel(client))
    expect(page).to.include(said).and.include('<bdi>\u0405 (U+0405), \u03c5 (U+03C5)</bdi>')
    expect(await views.consent(context('de'), consentModel({ name: 'Łódź-App 2' }))).to.not.include(said)
    const model = adminModel()
    const [first] = model.clients
    const admin = await views.admin(context('de'), { ...model, clients: [{ ...first!, ...client }] })
    expect(admin).to.include(said).and.include('U+0405')
    expect(await views.admin(context('de'), model)).to.not.include(said)
  })

  it('speaks the language of the user', async () => {
    expect(await views.consent(context('en'), consentModel()))
      .to.include('lang="en-GB"')
      .and.include('May do in your name whatever you may do in Stud.IP')
    const signIn = await views.consent(context('en'), {
      ...consentModel(),
      scopes: ['openid'],
      told: { locale: 'en-GB' },
    })
    expect(signIn).to.include('learns about you').and.include('English (United Kingdom)')
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
