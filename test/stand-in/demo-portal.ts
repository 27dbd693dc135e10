// The relying party of bin/demo: people sign in with Stud.IP, see what it was told about them, and log out (D26).
import * as oc from 'openid-client'
import { escape, htmlPage, startDemoServer, type DemoServer } from './demo-server.ts'

export interface PortalOptions {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
}

interface Visitor {
  readonly idToken: string
  readonly claims: Readonly<Record<string, unknown>>
}

const title = 'Demo-Portal'

const rows = (claims: Visitor['claims']): string =>
  Object.entries(claims)
    .map(([name, value]) => `<tr><th scope="row">${escape(name)}</th><td>${escape(JSON.stringify(value))}</td></tr>`)
    .join('\n')

const page = (visitor: Visitor | undefined, message: string): string =>
  htmlPage(
    title,
    visitor
      ? `<p>Welcome, ${escape(String(visitor.claims['name']))}!</p>
<table>${rows(visitor.claims)}</table>
<p><a href="/sign-out">Log out</a></p>`
      : `<p>You are not signed in.</p>
<form action="/sign-in"><button>Sign in with Stud.IP</button></form>
<pre>${escape(message)}</pre>`,
  )

/** For one person at a time. Its client has the redirect URIs `http://127.0.0.1/callback` and, for the logout, `http://127.0.0.1/`. */
export const startPortal = async ({ issuer, clientId, clientSecret }: PortalOptions): Promise<DemoServer> => {
  let visitor: Visitor | undefined
  let sent: Record<'state' | 'nonce' | 'verifier', string> | undefined
  // Anew each time, so that the portal may be there before the service is.
  const discover = () =>
    oc.discovery(new URL(issuer), clientId, undefined, oc.ClientSecretBasic(clientSecret), {
      execute: [oc.allowInsecureRequests, oc.enableNonRepudiationChecks],
    })
  const begin = async (origin: string): Promise<URL> => {
    const verifier = oc.randomPKCECodeVerifier()
    sent = { state: oc.randomState(), nonce: oc.randomNonce(), verifier }
    return oc.buildAuthorizationUrl(await discover(), {
      redirect_uri: `${origin}/callback`,
      scope: 'openid profile email',
      state: sent.state,
      nonce: sent.nonce,
      code_challenge: await oc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
  }
  const finish = async (url: string): Promise<void> => {
    if (!sent) return
    const config = await discover()
    const checks = { expectedState: sent.state, expectedNonce: sent.nonce, pkceCodeVerifier: sent.verifier }
    sent = undefined
    const tokens = await oc.authorizationCodeGrant(config, new URL(url), checks)
    const claims = tokens.claims()!
    visitor = {
      idToken: tokens.id_token!,
      claims: { ...claims, ...(await oc.fetchUserInfo(config, tokens.access_token, claims.sub)) },
    }
  }
  const end = async (origin: string, { idToken }: Visitor): Promise<URL> =>
    oc.buildEndSessionUrl(await discover(), { id_token_hint: idToken, post_logout_redirect_uri: `${origin}/` })
  const act = async (path: string, url: string): Promise<URL | undefined> => {
    const { origin } = new URL(url)
    if (path === '/sign-in') return begin(origin)
    if (path === '/sign-out' && visitor) {
      const leaving = visitor
      visitor = undefined
      return end(origin, leaving)
    }
    if (path !== '/callback') return undefined
    await finish(url)
    return new URL('/', origin)
  }
  return startDemoServer((path, url) =>
    act(path, url).then(
      (way) => way ?? page(visitor, ''),
      (error: Error & { error?: string }) => page(undefined, `${error.error ?? ''} ${error.message}`),
    ),
  )
}
