// A real browser before nginx with the shipped snippet, the application and the stand-in for Stud.IP.
import { mkdirSync } from 'node:fs'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Settings } from '../../src/settings.ts'
import { demoPassword } from '../fixtures/users.ts'
import { startStandIn } from '../stand-in/stand-in.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { launchChromium } from '../support/browser.ts'
import { freePort } from '../support/free-port.ts'
import { testDatabase } from '../support/mariadb.ts'
import { startNginx } from '../support/nginx.ts'

export interface BrowserStage {
  readonly app: TestApp
  readonly browser: Browser
  /** Public address of a path below `dispatch.php/`. */
  at(path: string): string
  /** A fresh browser window without script, as wide as asked for. */
  open(options?: BrowserContextOptions): Promise<Page>
  stop(): Promise<void>
}

/** Sets everything up on loopback, from nothing. */
export const browserStage = async ({
  studip = '6.0',
  base = '/',
  settings = {},
}: { studip?: '6.0' | '5.4'; base?: '/' | '/studip/'; settings?: Partial<Settings> } = {}): Promise<BrowserStage> => {
  const database = await testDatabase({ studip })
  const port = await freePort()
  const baseUrl = `http://127.0.0.1:${port}${base}`
  const app = await testApp({ database, studip, settings: { ...settings, baseUrl, assetsUrl: `${base}assets/` } })
  const standIn = await startStandIn({
    version: studip,
    base,
    database: database.settings,
    keysPath: app.deps.settings.keysPath,
  })
  const { port: sidecar } = app.server.address() as { port: number }
  const nginx = await startNginx({ sidecar: `127.0.0.1:${sidecar}`, php: standIn.address, base, port })
  const browser = await launchChromium()
  return {
    app,
    browser,
    at: (path) => `${baseUrl}dispatch.php/${path}`,
    open: async (options = {}) =>
      (
        await browser.newContext({
          javaScriptEnabled: false,
          viewport: { width: 1280, height: 800 },
          locale: 'de-DE',
          ...options,
        })
      ).newPage(),
    stop: async () => {
      await browser.close()
      await nginx.stop()
      await standIn.stop()
      await app.close()
      await database.drop()
    },
  }
}

/** Fills in the stand-in's login form, wherever the way led to it. */
export const logInBy = async (page: Page, username: string): Promise<void> => {
  await page.fill('[name=loginname]', username)
  await page.fill('[name=password]', demoPassword)
  await page.click('[name=Login]')
}

/** Kept with the results of the run. */
export const shoot = async (page: Page, name: string): Promise<void> => {
  mkdirSync('test-results/pages', { recursive: true })
  await page.screenshot({ path: `test-results/pages/${name}.png`, fullPage: true })
}

/** Pixels by which the page is wider than its window. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
