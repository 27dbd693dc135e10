// The gate at work: who is this, may they pass, and if not, where to (D5, D6). Nothing else looks at cookies.
import type { Context, Middleware } from 'koa'
import type { Bounce } from '../studip/bounce.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Gate, Verdict } from '../studip/verdict.ts'
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
    log.debug(
      { ...originOf(ctx), verdict: verdict.kind, ...(verdict.kind === 'bounce' && { reason: verdict.reason }) },
      'not admitted',
    )
    const way = await bounce.start({ verdict, target, cookieHeader })
    addCookies(ctx, way.setCookies)
    ctx.set('Cache-Control', 'no-store')
    if (way.kind === 'fallback') throw new PageError('login-needed', { continuePath: way.continuePath })
    if (way.kind === 'give-up') throw new PageError('login-loop', { hint: way.reason })
    metrics.bounced(verdict.kind === 'bounce' ? verdict.reason : verdict.kind)
    redirectTo(ctx, way.location, 302)
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
