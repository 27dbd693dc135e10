// To Stud.IP's login and back to the very same request: contract §4.3, D5, D20.
import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { parse, parseSetCookie } from 'cookie'
import { SetupError } from '../../src/oauth/errors.ts'
import { open, seal } from '../../src/crypto/sealed.ts'
import { createBounce, type Bounce, type BounceDeps } from '../../src/studip/bounce.ts'
import { createStudipConfig } from '../../src/studip/config.ts'
import type { Verdict } from '../../src/studip/verdict.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'

const key = Buffer.alloc(32, 7)
const language = { language: 'de', languageTag: 'de-DE' } as const
const anonymous: Verdict = { kind: 'anonymous', staleReturn: false, maintenance: false, ...language }
const stale: Verdict = { kind: 'bounce', reason: 'stale', ...language }
const six = { major: 6, minor: 0, text: '6.0.2' }
const five = { major: 5, minor: 4, text: '5.4.11' }

/** A browser's cookies: what was set, minus what was deleted or belongs to another path. */
const browser = () => {
  const jar = new Map<string, { name: string; value: string; path: string }>()
  return {
    jar,
    take(setCookies: readonly string[]) {
      for (const line of setCookies) {
        const { name, value = '', path = '/', maxAge } = parseSetCookie(line)
        if (maxAge === 0) jar.delete(`${name} ${path}`)
        else jar.set(`${name} ${path}`, { name, value, path })
      }
    },
    header: (url: string) =>
      [...jar.values()]
        .filter(({ path }) => url.startsWith(path))
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ') || undefined,
  }
}

describe('bounce', () => {
  let database: TestDatabase
  let now: number
  before(async () => {
    database = await testDatabase({ users: false })
  })
  after(() => database.drop())
  beforeEach(() => {
    now = 1_800_000_000
  })

  const bounceWith = (more: Partial<BounceDeps> = {}): Bounce => {
    const settings = {
      baseUrl: 'https://studip.example.org/studip/',
      studipVersion: six,
      sessionCookie: 'Studip_Session',
      ...more.settings,
    }
    const db = database.knex
    return createBounce({
      db,
      config: createStudipConfig({ db, settings: { ...settings, configOverrides: {} } }),
      derive: () => key,
      now: () => now,
      ...more,
      settings,
    })
  }
  const authorize =
    '/studip/dispatch.php/api/oauth2/authorize?client_id=1&state=a%26b%25+%C3%A4%F0%9F%A6%89&redirect_uri=https%3A%2F%2Fx.example%2Fcb%3Fa%3D1'
  const canonical = authorize.replace('+', '%20')
  const resumePath = '/studip/dispatch.php/api/oauth2/resume'
  type Browser = ReturnType<typeof browser>
  const go = async (bounce: Bounce, tab: Browser, target: string, verdict: Verdict = anonymous) => {
    const answer = await bounce.start({ verdict, target, cookieHeader: tab.header(target) })
    tab.take(answer.setCookies)
    return answer
  }
  const comeBack = async (bounce: Bounce, tab: Browser) => {
    const answer = await bounce.resume({ cookieHeader: tab.header(resumePath) })
    tab.take(answer.setCookies)
    return answer.location
  }
  const notification = async () =>
    String(
      (
        await database
          .knex('personal_notifications')
          .where({ html_id: 'oauth2-sidecar' })
          .min('personal_notification_id as id')
          .first()
      )?.id,
    )

  it('S-110 leads to the trampoline and back to the very same request, byte for byte', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    const answer = await go(bounce, tab, authorize)
    expect(answer).to.include({
      kind: 'redirect',
      location: `/studip/dispatch.php/jsupdater/mark_notification_read/${await notification()}?again=yes`,
    })
    expect(await comeBack(bounce, tab)).to.equal(canonical)
  })
  it('S-087 keeps the request in a cookie that scripts, other paths and other sites do not get, for 30 minutes', async () => {
    const answer = await go(bounceWith(), browser(), authorize)
    const [pending, marker, ...others] = answer.setCookies.map((line) => parseSetCookie(line))
    expect(pending).to.deep.include({
      path: '/studip/dispatch.php/api/oauth2/',
      maxAge: 1800,
      httpOnly: true,
      secure: true,
      sameSite: 'lax',
    })
    expect(marker).to.deep.include({
      name: 'studip_oauth2_resume',
      value: '1',
      path: '/studip/',
      maxAge: 900,
      httpOnly: true,
      secure: true,
      sameSite: 'lax',
    })
    expect(others).to.deep.equal([])
    const http = await go(
      bounceWith({
        settings: { baseUrl: 'http://127.0.0.1/studip/', studipVersion: six, sessionCookie: 'Studip_Session' },
      }),
      browser(),
      authorize,
    )
    expect(http.setCookies.map((line) => parseSetCookie(line).secure ?? false)).to.deep.equal([false, false])
  })
  it('S-087 a changed byte anywhere in the cookie counts as no cookie', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    await go(bounce, tab, authorize)
    const [name, value] = Object.entries(parse(tab.header(resumePath)!)).find(([each]) =>
      each.startsWith('studip_oauth2_pending_'),
    ) as [string, string]
    for (const at of [0, 30, Math.floor(value.length / 2), value.length - 2]) {
      const changed = value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1)
      expect((await bounce.resume({ cookieHeader: `${name}=${changed}` })).location, `byte ${at}`).to.equal(
        '/studip/dispatch.php/start',
      )
    }
    expect(
      (await bounce.resume({ cookieHeader: `studip_oauth2_pending_00000000=${value}` })).location,
      'another name',
    ).to.equal('/studip/dispatch.php/start')
    expect(
      (await bounceWith({ derive: () => Buffer.alloc(32, 8) }).resume({ cookieHeader: `${name}=${value}` })).location,
      'another key',
    ).to.equal('/studip/dispatch.php/start')
    expect((await bounce.resume({ cookieHeader: `${name}=${value}` })).location, 'unchanged').to.equal(canonical)
  })
  it('S-087 forgets the request after 30 minutes, whatever the browser keeps', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    await go(bounce, tab, authorize)
    now += 1799
    expect((await bounce.resume({ cookieHeader: tab.header(resumePath) })).location).to.equal(canonical)
    now += 1
    expect((await bounce.resume({ cookieHeader: tab.header(resumePath) })).location).to.equal(
      '/studip/dispatch.php/start',
    )
  })
  it('S-007 resume opens only our own pages, even out of a cookie of our own key', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    await go(bounce, tab, authorize)
    const [name, value] = Object.entries(parse(tab.header(resumePath)!)).find(([each]) =>
      each.startsWith('studip_oauth2_pending_'),
    ) as [string, string]
    const record = await open<{ target: string }>(value, key, 'pending')
    const nameOf = (target: string) =>
      `studip_oauth2_pending_${createHash('sha256').update(target).digest('hex').slice(0, 8)}`
    expect(nameOf(canonical)).to.equal(name)
    for (const target of [
      'https://evil.example/',
      '//evil.example/',
      '/studip/logout.php',
      '/studip/dispatch.php/api/oauth2/resume',
      `${canonical}&x=a b`,
    ]) {
      const forged = await seal({ ...record, target }, key, 'pending')
      expect((await bounce.resume({ cookieHeader: `${nameOf(target)}=${forged}` })).location, target).to.equal(
        '/studip/dispatch.php/start',
      )
    }
    expect(
      (await bounce.resume({ cookieHeader: `${name}=${await seal(record!, key, 'auth_token')}` })).location,
      'another kind',
    ).to.equal('/studip/dispatch.php/start')
  })
  it('S-110 gives up after two bounces that came back without a login, and begins anew after that', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    for (const _ of [1, 2]) {
      expect((await go(bounce, tab, authorize, stale)).kind).to.equal('redirect')
      now += 300
      await comeBack(bounce, tab)
    }
    expect(await go(bounce, tab, authorize, stale)).to.include({ kind: 'give-up', reason: 'stale' })
    expect([...tab.jar.keys()]).to.deep.equal([])
    expect((await go(bounce, tab, authorize, stale)).kind).to.equal('redirect')
  })
  it('S-110 gives up after two quick bounces that never came back', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    const kinds = []
    for (const _ of [1, 2, 3]) kinds.push((await go(bounce, tab, canonical)).kind)
    expect(kinds).to.deep.equal(['redirect', 'redirect', 'give-up'])
  })
  it('counts a person who comes again after a minute as a new try', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    for (const _ of [1, 2, 3, 4]) {
      expect((await go(bounce, tab, authorize)).kind).to.equal('redirect')
      now += 61
    }
  })
  it('S-110 counts for the administration pages, too, whose path differs', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    const admin = '/studip/dispatch.php/admin/oauth2'
    const steps = []
    for (const _ of [1, 2, 3]) {
      steps.push((await go(bounce, tab, admin)).kind, await comeBack(bounce, tab))
      now += 300
    }
    expect(steps).to.deep.equal(['redirect', admin, 'redirect', admin, 'give-up', '/studip/dispatch.php/start'])
  })
  it('takes several tabs, latest first, each once', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    const targets = [1, 2].map((client) => `/studip/dispatch.php/api/oauth2/authorize?client_id=${client}`)
    for (const target of targets) await go(bounce, tab, target)
    expect(await comeBack(bounce, tab)).to.equal(targets[1])
    tab.take(bounce.arrived({ target: targets[1]!, cookieHeader: tab.header(targets[1]!) }))
    expect(await comeBack(bounce, tab)).to.equal(targets[0])
    tab.take(bounce.arrived({ target: targets[0]!, cookieHeader: tab.header(targets[0]!) }))
    expect(await comeBack(bounce, tab)).to.equal('/studip/dispatch.php/start')
    expect([...tab.jar.keys()]).to.deep.equal([])
  })
  it('takes the other tab first when the latest came back but has not arrived', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    const targets = [1, 2].map((client) => `/studip/dispatch.php/api/oauth2/authorize?client_id=${client}`)
    for (const target of targets) await go(bounce, tab, target)
    expect([await comeBack(bounce, tab), await comeBack(bounce, tab), await comeBack(bounce, tab)]).to.deep.equal([
      targets[1],
      targets[0],
      targets[1],
    ])
  })
  it('two tabs that leave at the same moment do not overwrite each other', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    const targets = [1, 2].map((client) => `/studip/dispatch.php/api/oauth2/authorize?client_id=${client}`)
    const answers = await Promise.all(
      targets.map((target) => bounce.start({ verdict: anonymous, target, cookieHeader: undefined })),
    )
    for (const { setCookies } of answers) tab.take(setCookies)
    const first = await comeBack(bounce, tab)
    tab.take(bounce.arrived({ target: first, cookieHeader: tab.header(first) }))
    expect([first, await comeBack(bounce, tab)].sort()).to.deep.equal(targets)
  })
  it('bounds what waits: at most four requests and 6 KB, the oldest go', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    for (let client = 1; client <= 12; client++) {
      await go(
        bounce,
        tab,
        `/studip/dispatch.php/api/oauth2/authorize?client_id=${client}&state=${'s'.repeat(client % 2 ? 100 : 1500)}`,
      )
      now++
      const header = tab.header(resumePath)!
      expect(header.length).to.be.lessThan(6400)
      expect(
        Object.keys(parse(header)).filter((name) => name.startsWith('studip_oauth2_pending_')).length,
      ).to.be.at.most(4)
    }
    expect(await comeBack(bounce, tab)).to.contain('client_id=12&')
  })
  it('shows the fallback page when the request is too long for a cookie', async () => {
    const target = `/studip/dispatch.php/api/oauth2/authorize?state=${'s'.repeat(4000)}`
    expect(await go(bounceWith(), browser(), target)).to.deep.equal({
      kind: 'fallback',
      continuePath: target.slice('/studip/'.length),
      setCookies: [],
    })
  })
  it('every cookie fits a browser: below 4096 bytes with its attributes', async () => {
    for (let length = 2500; length < 3000; length += 20) {
      const answer = await go(
        bounceWith(),
        browser(),
        `/studip/dispatch.php/api/oauth2/authorize?state=${'s'.repeat(length)}`,
      )
      for (const line of answer.setCookies) expect(line.length).to.be.lessThan(4096)
    }
  })
  it('shows the fallback page while key files are missing, and crashes on nothing else', async () => {
    const faults: unknown[] = []
    const bounce = bounceWith({
      derive: async () => {
        throw new SetupError('encryption_key.php is missing')
      },
      onFault: (error) => faults.push(error),
    })
    expect((await go(bounce, browser(), authorize)).kind).to.equal('fallback')
    expect((await bounce.resume({ cookieHeader: 'studip_oauth2_resume=1' })).location).to.equal(
      '/studip/dispatch.php/start',
    )
    expect(faults).to.have.length(2)
  })
  it('shows the fallback page when the trampoline cannot be made', async () => {
    const empty = await testDatabase({ users: false })
    await empty.knex.schema.dropTable('personal_notifications')
    const faults: unknown[] = []
    const answer = await go(
      bounceWith({ db: empty.knex, onFault: (error) => faults.push(error) }),
      browser(),
      authorize,
    )
    await empty.drop()
    expect(answer).to.include({ kind: 'fallback', continuePath: canonical.slice('/studip/'.length) })
    expect(faults).to.have.length(1)
  })
  it('resume ends the marker, so that the start page is intercepted once only', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    await go(bounce, tab, authorize)
    expect(tab.header('/studip/dispatch.php/start')).to.equal('studip_oauth2_resume=1')
    await comeBack(bounce, tab)
    expect(tab.header('/studip/dispatch.php/start')).to.equal(undefined)
    expect(await bounce.resume({ cookieHeader: undefined })).to.deep.equal({
      location: '/studip/dispatch.php/start',
      setCookies: [],
    })
  })
  it('arriving ends the request and the marker, and says nothing to a browser without them', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    await go(bounce, tab, authorize)
    tab.take(bounce.arrived({ target: authorize, cookieHeader: `${tab.header(authorize)}` }))
    expect([...tab.jar.keys()]).to.deep.equal([])
    expect(bounce.arrived({ target: authorize, cookieHeader: 'Studip_Session=x' })).to.deep.equal([])
  })
  it('expires a 6.x session that remembers another address, and no other session', async () => {
    const expiring = async (verdict: Verdict) =>
      (await go(bounceWith(), browser(), authorize, verdict)).setCookies.filter((line) =>
        line.startsWith('Studip_Session='),
      )
    const [line, ...more] = await expiring({ ...anonymous, staleReturn: true })
    expect(more).to.deep.equal([])
    expect(parseSetCookie(line!)).to.deep.include({
      name: 'Studip_Session',
      value: '',
      path: '/studip/',
      maxAge: 0,
      httpOnly: true,
      secure: true,
    })
    expect(await expiring(anonymous)).to.deep.equal([])
    expect(await expiring(stale)).to.deep.equal([])
  })
  it('5.x: starts the plugin of API_OAUTH_AUTH_PLUGIN unless it is Standard; 6.x never', async () => {
    const locationFor = async (studipVersion: typeof six, plugin: string | undefined) => {
      await database.knex('config_values').where({ field: 'API_OAUTH_AUTH_PLUGIN' }).del()
      if (plugin !== undefined)
        await database
          .knex('config_values')
          .insert({ field: 'API_OAUTH_AUTH_PLUGIN', range_id: 'studip', value: plugin })
      const settings = { baseUrl: 'https://studip.example.org/', studipVersion, sessionCookie: 'x' }
      const answer = await go(bounceWith({ settings }), browser(), '/dispatch.php/api/oauth2/authorize')
      return answer.kind === 'redirect' ? answer.location.split('?')[1] : answer.kind
    }
    expect(await locationFor(five, undefined)).to.equal('again=yes')
    expect(await locationFor(five, 'Standard')).to.equal('again=yes')
    expect(await locationFor(five, 'CAS')).to.equal('again=yes&sso=cas')
    expect(await locationFor(five, 'Shib&x')).to.equal('again=yes&sso=shib%26x')
    expect(await locationFor(six, 'CAS')).to.equal('again=yes')
  })
})
