// Remembered consent in a real browser, through nginx: asked once, then not, asked for more, revoked, asked again (D25).
import { AxeBuilder } from '@axe-core/playwright'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { users } from '../fixtures/users.ts'
import { addClient, type TestClient } from '../support/app.ts'
import { startClientApp, type ClientApp } from './client-app.ts'
import { startScene, type Scene } from './scene.ts'
import { comeLoggedIn, expectCodeFor } from './steps.ts'

describe('in the browser, remembered consent on a phone', () => {
  let scene: Scene, portal: ClientApp, client: TestClient
  before(async () => {
    scene = await startScene({ version: '6.0', base: '/studip/', settings: { rememberConsent: true, apiRead: true } })
    portal = await startClientApp({ tls: true })
    const { port } = new URL(portal.redirectUri)
    client = await addClient(scene.app, {
      name: 'Portal',
      redirectUris: [`https://app.example.org:${port}/callback`],
    })
  })
  after(async () => {
    await portal.stop()
    await scene.stop()
  })
  afterEach(function () {
    return scene.leave(this.currentTest?.title)
  })

  const expectSound = async (page: Page) => {
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
      .setLegacyMode(true)
      .analyze()
    expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join(' ')}`)).to.deep.equal([])
    const wider = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
    expect(wider, 'wider than the window').to.be.at.most(0)
  }
  const cameBack = async (page: Page, times: number) => {
    await page.getByText('Back in the app').waitFor()
    expect(portal.received).to.have.length(times)
    return new URL(portal.received.at(-1)!, portal.redirectUri).searchParams
  }

  it('S-078 S-130 S-131 the page appears once, for more, and again when the application was revoked', async () => {
    const visit = await scene.visit({ viewport: { width: 390, height: 844 } })
    await comeLoggedIn(scene, visit, users.dozent)
    const page = await visit.newPage()
    const ask = (scope: string) => page.goto(scene.authorizeUrl({ scope }, client))

    await ask('api.read')
    await page.getByText('Liest alles, was Sie in Stud.IP sehen dürfen').waitFor()
    await page.getByText('fragt Stud.IP ein Jahr lang nicht wieder').waitFor()
    await page.getByText('Auch als Lehrende oder Lehrender').waitFor()
    await page.click('button[name=allow]')
    await cameBack(page, 1)

    await ask('api.read')
    await cameBack(page, 2)

    await ask('api')
    await page.getByText('Neu erlauben Sie der Anwendung:').waitFor()
    await page.getByText('Das haben Sie ihr schon erlaubt:').waitFor()
    await expectSound(page)
    await page.click('button[name=allow]')
    await expectCodeFor(scene, users.dozent, await cameBack(page, 3), client)

    await ask('api')
    await expectCodeFor(scene, users.dozent, await cameBack(page, 4), client)

    await page.goto(`${scene.url}dispatch.php/api/oauth2/applications`)
    await page.getByText(/Stud\.IP fragt bis .* nicht wieder/).waitFor()
    await expectSound(page)
    await page.getByText('2 Verbindungen').click()
    await page.getByRole('heading', { name: 'Verbindungen' }).waitFor()
    await expectSound(page)
    await page.getByText('Autorisierung widerrufen').click()
    await page.click('button[name=revoke_authorisation]')
    await page.getByText('wurde widerrufen.').waitFor()
    await page.getByText('Keine autorisierten Drittanwendungen').waitFor()

    await ask('api.read')
    await page.locator('button[name=allow]').waitFor()
    expect(portal.received, 'nothing more').to.have.length(4)
  })
})
