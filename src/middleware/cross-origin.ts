// CORS by outcome (D14, D34; S-080, S-081): every answer that a preflight allowed can be read, errors included, and never with credentials.
import cors from '@koa/cors'
import type { Context, Middleware } from 'koa'
import { namedClient } from '../oauth/client-authentication.ts'
import { includesOrigin } from '../oauth/cors.ts'
import { OAuthError, type OAuthErrorCode } from '../oauth/errors.ts'
import type { BrowserApps, PublicOrigins } from '../oauth/ports.ts'
import type { RawParameters } from '../oauth/types.ts'

/** `bearers`: scripts everywhere that hold an access token. `browser-apps`: scripts of the origins that public clients registered. */
export type Readers = 'everybody' | 'bearers' | 'browser-apps' | 'same-origin'

interface Deps {
  readonly publicOrigins: PublicOrigins
  readonly readersOf: (path: string) => Readers
}

// Whatever headers a preflight asks for are allowed: without credentials they carry only what the script has anyway.
const shared = {
  exposeHeaders: 'Retry-After, WWW-Authenticate, X-Request-Id',
  maxAge: 600,
  credentials: false,
  keepHeadersOnError: false, // our errors keep them by themselves
}
const toEverybody = cors({ ...shared, origin: '*', allowMethods: 'GET, HEAD' })
const toBearers = cors({ ...shared, origin: '*', allowMethods: 'GET, HEAD, POST' })
const toItsOrigin = cors({ ...shared, origin: (ctx) => ctx.get('Origin'), allowMethods: 'POST' })

const isPreflight = (ctx: Context): boolean =>
  ctx.method === 'OPTIONS' && ctx.get('Access-Control-Request-Method') !== ''

/** Errors that only a client hears whom the server knows. All others may be read by any registered origin, so that its developer sees them. */
const ofKnownClient: ReadonlySet<OAuthErrorCode> = new Set(['invalid_grant', 'invalid_scope', 'unauthorized_client'])

const precedesClient = (failure: unknown): boolean =>
  failure !== undefined && !(failure instanceof OAuthError && ofKnownClient.has(failure.code))

const mayRead = (apps: BrowserApps, ctx: Context, failure: unknown): boolean => {
  const origin = ctx.get('Origin')
  if (precedesClient(failure)) return includesOrigin(apps.any, origin)
  const { form = {} } = ctx.state as { form?: RawParameters }
  const origins = apps.of(namedClient(ctx.get('Authorization') || undefined, form) ?? '')
  return origins !== undefined && includesOrigin(origins, origin)
}

const toBrowserApps =
  (publicOrigins: PublicOrigins): Middleware =>
  async (ctx, next) => {
    ctx.vary('Origin')
    const origin = ctx.get('Origin')
    // Before any work: an app must be able to read what a used code or refresh token bought.
    const apps = origin === '' ? undefined : await publicOrigins()
    if (apps && isPreflight(ctx) && includesOrigin(apps.any, origin)) return void (await toItsOrigin(ctx, next))
    let failure: unknown
    try {
      await next()
    } catch (error) {
      failure = error
      throw error
    } finally {
      if (apps && mayRead(apps, ctx, failure)) await toItsOrigin(ctx, () => Promise.resolve())
    }
  }

export const crossOrigin = ({ publicOrigins, readersOf }: Deps): Middleware => {
  const rules: Readonly<Record<Readers, Middleware>> = {
    everybody: toEverybody,
    bearers: toBearers,
    'browser-apps': toBrowserApps(publicOrigins),
    'same-origin': async (_, next) => void (await next()),
  }
  return async function crossOrigin(ctx, next) {
    await rules[readersOf(ctx.path)](ctx, next)
  }
}
