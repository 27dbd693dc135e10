// A relying party (openid-client 6, all its checks) and its user's browser, both through nginx with the shipped snippets.
import * as oc from 'openid-client'
import type { AddressInfo } from 'node:net'
import { users } from '../fixtures/users.ts'
import { clientSecret, hiddenFields } from '../support/app.ts'
import { freePort } from '../support/free-port.ts'
import { startNginx } from '../support/nginx.ts'
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
  readonly discover: (auth?: oc.ClientAuth) => Promise<oc.Configuration>
  /** Cookie of a user who logged in so many seconds ago. */
  readonly logIn: (secondsAgo?: number) => Promise<string>
  readonly visit: (url: URL | string, cookie?: string, form?: Record<string, string>) => Promise<Page>
  /** Where the browser is sent after Allow, or at once. */
  readonly authorize: (parameters: Record<string, string>, cookie?: string) => Promise<URL>
  /** The whole sign-in. */
  readonly signIn: (
    parameters?: Record<string, string | undefined>,
    options?: { config?: oc.Configuration; cookie?: string; maxAge?: number },
  ) => Promise<oc.TokenEndpointResponse & oc.TokenEndpointResponseHelpers>
  stop(): Promise<void>
}

export const openRelyingParty = async (): Promise<RelyingParty> => {
  const port = await freePort()
  const provider = await openProvider({
    settings: { baseUrl: `http://127.0.0.1:${port}/`, rememberConsent: true },
    redirectUris: [callback, `${callback}?from=studip`],
  })
  const { port: own } = provider.app.server.address() as AddressInfo
  const nginx = await startNginx({ sidecar: `127.0.0.1:${own}`, php: `127.0.0.1:${await freePort()}`, port })
  const { issuer } = provider.app.deps
  const discover = async (auth: oc.ClientAuth = oc.ClientSecretBasic(clientSecret)) => {
    const execute = [oc.allowInsecureRequests, oc.enableNonRepudiationChecks]
    return oc.discovery(new URL(issuer), provider.client.id, undefined, auth, { execute })
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
  const authorize: RelyingParty['authorize'] = async (parameters, cookie) => {
    const session = cookie ?? (await loggedIn())
    const page = await visit(oc.buildAuthorizationUrl(config, { redirect_uri: callback, ...parameters }), session)
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
      return oc.authorizationCodeGrant(other, await authorize(given, cookie), checks)
    },
    stop: async () => {
      await nginx.stop()
      await provider.app.close()
    },
  }
}
