// The frame of a page: what each version of Stud.IP has around it, and times as its users read them.
import { expect } from 'chai'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { moments } from '../../src/views/moments.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { adminModel, applicationsModel, context, consentModel, plainSurroundings, user, viewsOf } from './fixtures.ts'
import { visit } from './steps.ts'

const stylesheets = (html: string) =>
  [...html.matchAll(/<link rel="stylesheet" href="([^"?]*)/g)].map(([, address]) => address)

describe('frame of a page', () => {
  it('links the stylesheets of this version, the theme from 6.1 on, and ours', async () => {
    const own = '/studip/dispatch.php/api/oauth2/assets/oauth2.css'
    const theirs = ['/studip/assets/stylesheets/studip-base.css', '/studip/assets/stylesheets/print.css']
    expect(stylesheets(await viewsOf('6.0', '/studip/').consent(context(), consentModel()))).to.deep.equal([
      own,
      ...theirs,
    ])
    expect(stylesheets(await viewsOf('6.1', '/studip/').consent(context(), consentModel()))).to.deep.equal([
      own,
      '/studip/dispatch.php/api/oauth2/assets/icons.css',
      theirs[0],
      '/studip/assets.php/css/studip-theme',
      theirs[1],
    ])
  })

  it('is that of 5.2 only there', async () => {
    expect(await viewsOf('5.2').admin(context('de', user('root')), adminModel()))
      .to.include('id="layout_wrapper"')
      .and.include('id="layout-sidebar"')
      .and.not.include('id="content-wrapper"')
    expect(await viewsOf('5.4').admin(context('de', user('root')), adminModel()))
      .to.include('id="content-wrapper"')
      .and.include('id="sidebar"')
      .and.not.include('id="layout_wrapper"')
  })

  it('carries the body ids and titles of Stud.IP', async () => {
    const views = viewsOf('6.0', '/', { UNI_NAME_CLEAN: 'Uni <Bremen>' })
    const root = context('de', user('root'))
    expect(await views.admin(root, adminModel()))
      .to.include('<body id="admin-oauth2-index"')
      .and.include('<title>OAuth2 Verwaltung - Uni &lt;Bremen&gt;</title>')
    expect(await views.applications(root, applicationsModel({ applications: [], total: 0 })))
      .to.include('<body id="api-oauth2-applications-index"')
      .and.include('<title>Autorisierte Drittanwendungen - Uni &lt;Bremen&gt;</title>')
    expect(await views.consent(root, consentModel()))
      .to.include('<body id="api-oauth2-authorize-index"')
      .and.not.include('<header')
  })

  it('shows root the neighbours of OAuth2 in Admin › System, and a user those of third-party applications', async () => {
    const admin = await viewsOf('6.0', '/studip/', { CRONJOBS_ENABLE: '1' }).admin(
      context('de', user('root')),
      adminModel(),
    )
    expect(admin)
      .to.match(/<li id="nav_admin" class="active">\s*<a href="\/studip\/dispatch\.php\/admin\/user\/"/)
      .and.include('href="/studip/dispatch.php/admin/cronjobs/schedules"')
      .and.match(
        /<a id="nav_config_oauth2" href="\/studip\/dispatch\.php\/admin\/oauth2\/index" class="active" aria-current="page">OAuth2</,
      )
    const own = await viewsOf().applications(context(), applicationsModel())
    expect(own)
      .to.include('href="/dispatch.php/settings/general"')
      .and.include('class="active" aria-current="page">Drittanwendungen<')
      .and.not.include('nav_admin')
  })

  it('says who is logged in, and nothing of it where nobody is', async () => {
    expect(
      await viewsOf().errorPage(context('en', user('tutor', 'Theo Tutor', 'tutor')), { kind: 'not-found' }),
    ).to.include('You are signed in as tutor (tutor) | ')
    expect(await viewsOf().errorPage({ language: 'en', languageTag: 'en-GB' }, { kind: 'not-found' }))
      .to.include('dispatch.php/start')
      .and.not.include('signed in')
  })

  it('appears while the database is away', async () => {
    const { createViews } = await import('../../src/views/views.ts')
    const { createOwnAssets } = await import('../../src/views/own-assets.ts')
    const views = createViews({
      settings: {
        baseUrl: 'https://x.example/',
        assetsUrl: '/assets/',
        keysPath: '/k',
        clientRequests: 'off',
        studipVersion: { major: 6, minor: 0, text: '6.0.2' },
      },
      config: { all: () => Promise.reject(new Error('away')) },
      assets: createOwnAssets(),
      surroundings: plainSurroundings,
      tellOdd: () => undefined,
      now: () => 0,
    })
    expect(await views.errorPage(context(), { kind: 'unavailable' }))
      .to.include('Die Datenbank antwortet gerade nicht.')
      .and.include(' - Stud.IP</title>')
  })
})

describe('times', () => {
  it("are those of the installation's zone, in summer and winter, as each language writes them", () => {
    const [summer, winter] = [1_783_000_000, 1_795_000_000]
    expect(moments('de-DE', 'Europe/Berlin').when(winter)).to.equal('18.11.2026, 12:06')
    expect(moments('de-DE', 'Europe/Berlin').when(summer)).to.equal('02.07.2026, 15:46')
    expect(moments('en-GB', 'America/New_York').when(winter)).to.equal('18 Nov 2026, 06:06')
    expect(moments('de-DE', 'Europe/Berlin').day(winter)).to.equal('18.11.2026')
  })

  it("fall back to Stud.IP's default in a zone that does not exist", () => {
    expect(moments('de-DE', 'Mars/Phobos').when(1_795_000_000)).to.equal('18.11.2026, 12:06')
  })
})

describe('administration with faulty key files', () => {
  let app: TestApp
  before(async () => {
    app = await testApp({ settings: { keysPath: await mkdtemp(join(tmpdir(), 'no-keys-')) } })
  })
  after(() => app.close())

  it('appears, says what is wrong and what to do, and offers nothing to submit', async () => {
    const answer = await (await visit(app)).get('admin/oauth2')
    expect(answer.status).to.equal(200)
    expect(answer.text.match(/Datei existiert nicht\./g)).to.have.length(3)
    expect(answer.text)
      .to.include('Das OAuth2-Setup dieser Stud.IP-Installation ist fehlerhaft.')
      .and.include('bin/studip oauth2:keys')
      .and.not.include('security_token')
  })

  it('O3 asks for the backup first when only some of the files are missing', async () => {
    const keysPath = await mkdtemp(join(tmpdir(), 'half-keys-'))
    await writeFile(join(keysPath, 'public.key'), 'x', { mode: 0o660 })
    const half = await testApp({ settings: { keysPath } })
    try {
      const { text } = await (await visit(half)).get('admin/oauth2')
      expect(text.match(/Stellen Sie die Datei aus der Sicherung wieder her:/g)).to.have.length(2)
      expect(text).to.not.include('oauth2:keys')
    } finally {
      await half.close()
    }
  })
})
