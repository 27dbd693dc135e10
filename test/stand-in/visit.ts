// Stand-in for a page of Stud.IP: who is it, must they log in, what stands between them and the page (contract §2, §4.1).
import type { Context, Middleware } from 'koa'
import type { StandIn } from './stand-in.ts'
import { passGates } from './gates.ts'
import { attemptLogin, showLogin } from './login.ts'
import { messagePage } from './pages.ts'
import { openSession, saveSession, userIdIn, type Session } from './session.ts'
import { singleSignOn } from './sso.ts'
import { activeUser, globalConfig, truthy, type UserRow } from './users.ts'

export interface Visit {
  readonly ctx: Context
  readonly session: Session
  /** Public URL of this request. */
  readonly url: string
  /** Public URL of the installation, trailing slash. */
  readonly root: string
  user: UserRow | undefined
}

export interface PageOptions {
  /** True: needs no login, unless the query says `again`. */
  readonly anonymous?: boolean
  /** False: the checks of gates.ts are for other pages (login, logout, terms). */
  readonly gates?: boolean
}

/** A page: opens the session, decides, renders, stores the session. */
export const page =
  (standIn: StandIn, options: PageOptions, render: (visit: Visit) => Promise<void> | void): Middleware =>
  async (ctx) => {
    const session = await openSession(standIn, ctx)
    const origin = `${standIn.version === '6.0' && ctx.get('x-forwarded-proto') === 'https' ? 'https' : 'http'}://${ctx.host}`
    const visit: Visit = {
      ctx,
      session,
      url: origin + ctx.url,
      root: origin + standIn.base,
      user: await activeUser(standIn.db, userIdIn(session.values)),
    }
    await answer(standIn, options, visit, render)
    await saveSession(standIn, ctx, session)
  }

async function answer(
  standIn: StandIn,
  options: PageOptions,
  visit: Visit,
  render: (visit: Visit) => Promise<void> | void,
): Promise<void> {
  const { ctx, session } = visit
  if (truthy(await globalConfig(standIn.db, 'MAINTENANCE_MODE_ENABLE')) && visit.user?.perms !== 'root') {
    ctx.status = 403
    ctx.body = messagePage('Zugriff verweigert', 'Das System befindet sich im Wartungsmodus.')
    return
  }
  if (await singleSignOn(standIn, visit)) return
  if (!visit.user && (!options.anonymous || 'again' in ctx.query)) {
    if (standIn.version === '6.0') {
      // Seen on 6.0.2: an address that is stored already stays and wins later.
      session.values['redirect_after_login'] ??= visit.url
      ctx.redirect(`${standIn.base}dispatch.php/login`)
      return
    }
    // 5.x shows its form under this very address, posts back to it and goes on from there.
    if (!(await attemptLogin(standIn, visit))) return showLogin(standIn, visit, ctx.url)
  }
  if (visit.user)
    await standIn
      .db('user_online')
      .insert({ user_id: visit.user.user_id, last_lifesign: Math.floor(Date.now() / 1000) })
      .onConflict()
      .merge()
  if (visit.user && options.gates !== false && !(await passGates(standIn, visit, visit.user))) return
  await render(visit)
}
