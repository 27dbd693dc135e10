// A stand-in for the parts of Stud.IP around the sidecar (README.md), on one loopback port. Not part of the product.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import bodyParser from 'koa-bodyparser'
import Koa, { type Context, type Middleware } from 'koa'
import knex, { type Knex } from 'knex'
import type { DatabaseSettings } from '../../src/settings.ts'
import type { UserDidLogin } from './first-page.ts'
import { termsRoute } from './gates.ts'
import { usersMe } from './json-api.ts'
import { formOf, loginRoute, logoutRoute, messageIn } from './login.ts'
import { markNotificationRead } from './notifications.ts'
import { logoutForm, messagePage, plainPage } from './pages.ts'
import { picture, pictures } from './pictures.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import { page, type Visit } from './visit.ts'

export interface StandIn {
  readonly version: '6.0' | '5.4'
  readonly base: '/' | `/${string}/`
  readonly keysPath: string
  readonly db: Knex
  /** Where a plugin of single sign-on sends people; none without it. */
  readonly provider: string | undefined
  /** A plugin that hears of logins; tests may exchange it. */
  userDidLogin: UserDidLogin | undefined
}

export interface StandInOptions {
  readonly version: StandIn['version']
  readonly database: DatabaseSettings
  readonly keysPath: string
  readonly base?: StandIn['base']
  /** Its port on 127.0.0.1; a free one unless given. */
  readonly port?: number
  /** Address of a provider of single sign-on. */
  readonly provider?: string
}

export interface RunningStandIn {
  /** URL without nginx, with base and trailing slash. */
  readonly url: string
  /** host:port for nginx. */
  readonly address: string
  /** Requests that reached the built-in consent page, which nobody should ever see. */
  builtInConsentPages(): number
  /** Lets a plugin hear of every login from now on; undefined ends that. */
  hearLogins(plugin: UserDidLogin | undefined): void
  stop(): Promise<void>
}

/** Starts it. `stop` ends the server and its connections to the database. */
export async function startStandIn({
  version,
  database,
  keysPath,
  base = '/',
  port = 0,
  provider,
}: StandInOptions): Promise<RunningStandIn> {
  const db = knex({
    client: 'mysql2',
    connection: { ...database, charset: 'utf8mb4', supportBigNumbers: true, bigNumberStrings: true },
    pool: { min: 0, max: 5 },
  })
  const standIn: StandIn = { version, base, keysPath, db, provider, userDidLogin: undefined }
  let consentPages = 0
  const routes = routesOf(standIn, () => {
    consentPages++
  })
  const app = new Koa()
  app.silent = true
  app.use(bodyParser({ enableTypes: ['form'] }))
  app.use(async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store, no-cache, must-revalidate')
    const path = ctx.path.startsWith(base) ? ctx.path.slice(base.length) : undefined
    const route = routes.find(([pattern]) => path !== undefined && pattern.test(path))
    if (route) await route[1](ctx, next)
    else ctx.throw(404)
  })
  const server = createServer((request, response) => {
    void app.callback()(request, response)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${address}${base}`,
    address,
    builtInConsentPages: () => consentPages,
    hearLogins: (plugin) => void (standIn.userDidLogin = plugin),
    async stop() {
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
      await db.destroy()
    },
  }
}

const routesOf = (standIn: StandIn, consentPage: () => void): readonly (readonly [RegExp, Middleware])[] => {
  const { base, version } = standIn
  const show =
    (title: string) =>
    ({ ctx, user }: Visit): void => {
      ctx.body = plainPage(title, user?.username ?? '', logoutForm(base, version))
    }
  return [
    [
      /^(?:index\.php)?$/,
      page(standIn, { anonymous: version === '5.4' }, (visit) =>
        visit.user ? visit.ctx.redirect(`${base}dispatch.php/start`) : welcome(visit, base),
      ),
    ],
    [/^dispatch\.php\/start(?:\/index)?\/?$/, page(standIn, {}, show('Startseite'))],
    [/^dispatch\.php\/profile(?:\/|$)/, page(standIn, {}, show('Profil'))],
    [pictures, (ctx) => picture(ctx, ctx.path.slice(base.length))],
    [/^plugins\.php\/gate$/, page(standIn, {}, show('Plugin'))],
    ...(version === '6.0'
      ? [
          [
            /^dispatch\.php\/login\/?$/,
            page(standIn, { anonymous: true, gates: false }, (visit) => loginRoute(standIn, visit)),
          ] as const,
          [
            /^dispatch\.php\/logout\/?$/,
            page(standIn, { anonymous: true, gates: false }, (visit) => logoutRoute(standIn, visit)),
          ] as const,
        ]
      : [
          [
            /^logout\.php$/,
            page(standIn, { anonymous: true, gates: false }, (visit) => logoutRoute(standIn, visit)),
          ] as const,
        ]),
    [/^dispatch\.php\/terms\/?$/, page(standIn, { gates: false }, (visit) => termsRoute(standIn, visit))],
    [
      /^dispatch\.php\/jsupdater\/mark_notification_read\/\d+$/,
      page(standIn, { anonymous: true }, (visit) =>
        markNotificationRead(standIn, visit, visit.ctx.path.split('/').at(-1) ?? ''),
      ),
    ],
    [/^jsonapi\.php\/v1\/users\/me$/, (ctx) => usersMe(standIn, ctx)],
    [
      /^dispatch\.php\/api\/oauth2\/token(?:\/index)?\/?$/,
      page(standIn, { anonymous: true, gates: false }, (visit) => builtInToken(standIn, visit)),
    ],
    [
      /^dispatch\.php\/(?:api|admin)\/oauth2(?:\/|$)/,
      (ctx) => {
        consentPage()
        ctx.body = messagePage('Autorisierungsanfrage', 'The built-in OAuth2 pages. Nobody should get here.')
      },
    ],
  ]
}

const welcome = ({ ctx, session }: Visit, base: string): void => {
  ctx.body = messagePage('Stud.IP', messageIn(session) || 'Willkommen').replace(
    '</body>',
    `<a href="${base}index.php?again=yes">Login</a></body>`,
  )
}

/** As seen: 5.x answers errors with league's JSON, 6.x with an HTML page and status 500. Both start a session. */
async function builtInToken(standIn: StandIn, visit: Visit): Promise<void> {
  const ctx: Context = visit.ctx
  if (ctx.method !== 'POST') {
    ctx.status = standIn.version === '6.0' ? 405 : 500
    ctx.body = 'Method Not Allowed'
    return
  }
  const answer = await tokenEndpoint(standIn, formOf(visit), ctx.get('authorization'))
  if ('error' in answer) {
    const { status, error, hint } = answer
    ctx.status = standIn.version === '6.0' ? 500 : status
    ctx.body =
      standIn.version === '6.0'
        ? messagePage('Stud.IP', 'Fehler')
        : { error, error_description: error, ...(hint && { hint }), message: error }
    return
  }
  ctx.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' })
  ctx.body = answer
}
