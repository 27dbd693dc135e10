// A client from the wish for it to its end, and a device let in from a phone, clicked through in a real browser without script.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { addClient, authorizationQuery, clientSecret, post } from '../support/app.ts'
import { browserStage, logInBy, overflowOf, shoot, type BrowserStage } from './browser-stage.ts'

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const

describe('in a browser without script: devices, and clients on request', () => {
  let stage: BrowserStage
  before(async () => {
    stage = await browserStage({ base: '/studip/', settings: { clientRequests: 'autor' } })
  })
  after(() => stage.stop())

  const open = async (path: string, username: string, options = {}): Promise<Page> => {
    const page = await stage.open(options)
    await page.goto(stage.at(path))
    await logInBy(page, username)
    return page
  }

  it('S-146 a code typed on a phone, in small letters with a blank, lets the device in', async () => {
    const client = await addClient(stage.app, { name: 'Sync tool' })
    const proof = { client_id: client.id, client_secret: clientSecret }
    const device = (await post(stage.app, 'device_authorization', proof).expect(200)).body as Record<string, string>
    const page = await open('api/oauth2/device', 'autor', phone)
    await page.fill('[name=user_code]', device['user_code']!.toLowerCase().replace('-', ' '))
    expect(await overflowOf(page)).to.be.at.most(0)
    await shoot(page, 'device-code-phone')
    await page.click('button[type=submit]')
    expect(await page.locator('main').innerText())
      .to.include('Sync tool')
      .and.include(device['user_code'])
    expect(await overflowOf(page)).to.be.at.most(0)
    await shoot(page, 'device-confirm-phone')
    await page.click('[name=allow]')
    await page.getByText('Sie können zum Gerät zurückkehren.').waitFor()
    const poll = {
      ...proof,
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: device['device_code']!,
    }
    expect((await post(stage.app, 'token', poll).expect(200)).body).to.include({ scope: 'api' })
  })

  it('S-148 S-149 a client is asked for, approved, used and withdrawn', async () => {
    const server = createServer((_, response) => response.end('Back in the app'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cb`
      const person = await open('api/oauth2/applications', 'autor')
      await person.click('main a[href$="oauth2/requests"]')
      await person.click('main a.add')
      await person.fill('[name=name]', 'My timetable')
      await person.fill('[name=redirect]', redirectUri)
      await person.check('[value=confidential]')
      await person.fill('[name=owner]', 'Me')
      await person.fill('[name=homepage]', 'https://me.example.org')
      await person.fill('[name=purpose]', 'Shows my timetable on my phone')
      await shoot(person, 'request-filled-in')
      await person.click('[name=request_client]')
      const id = await person.locator('.messagebox code').nth(0).innerText()
      const secret = await person.locator('.messagebox code').nth(1).innerText()
      await shoot(person, 'request-made')
      await person.reload()
      expect(await person.content()).not.to.include(secret)

      const ask = `${stage.at('api/oauth2/authorize')}?${authorizationQuery({ id, confidential: true, redirectUris: [redirectUri] })}`
      const early = await stage.app.http.get(new URL(ask).pathname + new URL(ask).search)
      expect(early.status).to.equal(400)

      const root = await open('admin/oauth2', 'root')
      await shoot(root, 'admin-with-request')
      const request = root.locator('article.oauth2-client', { hasText: 'Shows my timetable on my phone' })
      await request.getByRole('button', { name: 'Freigeben' }).click()
      await root.getByText('wurde freigegeben').waitFor()

      await person.goto(ask)
      await person.click('[name=allow]')
      await person.getByText('Back in the app').waitFor()
      const code = new URL(person.url()).searchParams.get('code')!
      const redeemed = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
      const proof = { client_id: id, client_secret: secret }
      const { body } = await post(stage.app, 'token', { ...proof, ...redeemed }).expect(200)

      await person.goto(stage.at('api/oauth2/requests'))
      await person.click('article.oauth2-client nav a')
      await person.click('[name=withdraw_request]')
      await person.getByText('wurde zurückgezogen').waitFor()
      expect(await overflowOf(person)).to.be.at.most(0)
      const { refresh_token } = body as { refresh_token: string }
      await post(stage.app, 'token', { ...proof, grant_type: 'refresh_token', refresh_token }).expect(401)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })
})
