// Where the browser stories play: nginx with the shipped snippets, the service, a stand-in for Stud.IP, a client's server, Chromium.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import type { Settings } from '../../src/settings.ts'
import { startStandIn, type RunningStandIn } from '../stand-in/stand-in.ts'
import { addClient, authorizationQuery, testApp, type Query, type TestApp, type TestClient } from '../support/app.ts'
import { launchChromium } from '../support/browser.ts'
import { freePort } from '../support/free-port.ts'
import { testKeys } from '../support/keys.ts'
import { testDatabase } from '../support/mariadb.ts'
import { startNginx } from '../support/nginx.ts'
import { startClientApp, type ClientApp } from './client-app.ts'

export interface SceneOptions {
  readonly version: '6.0' | '5.4'
  readonly base: '/' | '/studip/'
  readonly tls?: boolean
  /** Address of a provider of single sign-on. */
  readonly provider?: string
  /** Folder with key files; one without oidc.key unless given. */
  readonly keysPath?: string
  readonly settings?: Partial<Settings>
}

export interface Scene extends Required<Omit<SceneOptions, 'provider' | 'keysPath' | 'settings'>> {
  /** Public URL of Stud.IP with base and trailing slash. */
  readonly url: string
  readonly app: TestApp
  readonly standIn: RunningStandIn
  readonly clientApp: ClientApp
  /** A public client whose redirect URI is that of `clientApp`. */
  readonly client: TestClient
  /** A sound authorization request of `client`, or of another one. */
  authorizeUrl(query?: Query, client?: TestClient): string
  /** A browser of somebody's own, with nothing in it. */
  visit(options?: BrowserContextOptions): Promise<Visit>
  /** Closes the browsers that are open, and leaves a picture of how each page ended with the results of the run. */
  leave(story?: string): Promise<void>
  stop(): Promise<void>
}

export interface Visit extends BrowserContext {
  /** What the pages' own policy forbade so far. */
  readonly violations: readonly string[]
}

/** Sets the scene; the same one for all stories of a file, each with users of its own. */
export async function startScene({ version, base, tls = false, provider, ...more }: SceneOptions): Promise<Scene> {
  const [browser, database, clientApp, keysPath, port] = await Promise.all([
    launchChromium(),
    testDatabase({ studip: version }),
    startClientApp(),
    more.keysPath ?? testKeys(),
    freePort(),
  ])
  const standIn = await startStandIn({
    version,
    base,
    database: database.settings,
    keysPath,
    ...(provider !== undefined && { provider }),
  })
  const app = await testApp({
    database,
    studip: version,
    settings: { ...more.settings, keysPath, baseUrl: `${tls ? 'https' : 'http'}://127.0.0.1:${port}${base}` },
  })
  const nginx = await startNginx({
    base,
    port,
    tls,
    php: standIn.address,
    sidecar: `127.0.0.1:${(app.server.address() as AddressInfo).port}`,
  })
  const client = await addClient(app, {
    name: 'Campus App',
    confidential: false,
    redirectUris: [clientApp.redirectUri],
  })
  return {
    version,
    base,
    tls,
    url: nginx.url,
    app,
    standIn,
    clientApp,
    client,
    authorizeUrl: (query = {}, which = client) =>
      `${nginx.url}dispatch.php/api/oauth2/authorize?${authorizationQuery(which, query)}`,
    visit: (options) => visit(browser, options),
    async leave(story) {
      if (story) await takePictures(browser, story)
      await Promise.all(browser.contexts().map((context) => context.close()))
    },
    async stop() {
      await browser.close()
      await nginx.stop()
      await app.close()
      await standIn.stop()
      await clientApp.stop()
      await database.drop()
    },
  }
}

async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ locale: 'de-DE', ignoreHTTPSErrors: true, ...options })
  const violations: string[] = []
  context.on('console', (message) => {
    if (/Content.Security.Policy|Refused to/i.test(message.text())) violations.push(message.text())
  })
  return Object.assign(context, { violations })
}

async function takePictures(browser: Browser, story: string): Promise<void> {
  const folder = 'test-results/browser'
  mkdirSync(folder, { recursive: true })
  const pages = browser.contexts().flatMap((context) => context.pages())
  await Promise.all(
    pages.map((page, index) =>
      page
        .screenshot({ path: join(folder, `${story.replace(/[^\w.-]+/g, '-').slice(0, 90)}-${index}.png`) })
        .catch(() => undefined),
    ),
  )
}
