// A real browser on its way to Stud.IP and back to the very same request (D5, D20, contract §4.3).
import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { users } from '../fixtures/users.ts'
import { addClient } from '../support/app.ts'
import { startScene, type Scene } from './scene.ts'
import { calledBack, comeLoggedIn, enterCode, expectCodeFor, expectConsent, logIn } from './steps.ts'

const state = 'a&b=c%20+%F0%%2B ü🦉👩‍🎓 "<\'>?#/;.[]{}|\\^`~ é é 李 x=1&&y'
/** Things that a request may carry and that mean nothing to us. */
const deep = {
  state,
  nonce: 'n&0',
  prompt: 'login',
  'x.y': '1',
  'a[b]': 'c d',
  empty: '',
  ...Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`p${n}`, `${n}+%&=ü`])),
}

for (const options of [
  { version: '6.0', base: '/', tls: true },
  { version: '5.4', base: '/studip/' },
] as const) {
  describe(`in the browser, to Stud.IP ${options.version} at ${options.base} and back`, () => {
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

    for (const javaScriptEnabled of [true, false]) {
      it(`anonymous${javaScriptEnabled ? '' : ', without JavaScript'}: the very same request, and the client gets its state byte for byte`, async () => {
        const visit = await scene.visit({ javaScriptEnabled })
        const page = await visit.newPage()
        await page.goto(scene.authorizeUrl(deep))
        await logIn(page, users.autor)
        await expectConsent(page, scene.authorizeUrl(deep))
        await page.click('button[name=allow]')
        const parameters = await calledBack(scene, page, calls + 1)
        expect(parameters.getAll('state')).to.deep.equal([state])
        expect([...parameters.keys()].sort()).to.deep.equal(['code', 'state'])
        await expectCodeFor(scene, users.autor, parameters)
        expect(visit.violations).to.deep.equal([])
        expect(scene.standIn.builtInConsentPages()).to.equal(0)
      })
    }

    it('anonymous, then a second factor (D20)', async () => {
      const page = await (await scene.visit()).newPage()
      await page.goto(scene.authorizeUrl({ state }))
      await logIn(page, users.appFactor)
      await enterCode(page)
      await expectConsent(page, scene.authorizeUrl({ state }))
      await page.click('button[name=allow]')
      await expectCodeFor(scene, users.appFactor, await calledBack(scene, page, calls + 1))
    })

    for (const [name, pass] of [
      ['emailFactor', enterCode],
      ['termsPending', (page) => page.click('[name=accept]')],
      ['visibilityPending', (page) => page.click('text=Unsichtbar')],
    ] as const satisfies readonly (readonly [
      keyof typeof users,
      (page: import('playwright-core').Page) => Promise<void>,
    ])[]) {
      it(`logged in, but ${name}: no consent before that, and then the very same request`, async () => {
        const visit = await scene.visit()
        await comeLoggedIn(scene, visit, users[name])
        const page = await visit.newPage()
        await page.goto(scene.authorizeUrl({ state }))
        expect(page.url()).to.not.contain('/api/oauth2/')
        await pass(page)
        await expectConsent(page, scene.authorizeUrl({ state }))
        await page.click('button[name=allow]')
        await expectCodeFor(scene, users[name], await calledBack(scene, page, calls + 1))
      })
    }

    it('two tabs with two clients: logging in in one, then in the other, ends with a code for each', async () => {
      const other = await addClient(scene.app, { name: 'Other App', redirectUris: [scene.clientApp.redirectUri] })
      const visit = await scene.visit()
      const tabs = [await visit.newPage(), await visit.newPage()] as const
      await tabs[0].goto(scene.authorizeUrl({ state: 'first' }))
      await tabs[1].goto(scene.authorizeUrl({ state: 'second' }, other))
      const states: string[] = []
      for (const tab of tabs) {
        await logIn(tab, users.tutor)
        // 5.x: the form of the second tab took the ticket of the first, so Stud.IP shows the first one its form again.
        if ((await tab.locator('[name=Login], [name=allow]').first().getAttribute('name')) === 'Login')
          await logIn(tab, users.tutor)
        await tab.click('button[name=allow]')
        const parameters = await calledBack(scene, tab, calls + 1 + states.length)
        states.push(parameters.get('state')!)
        await expectCodeFor(scene, users.tutor, parameters, parameters.get('state') === 'first' ? scene.client : other)
      }
      expect(states.sort()).to.deep.equal(['first', 'second'])
    })

    it('a request too long to be kept: a page says what to do, and it goes on from there', async () => {
      const visit = await scene.visit()
      const page = await visit.newPage()
      const long = () => randomBytes(3000).toString('base64url')
      const url = scene.authorizeUrl({ state: long(), x: long() })
      await page.goto(url)
      const [tab] = await Promise.all([visit.waitForEvent('page'), page.click('a.button[target=_blank]')])
      if (scene.version === '5.4') await tab.click('text=Login')
      await logIn(tab, users.dozent)
      await tab.getByText('Startseite').first().waitFor()
      await page.click('a.button:not([target])')
      await expectConsent(page, url)
      await page.click('button[name=allow]')
      await expectCodeFor(scene, users.dozent, await calledBack(scene, page, calls + 1))
    })
  })
}
