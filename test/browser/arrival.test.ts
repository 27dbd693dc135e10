// Arriving over Stud.IP's login is as it is without us: language, deep link, plugins, single sign-on, tabs (R1, R2, R17–R21).
import { expect } from 'chai'
import { setTimeout } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { users, type DemoUser } from '../fixtures/users.ts'
import { addClient } from '../support/app.ts'
import { startProvider, type RunningProvider } from '../stand-in/provider.ts'
import { startScene, type Scene } from './scene.ts'
import { calledBack, enterCode, expectCodeFor, expectConsent, logIn } from './steps.ts'

for (const options of [
  { version: '6.0', base: '/' },
  { version: '5.4', base: '/studip/' },
] as const) {
  describe(`in the browser, arriving from Stud.IP ${options.version}`, () => {
    let scene: Scene, provider: RunningProvider, calls: number
    before(async () => {
      provider = await startProvider()
      scene = await startScene({ ...options, provider: provider.url })
    })
    after(async () => {
      await scene.stop()
      await provider.stop()
    })
    const db = () => scene.app.database.knex
    const configure = (field: string, value: string) =>
      db()('config_values').insert({ field, range_id: 'studip', value }).onConflict().merge()
    /** The service reads the configuration every two seconds. */
    const usePlugin = async (name: string) => {
      await configure('API_OAUTH_AUTH_PLUGIN', name)
      while ((await scene.app.deps.config.global('API_OAUTH_AUTH_PLUGIN')) !== name) await setTimeout(100)
    }
    beforeEach(async () => {
      calls = scene.clientApp.received.length
      // Two logins of one second are one to Stud.IP.
      await db()('config_values').where({ field: 'CURRENT_LOGIN_TIMESTAMP' }).del()
    })
    afterEach(async function () {
      scene.standIn.hearLogins(undefined)
      await db()('config_values').where({ range_id: 'studip', field: 'API_OAUTH_AUTH_PLUGIN' }).del()
      await scene.leave(`${options.version} ${this.currentTest?.title}`)
    })
    const ask = async (page: Page, state = 'xyz'): Promise<string> => {
      const url = scene.authorizeUrl({ state })
      await page.goto(url)
      return url
    }
    const allow = async (page: Page, user: DemoUser) => {
      await page.click('button[name=allow]')
      await expectCodeFor(scene, user, await calledBack(scene, page, calls + 1))
    }
    const provide = async (page: Page, user: DemoUser) => {
      await page.fill('[name=ticket]', user.username)
      await page.click('[name=provide]')
    }
    for (const [preferred, browser, fallback, expected] of [
      ['de_DE', 'en-GB', 'de_DE', 'de-DE'],
      ['en_GB', 'de-DE', 'de_DE', 'en-GB'],
      [null, 'en-GB', 'de_DE', 'de-DE'],
      [null, 'de-DE', 'en_GB', 'en-GB'],
      ['en_GB', 'en-GB', 'de_DE', 'en-GB'],
      ['de_DE', 'de-DE', 'en_GB', 'de-DE'],
    ] as const) {
      it(`R1 speaks the user's language: ${preferred} in a browser of ${browser}, the installation ${fallback}`, async () => {
        await configure('DEFAULT_LANGUAGE', fallback)
        await db()('user_info').where({ user_id: users.dozent.user_id }).update({ preferred_language: preferred })
        const page = await (await scene.visit({ locale: browser })).newPage()
        const url = await ask(page)
        await logIn(page, users.dozent)
        await expectConsent(page, url)
        expect(await page.locator('html').getAttribute('lang')).to.equal(expected)
        await configure('DEFAULT_LANGUAGE', 'de_DE')
      })
    }

    it('R1 the address that the user wants next is theirs, and the start page is the start page', async () => {
      const page = await (await scene.visit()).newPage()
      await ask(page)
      await logIn(page, users.autor)
      await allow(page, users.autor)
      for (const path of ['dispatch.php/profile', 'dispatch.php/start']) {
        await page.goto(scene.url + path)
        expect(page.url()).to.equal(scene.url + path)
      }
    })

    it("R1 a plugin's gate comes before consent, once", async () => {
      const heard: string[] = []
      scene.standIn.hearLogins(({ username }) => (heard.push(username), 'plugins.php/gate'))
      const page = await (await scene.visit()).newPage()
      const url = await ask(page)
      await logIn(page, users.autor)
      await page.getByText('Plugin').first().waitFor()
      await page.goto(`${scene.url}dispatch.php/start`)
      await expectConsent(page, url)
      expect(heard).to.deep.equal(['autor'])
    })

    it('R1 R2 a second factor, with the start page clicked and the link opened meanwhile: consent, and no error', async () => {
      const page = await (await scene.visit()).newPage()
      const url = await ask(page)
      await ask(page)
      await logIn(page, users.appFactor)
      for (const again of [`${scene.url}dispatch.php/start`, url, `${scene.url}dispatch.php/start`, url, url]) {
        await page.goto(again)
        await page.locator('[name=tfa-code]').waitFor()
      }
      await enterCode(page)
      // On the start page of 5.x nobody leads back: there the trampoline has not lost the way.
      if (!page.url().includes('/authorize')) await page.goto(url)
      await expectConsent(page, url)
      await allow(page, users.appFactor)
    })

    if (options.version === '6.0') {
      it('R18 a request that was given up leaves the start page alone', async () => {
        const page = await (await scene.visit()).newPage()
        await ask(page)
        await page.context().clearCookies({ name: 'Studip_Session' })
        await page.goto(`${scene.url}dispatch.php/start`)
        await logIn(page, users.autor)
        await page.getByText('Startseite').first().waitFor()
        expect(new URL(page.url()).pathname).to.equal('/dispatch.php/start')
        await page.goto(`${scene.url}dispatch.php/start`)
        expect(page.url()).to.equal(`${scene.url}dispatch.php/start`)
      })
    }

    it('A10 a marker of a neighbour makes no circle', async () => {
      const visit = await scene.visit()
      await visit.addCookies([{ name: 'studip_oauth2_resume', value: 'x', url: `${scene.url}dispatch.php/start` }])
      const page = await visit.newPage()
      await page.goto(`${scene.url}dispatch.php/start`)
      await logIn(page, users.autor)
      await page.getByText('Startseite').first().waitFor()
    })

    // Before single sign-on is configured: the service believes a configuration for two seconds.
    it('R21 two tabs: each request is answered, and on 5.x in its own tab', async () => {
      const other = await addClient(scene.app, { name: 'Other App', redirectUris: [scene.clientApp.redirectUri] })
      const visit = await scene.visit()
      const tabs = [await visit.newPage(), await visit.newPage()] as const
      const urls = [scene.authorizeUrl({ state: 'first' }), scene.authorizeUrl({ state: 'second' }, other)] as const
      for (const [index, tab] of tabs.entries()) await tab.goto(urls[index]!)
      const shown: (string | null)[] = []
      for (const tab of tabs) {
        // 5.x: the form of the second tab took the ticket of the first, so Stud.IP shows the first one its form again.
        while (await tab.locator('[name=Login]').count())
          await Promise.all([tab.waitForEvent('load'), logIn(tab, users.tutor)])
        await tab.locator('[name=allow]').waitFor()
        shown.push(new URL(tab.url()).searchParams.get('state'))
      }
      if (options.version === '5.4') expect(shown).to.deep.equal(['first', 'second'])
      expect(shown.toSorted()).to.deep.equal(['first', 'second'])
    })

    for (const plugin of ['oidc', 'cas', 'saml']) {
      it(`R17 single sign-on by ${plugin}: the very same request`, async () => {
        if (options.version === '5.4') await usePlugin(plugin.toUpperCase())
        const page = await (await scene.visit()).newPage()
        const url = await ask(page)
        if (options.version === '6.0') await page.goto(`${scene.url}dispatch.php/login?sso=${plugin}`)
        await provide(page, users.tutor)
        // 5.x comes to its start page with a provider that knows only that one: the marker leads on from there.
        await page.waitForLoadState()
        if (!page.url().includes('/authorize')) await page.goto(`${scene.url}dispatch.php/start`)
        await expectConsent(page, url)
        await allow(page, users.tutor)
      })
    }

    if (options.version === '5.4') {
      it('R20 single sign-on starts also for somebody who has seen the form', async () => {
        const page = await (await scene.visit()).newPage()
        await page.goto(`${scene.url}dispatch.php/start`)
        await page.locator('[name=loginname]').waitFor()
        await usePlugin('CAS')
        const url = await ask(page)
        await provide(page, users.tutor)
        await expectConsent(page, url)
      })
    }
  })
}
