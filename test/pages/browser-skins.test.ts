// Every page in the skin of every Stud.IP that was built here: axe, the width of the window, and pictures of all.
// Runs where STUDIP_ASSETS names a folder of built Stud.IP checkouts (docs/pages.md); those are GPL, and no part of this project.
import { AxeBuilder } from '@axe-core/playwright'
import { expect } from 'chai'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Language } from '../../src/studip/verdict.ts'
import { launchChromium } from '../support/browser.ts'
import { isBuilt, studipAssets } from '../support/studip-assets.ts'
import { overflowOf, shoot } from './browser-stage.ts'
import { everyPage, versions, viewsOf } from './fixtures.ts'
import { isAlike, wcag } from './looks.ts'
import { startSkinSite, type SkinSite } from './skin-site.ts'

const looks: readonly {
  readonly name: string
  readonly language: Language
  readonly highContrast: boolean
  readonly options: BrowserContextOptions
}[] = [
  {
    name: 'desktop, light',
    language: 'de',
    highContrast: false,
    options: { viewport: { width: 1280, height: 800 } },
  },
  {
    name: 'phone, dark',
    language: 'en',
    highContrast: false,
    options: { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
  },
  {
    name: 'desktop, high contrast',
    language: 'de',
    highContrast: true,
    options: { viewport: { width: 1280, height: 800 }, contrast: 'more' },
  },
  {
    name: 'phone, high contrast',
    language: 'de',
    highContrast: true,
    options: { viewport: { width: 390, height: 844 }, contrast: 'more' },
  },
]

/** Pages as an installation of this version has them for a root user, with our frame around. */
const pagesOf = (version: string, { language, highContrast }: (typeof looks)[number]) =>
  everyPage(
    viewsOf(version, '/', {
      PRIVACY_URL: 'dispatch.php/siteinfo/show/1/7',
      REPORT_BARRIER_MODE: 'on',
      USER_HIGH_CONTRAST: highContrast ? '1' : '0',
    }),
    'Campus App',
    'https://client.example.org/cb',
    language,
  )

describe("every page in Stud.IP's skin", () => {
  let browser: Browser
  before(async () => {
    if (studipAssets === undefined) return
    browser = await launchChromium()
  })
  after(() => browser?.close())

  for (const version of Object.keys(versions)) {
    if (!isBuilt(version)) {
      it(`${version}, which STUDIP_ASSETS does not name`)
      continue
    }
    for (const look of looks) {
      describe(`${version}, ${look.name}`, () => {
        let site: SkinSite
        let page: Page
        before(async () => {
          site = await startSkinSite(version)
          page = await (await browser.newContext(look.options)).newPage()
        })
        after(async () => {
          await page?.context().close()
          site?.close()
        })
        for (const [what, html] of Object.entries(pagesOf(version, look))) {
          if (isAlike(what)) continue
          it(`${what}: no violation of WCAG 2.1 A and AA, and no wider than its window`, async () => {
            site.show(await html)
            await page.goto(site.url, { waitUntil: 'load' })
            await shoot(page, `skin-${version}-${look.name}-${what}`.replaceAll(/[^\w.]+/g, '-'))
            // What is folded away is to be read, too.
            await page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
            const { violations } = await new AxeBuilder({ page }).withTags(wcag).setLegacyMode(true).analyze()
            expect(
              violations.map(
                ({ id, nodes }) =>
                  `${id} ${nodes.map(({ html: node, failureSummary }) => `${node} ${failureSummary}`).join(' ')}`,
              ),
            ).to.deep.equal([])
            expect(await overflowOf(page)).to.be.at.most(0)
          })
        }
      })
    }
  }
})
