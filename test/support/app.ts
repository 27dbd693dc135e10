// The application on a database of its own, for supertest; and the steps that most stories begin with.
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import supertest from 'supertest'
import { createApp } from '../../src/app.ts'
import { hashClientSecret } from '../../src/crypto/client-secret.ts'
import { createLog } from '../../src/log.ts'
import type { Settings } from '../../src/settings.ts'
import { wire } from '../../src/wire.ts'
import type { Deps } from '../../src/wire/deps.ts'
import { users } from '../fixtures/users.ts'
import { testKeys } from './keys.ts'
import { testDatabase, type TestDatabase } from './mariadb.ts'
import { insertSession, sessionCookieName, type SessionRow } from './php-session-writer.ts'

export interface TestAppOptions {
  readonly database?: TestDatabase
  readonly studip?: '6.0' | '5.4'
  readonly now?: () => number
  readonly settings?: Partial<Settings>
  /** Lines of the log, as text. */
  readonly log?: string[]
  readonly logLevel?: string
  /** Replaces ports, for faults that no real part can be brought to. */
  readonly replace?: (deps: Deps) => Deps
}

export interface TestApp {
  readonly deps: Deps
  readonly database: TestDatabase
  /** `/` or `/studip/`. */
  readonly base: string
  readonly http: ReturnType<typeof supertest>
  readonly server: Server
  /** Path below our API prefix, e.g. api('token'). */
  api(path: string): string
  close(): Promise<void>
}

/** Settings of a test installation. */
export const testSettings = async (
  database: TestDatabase,
  studip: '6.0' | '5.4' = '6.0',
  more: Partial<Settings> = {},
): Promise<Settings> => ({
  studipPath: undefined,
  studipVersion: studip === '6.0' ? { major: 6, minor: 0, text: '6.0.2' } : { major: 5, minor: 4, text: '5.4.11' },
  baseUrl: 'http://127.0.0.1/',
  database: database.settings,
  keysPath: await testKeys(),
  listen: { host: '127.0.0.1', port: 0 },
  metricsListen: undefined,
  sessionStore: 'database',
  sessionCookie: sessionCookieName(studip),
  sessionLifetime: studip === '6.0' ? 7200 : 86400,
  cacheKeyPrefix: { host: 'localhost', database: database.settings.database },
  fileCachePath: undefined,
  assetsUrl: 'http://127.0.0.1/assets/',
  configOverrides: {},
  workers: 1,
  logLevel: 'silent',
  refreshGraceSeconds: 10,
  pkcePlain: true,
  responseIss: 'openid',
  apiRead: false,
  // Most stories begin with the page, again and again.
  rememberConsent: false,
  clientRequests: 'off',
  ...more,
})

/** Starts the application on a free loopback port; close() ends it and drops a database that it made itself. */
export const testApp = async (options: TestAppOptions = {}): Promise<TestApp> => {
  const database = options.database ?? (await testDatabase({ studip: options.studip ?? '6.0' }))
  const settings = await testSettings(database, options.studip, options.settings)
  const lines = options.log
  const log = lines
    ? createLog(options.logLevel ?? 'trace', { write: (line: string) => void lines.push(line) })
    : undefined
  const wired = await wire(settings, { ...(options.now && { now: options.now }), ...(log && { log }) })
  const deps = options.replace?.(wired) ?? wired
  const answer = createApp(deps).callback()
  // Who uses a connection again decides when it ends: five seconds are soon over for a nginx or a test on a busy machine.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = new URL(settings.baseUrl).pathname
  return {
    deps,
    database,
    base,
    server,
    http: supertest(server),
    api: (path) => `${base}dispatch.php/api/oauth2/${path}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await wired.close()
      if (!options.database) await database.drop()
    },
  }
}

export const redirectUri = 'https://app.example.org/callback'
export const clientSecret = 'YFXkKbYVv7zGGXuRbx26ksRsYTMQuLdGRTtwqwTM'
/** The example pair of RFC 7636 Appendix B. */
export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
export const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

let secretHash: Promise<string> | undefined

export interface TestClient {
  readonly id: string
  readonly confidential: boolean
  readonly redirectUris: readonly string[]
}

/** Registers a client; confidential ones have `clientSecret`. */
export const addClient = async (
  { deps }: Pick<TestApp, 'deps'>,
  options: Partial<Omit<TestClient, 'id'>> & { name?: string } = {},
): Promise<TestClient> => {
  const { confidential = true, redirectUris = [redirectUri], name = 'Test App' } = options
  secretHash ??= hashClientSecret(clientSecret)
  const id = await deps.administration.add({
    name,
    redirectUris,
    description: 'An app for tests',
    owner: 'Test GmbH',
    homepage: 'https://test.example.org',
    adminNotes: '',
    secretHash: confidential ? await secretHash : null,
  })
  return { id, confidential, redirectUris }
}

/** Logs a user in, as Stud.IP would; returns the Cookie header. */
export const logIn = async (
  { database, deps }: Pick<TestApp, 'database' | 'deps'>,
  user: { readonly user_id: string } = users.autor,
  row: Partial<SessionRow> = {},
): Promise<string> => {
  const version = deps.settings.studipVersion.major === 6 ? '6.0' : '5.4'
  const sid = await insertSession(database.knex, {
    version,
    content: { uid: user.user_id },
    changed: deps.now(),
    ...row,
  })
  return `${deps.settings.sessionCookie}=${sid}`
}

export type Query = Record<string, string | undefined>
const defined = (query: Query): Record<string, string> =>
  Object.fromEntries(Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined))

/** A sound authorization request of this client; `undefined` in `more` leaves a parameter out. */
export const authorizationQuery = (client: TestClient, more: Query = {}): string =>
  new URLSearchParams(
    defined({
      response_type: 'code',
      client_id: client.id,
      redirect_uri: client.redirectUris[0],
      scope: 'api',
      state: 'xyz',
      ...(client.confidential ? {} : { code_challenge: challenge, code_challenge_method: 'S256' }),
      ...more,
    }),
  ).toString()

/** The hidden fields of the forms on a page, first occurrence of each. */
export const hiddenFields = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)]
      .map(([tag]) => {
        const attribute = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
        return [attribute('name'), attribute('value').replaceAll('&#34;', '"').replaceAll('&amp;', '&')] as const
      })
      .reverse(),
  )

/** The consent page for a request: its status, HTML and hidden fields. */
export const consentPage = async (app: TestApp, cookie: string, query: string) => {
  const page = await app.http.get(`${app.api('authorize')}?${query}`).set('Cookie', cookie)
  return { status: page.status, html: page.text, headers: page.headers, fields: hiddenFields(page.text) }
}

/** Consent page, then Allow; the answer's Location as URL, with `code` in its query. */
export const approve = async (
  app: TestApp,
  client: TestClient,
  { cookie, query = {} }: { cookie?: string; query?: Query } = {},
): Promise<URL> => {
  const session = cookie ?? (await logIn(app))
  const { fields, status, html } = await consentPage(app, session, authorizationQuery(client, query))
  if (status !== 200) throw new Error(`no consent page: ${status} ${html}`)
  const answer = await app.http
    .post(app.api('authorize'))
    .set('Cookie', session)
    .type('form')
    .send({ auth_token: fields['auth_token'], security_token: fields['security_token'], allow: '' })
  if (answer.status !== 303) throw new Error(`not approved: ${answer.status} ${answer.text}`)
  return new URL(answer.headers['location'] as string)
}

/** Credentials of the client in the body: client_secret_post, or none for a public client. */
export const credentialsOf = (client: TestClient): Record<string, string> => ({
  client_id: client.id,
  ...(client.confidential && { client_secret: clientSecret }),
})

export const post = (app: TestApp, path: string, form: Query, headers: Record<string, string> = {}) =>
  app.http
    .post(app.api(path))
    .set(headers)
    .type('form')
    .send(new URLSearchParams(defined(form)).toString())

/** Redeems a code with everything that a client sends; `more` changes or removes parameters. */
export const redeem = (app: TestApp, client: TestClient, code: string | null, more: Query = {}) =>
  post(app, 'token', {
    grant_type: 'authorization_code',
    ...credentialsOf(client),
    code: code ?? undefined,
    redirect_uri: client.redirectUris[0],
    ...(client.confidential ? {} : { code_verifier: verifier }),
    ...more,
  })

export const refresh = (app: TestApp, client: TestClient, refreshToken: string, more: Query = {}) =>
  post(app, 'token', { grant_type: 'refresh_token', ...credentialsOf(client), refresh_token: refreshToken, ...more })

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
}

/** The whole way from consent to tokens. */
export const connect = async (
  app: TestApp,
  client: TestClient,
  options: { cookie?: string; query?: Query } = {},
): Promise<Tokens> => {
  const location = await approve(app, client, options)
  const answer = await redeem(app, client, location.searchParams.get('code'))
  if (answer.status !== 200) throw new Error(`no tokens: ${answer.status} ${answer.text}`)
  return answer.body as Tokens
}

/** The id in an access token, unverified. */
export const idOf = (accessToken: string): string =>
  (JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as { jti: string }).jti

export const s256 = (text: string): string => createHash('sha256').update(text).digest('base64url')
export const randomVerifier = (): string => randomBytes(32).toString('base64url')
