// The bounce for real: through nginx with the shipped snippets, the service and a stand-in for Stud.IP, and back.
import { expect } from 'chai'
import type { AddressInfo } from 'node:net'
import { startStandIn, type RunningStandIn } from '../stand-in/stand-in.ts'
import { demoPassword, users, type DemoUser } from '../fixtures/users.ts'
import { addClient, authorizationQuery, redirectUri, testApp, type TestApp, type TestClient } from '../support/app.ts'
import { freePort } from '../support/free-port.ts'
import { testKeys } from '../support/keys.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { startNginx, type RunningNginx } from '../support/nginx.ts'
import { insertSession, sessionCookieName } from '../support/php-session-writer.ts'
import { createVisitor, type Page, type Visitor } from '../support/visitor.ts'

const state = 'a&b=c%20+%F0 ü🦉 "<\'>?#/;.[]'

for (const [version, base] of [
  ['6.0', '/'],
  ['6.0', '/studip/'],
  ['5.4', '/'],
  ['5.4', '/studip/'],
] as const) {
  describe(`the way to Stud.IP ${version} at ${base} and back`, () => {
    let database: TestDatabase,
      standIn: RunningStandIn,
      app: TestApp,
      nginx: RunningNginx,
      client: TestClient,
      visitor: Visitor
    before(async () => {
      database = await testDatabase({ studip: version })
      standIn = await startStandIn({ version, base, database: database.settings, keysPath: await testKeys() })
      const port = await freePort()
      app = await testApp({ database, studip: version, settings: { baseUrl: `http://127.0.0.1:${port}${base}` } })
      nginx = await startNginx({
        base,
        port,
        php: standIn.address,
        sidecar: `127.0.0.1:${(app.server.address() as AddressInfo).port}`,
      })
      client = await addClient(app)
    })
    after(async () => {
      await nginx.stop()
      await app.close()
      await standIn.stop()
      await database.drop()
    })
    beforeEach(() => {
      visitor = createVisitor(nginx.url)
    })
    const authorizeUrl = (more: Record<string, string> = {}) =>
      `${nginx.url}dispatch.php/api/oauth2/authorize?${authorizationQuery(client, { state, ...more })}`
    const logIn = (page: Page, user: DemoUser) =>
      visitor.submit(page, 'Login', { loginname: user.username, password: demoPassword })
    const enterCode = (page: Page) =>
      visitor.submit(page, 'confirm', { 'tfa-code': /id="code">(\d{6})/.exec(page.html)?.[1] ?? '' })
    /** On the consent page of the very same request; allows it and checks the answer. */
    const allow = async (page: Page, expected = state) => {
      expect(page.status, page.hops.join('\n')).to.equal(200)
      expect(page.url).to.contain('/api/oauth2/authorize?')
      const answer = await visitor.submit(page, 'allow')
      expect(answer.leftFor).to.match(new RegExp(`^${redirectUri}\\?`))
      const parameters = new URL(answer.leftFor!).searchParams
      expect(parameters.get('state')).to.equal(expected)
      expect(parameters.get('code')).to.match(/^def50200/)
    }

    it('anonymous, with a state of every kind: consent page of the same request, code with the same state', async () => {
      await allow(await logIn(await visitor.get(authorizeUrl()), users.autor))
      expect(standIn.builtInConsentPages()).to.equal(0)
    })
    it('R1 takes few hops: to the login, and from the login over its first page to consent', async () => {
      const form = await visitor.get(authorizeUrl())
      const page = await logIn(form, users.unlimited)
      const path = (hop: string) => new URL(hop).pathname.slice(base.length).replace(/\d+$/, 'N')
      const trampoline = 'dispatch.php/jsupdater/mark_notification_read/N'
      const [resume, authorize] = ['dispatch.php/api/oauth2/resume', 'dispatch.php/api/oauth2/authorize']
      if (version === '5.4') {
        expect(form.hops.map(path)).to.deep.equal([authorize, trampoline])
        expect(page.hops.map(path)).to.deep.equal([trampoline, resume, authorize])
        return
      }
      const login = 'dispatch.php/login'
      expect(form.hops.map(path)).to.deep.equal([authorize, trampoline, login])
      expect(page.hops.map(path)).to.deep.equal([
        login,
        'dispatch.php/start/index',
        resume,
        trampoline,
        trampoline,
        resume,
        authorize,
      ])
    })
    it('anonymous with a second factor (D20)', async () => {
      let page = await logIn(await visitor.get(authorizeUrl()), users.appFactor)
      page = await enterCode(page)
      await allow(page)
    })
    for (const name of ['termsPending', 'visibilityPending', 'emailFactor'] as const) {
      it(`logged in, but ${name}`, async () => {
        const sid = await insertSession(database.knex, {
          version,
          content: { uid: users[name].user_id, sessionStart: 1 },
        })
        visitor.setCookie(nginx.url, `${sessionCookieName(version)}=${sid}; Path=${base}`)
        let page = await visitor.get(authorizeUrl())
        expect(page.url).to.contain(name === 'termsPending' ? 'dispatch.php/terms' : 'mark_notification_read')
        if (name === 'emailFactor') page = await enterCode(page)
        else if (name === 'termsPending') page = await visitor.submit(page, 'accept')
        else page = await visitor.get(new URL('?vis_state=yes', page.url).href)
        await allow(page)
      })
    }
    it('an anonymous session that remembers another address', async () => {
      await visitor.get(`${nginx.url}dispatch.php/profile`)
      await allow(await logIn(await visitor.get(authorizeUrl()), users.tutor))
    })
    it('an authorization that somebody began, left and begins again', async () => {
      await visitor.get(authorizeUrl({ state: 'first' }))
      await visitor.get(`${nginx.url}dispatch.php/login`)
      await allow(await logIn(await visitor.get(authorizeUrl()), users.autor))
    })
    it('two tabs: both requests are answered, each with its own state', async () => {
      const first = await visitor.get(authorizeUrl({ state: 'one' }))
      await visitor.get(authorizeUrl({ state: 'two' }))
      let page = await logIn(first, users.autor)
      // 5.x: the second form took the ticket of the first, so that one asks again.
      if (page.html.includes('name="loginname"')) page = await logIn(page, users.autor)
      const shown = new URL(page.url).searchParams.get('state')!
      await allow(page, shown)
      const other = await visitor.get(`${nginx.url}dispatch.php/api/oauth2/resume`)
      await allow(other, shown === 'one' ? 'two' : 'one')
    })
    it('S-107 a logout in another tab voids the form', async () => {
      const page = await logIn(await visitor.get(authorizeUrl()), users.autor)
      if (version === '6.0') await visitor.post(`${nginx.url}dispatch.php/logout`, {})
      else await visitor.get(`${nginx.url}logout.php`)
      const answer = await visitor.submit(page, 'allow')
      expect(answer.leftFor).to.equal(undefined)
      expect(answer.html).to.not.contain('code=')
    })
    it('a stale session: 6.x makes it fresh on the way, 5.x cannot, and that ends on a page and not in a loop', async () => {
      const changed = app.deps.now() - app.deps.settings.sessionLifetime - 100
      const sid = await insertSession(database.knex, {
        version,
        content: { uid: users.autor.user_id, sessionStart: 1 },
        changed,
      })
      visitor.setCookie(nginx.url, `${sessionCookieName(version)}=${sid}; Path=${base}`)
      const page = await visitor.get(authorizeUrl())
      if (page.status === 200) return allow(page)
      expect(version).to.equal('5.4')
      expect(page.url).to.contain('/api/oauth2/authorize')
      expect(page.hops.filter((hop) => hop.includes('mark_notification_read'))).to.have.length(2)
    })
    it('the start page stays the start page for everybody whom no request waits for', async () => {
      const page = await logIn(await visitor.get(authorizeUrl()), users.autor)
      await allow(page)
      expect(new URL((await visitor.get(`${nginx.url}dispatch.php/start`)).url).pathname).to.match(
        /dispatch\.php\/start/,
      )
    })
    it('the applications page leads back to itself', async () => {
      const url = `${nginx.url}dispatch.php/api/oauth2/applications`
      const page = await logIn(await visitor.get(url), users.autor)
      expect(page.url).to.equal(url)
    })
    it('the administration page leads back to itself, over a second factor', async () => {
      const url = `${nginx.url}dispatch.php/admin/oauth2`
      const page = await enterCode(await logIn(await visitor.get(url), users.appFactor))
      expect(page.url).to.equal(url)
    })
  })
}
