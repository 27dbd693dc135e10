// An installation as clients meet it: the service behind nginx with the shipped snippet, and a user who allows what is asked.
import { createServer, type AddressInfo } from 'node:net'
import type { Settings } from '../../src/settings.ts'
import { freePort } from '../support/free-port.ts'
import { startNginx, type RunningNginx } from '../support/nginx.ts'
import { addClient, clientSecret, hiddenFields, logIn, testApp, type TestApp, type TestClient } from '../support/app.ts'

export interface Installation {
  readonly app: TestApp
  /** The issuer, and what discovery starts from. */
  readonly issuer: string
  readonly confidential: TestClient & { readonly secret: string }
  readonly mobile: TestClient
  /** What a logged-in user's browser does: opens the URL, clicks Allow; answers where it is sent. */
  allow(authorizationUrl: string | URL): Promise<URL>
  /** Clicks the other button. */
  deny(authorizationUrl: string | URL): Promise<URL>
  stop(): Promise<void>
}

export const redirectUri = 'https://app.example.org/callback?from=studip'
/** For libraries that take the query of the redirect URI for part of the answer. */
export const plainRedirectUri = 'https://app.example.org/callback'
export const nativeRedirectUri = 'org.example.app:/callback'

/** Starts it on a sub-path, the harder case. */
export const startInstallation = async (settings: Partial<Settings> = {}): Promise<Installation> => {
  const port = await freePort()
  const app = await testApp({ settings: { ...settings, baseUrl: `http://127.0.0.1:${port}/studip/` } })
  // Nothing of this may reach PHP.
  const php = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => php.listen(0, '127.0.0.1', resolve))
  const nginx: RunningNginx = await startNginx({
    sidecar: `127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    php: `127.0.0.1:${(php.address() as AddressInfo).port}`,
    base: '/studip/',
    port,
  })
  const confidential = {
    ...(await addClient(app, { redirectUris: [redirectUri, plainRedirectUri] })),
    secret: clientSecret,
  }
  const mobile = await addClient(app, { confidential: false, redirectUris: [nativeRedirectUri] })
  const cookie = await logIn(app)

  const answer = async (authorizationUrl: string | URL, choice: Record<string, string>): Promise<URL> => {
    const page = await fetch(authorizationUrl, { headers: { Cookie: cookie }, redirect: 'manual' })
    const { auth_token = '', security_token = '' } = hiddenFields(await page.text())
    const sent = await fetch(new URL('authorize', `${app.deps.issuer}/`), {
      method: 'POST',
      redirect: 'manual',
      headers: { Cookie: cookie, Origin: new URL(app.deps.issuer).origin },
      body: new URLSearchParams({ auth_token, security_token, ...choice }),
    })
    const location = sent.headers.get('location')
    if (page.status !== 200 || location === null)
      throw new Error(`no consent: ${page.status}, ${sent.status} ${await sent.text()}`)
    return new URL(location)
  }
  return {
    app,
    confidential,
    mobile,
    issuer: app.deps.issuer,
    allow: (url) => answer(url, { allow: '' }),
    deny: (url) => answer(url, { _method: 'delete', deny: '' }),
    async stop() {
      await nginx.stop()
      await new Promise((resolve) => php.close(resolve))
      await app.close()
    },
  }
}

/** The cookies that an answer sets, as a browser sends them back. */
export const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((line) => line.replace(/;.*/, ''))
    .join('; ')

/** The path-inserted location of RFC 8414 §3.1. */
export const wellKnown = (issuer: string): string => {
  const { origin, pathname } = new URL(issuer)
  return `${origin}/.well-known/oauth-authorization-server${pathname}`
}
