// A real browser on the consent page and after it: what may happen between display and click, and what a click may do twice.
import { expect } from 'chai'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { users } from '../fixtures/users.ts'
import type { Query } from '../support/app.ts'
import { startScene, type Scene } from './scene.ts'
import {
  calledBack,
  codesOf,
  comeLoggedIn,
  expectCodeFor,
  expectConsent,
  expectPage,
  logOutElsewhere,
} from './steps.ts'

for (const options of [
  { version: '6.0', base: '/studip/' },
  { version: '5.4', base: '/' },
] as const) {
  describe(`in the browser, between display and click, Stud.IP ${options.version} at ${options.base}`, () => {
    let scene: Scene, calls: number
    before(async () => {
      scene = await startScene(options)
    })
    after(() => scene.stop())
    beforeEach(() => {
      calls = scene.clientApp.received.length
    })
    afterEach(function () {
      return scene.leave(`${options.version} ${this.currentTest?.title}`)
    })
    const setConfig = (field: string, value: string) =>
      scene.app.database.knex('config').where({ field }).update({ value })
    const onConsentPage = async (user: Parameters<typeof comeLoggedIn>[2], query: Query = {}) => {
      const visit = await scene.visit()
      await comeLoggedIn(scene, visit, user)
      const page = await visit.newPage()
      await page.goto(scene.authorizeUrl(query))
      await expectConsent(page, scene.authorizeUrl(query))
      return { visit, page }
    }
    const expectNothing = async (user: Parameters<typeof comeLoggedIn>[2]) => {
      expect(await codesOf(scene, user)).to.equal(0)
      expect(scene.clientApp.received).to.have.length(calls)
    }

    it('S-107 a logout in another tab: no code, a page that says so, and the next try asks for a login', async () => {
      const { visit, page } = await onConsentPage(users.dozent)
      await logOutElsewhere(scene, visit)
      await page.click('button[name=allow]')
      await expectPage(page, 'Formular abgelaufen')
      await expectNothing(users.dozent)
      await page.goto(scene.authorizeUrl())
      await page.locator('[name=loginname]').waitFor()
    })

    it('S-107 a lock: no code, and no consent page any more', async () => {
      const { page } = await onConsentPage(users.tutor)
      await scene.app.database.knex('auth_user_md5').where({ user_id: users.tutor.user_id }).update({ locked: 1 })
      await page.click('button[name=allow]')
      await expectPage(page, 'Formular abgelaufen')
      await page.goto(scene.authorizeUrl())
      await page.locator('[name=loginname]').waitFor()
      await expectNothing(users.tutor)
    })

    it('S-105 maintenance: a page that says so, before and after the display, and root goes on', async () => {
      const { page } = await onConsentPage(users.unlimited)
      await setConfig('MAINTENANCE_MODE_ENABLE', '1')
      try {
        await page.click('button[name=allow]')
        await expectPage(page, 'Wartungsmodus')
        expect((await page.goto(scene.authorizeUrl()))?.status()).to.equal(503)
        await expectPage(page, 'Wartungsmodus')
        await expectNothing(users.unlimited)
        await (await onConsentPage(users.root)).page.click('button[name=deny]')
      } finally {
        await setConfig('MAINTENANCE_MODE_ENABLE', '0')
      }
    })

    it('S-108 a root who was demoted gets 403 on the form that is open, and everything again when root again', async () => {
      const setPerms = (perms: string) =>
        scene.app.database.knex('auth_user_md5').where({ user_id: users.root.user_id }).update({ perms })
      const visit = await scene.visit()
      await comeLoggedIn(scene, visit, users.root)
      const page = await visit.newPage()
      await page.goto(`${scene.url}dispatch.php/api/oauth2/clients/add`)
      await fillIn(page)
      await setPerms('admin')
      try {
        const [answer] = await Promise.all([
          page.waitForResponse((response) => response.request().method() === 'POST'),
          page.click('[name=create_client]'),
        ])
        expect(answer.status()).to.equal(403)
        await expectPage(page, 'Zugriff verweigert')
        expect((await page.goto(`${scene.url}dispatch.php/admin/oauth2`))?.status()).to.equal(403)
        expect(await scene.app.database.knex('oauth2_clients').where({ name: 'Late App' })).to.deep.equal([])
      } finally {
        await setPerms('root')
      }
      expect((await page.goto(`${scene.url}dispatch.php/admin/oauth2`))?.status()).to.equal(200)
      await page.getByText('Campus App').first().waitFor()
    })

    // The rest does not depend on the version of Stud.IP.
    if (options.version === '5.4') return

    it('S-030 a double click on Allow makes one code', async () => {
      const { page } = await onConsentPage(users.autor)
      await page.dblclick('button[name=allow]')
      await expectCodeFor(scene, users.autor, await calledBack(scene, page, calls + 1))
      expect(await codesOf(scene, users.autor)).to.equal(1)
    })

    for (const latency of [200, 500, 800])
      it(`B13 Allow clicked twice within 300 ms on a line of ${latency} ms: the app gets its code`, async () => {
        const user = users.noNames
        const before = await codesOf(scene, user)
        // By its state: a late call of the story before is none of ours.
        const state = `twice-${latency}`
        const { visit, page } = await onConsentPage(user, { state })
        const line = await visit.newCDPSession(page)
        await line.send('Network.enable')
        const unlimited = { downloadThroughput: -1, uploadThroughput: -1 }
        await line.send('Network.emulateNetworkConditions', { offline: false, latency, ...unlimited })
        const submitted: string[] = []
        page.on('request', (request) => void (request.method() === 'POST' && submitted.push(request.url())))
        const { x, y } = (await page.locator('button[name=allow]').boundingBox())!
        await page.mouse.click(x + 5, y + 5)
        await sleep(150)
        await page.mouse.click(x + 5, y + 5)
        await page.getByText('Back in the app').waitFor()
        // A slow machine brings the second click, or both answers, after the first one: the next test decides the order.
        expect(submitted.length).to.be.within(1, 2)
        const codes = scene.clientApp.received
          .map((call) => new URLSearchParams(call.split('?')[1]))
          .filter((parameters) => parameters.get('state') === state)
        expect(new Set(codes.map((parameters) => parameters.get('code'))).size).to.equal(1)
        await expectCodeFor(scene, user, codes[0]!)
        expect(await codesOf(scene, user)).to.equal(before + 1)
      })

    it('B13 a second click while the first is answered, whose answer is lost: one code, and the app gets it', async () => {
      const { page } = await onConsentPage(users.admin)
      let answered = 0
      await page.route('**/authorize', async (route) => {
        const response = await route.fetch({ maxRedirects: 0 })
        // The first answer is held back until the second click has had its own, however long this browser takes.
        for (const first = ++answered === 1; first && answered < 2;) await sleep(20)
        await route.fulfill({ response }).catch(() => undefined)
      })
      const { x, y } = (await page.locator('button[name=allow]').boundingBox())!
      await page.mouse.click(x + 5, y + 5)
      while (answered === 0) await sleep(20)
      await page.mouse.click(x + 5, y + 5)
      await expectCodeFor(scene, users.admin, await calledBack(scene, page, calls + 1))
      expect(answered).to.equal(2)
      expect(await codesOf(scene, users.admin)).to.equal(1)
    })

    it('the way back after Allow asks again and makes no second code', async () => {
      const { page } = await onConsentPage(users.unicode)
      await page.click('button[name=allow]')
      const parameters = await calledBack(scene, page, calls + 1)
      await page.goBack()
      await expectConsent(page, scene.authorizeUrl())
      await page.reload()
      expect(await codesOf(scene, users.unicode)).to.equal(1)
      await expectCodeFor(scene, users.unicode, parameters)
    })

    it('S-030 two tabs with copies of one consent page: the first answer counts, and when the app has its tokens the second gets a page', async () => {
      const { visit, page } = await onConsentPage(users.expiring)
      const copy = await visit.newPage()
      await copy.route('**/authorize?*', async (route) =>
        route.fulfill({ contentType: 'text/html', body: await page.content() }),
      )
      await copy.goto(scene.authorizeUrl())
      await page.click('button[name=allow]')
      await expectCodeFor(scene, users.expiring, await calledBack(scene, page, calls + 1))
      await copy.click('button[name=allow]')
      await expectPage(copy, 'Bereits beantwortet')
      expect(await codesOf(scene, users.expiring)).to.equal(1)
    })
  })
}

const fillIn = async (page: Page): Promise<void> => {
  for (const [name, value] of Object.entries({
    name: 'Late App',
    redirect: 'https://late.example.org/cb',
    owner: 'Late',
    homepage: 'https://late.example.org/',
  }))
    await page.fill(`[name=${name}]`, value)
  await page.check('[name=confidentiality][value=public]')
}
