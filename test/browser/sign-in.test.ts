// Sign in with Stud.IP in a real browser: a later login when the client wants one, the logout, the answer as a form (D26).
import { expect } from 'chai'
import * as jose from 'jose'
import type { Page } from 'playwright-core'
import { users, type DemoUser } from '../fixtures/users.ts'
import { redeem, verifier, type Query } from '../support/app.ts'
import { signInKeys } from '../support/keys.ts'
import { startScene, type Scene, type Visit } from './scene.ts'
import { calledBack, comeLoggedIn, enterCode, logIn, logoutButton } from './steps.ts'

for (const options of [
  { version: '6.0', base: '/', tls: true },
  { version: '5.4', base: '/studip/' },
] as const) {
  describe(`in the browser, signing in with Stud.IP ${options.version}`, () => {
    let scene: Scene, calls: number
    before(async () => (scene = await startScene({ ...options, keysPath: await signInKeys() })))
    after(() => scene.stop())
    beforeEach(async () => {
      calls = scene.clientApp.received.length
      // Two logins of one second are one to Stud.IP.
      await scene.app.database.knex('config_values').where({ field: 'CURRENT_LOGIN_TIMESTAMP' }).del()
    })
    afterEach(function () {
      return scene.leave(`${options.version} ${this.currentTest?.title}`)
    })

    const ask = (more: Query = {}) => scene.authorizeUrl({ scope: 'openid', nonce: 'n', ...more })
    const visitOf = async (user: DemoUser, browser: { javaScriptEnabled?: boolean } = {}) => {
      const visit = await scene.visit(browser)
      await comeLoggedIn(scene, visit, user)
      return { visit, page: await visit.newPage() }
    }
    const logOutOnOurPage = (page: Page) => page.click(logoutButton)
    const idTokenFor = async (parameters: URLSearchParams) => {
      const answer = await redeem(scene.app, scene.client, parameters.get('code'), { code_verifier: verifier })
      expect(answer.status, answer.text).to.equal(200)
      return (answer.body as { id_token: string }).id_token
    }
    const signedIn = async (page: Page) => {
      await page.click('button[name=allow]')
      return idTokenFor(await calledBack(scene, page, calls + 1))
    }
    const expectLaterLogin = async (page: Page, user: DemoUser, begin: number) => {
      const { sub, auth_time } = jose.decodeJwt<{ auth_time: number }>(await signedIn(page))
      expect(sub).to.equal(user.user_id)
      expect(auth_time).to.be.at.least(begin)
    }
    const now = () => scene.app.deps.now()
    const expectNoLogin = async ({ page }: { visit: Visit; page: Page }) => {
      await page.getByText('Startseite').first().waitFor()
      expect(new URL(page.url()).pathname).to.equal(`${options.base}dispatch.php/start`)
    }

    for (const [name, more] of [
      ['prompt=login', { prompt: 'login' }],
      ['a max_age that has passed', { max_age: '60' }],
    ] as const) {
      it(`S-138 ${name}: out of Stud.IP, in again, and a later auth_time`, async () => {
        const begin = now()
        const { visit, page } = await visitOf(users.autor)
        await page.goto(ask(more))
        await logOutOnOurPage(page)
        await logIn(page, users.autor)
        await expectLaterLogin(page, users.autor, begin)
        expect(visit.violations).to.deep.equal([])
      })
    }

    it('S-138 with a second factor, which is asked again, too', async () => {
      const begin = now()
      const { page } = await visitOf(users.appFactor)
      await page.goto(ask({ prompt: 'login' }))
      // Whoever came here had not given it: Stud.IP asks first, and that login is not yet a later one.
      await enterCode(page)
      await logOutOnOurPage(page)
      await logIn(page, users.appFactor)
      await enterCode(page)
      await expectLaterLogin(page, users.appFactor, begin)
    })

    it('S-138 who is not logged in logs in once', async () => {
      const begin = now()
      const page = await (await scene.visit()).newPage()
      await page.goto(ask({ prompt: 'login', max_age: '0' }))
      await logIn(page, users.tutor)
      await expectLaterLogin(page, users.tutor, begin)
    })

    it('S-138 who goes back and does not log out ends in login_required, and nobody circles', async () => {
      const { page } = await visitOf(users.autor)
      await page.goto(ask({ prompt: 'login' }))
      const { hostname } = new URL(page.url())
      const waiting = (await page.context().cookies()).filter(({ name }) => name.startsWith('studip_oauth2_'))
      expect(waiting.map(({ domain }) => domain)).to.include(hostname)
      await page.goto(`${scene.url}dispatch.php/api/oauth2/resume`)
      const parameters = await calledBack(scene, page, calls + 1)
      expect([parameters.get('error'), parameters.get('state')]).to.deep.equal(['login_required', 'xyz'])
    })

    it('R18 who stays logged in has the start page back, on every visit', async () => {
      const came = await visitOf(users.autor)
      for (const path of ['authorize', 'logout']) {
        await came.page.goto(
          path === 'logout' ? `${scene.url}dispatch.php/api/oauth2/logout` : ask({ prompt: 'login' }),
        )
        await came.page.locator(logoutButton).waitFor()
        for (const again of [1, 2]) {
          await came.page.goto(`${scene.url}dispatch.php/start`)
          await expectNoLogin(came).catch((error: Error) => {
            throw new Error(`${path}, visit ${again}: ${error.message}`)
          })
        }
      }
    })

    it('S-140 logs out by a click of the user, and back at the client with state', async () => {
      const { page } = await visitOf(users.autor)
      await page.goto(ask())
      const id_token_hint = await signedIn(page)
      const query = { id_token_hint, post_logout_redirect_uri: scene.clientApp.redirectUri, state: 'a b&c' }
      await page.goto(`${scene.url}dispatch.php/api/oauth2/logout?${new URLSearchParams(query)}`)
      await logOutOnOurPage(page)
      const parameters = await calledBack(scene, page, calls + 2)
      expect([...parameters]).to.deep.equal([['state', 'a b&c']])
      await page.goto(`${scene.url}dispatch.php/start`)
      await page.locator('[name=loginname]').waitFor()
    })

    it('S-140 without an address to go to, a page says that nobody is logged in any more', async () => {
      const { page } = await visitOf(users.autor)
      await page.goto(`${scene.url}dispatch.php/api/oauth2/logout`)
      await logOutOnOurPage(page)
      await page.getByRole('heading', { level: 1, name: 'Abgemeldet' }).waitFor()
      expect(new URL(page.url()).pathname).to.equal(`${options.base}dispatch.php/api/oauth2/logout`)
    })

    // Stud.IP has no part in it, so one version will do.
    if (options.version === '5.4') return
    for (const javaScriptEnabled of [true, false]) {
      it(`response_mode=form_post${javaScriptEnabled ? '' : ', without JavaScript'}: a click posts code, state and iss to the client, and the page's own policy lets it`, async () => {
        const { visit, page } = await visitOf(users.autor, { javaScriptEnabled })
        await page.goto(ask({ response_mode: 'form_post' }))
        await page.click('button[name=allow]')
        await page.click(`form[action="${scene.clientApp.redirectUri}"] button`)
        const parameters = await calledBack(scene, page, calls + 1)
        expect([...parameters.keys()].sort()).to.deep.equal(['code', 'iss', 'state'])
        expect(parameters.get('iss')).to.equal(scene.app.deps.issuer)
        expect(jose.decodeJwt(await idTokenFor(parameters)).sub).to.equal(users.autor.user_id)
        expect(visit.violations).to.deep.equal([])
      })
    }

    it('response_mode=form_post posts errors, too', async () => {
      const { visit, page } = await visitOf(users.autor)
      await page.goto(ask({ response_mode: 'form_post', prompt: 'none', max_age: '1' }))
      await page.click(`form[action="${scene.clientApp.redirectUri}"] button`)
      const parameters = await calledBack(scene, page, calls + 1)
      expect([parameters.get('error'), parameters.get('state')]).to.deep.equal(['login_required', 'xyz'])
      expect(visit.violations).to.deep.equal([])
    })
  })
}
