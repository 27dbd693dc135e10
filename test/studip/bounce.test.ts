// To Stud.IP's login and back to the very same request: contract §4.3, D5, D20.
import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { parse, parseSetCookie } from 'cookie'
import { SetupError } from '../../src/oauth/errors.ts'
import { deflateRawSync } from 'node:zlib'
import { sealBytes } from '../../src/crypto/sealed.ts'
import { openPending, pendingId as idOf, sealPending } from '../../src/studip/pending.ts'
import type { Bounce, Homecoming } from '../../src/studip/bounce-answer.ts'
import { createBounce } from '../../src/studip/bounce.ts'
import type { BounceDeps } from '../../src/studip/bounce-deps.ts'
import { createStudipConfig } from '../../src/studip/config.ts'
import type { BounceReason, Verdict } from '../../src/studip/verdict.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'

const key = Buffer.alloc(32, 7)
const language = { language: 'de', languageTag: 'de-DE', highContrast: false } as const
const anonymous: Verdict = { kind: 'anonymous', staleReturn: false, maintenance: false, ...language }
const lacking = (reason: BounceReason): Verdict => ({ kind: 'bounce', reason, ...language })
const stale = lacking('stale')
const loggedIn: Verdict = {
  kind: 'logged-in',
  user: { id: 'a', username: 'a', fullName: 'A', perms: 'autor' },
  sessionId: 'b',
  loginAt: 1,
  ...language,
}
const trampoline = (base = '/studip/') => new RegExp(`^${base}dispatch\\.php/jsupdater/mark_notification_read/\\d+\\?`)
const startPage = '/studip/dispatch.php/start?oauth2_resume=0'
const bounceSettings = { baseUrl: 'https://studip.example.org/studip/' }
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
  /** A return from Stud.IP, unless it is said to come by the start page. */
  const resume = (bounce: Bounce, cookieHeader: string | undefined, more: Partial<Homecoming> = {}) =>
    bounce.resume({ verdict: loggedIn, referer: undefined, byStartPage: false, ...more, cookieHeader })
  const comeBack = async (bounce: Bounce, tab: Browser, more: Partial<Homecoming> = {}) => {
    const answer = await resume(bounce, tab.header(resumePath), more)
    tab.take(answer.setCookies)
    return answer.location
  }
  const byStartPage = (verdict: Verdict) => ({ verdict, byStartPage: true })
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
  it('S-087 R19 keeps the request in a cookie that scripts, other paths and other sites do not get, for 30 minutes, and its marker as long', async () => {
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
      maxAge: 1800,
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
    for (const at of [0, 9, 11, 30, Math.floor(value.length / 2), value.length - 2]) {
      const changed = value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1)
      expect((await resume(bounce, `${name}=${changed}`)).location, `byte ${at}`).to.equal(startPage)
    }
    const foreign = value.replace(/^[^.]+/, '00000000')
    expect((await resume(bounce, `${name}=${foreign}`)).location, 'another name').to.equal(startPage)
    const other = bounceWith({ derive: () => Buffer.alloc(32, 8) })
    expect((await resume(other, `${name}=${value}`)).location, 'another key').to.equal(startPage)
    expect((await resume(bounce, `${name}=${value}`)).location, 'unchanged').to.equal(canonical)
  })
  it('S-087 forgets the request after 30 minutes, whatever the browser keeps', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    await go(bounce, tab, authorize)
    now += 1799
    expect((await resume(bounce, tab.header(resumePath))).location).to.equal(canonical)
    now += 1
    expect((await resume(bounce, tab.header(resumePath))).location).to.equal(startPage)
  })
  it('S-007 resume opens only our own pages, even out of a cookie of our own key', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    await go(bounce, tab, authorize)
    const [name, value] = Object.entries(parse(tab.header(resumePath)!)).find(([each]) =>
      each.startsWith('studip_oauth2_pending_'),
    ) as [string, string]
    const pending = openPending(value.split('.').slice(3).join('.'), key, idOf(canonical), now, bounceSettings)!
    const cookie = (target: string, sealed: string) => `${name}=${idOf(target)}.0.1.${sealed}`
    for (const target of [
      'https://evil.example/',
      '//evil.example/',
      '/studip/logout.php',
      '/studip/dispatch.php/api/oauth2/resume',
      `${canonical}&x=a b`,
    ]) {
      const forged = cookie(target, sealPending({ ...pending, target }, key))
      expect((await resume(bounce, forged)).location, target).to.equal(startPage)
    }
    const bytes = deflateRawSync(JSON.stringify(pending))
    const ofKind = async (kind: string) => cookie(canonical, sealBytes(bytes, key, kind))
    expect((await resume(bounce, await ofKind('auth_token'))).location, 'another kind').to.equal(startPage)
    expect((await resume(bounce, await ofKind('pending'))).location, 'unchanged').to.equal(canonical)
  })
  it('S-110 gives up after two bounces that came back without a login, and begins anew after that', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    for (const _ of [1, 2]) {
      expect((await go(bounce, tab, authorize, stale)).kind).to.equal('redirect')
      now += 300
      await comeBack(bounce, tab)
    }
    expect(await go(bounce, tab, authorize, stale)).to.include({ kind: 'give-up', lack: 'stale' })
    expect([...tab.jar.keys()]).to.deep.equal([])
    expect((await go(bounce, tab, authorize, stale)).kind).to.equal('redirect')
  })
  it('B7 counts returns and no requests: a reload, a prefetch, a double tap, the same link again', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    for (const verdict of [anonymous, lacking('second-factor'), stale]) {
      for (const _ of [1, 2, 3, 4, 5]) expect((await go(bounce, tab, authorize, verdict)).kind).to.equal('redirect')
    }
    const twice = await Promise.all(
      [1, 2].map(() => bounce.start({ verdict: anonymous, target: authorize, cookieHeader: undefined })),
    )
    for (const { kind, setCookies } of twice) {
      expect(kind).to.equal('redirect')
      tab.take(setCookies)
    }
    expect(await comeBack(bounce, tab)).to.equal(canonical)
  })
  it('B7 a reload of the way back counts once', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    await go(bounce, tab, authorize)
    for (const _ of [1, 2, 3, 4]) expect(await comeBack(bounce, tab)).to.equal(canonical)
    expect((await go(bounce, tab, authorize, stale)).kind).to.equal('redirect')
  })
  it('B7 R2 counts what is missing apart: two of each are one loop, one of each is none', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    const all: Verdict[] = [
      anonymous,
      ...(['second-factor', 'terms', 'visibility', 'stale', 'fresh-login'] as const).map(lacking),
    ]
    await go(bounce, tab, authorize)
    for (const verdict of all) {
      await comeBack(bounce, tab)
      expect((await go(bounce, tab, authorize, verdict)).kind, JSON.stringify(verdict)).to.equal('redirect')
    }
    await comeBack(bounce, tab)
    expect(await go(bounce, tab, authorize, lacking('terms'))).to.include({ kind: 'give-up', lack: 'terms' })
  })
  it('B7 R2 the start page, while a second factor is asked, leads back to the factor and counts nothing', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    await go(bounce, tab, authorize, lacking('second-factor'))
    for (const _ of [1, 2, 3, 4, 5]) {
      expect(await comeBack(bounce, tab, byStartPage(lacking('second-factor')))).to.match(trampoline())
    }
    expect(await comeBack(bounce, tab)).to.equal(canonical)
    expect((await go(bounce, tab, authorize, lacking('second-factor'))).kind).to.equal('redirect')
  })
  it('B7 a start page that leads back again and again by itself ends there', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    await go(bounce, tab, authorize, stale)
    const ways = []
    for (let hop = 0; hop < 10; hop++) ways.push(await comeBack(bounce, tab, byStartPage(stale)))
    expect(ways.at(-1)).to.equal(startPage)
    expect(tab.header('/studip/dispatch.php/start')).to.equal(undefined)
  })
  it('R1 a login without its first page goes on to the trampoline, not to the request', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    await go(bounce, tab, authorize)
    expect(await comeBack(bounce, tab, byStartPage(lacking('fresh-login')))).to.match(trampoline())
    expect(await comeBack(bounce, tab)).to.equal(canonical)
  })
  it('R18 a request that was given up leaves the start page to the anonymous, once and for all', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    await go(bounce, tab, authorize)
    expect(await comeBack(bounce, tab, byStartPage(anonymous))).to.equal(startPage)
    expect(tab.header('/studip/dispatch.php/start')).to.equal(undefined)
  })
  it('A10 a marker without a request leads to the start page, with the argument that nginx leaves alone', async () => {
    for (const verdict of [anonymous, stale, loggedIn]) {
      for (const cookie of ['studip_oauth2_resume=1', 'studip_oauth2_resume=1; studip_oauth2_pending_0=junk']) {
        const { location, setCookies } = await resume(bounceWith(), cookie, byStartPage(verdict))
        expect(location).to.equal(startPage)
        expect(setCookies.map((line) => parseSetCookie(line)))
          .to.have.length(1)
          .and.deep.include.members([
            parseSetCookie('studip_oauth2_resume=; Max-Age=0; Path=/studip/; HttpOnly; Secure; SameSite=Lax'),
          ])
      }
    }
  })
  it('R18 the start page does not lead to a request that has come back already', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    await go(bounce, tab, authorize)
    await comeBack(bounce, tab)
    expect(await comeBack(bounce, tab, byStartPage(loggedIn))).to.equal(startPage)
  })
  describe('after a page that asks for a logout', () => {
    const logout = '/studip/dispatch.php/api/oauth2/logout?state=x'
    const inSession = (sessionId: string): Verdict => ({ ...loggedIn, sessionId })
    const leave = async (bounce: Bounce, tab: Browser, target: string) => {
      const lines = await bounce.leave({ target, cookieHeader: tab.header(target), sessionId: 'before' })
      tab.take(lines)
      return lines
    }
    it('S-138 S-140 the start page leads back whoever is out, once', async () => {
      for (const target of [canonical, logout]) {
        const [bounce, tab] = [bounceWith(), browser()]
        expect(
          (await leave(bounce, tab, target)).some((line) => line.startsWith('studip_oauth2_resume=leave;')),
        ).to.equal(true)
        expect(await comeBack(bounce, tab, byStartPage(anonymous))).to.equal(target)
        expect(tab.header('/studip/dispatch.php/start')).to.equal(undefined)
        expect(await comeBack(bounce, tab, byStartPage(anonymous))).to.equal(startPage)
      }
    })
    it('R18 who stays in the same session has the start page back, and nothing waits any more', async () => {
      for (const target of [canonical, logout]) {
        const [bounce, tab] = [bounceWith(), browser()]
        await leave(bounce, tab, target)
        expect(await comeBack(bounce, tab, byStartPage(inSession('before')))).to.equal(startPage)
        expect([tab.header('/studip/dispatch.php/start'), tab.header(resumePath)]).to.deep.equal([undefined, undefined])
      }
    })
    it('R21 another request that waits keeps its marker then', async () => {
      const [bounce, tab] = [bounceWith(), browser()]
      await go(bounce, tab, `${authorize}&y=2`)
      await leave(bounce, tab, logout)
      expect(await comeBack(bounce, tab, byStartPage(inSession('before')))).to.equal(startPage)
      expect(await comeBack(bounce, tab, byStartPage(inSession('before')))).to.equal(`${canonical}&y=2`)
    })
    it('S-138 who logged out and in again on the way goes on to the request, and after a mere logout to the start page', async () => {
      for (const [target, end] of [
        [canonical, canonical],
        [logout, startPage],
      ] as const) {
        const [bounce, tab] = [bounceWith(), browser()]
        await leave(bounce, tab, target)
        expect(await comeBack(bounce, tab, byStartPage(inSession('after')))).to.equal(end)
      }
    })
    it('S-138 who lacks a second factor then gives it first', async () => {
      const [bounce, tab] = [bounceWith(), browser()]
      await leave(bounce, tab, canonical)
      expect(await comeBack(bounce, tab, byStartPage(lacking('second-factor')))).to.match(trampoline())
      expect(await comeBack(bounce, tab, { verdict: inSession('after') })).to.equal(canonical)
    })
  })
  it('S-110 counts for the administration pages, too, whose path differs', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    const admin = '/studip/dispatch.php/admin/oauth2'
    const steps = []
    for (const _ of [1, 2, 3]) {
      steps.push((await go(bounce, tab, admin)).kind, await comeBack(bounce, tab))
      now += 300
    }
    expect(steps).to.deep.equal(['redirect', admin, 'redirect', admin, 'give-up', startPage])
  })
  it('takes several tabs, latest first, each once', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    const targets = [1, 2].map((client) => `/studip/dispatch.php/api/oauth2/authorize?client_id=${client}`)
    for (const target of targets) await go(bounce, tab, target)
    expect(await comeBack(bounce, tab)).to.equal(targets[1])
    tab.take(bounce.arrived({ target: targets[1]!, cookieHeader: tab.header(targets[1]!) }))
    expect(await comeBack(bounce, tab)).to.equal(targets[0])
    tab.take(bounce.arrived({ target: targets[0]!, cookieHeader: tab.header(targets[0]!) }))
    expect(await comeBack(bounce, tab)).to.equal(startPage)
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
  it('R21 a tab is led to its own request, by the form that it filled in', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    const targets = [1, 2, 3].map((client) => `/studip/dispatch.php/api/oauth2/authorize?client_id=${client}`)
    const forms = []
    for (const target of targets) {
      const answer = await go(bounce, tab, target)
      forms.push(answer.kind === 'redirect' ? answer.location : '')
    }
    for (const [index, target] of targets.entries()) {
      const referer = `https://studip.example.org${forms[index]}`
      expect(await comeBack(bounce, tab, { referer })).to.equal(target)
      tab.take(bounce.arrived({ target, cookieHeader: tab.header(target) }))
      const waits = index < 2 ? 'studip_oauth2_resume=1' : undefined
      expect(tab.header('/studip/dispatch.php/start'), 'the marker stays while another waits').to.equal(waits)
    }
  })
  it('S-007 R21 a Referer chooses among the requests that wait here, and nothing else', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    await go(bounce, tab, authorize)
    for (const referer of [
      'https://evil.example/studip/dispatch.php/jsupdater/mark_notification_read/1?oauth2_request=https://evil.example',
      'https://evil.example/',
      'junk',
      'https://[',
    ])
      expect(await comeBack(bounce, tab, { referer })).to.equal(canonical)
  })
  it('A16 what tabs leave at the same moment, not knowing of each other, fits beside Stud.IP all the same', async () => {
    for (const length of [40, 1500, 4096]) {
      const [bounce, tab] = [bounceWith(), browser()]
      const state = () => randomBytes(length).toString('base64url').slice(0, length)
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, client) =>
          bounce.start({
            verdict: anonymous,
            target: `/studip/dispatch.php/api/oauth2/authorize?client_id=${client}&state=${state()}`,
            cookieHeader: undefined,
          }),
        ),
      )
      for (const { setCookies } of answers) tab.take(setCookies)
      expect(tab.header(resumePath)!.length).to.be.lessThan(6000)
      const next = `/studip/dispatch.php/api/oauth2/authorize?client_id=99&state=${state()}`
      await go(bounce, tab, next)
      expect(tab.header(resumePath)!.length).to.be.lessThan(6000)
      expect(await comeBack(bounce, tab)).to.equal(next)
    }
  })
  it('B15 a state as long as a state may be survives', async () => {
    for (const length of [2600, 4096]) {
      for (const alphabet of ['base64url', 'hex', 'base64'] as const) {
        const state = encodeURIComponent(randomBytes(length).toString(alphabet).slice(0, length))
        const target = `/studip/dispatch.php/api/oauth2/authorize?response_type=code&client_id=17&redirect_uri=https%3A%2F%2Fapp.example.org%2Fcallback&scope=api&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&state=${state}`
        const [bounce, tab] = [bounceWith(), browser()]
        expect((await go(bounce, tab, target)).kind, `${length} ${alphabet}`).to.equal('redirect')
        expect(await comeBack(bounce, tab)).to.equal(target)
        tab.take(bounce.arrived({ target, cookieHeader: tab.header(target) }))
        expect([...tab.jar.keys()]).to.deep.equal([])
      }
    }
  })
  it('a request that needs the cookies of others leaves nothing of theirs', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    const ask = (client: number, length: number) =>
      `/studip/dispatch.php/api/oauth2/authorize?client_id=${client}&state=${randomBytes(length).toString('hex').slice(0, length)}`
    const [long, short, longer] = [ask(1, 3000), ask(2, 20), ask(3, 4000)]
    await go(bounce, tab, long)
    now++
    await go(bounce, tab, short)
    now++
    await go(bounce, tab, longer)
    expect(await comeBack(bounce, tab)).to.equal(longer)
    tab.take(bounce.arrived({ target: longer, cookieHeader: tab.header(longer) }))
    expect(await comeBack(bounce, tab), 'the latest of the others stays').to.equal(short)
    tab.take(bounce.arrived({ target: short, cookieHeader: tab.header(short) }))
    expect(await comeBack(bounce, tab)).to.equal(startPage)
    expect([...tab.jar.keys()]).to.deep.equal([])
  })
  it('bounds what waits: at most eight cookies and 6 KB, the oldest go', async () => {
    const [bounce, tab] = [bounceWith(), browser()]
    for (let client = 1; client <= 12; client++) {
      await go(
        bounce,
        tab,
        `/studip/dispatch.php/api/oauth2/authorize?client_id=${client}&state=${randomBytes(2000)
          .toString('hex')
          .slice(0, client % 2 ? 100 : 1500)}`,
      )
      now++
      const header = tab.header(resumePath)!
      expect(header.length).to.be.lessThan(6000)
      expect(
        Object.keys(parse(header)).filter((name) => name.startsWith('studip_oauth2_pending_')).length,
      ).to.be.at.most(8)
    }
    expect(await comeBack(bounce, tab)).to.contain('client_id=12&')
  })
  it('shows the fallback page when the request is too long for a cookie', async () => {
    const target = `/studip/dispatch.php/api/oauth2/authorize?state=${randomBytes(8000).toString('base64url')}`
    expect(await go(bounceWith(), browser(), target)).to.deep.equal({
      kind: 'fallback',
      continuePath: target.slice('/studip/'.length),
      setCookies: [],
    })
  })
  it('every cookie fits a browser: below 4096 bytes with its attributes', async () => {
    for (let length = 2500; length < 4000; length += 50) {
      const answer = await go(
        bounceWith(),
        browser(),
        `/studip/dispatch.php/api/oauth2/authorize?state=${randomBytes(length).toString('hex').slice(0, length)}`,
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
    expect((await resume(bounce, 'studip_oauth2_resume=1')).location).to.equal(startPage)
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
    expect(await resume(bounce, undefined)).to.deep.equal({
      location: startPage,
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
  it('R20 5.x: starts the plugin of API_OAUTH_AUTH_PLUGIN unless it is Standard; 6.x never', async () => {
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
    expect(await locationFor(five, 'CAS')).to.equal('again=yes&sso=cas&cancel_login=1')
    expect(await locationFor(five, 'Shib&x')).to.equal('again=yes&sso=shib%26x&cancel_login=1')
    expect(await locationFor(six, 'CAS')).to.equal('again=yes')
  })
})
