// A relying party (openid-client 6, all its checks) and its user's browser, both through nginx with the shipped snippets; behind it
// stand the service and a stand-in for Stud.IP, so that logins and logouts are real ones.
import * as oc from 'openid-client'
import type { AddressInfo } from 'node:net'
import { demoPassword, users } from '../fixtures/users.ts'
import { startStandIn } from '../stand-in/stand-in.ts'
import { clientSecret, hiddenFields } from '../support/app.ts'
import { freePort } from '../support/free-port.ts'
import { startNginx } from '../support/nginx.ts'
import { createVisitor, type Page as VisitorPage, type Visitor } from '../support/visitor.ts'
import { logIn, openProvider, type Provider } from './provider.ts'

export const callback = 'https://app.example.org/callback'

export interface Page {
  readonly status: number
  readonly html: string
  readonly location: string | undefined
}

export interface RelyingParty {
  readonly provider: Provider
  readonly issuer: string
  readonly config: oc.Configuration
  readonly discover: (auth?: oc.ClientAuth, clientId?: string) => Promise<oc.Configuration>
  /** Cookie of a user who logged in so many seconds ago. */
  readonly logIn: (secondsAgo?: number) => Promise<string>
  readonly visit: (url: URL | string, cookie?: string, form?: Record<string, string>) => Promise<Page>
  /** A browser with its cookies, of somebody who logged in so many seconds ago, or of nobody yet. */
  readonly browser: (secondsAgo: number | undefined) => Promise<Visitor>
  /** Fills in Stud.IP's login form. */
  readonly logInAt: (browser: Visitor, page: VisitorPage) => Promise<VisitorPage>
  /** Where the browser is sent after Allow, or at once. */
  readonly authorize: (parameters: Record<string, string>, cookie?: string, using?: oc.Configuration) => Promise<URL>
  /** The whole sign-in. */
  readonly signIn: (
    parameters?: Record<string, string | undefined>,
    options?: { config?: oc.Configuration; cookie?: string; maxAge?: number },
  ) => Promise<oc.TokenEndpointResponse & oc.TokenEndpointResponseHelpers>
  stop(): Promise<void>
}

/** `now`: the clock of the service, Unix seconds. */
export const openRelyingParty = async ({ now }: { readonly now?: () => number } = {}): Promise<RelyingParty> => {
  const port = await freePort()
  const provider = await openProvider({
    ...(now && { now }),
    settings: { baseUrl: `http://127.0.0.1:${port}/`, rememberConsent: true },
    redirectUris: [callback, `${callback}?from=studip`],
  })
  const { port: own } = provider.app.server.address() as AddressInfo
  const { issuer, settings } = provider.app.deps
  const standIn = await startStandIn({ version: '6.0', database: settings.database, keysPath: settings.keysPath })
  const nginx = await startNginx({ sidecar: `127.0.0.1:${own}`, php: standIn.address, port })
  const discover: RelyingParty['discover'] = async (
    auth = oc.ClientSecretBasic(clientSecret),
    clientId = provider.client.id,
  ) => {
    const execute = [oc.allowInsecureRequests, oc.enableNonRepudiationChecks]
    return oc.discovery(new URL(issuer), clientId, undefined, auth, { execute, timeout: 300 })
  }
  const config = await discover()
  const visit: RelyingParty['visit'] = async (url, cookie, form) => {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: cookie ? { cookie } : {},
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    return { status: answer.status, html: await answer.text(), location: answer.headers.get('location') ?? undefined }
  }
  const loggedIn = (secondsAgo = 60) =>
    logIn(provider.app, users.autor, {
      content: { uid: users.autor.user_id, sessionStart: provider.app.deps.now() - secondsAgo },
    })
  const authorize: RelyingParty['authorize'] = async (parameters, cookie, using = config) => {
    const session = cookie ?? (await loggedIn())
    const page = await visit(oc.buildAuthorizationUrl(using, { redirect_uri: callback, ...parameters }), session)
    if (page.location) return new URL(page.location, issuer)
    const { auth_token = '', security_token = '' } = hiddenFields(page.html)
    const answer = await visit(`${issuer}/authorize`, session, { auth_token, security_token, allow: '' })
    if (!answer.location) throw new Error(`not approved: ${page.status} ${page.html} ${answer.html}`)
    return new URL(answer.location)
  }
  return {
    provider,
    issuer,
    config,
    discover,
    logIn: loggedIn,
    visit,
    browser: async (secondsAgo) => {
      const browser = createVisitor(settings.baseUrl)
      if (secondsAgo !== undefined) browser.setCookie(settings.baseUrl, `${await loggedIn(secondsAgo)}; path=/`)
      return browser
    },
    logInAt: (browser, page) =>
      browser.submit(page, 'Login', { loginname: users.autor.username, password: demoPassword }),
    authorize,
    signIn: async (parameters = {}, { config: other = config, cookie, maxAge } = {}) => {
      const state = oc.randomState()
      const sent = { scope: 'openid', state, nonce: oc.randomNonce(), ...parameters }
      const given = Object.fromEntries(
        Object.entries(sent).filter((pair): pair is [string, string] => pair[1] !== undefined),
      )
      const verifier = given['code_challenge'] && oc.randomPKCECodeVerifier()
      if (verifier) given['code_challenge'] = await oc.calculatePKCECodeChallenge(verifier)
      const checks = {
        expectedState: state,
        idTokenExpected: true,
        ...(given['nonce'] && { expectedNonce: given['nonce'] }),
        ...(maxAge !== undefined && { maxAge }),
        ...(verifier && { pkceCodeVerifier: verifier }),
      }
      return oc.authorizationCodeGrant(other, await authorize(given, cookie, other), checks)
    },
    stop: async () => {
      await nginx.stop()
      await standIn.stop()
      await provider.app.close()
    },
  }
}
