// Every page for people who see, hear or move differently: axe on all of them, and nothing wider than its window.
import { AxeBuilder } from '@axe-core/playwright'
import { expect } from 'chai'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { createOwnAssets } from '../../src/views/own-assets.ts'
import type { Language } from '../../src/studip/verdict.ts'
import { launchChromium } from '../support/browser.ts'
import { everyPage, viewsOf } from './fixtures.ts'
import { overflowOf, shoot } from './browser-stage.ts'
import { isAlike, wcag } from './looks.ts'

const stylesheet = createOwnAssets().find('oauth2.css')!

/** A window at an address of its own, with our stylesheet and nothing of Stud.IP's. */
const open = async (browser: Browser, options: BrowserContextOptions = {}): Promise<Page> => {
  const page = await (await browser.newContext(options)).newPage()
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url())
    if (pathname === '/page') return route.fulfill({ body: '<!DOCTYPE html>', contentType: 'text/html' })
    if (pathname.endsWith('/assets/oauth2.css'))
      return route.fulfill({ body: stylesheet.body, contentType: stylesheet.type })
    return route.fulfill({ status: 404, body: '' })
  })
  await page.goto('http://studip.example/page')
  return page
}

/** Another document in the same window: what is in the window stays, which is most of the work for each page. */
const show = async (page: Page, html: string): Promise<void> => {
  await page.setContent(html)
}

const hasAxe = new WeakSet<Page>()

/** What axe finds. Its source, half a megabyte, is read once a window. */
const violationsOf = async (page: Page) => {
  const builder = new AxeBuilder({ page, ...(hasAxe.has(page) && { axeSource: 'void 0' }) })
  hasAxe.add(page)
  // In the page itself: without legacy mode axe opens another window for each of its answers.
  const { violations } = await builder
    .options({ resultTypes: ['violations'] })
    .withTags(wcag)
    .setLegacyMode(true)
    .analyze()
  return violations
}

describe("every page without Stud.IP's stylesheets", () => {
  // Forty pages one after the other, on a machine that may have other things to do.
  let browser: Browser
  before(async () => {
    browser = await launchChromium()
  })
  after(() => browser.close())

  const looks: readonly {
    readonly name: string
    readonly language: Language
    readonly options: BrowserContextOptions
  }[] = [
    { name: 'German, desktop, light', language: 'de', options: { viewport: { width: 1280, height: 800 } } },
    {
      name: 'English, phone, dark',
      language: 'en',
      options: { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
    },
  ]
  for (const { name, language, options } of looks) {
    describe(name, () => {
      let page: Page
      before(async () => {
        page = await open(browser, options)
      })
      afterEach(async function () {
        const title = this.currentTest?.title.replaceAll(/\W+/g, '-')
        if (this.currentTest?.state === 'failed') await shoot(page, `${language}-${options.viewport?.width}-${title}`)
      })
      const pages = everyPage(viewsOf(), 'Campus App', 'https://client.example.org/cb', language)
      for (const [what, html] of Object.entries(pages).filter(([title]) => !isAlike(title))) {
        it(`${what}: no violation of WCAG 2.1 A and AA`, async () => {
          await show(page, await html)
          await page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
          const violations = await violationsOf(page)
          expect(
            violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html: node }) => node).join(' ')}`),
          ).to.deep.equal([])
        })
      }
    })
  }

  it('axe would see a violation: the checks above can fail', async () => {
    const page = await open(browser)
    const html = await everyPage(viewsOf(), 'Campus App', 'x')['add client']!
    await show(page, html)
    expect(await violationsOf(page)).to.be.empty
    await show(page, html.replaceAll(/<label[^]*?<\/label>/g, ''))
    expect((await violationsOf(page)).map(({ id }) => id)).to.include('label')
  })

  it('U3 the list of clients is a table on the screen, and on paper without what works on the screen only', async () => {
    const page = await open(browser, { viewport: { width: 1280, height: 800 } })
    await show(page, await everyPage(viewsOf(), 'Campus App', 'x')['admin after created']!)
    const styleOf = (selector: string, property: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).getPropertyValue('${property}')`)
    expect(await styleOf('.oauth2-clients', 'border-collapse')).to.equal('collapse')
    expect(await styleOf('.oauth2-table', 'overflow-x')).to.equal('auto')
    const { right } = await page.evaluate<DOMRect>("document.querySelector('.oauth2-clients').getBoundingClientRect()")
    expect(right).to.be.at.most(1280)
    for (const [media, display] of [
      ['screen', 'flex'],
      ['print', 'none'],
    ] as const) {
      await page.emulateMedia({ media })
      for (const part of ['.oauth2-search', '.oauth2-pages'])
        expect(await styleOf(part, 'display'), `${media} ${part}`).to.equal(display)
    }
  })

  for (const width of [1280, 390]) {
    it(`is no wider than a window of ${width} pixels, whatever it shows`, async () => {
      const page = await open(browser, { viewport: { width, height: 800 }, javaScriptEnabled: false })
      for (const [text, address] of [
        ['W'.repeat(2000), `https://${'w'.repeat(60)}.example.org/${'path'.repeat(200)}`],
        ['مرحبا بالعالم '.repeat(60), 'com.example.app:/cb'],
      ] as const) {
        for (const [what, html] of Object.entries(everyPage(viewsOf(), text, address))) {
          if (isAlike(what)) continue
          await show(page, await html)
          expect(await overflowOf(page), what).to.be.at.most(0)
        }
      }
    })
  }

  it('the version of Stud.IP decides the frame: 5.2 has its own', async () => {
    const page = await open(browser, { viewport: { width: 390, height: 844 } })
    for (const what of ['consent', 'admin after created', 'applications after revoked']) {
      await show(page, await everyPage(viewsOf('5.2'), 'Campus App', 'https://client.example.org/cb')[what]!)
      expect(await page.locator('#layout_wrapper').count()).to.equal(1)
      expect(await overflowOf(page), what).to.be.at.most(0)
      const violations = await violationsOf(page)
      expect(
        violations.map(({ id }) => id),
        what,
      ).to.deep.equal([])
    }
  })
})
