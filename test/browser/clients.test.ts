// The last step in a real browser: Allow and Deny reach clients of every kind, whatever the page's policy says (S-025).
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { users } from '../fixtures/users.ts'
import { addClient } from '../support/app.ts'
import { startClientApp, type ClientApp } from './client-app.ts'
import { startScene, type Scene, type Visit } from './scene.ts'
import { comeLoggedIn } from './steps.ts'

for (const tls of [true, false]) {
  describe(`in the browser, from Stud.IP with ${tls ? 'https' : 'http'} to the client`, () => {
    let scene: Scene, secure: ClientApp
    before(async () => {
      ;[scene, secure] = await Promise.all([
        startScene({ version: '6.0', base: '/', tls }),
        startClientApp({ tls: true }),
      ])
    })
    after(() => Promise.all([scene.stop(), secure.stop()]))
    afterEach(function () {
      return scene.leave(`${tls ? 'https' : 'http'} ${this.currentTest?.title}`)
    })

    interface Request {
      readonly uri: string
      readonly registered?: string
      readonly policy?: string
    }
    const consentFor = async ({ uri, registered = uri, policy }: Request): Promise<{ visit: Visit; page: Page }> => {
      const client = await addClient(scene.app, { redirectUris: [registered] })
      const visit = await scene.visit()
      await comeLoggedIn(scene, visit, users.autor)
      if (policy) await withPolicy(visit, policy)
      const page = await visit.newPage()
      await page.goto(scene.authorizeUrl({ redirect_uri: uri }, client))
      return { visit, page }
    }

    for (const button of tls ? (['allow', 'deny'] as const) : (['allow'] as const)) {
      for (const kind of ['https', 'loopback'] as const) {
        it(`S-025 ${button} reaches a client with ${kind}`, async () => {
          const { visit, page } = await consentFor(
            kind === 'https'
              ? { uri: secure.redirectUri }
              : { uri: scene.clientApp.redirectUri, registered: 'http://127.0.0.1/callback' },
          )
          await page.click(`button[name=${button}]`)
          await page.getByText('Back in the app').waitFor()
          const { searchParams } = new URL(page.url())
          expect(searchParams.get('state')).to.equal('xyz')
          expect([searchParams.has('code'), searchParams.get('error')]).to.deep.equal(
            button === 'allow' ? [true, null] : [false, 'access_denied'],
          )
          expect(visit.violations).to.deep.equal([])
        })
      }
      for (const uri of ['com.example.app:/callback', 'com.example.app://callback?x=1']) {
        it(`S-025 ${button} reaches the app behind ${uri}`, async () => {
          const { visit, page } = await consentFor({ uri })
          const [address, fault] = await handedOver(page, button)
          expect(
            address.startsWith(
              `${uri}${uri.includes('?') ? '&' : '?'}${button === 'allow' ? 'code=def50200' : 'error=access_denied&'}`,
            ),
            address,
          ).to.equal(true)
          expect(fault).to.equal('net::ERR_ABORTED')
          expect(visit.violations).to.deep.equal([])
        })
      }
    }

    if (tls)
      it('S-025 a form-action of our own origin would have stopped this browser before the client, and these tests would have seen it', async () => {
        const before = secure.received.length
        const { visit, page } = await consentFor({ uri: secure.redirectUri, policy: "form-action 'self'" })
        const heard = visit.waitForEvent('console', (message) => message.text().includes('form-action'))
        await page.click('button[name=allow]', { noWaitAfter: true })
        await heard
        expect(visit.violations).to.have.length(1)
        expect(secure.received).to.have.length(before)
      })
  })
}

/** The address of the app that the browser hands over after this click, and how that request ended: ERR_ABORTED, for it is no page. */
async function handedOver(page: Page, button: string): Promise<readonly [uri: string, fault: string | undefined]> {
  const ended = page.waitForEvent('requestfailed', (request) => !request.url().startsWith('http'))
  await page.click(`button[name=${button}]`, { noWaitAfter: true })
  const request = await ended
  return [request.url(), request.failure()?.errorText]
}

/** Serves the next page with another policy than ours. */
const withPolicy = (visit: Visit, policy: string): Promise<unknown> =>
  visit.route('**/authorize?*', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } })
  })
