// A client and a grant from beginning to end, clicked through in a real browser without script.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { addClient, authorizationQuery, connect, logIn } from '../support/app.ts'
import { users } from '../fixtures/users.ts'
import { browserStage, logInBy, overflowOf, shoot, type BrowserStage } from './browser-stage.ts'

/** Counts the clicks that a person makes. */
const counting = (page: Page) => {
  let clicks = 0
  return {
    click: async (selector: string) => {
      clicks++
      await page.click(selector)
    },
    get clicks() {
      return clicks
    },
  }
}

/** A program on this device that waits for its answer. */
const listen = async () => {
  const server = createServer((_, response) => response.end('here'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    redirectUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cb`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

describe('in a browser without script', () => {
  let stage: BrowserStage
  before(async () => {
    stage = await browserStage({ base: '/studip/' })
  })
  after(() => stage.stop())

  it('S-096 a root admin takes a client through its whole life, with no more clicks than in Stud.IP', async () => {
    const page = await stage.open()
    await page.goto(stage.at('admin/oauth2'))
    await logInBy(page, 'root')
    expect(page.url()).to.equal(stage.at('admin/oauth2'))
    await shoot(page, 'admin-without-clients')
    const adding = counting(page)
    await adding.click('#content a.add')
    await page.fill('[name=name]', 'Campus App')
    await page.fill('[name=redirect]', 'https://client.example.org/cb\norg.example.app:/cb')
    await page.check('[value=confidential]')
    await page.fill('[name=owner]', 'Rechenzentrum')
    await page.fill('[name=homepage]', 'https://rz.example.org')
    await shoot(page, 'client-add-filled-in')
    await adding.click('[name=create_client]')
    // Stud.IP: "add", the choice of confidentiality, "create".
    expect(adding.clicks).to.equal(2)
    expect(page.url()).to.equal(stage.at('admin/oauth2'))
    const secret = await page.locator('.messagebox code').nth(1).innerText()
    expect(secret).to.match(/^[A-Za-z0-9]{40}$/)
    await page.locator('.messagebox code').nth(1).click()
    expect(await page.evaluate<string>('String(getSelection())')).to.equal(secret)
    await shoot(page, 'client-secret-shown-once')

    await page.reload()
    expect(await page.content()).not.to.include(secret)
    await page.click('.oauth2-actions a')
    await page.goBack()
    expect(await page.content()).not.to.include(secret)
    await page.goBack()
    expect(await page.content()).not.to.include(secret)

    await page.goto(stage.at('admin/oauth2'))
    await page.click('tr.oauth2-client button')
    expect(await page.locator('.oauth2-badge').innerText()).to.equal('gesperrt')
    await page.click('tr.oauth2-client button')
    expect(await page.locator('.oauth2-badge').count()).to.equal(0)

    await page.click('tr.oauth2-client a[href*="/secret/"]')
    await shoot(page, 'client-renew-secret')
    await page.click('[name=renew_secret]')
    expect(await page.locator('.messagebox code').nth(1).innerText())
      .to.match(/^[A-Za-z0-9]{40}$/)
      .and.not.equal(secret)

    const deleting = counting(page)
    await deleting.click('tr.oauth2-client a[href*="/delete/"]')
    await shoot(page, 'client-delete')
    await deleting.click('[name=delete_client]')
    // Stud.IP: the bin, then "yes" in its dialogue.
    expect(deleting.clicks).to.equal(2)
    expect(await page.locator('.messagebox_success').innerText()).to.include('wurde gelöscht')
    expect(await page.locator('tr.oauth2-client').count()).to.equal(0)
  })

  it('faults stand beside their fields, and what was typed stays', async () => {
    const page = await stage.open({ viewport: { width: 390, height: 844 } })
    await page.goto(stage.at('api/oauth2/clients/add'))
    await logInBy(page, 'root')
    await page.fill('[name=name]', 'Mit Fehlern')
    await page.fill('[name=redirect]', 'http://plain.example.org/cb')
    await page.check('[value=public]')
    await page.fill('[name=owner]', 'Jemand')
    await page.fill('[name=homepage]', 'ftp://files.example.org')
    await page.click('[name=create_client]')
    expect(await page.inputValue('[name=name]')).to.equal('Mit Fehlern')
    expect(await page.isChecked('[value=public]')).to.equal(true)
    expect(await page.locator('#oauth2-redirect-faults').innerText()).to.include(
      'http://plain.example.org/cb ist unverschlüsselt',
    )
    expect(await page.locator('#oauth2-homepage-faults').innerText()).to.include('https://')
    expect(await overflowOf(page)).to.be.at.most(0)
    await shoot(page, 'client-add-faults-phone')
  })

  it('a user logs in, allows an application, finds it among the authorised ones and ends it', async () => {
    const client = await addClient(stage.app, {
      name: 'Stundenplan',
      redirectUris: ['https://app.example.org/callback'],
    })
    await connect(stage.app, client, { cookie: await logIn(stage.app, users.autor) })
    const page = await stage.open()
    await page.goto(stage.at('api/oauth2/applications'))
    await logInBy(page, 'autor')
    await shoot(page, 'applications')
    await page.click('article.oauth2-application h1 a')
    expect(await page.locator('h1').innerText()).to.equal('Autorisierte Drittanwendung')
    await shoot(page, 'application-details')
    await page.goBack()
    const revoking = counting(page)
    await revoking.click('article.oauth2-application nav a')
    await shoot(page, 'application-revoke')
    await revoking.click('[name=revoke_authorisation]')
    // Stud.IP: the bin, then "yes" in its dialogue.
    expect(revoking.clicks).to.equal(2)
    expect(await page.locator('.messagebox_info').innerText()).to.include('Keine autorisierten Drittanwendungen')
    await shoot(page, 'applications-none')
  })

  const consentFor = async (page: Page, redirectUri: string, username = 'autor') => {
    const client = await addClient(stage.app, { name: 'Campus App', redirectUris: [redirectUri], confidential: false })
    await page.goto(`${stage.at('api/oauth2/authorize')}?${authorizationQuery(client)}`)
    if (await page.locator('[name=loginname]').count()) await logInBy(page, username)
    await page.locator('[name=allow]').waitFor()
  }
  /** The address that the browser was sent to, and what its console said. */
  const answered = async (page: Page, button: 'allow' | 'deny') => {
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    const [response] = await Promise.all([
      page.waitForResponse((candidate) => candidate.request().method() === 'POST'),
      page.click(`[name=${button}]`, { noWaitAfter: true }),
    ])
    return { status: response.status(), location: (await response.headerValue('location')) ?? '', said }
  }

  for (const button of ['allow', 'deny'] as const) {
    it(`S-025 after ${button} the browser reaches a website`, async () => {
      const page = await stage.open()
      await consentFor(page, 'https://app.example.org/callback')
      await shoot(page, `consent-before-${button}`)
      // The request is the proof: whether that website exists is not ours to say.
      const [request] = await Promise.all([
        page.waitForRequest('https://app.example.org/callback?*'),
        page.click(`[name=${button}]`, { noWaitAfter: true }),
      ])
      expect(new URL(request.url()).searchParams.has(button === 'allow' ? 'code' : 'error')).to.equal(true)
    })

    it(`S-025 after ${button} the browser reaches a program on the device`, async () => {
      await using program = await listen()
      const page = await stage.open()
      await consentFor(page, program.redirectUri)
      await page.click(`[name=${button}]`)
      await page.waitForURL(`${program.redirectUri}?*`)
    })

    it(`S-025 after ${button} the browser is sent to an app`, async () => {
      const page = await stage.open()
      await consentFor(page, 'com.example.app:/cb')
      expect(await page.locator('.oauth2-facts').first().innerText()).to.include(
        'com.example.app: (eine App auf Ihrem Gerät)',
      )
      const { status, location, said } = await answered(page, button)
      expect(status).to.equal(303)
      expect(location).to.match(
        button === 'allow' ? /^com\.example\.app:\/cb\?.*code=/ : /^com\.example\.app:\/cb\?.*error=access_denied/,
      )
      expect(said.filter((text) => text.includes('form-action'))).to.deep.equal([])
    })
  }

  it('S-025 a browser would have stopped at a form-action of our own: the check above can fail', async () => {
    await using program = await listen()
    const page = await stage.open()
    await consentFor(page, program.redirectUri)
    await page.route('**/api/oauth2/authorize?*', async (route) => {
      const response = await route.fetch()
      const headers = response.headers()
      await route.fulfill({
        response,
        headers: { ...headers, 'content-security-policy': `${headers['content-security-policy']};form-action 'self'` },
      })
    })
    await page.reload()
    const stopped = page.waitForEvent('console', (message) => message.text().includes('form-action'))
    await page.click('[name=allow]', { noWaitAfter: true })
    await stopped
    expect(page.url()).not.to.include(program.redirectUri)
  })

  it('allow and deny are one key apart, and Enter does it', async () => {
    await using program = await listen()
    const page = await stage.open()
    await consentFor(page, program.redirectUri)
    const order: string[] = []
    for (let i = 0; i < 5; i++) {
      await page.keyboard.press('Tab')
      order.push(
        await page.evaluate<string>("document.activeElement.getAttribute('name') ?? document.activeElement.className"),
      )
    }
    expect(order).to.deep.equal(['skiplink', '', 'deny', 'allow', 'as-link'])
    await page.keyboard.press('Shift+Tab')
    const outline = await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle')
    expect(outline).not.to.equal('none')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${program.redirectUri}?code=*`)
  })

  it('a client is registered with the keyboard alone', async () => {
    const page = await stage.open()
    await page.goto(stage.at('api/oauth2/clients/add'))
    await logInBy(page, 'root')
    await page.locator('[name=name]').focus()
    const type = async (text: string) => {
      await page.keyboard.type(text)
      await page.keyboard.press('Tab')
    }
    await type('Nur Tasten')
    await type('https://keys.example.org/cb')
    await type('')
    await page.keyboard.press('Space')
    await page.keyboard.press('Tab')
    await type('Tastatur')
    await type('https://keys.example.org')
    await type('')
    expect(await page.evaluate<string>("document.activeElement.getAttribute('name')")).to.equal('create_client')
    await page.keyboard.press('Enter')
    await page.locator('.messagebox_success').waitFor()
    expect(await page.locator('tr.oauth2-client summary').first().innerText()).to.equal('Nur Tasten')
  })

  it('R10 the link past the navigation is to be seen when the keyboard reaches it, above the bar, and works', async () => {
    for (const viewport of [
      { width: 1280, height: 800 },
      { width: 390, height: 844 },
    ]) {
      const page = await stage.open({ viewport })
      await page.goto(stage.at('api/oauth2/applications'))
      await logInBy(page, 'autor')
      // The first thing that the Tab key reaches.
      const link = page.locator('a, button, input, summary').first()
      const target = await link.getAttribute('href')
      expect(target).to.match(/^#\w/)
      await link.focus()
      const seen = await link.evaluate((element: Element): boolean => {
        const { left, top, width, height } = element.getBoundingClientRect()
        const found = element.ownerDocument.elementFromPoint(left + width / 2, top + height / 2)
        return found !== null && element.contains(found)
      })
      expect(seen, `at a width of ${viewport.width}`).to.equal(true)
      await link.press('Enter')
      expect(new URL(page.url()).hash).to.equal(target)
      expect(await page.locator(target!).count()).to.equal(1)
    }
  })

  it("on a phone the menu opens without script and leads to Stud.IP's own pages", async () => {
    const page = await stage.open({ viewport: { width: 390, height: 844 } })
    await page.goto(stage.at('api/oauth2/applications'))
    await logInBy(page, 'autor')
    expect(await page.locator('#navigation-level-1').isVisible()).to.equal(false)
    await page.click('.oauth2-menu summary')
    await shoot(page, 'menu-phone')
    await page.click('.oauth2-menu a[href$="dispatch.php/start"]')
    expect(page.url()).to.equal(stage.at('start'))
  })
})
