// A Stud.IP that one can sign in with, and a relying party with openid-client's eyes.
import * as jose from 'jose'
import type { Settings } from '../../src/settings.ts'
import type { Deps } from '../../src/wire/deps.ts'
import {
  addClient,
  approve,
  authorizationQuery,
  clientSecret,
  consentPage,
  logIn,
  redeem,
  testApp,
  type Query,
  type TestApp,
  type TestClient,
} from '../support/app.ts'
import { signInKeys } from '../support/keys.ts'

/** The button of a page that asks for a logout, and of no other: the frame of every page has a Logout, too. */
export const asksToLogOut = '<button type="submit" class="button" name="logout">'

export const nonce = 'n-0S6_WzA2Mj+/= "ü'

export interface Provider {
  readonly app: TestApp
  readonly client: TestClient
  /** Verifies with the key set that the service publishes. */
  readonly verify: (idToken: string) => Promise<jose.JWTVerifyResult>
  /** All scopes; `more` changes the request. */
  readonly signIn: (more?: Query, cookie?: string) => Promise<SignedIn>
}

export interface SignedIn {
  readonly access_token: string
  readonly id_token: string
  readonly refresh_token?: string
  readonly scope: string
  readonly token_type: string
  readonly expires_in: number
}

export const openProvider = async (
  options: {
    settings?: Partial<Settings>
    now?: () => number
    studip?: '6.0' | '5.4'
    replace?: (deps: Deps) => Deps
    redirectUris?: readonly string[]
    log?: string[]
  } = {},
): Promise<Provider> => {
  const { settings, redirectUris, ...rest } = options
  const app = await testApp({ ...rest, settings: { keysPath: await signInKeys(), ...settings } })
  const client = await addClient(app, redirectUris ? { redirectUris } : {})
  const verify = async (idToken: string) => {
    const { body } = await app.http.get(app.api('jwks'))
    return jose.jwtVerify(idToken, jose.createLocalJWKSet(body as jose.JSONWebKeySet), {
      issuer: app.deps.issuer,
      audience: client.id,
      algorithms: ['RS256'],
      currentDate: new Date(app.deps.now() * 1000),
    })
  }
  const signIn = async (more: Query = {}, cookie?: string): Promise<SignedIn> => {
    const query = { scope: 'openid profile email', nonce, ...more }
    const location = await approve(app, client, { query, ...(cookie && { cookie }) })
    const answer = await redeem(app, client, location.searchParams.get('code'))
    if (answer.status !== 200) throw new Error(`no tokens: ${answer.status} ${answer.text}`)
    return answer.body as SignedIn
  }
  return { app, client, verify, signIn }
}

export const userinfo = (app: TestApp, accessToken: string) =>
  app.http.get(app.api('userinfo')).set('Authorization', `Bearer ${accessToken}`)

/** What a request leads to, without any click. */
export const ask = async ({ app, client }: Provider, more: Query = {}, cookie?: string) => {
  const query = authorizationQuery(client, { scope: 'openid', nonce, ...more })
  const request = app.http.get(`${app.api('authorize')}?${query}`)
  const answer = await (cookie ? request.set('Cookie', cookie) : request)
  const location = answer.headers['location'] as string | undefined
  const params = location ? new URL(location, 'http://127.0.0.1').searchParams : undefined
  return { status: answer.status, html: answer.text, headers: answer.headers, location, params }
}

export { clientSecret, consentPage, logIn }
