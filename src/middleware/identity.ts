// The gate at work: who is this, may they pass, and if not, where to (D5, D6). Nothing else looks at cookies.
import type { Context, Middleware } from 'koa'
import type { Bounce } from '../studip/bounce-answer.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { lackOf, type Gate, type Lack, type Verdict } from '../studip/verdict.ts'
import { redirectTo } from './redirect.ts'
import { PageError } from './page-error.ts'
import { originOf } from './request-context.ts'

export type Identity = Extract<Verdict, { kind: 'logged-in' }>

/** The logged-in user; only behind admit(). */
export const identityOf = (ctx: Context): Identity => (ctx.state as { identity: Identity }).identity

/** Asks the gate. Every page does, and every POST again. */
export const recognise = ({ gate }: { gate: Gate }): Middleware =>
  async function recognise(ctx, next) {
    const header = (name: string) => ctx.get(name) || undefined
    ctx.state['verdict'] = await gate.identify({ cookie: header('Cookie'), acceptLanguage: header('Accept-Language') })
    await next()
  }

interface AdmitDeps {
  readonly log: Log
  readonly bounce: Pick<Bounce, 'start' | 'arrived'>
  readonly metrics: Pick<Metrics, 'bounced'>
}

/** Lets the logged-in pass and sends the others to Stud.IP and back; a form of somebody who left is void (S-107). */
export const admit = ({ log, bounce, metrics }: AdmitDeps): Middleware =>
  async function admit(ctx, next) {
    const { verdict } = ctx.state as { verdict: Verdict }
    const cookieHeader = ctx.get('Cookie') || undefined
    const target = ctx.path + ctx.search
    // Nobody can log in during maintenance, so there is nothing to send anybody to (S-105).
    if (verdict.kind === 'maintenance' || (verdict.kind === 'anonymous' && verdict.maintenance))
      throw new PageError('maintenance')
    if (verdict.kind === 'logged-in') {
      ctx.state['identity'] = verdict
      addCookies(ctx, bounce.arrived({ target, cookieHeader }))
      await next()
      return
    }
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') throw new PageError('form-expired')
    log.debug({ ...originOf(ctx), lack: lackOf(verdict) }, 'not admitted')
    const way = await bounce.start({ verdict, target, cookieHeader })
    addCookies(ctx, way.setCookies)
    ctx.set('Cache-Control', 'no-store')
    if (way.kind === 'fallback') throw new PageError('login-needed', { continuePath: way.continuePath })
    if (way.kind === 'give-up') throw new PageError('login-loop', { hint: `${way.lack}: ${hints[way.lack]}` })
    metrics.bounced(lackOf(verdict) ?? verdict.kind)
    redirectTo(ctx, way.location, 302)
  }

/** Lets the browser come back to one of our addresses when the user has logged out of Stud.IP. */
export const returnAfterLogout = async (ctx: Context, bounce: Pick<Bounce, 'leave'>, target: string): Promise<void> => {
  const { verdict } = ctx.state as { verdict: Verdict }
  const sessionId = verdict.kind === 'logged-in' ? verdict.sessionId : undefined
  addCookies(ctx, await bounce.leave({ target, cookieHeader: ctx.get('Cookie') || undefined, sessionId }))
}

/** For the operator: what can be wrong where somebody comes back from Stud.IP and still lacks this. */
const hints: Readonly<Record<Lack, string>> = {
  anonymous:
    'Stud.IP knows a login that we do not find: compare SESSION_STORE, SESSION_COOKIE, STUDIP_VERSION, the database.',
  'second-factor': 'Stud.IP is content with the second factor and we are not: compare STUDIP_VERSION and the database.',
  terms: 'Stud.IP asks for no terms of use and we miss them: compare the database and the STUDIP_CONFIG_ overrides.',
  visibility: 'Stud.IP asks for no visibility and we miss it: compare the database and the STUDIP_CONFIG_ overrides.',
  stale: 'The session did not get younger on the way: compare SESSION_LIFETIME, SESSION_STORE and the clocks.',
  'fresh-login': "Stud.IP's page after the login set no SessionStart: compare STUDIP_VERSION and SESSION_STORE.",
}

/** Only for root, by the user's row of this moment (S-108). */
export const requireRoot = (): Middleware =>
  async function requireRoot(ctx, next) {
    if (identityOf(ctx).user.perms !== 'root') throw new PageError('forbidden')
    await next()
  }

const addCookies = (ctx: Context, cookies: readonly string[]): void => {
  for (const cookie of cookies) ctx.append('Set-Cookie', cookie)
}
