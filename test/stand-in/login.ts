// Stand-in for login and logout: the id of a session changes at both, the old row goes (contract §1.7, §4.1).
import { randomBytes } from 'node:crypto'
import { verifyBcrypt } from '../../src/crypto/bcrypt.ts'
import { languageOf } from './first-page.ts'
import type { StandIn } from './stand-in.ts'
import { loginPage } from './pages.ts'
import { authOf, renewSession } from './session.ts'
import { activeUser, type UserRow } from './users.ts'
import type { Visit } from './visit.ts'

/** What a page before left to be said on this one, once. */
export const messageIn = ({ values }: Visit['session']): string => {
  const message = values['message']
  delete values['message']
  return typeof message === 'string' ? message : ''
}

/** Fields of a posted form. */
export const formOf = (visit: Visit): Readonly<Record<string, string>> =>
  (visit.ctx.request as { body?: Record<string, string> }).body ?? {}

/** The session's CSRF token, created when first needed (contract §5). */
export const securityToken = ({ session }: Visit): string =>
  String((session.values['security_token'] ??= randomBytes(32).toString('base64')))

/** The form. It posts to `dispatch.php/login` in 6.x, to the page that was asked for in 5.x. */
export function showLogin(standIn: StandIn, visit: Visit, action: string): void {
  const { session, ctx } = visit
  const fields: Record<string, string> = { security_token: securityToken(visit) }
  if (standIn.version === '5.4') {
    session.values['auth'] = authOf('5.4', 'form')
    session.values['last_ticket'] = fields['login_ticket'] = randomBytes(16).toString('hex')
  }
  const message = messageIn(session)
  ctx.body = loginPage({ action, fields, message, failed: ctx.method === 'POST' && 'loginname' in formOf(visit) })
}

/** Logs in with what was posted; false when nothing was, or not the right thing. */
export async function attemptLogin(standIn: StandIn, visit: Visit): Promise<boolean> {
  const { session } = visit
  const form = formOf(visit)
  if (
    visit.ctx.method !== 'POST' ||
    form['loginname'] === undefined ||
    form['security_token'] !== session.values['security_token']
  )
    return false
  if (standIn.version === '5.4' && form['login_ticket'] !== session.values['last_ticket']) return false
  const row = await standIn.db<UserRow>('auth_user_md5').where({ username: form['loginname'] }).first()
  const user = await activeUser(standIn.db, row?.user_id)
  if (!user || user.auth_plugin === null || !(await verifyBcrypt(form['password'] ?? '', user.password.toString())))
    return false
  if (user.validation_key !== '') {
    session.values['semi_logged_in'] = user.user_id
    return false
  }
  await logIn(standIn, visit, user)
  return true
}

/** Renews the session for this user. 6.x leaves the language to the first page. */
export async function logIn(standIn: StandIn, visit: Visit, user: UserRow): Promise<void> {
  const { version } = standIn
  if (version === '5.4') visit.session.values['_language'] = await languageOf(standIn, user)
  visit.session.values['auth'] = authOf(version, user.user_id, { perm: user.perms, uname: user.username })
  await renewSession(
    standIn,
    visit.session,
    version === '6.0'
      ? ['auth', '_language', 'phpCAS', 'contrast', 'redirect_after_login']
      : ['auth', 'forced_language', '_language', 'contrast', 'oauth2'],
  )
  visit.user = user
}

/** POST dispatch.php/login of 6.x. Logged-in visitors go to the start page. */
export async function loginRoute(standIn: StandIn, visit: Visit): Promise<void> {
  const { ctx } = visit
  if (visit.user) return ctx.redirect(`${standIn.base}dispatch.php/start`)
  if (await attemptLogin(standIn, visit)) return ctx.redirect(`${standIn.base}dispatch.php/start/index`)
  showLogin(standIn, visit, `${standIn.base}dispatch.php/login`)
}

/** Ends the login: the row goes, a new anonymous session begins, and a page says so (contract §18.4). 6.x does it by POST only. */
export async function logoutRoute(standIn: StandIn, visit: Visit): Promise<void> {
  const { base, version } = standIn
  const { ctx, session } = visit
  if (version === '6.0' && ctx.method !== 'POST') return ctx.redirect(`${base}dispatch.php/start`)
  session.values['auth'] = authOf(version, 'nobody')
  await renewSession(standIn, session, ['_language', 'auth'])
  session.values['message'] = 'Sie sind nun aus dem System abgemeldet.'
  ctx.redirect(base + (version === '6.0' ? 'dispatch.php/start' : 'index.php'))
}
