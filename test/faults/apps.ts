// Client applications that behave: each keeps its last answer, tries again when none came, and writes everything down.
import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { createCredentials, type SealingCredentials } from '../../src/crypto/formats/of.ts'
import { createKeyRing } from '../../src/crypto/key-ring.ts'
import { users } from '../fixtures/users.ts'
import { post, type TokenBody } from './post.ts'

/** What came back for a code or refresh token; status 0 when nothing did. */
export interface Answer {
  readonly kind: 'code' | 'refresh token'
  readonly presentedId: string
  readonly status: number
  /** The `error` member; undefined with tokens, `unreadable` when the answer was no JSON. */
  readonly error: string | undefined
  readonly issued: { readonly accessId: string; readonly refreshId: string } | undefined
  readonly milliseconds: number
  /** When it was sent, in milliseconds of performance.now(). */
  readonly sentAt: number
  /** False when nobody, nginx or Stud.IP's own server answered. */
  readonly ours: boolean
}

export interface App {
  readonly grantId: string
  readonly codeId: string
  readonly code: string
  /** The last one that arrived. */
  refreshToken: string | undefined
  /** True once the server said invalid_grant: its user has to connect it again. */
  ended: boolean
}

export interface Apps {
  readonly answers: Answer[]
  readonly all: App[]
  /** An application whose user has just agreed. */
  fresh(): Promise<App>
  /** Presents what it has, code or refresh token, once. */
  present(app: App, at?: string): Promise<Answer>
  /** Presents it until tokens or invalid_grant come. Rejects after `within` milliseconds. */
  insist(app: App, within?: number): Promise<Answer>
  /** A fresh application with its first tokens. */
  connected(): Promise<App>
}

export interface AppsOptions {
  /** Rights on the tables, past every proxy. */
  readonly knex: Knex
  readonly keysPath: string
  /** Origin of the service or of nginx, without trailing slash. */
  readonly origin: string
  readonly clientId?: string
  /** The clock by which users get their codes, in seconds; the real one unless given. */
  readonly now?: () => number
  /** Ids of the users who connect the applications, one after the other; always the same one unless given. */
  readonly userIds?: readonly string[]
}

export const publicClientId = '7'
const redirectUri = 'https://app.example.org/callback'
const realTime = () => Math.floor(Date.now() / 1000)

/** Registers the public client of all applications. */
export const addPublicClient = (knex: Knex): Promise<unknown> =>
  knex('oauth2_clients').insert({
    id: publicClientId,
    name: 'Faults',
    secret: null,
    redirect: redirectUri,
    revoked: 0,
    description: '',
    owner: '',
    homepage: '',
    admin_notes: '',
    mkdate: 1,
    chdate: 1,
  })

const challengeFor = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

/** Where a browser asks for consent for them. */
export const consentPath = `/dispatch.php/api/oauth2/authorize?${String(
  new URLSearchParams({
    response_type: 'code',
    client_id: publicClientId,
    redirect_uri: redirectUri,
    scope: 'api',
    state: 'x',
    code_challenge: challengeFor,
    code_challenge_method: 'S256',
  }),
)}`

/** Deletes what earlier applications left behind. */
export const forgetTokens = async (knex: Knex): Promise<void> => {
  for (const table of ['oauth2_auth_codes', 'oauth2_access_tokens', 'oauth2_refresh_tokens']) await knex(table).delete()
}

const issueCode = async (
  { knex, clientId = publicClientId, now = realTime }: AppsOptions,
  credentials: SealingCredentials,
  userId: string,
): Promise<App> => {
  const id = randomBytes(40).toString('hex')
  const time = now()
  await knex('oauth2_auth_codes').insert({
    id,
    user_id: userId,
    client_id: clientId,
    scopes: '["api"]',
    revoked: 0,
    expires_at: time + 600,
    mkdate: time,
    chdate: time,
  })
  const code = await credentials.sealCode({
    id,
    clientId,
    userId,
    scopes: ['api'],
    redirectUri,
    codeChallenge: { challenge: challengeFor, method: 'S256' },
    expiresAt: time + 600,
  })
  return { grantId: id.slice(0, 32), codeId: id, code, refreshToken: undefined, ended: false }
}

const jtiOf = (jwt: string): string =>
  (JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as { jti: string }).jti

/** Applications of one client at one origin. */
export const createApps = (options: AppsOptions): Apps => {
  // Looked at once: the applications must still read their answers while a test takes the service's key files away.
  const first = createKeyRing({ dir: options.keysPath, now: realTime }).current()
  const credentials = createCredentials({ keys: { current: () => first }, now: realTime })
  const { clientId = publicClientId, userIds = [] } = options
  const answers: Answer[] = []
  const all: App[] = []

  const record = async (
    form: Record<string, string>,
    presented: Pick<Answer, 'kind' | 'presentedId'>,
    origin: string,
  ): Promise<{ answer: Answer; body: TokenBody }> => {
    const sentAt = performance.now()
    const { status, body, ours } = await post(origin, { client_id: clientId, ...form })
    const refresh =
      status === 200 && body.refresh_token ? await credentials.openRefreshToken(body.refresh_token) : undefined
    const issued =
      refresh && body.access_token ? { accessId: jtiOf(body.access_token), refreshId: refresh.id } : undefined
    const error = status === 200 && !issued ? 'no tokens' : body.error
    const answer: Answer = {
      ...presented,
      status,
      error,
      issued,
      milliseconds: performance.now() - sentAt,
      sentAt,
      ours,
    }
    answers.push(answer)
    return { answer, body }
  }
  const presentedBy = async (app: App) => {
    if (app.refreshToken === undefined) return { kind: 'code', presentedId: app.codeId } as const
    return {
      kind: 'refresh token',
      presentedId: (await credentials.openRefreshToken(app.refreshToken))?.id ?? '',
    } as const
  }
  const present = async (app: App, at = options.origin): Promise<Answer> => {
    const form: Record<string, string> =
      app.refreshToken === undefined
        ? { grant_type: 'authorization_code', code: app.code, redirect_uri: redirectUri, code_verifier: verifier }
        : { grant_type: 'refresh_token', refresh_token: app.refreshToken }
    const { answer, body } = await record(form, await presentedBy(app), at)
    if (answer.issued) app.refreshToken = body.refresh_token
    if (answer.error === 'invalid_grant') app.ended = true
    return answer
  }
  const insist = async (app: App, within = 30_000): Promise<Answer> => {
    const deadline = performance.now() + within
    for (;;) {
      const answer = await present(app)
      if (answer.issued || app.ended) return answer
      if (performance.now() > deadline) throw new Error(`no end of trouble: ${answer.status} ${answer.error}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  let connectedBefore = 0
  const fresh = async () => {
    const userId = userIds[(connectedBefore += 1) % userIds.length] ?? users.autor.user_id
    const app = await issueCode(options, credentials, userId)
    all.push(app)
    return app
  }
  return {
    answers,
    all,
    fresh,
    present,
    insist,
    connected: async () => {
      const app = await fresh()
      await insist(app)
      return app
    },
  }
}
