// Stand-in for what Stud.IP asks of logged-in users before a page: second factor, the way back, terms, visibility (contract §2.2).
import { randomBytes } from 'node:crypto'
import type { StandIn } from './stand-in.ts'
import { beginSession, greet, upToSecondQuestionMark } from './first-page.ts'
import { formOf, securityToken } from './login.ts'
import { secondFactorPage, termsPage, visibilityPage } from './pages.ts'
import { confirmation, periodOf, totp } from './totp.ts'
import { globalConfig, truthy, userConfig, type UserRow } from './users.ts'
import type { Visit } from './visit.ts'

/** False when a gate has answered instead of the page. */
export async function passGates(standIn: StandIn, visit: Visit, user: UserRow): Promise<boolean> {
  const { session } = visit
  const justLoggedIn = await beginSession(standIn, visit, user)
  session.values['tfa/failed'] ??= new Map()
  if (!(await passSecondFactor(standIn, visit, user))) return false
  // Only in the very first page after the login: who had to give a second factor there has lost the way back (seen on 6.0.2).
  if (justLoggedIn && !greet(standIn, visit, user)) return false
  return (await passTerms(standIn, visit, user)) && passVisibility(standIn, visit, user)
}

async function passSecondFactor({ db, version }: StandIn, visit: Visit, user: UserRow): Promise<boolean> {
  const levels = ((await globalConfig(db, 'TFA_PERMS')) ?? '').split(',').map((level) => level.trim())
  const factor = (await db('users_tfa').where({ user_id: user.user_id, confirmed: 1 }).first('secret', 'type')) as
    { secret: string; type: 'email' | 'app' } | undefined
  if (!factor || !levels.includes(user.perms)) return true
  const period = periodOf(factor.type, version)
  const kept = visit.session.values['tfa/confirmed']
  if (
    kept instanceof Map &&
    totp(factor.secret, BigInt(kept.get('timeslice') as number | bigint), period) === kept.get('code')
  )
    return true
  const now = BigInt(Math.floor(Date.now() / 1000))
  const form = formOf(visit)
  const right = [0n, 1n].some((steps) => totp(factor.secret, now - steps * period, period) === form['tfa-code'])
  if (visit.ctx.method === 'POST' && right && form['security_token'] === visit.session.values['security_token']) {
    visit.session.values['tfa/confirmed'] = new Map(Object.entries(confirmation(factor.secret, period)))
    return true
  }
  visit.ctx.body = secondFactorPage(visit.ctx.url, securityToken(visit), totp(factor.secret, now, period))
  return false
}

async function passTerms({ db, base }: StandIn, visit: Visit, user: UserRow): Promise<boolean> {
  if (
    !truthy(await globalConfig(db, 'SHOW_TERMS_ON_FIRST_LOGIN')) ||
    truthy(await userConfig(db, 'TERMS_ACCEPTED', user.user_id))
  )
    return true
  const token = randomBytes(16).toString('hex')
  visit.session.values['redirect_token'] = token
  visit.ctx.redirect(
    `${base}dispatch.php/terms?${String(new URLSearchParams({ return_to: visit.url, redirect_token: token }))}`,
  )
  return false
}

/** dispatch.php/terms: accepts and goes on to where the user came from. */
export async function termsRoute({ db, base }: StandIn, visit: Visit): Promise<void> {
  const form = formOf(visit)
  const { ctx, session, user } = visit
  if (!user) return
  if (
    ctx.method === 'POST' &&
    form['accept'] !== undefined &&
    form['security_token'] === session.values['security_token']
  ) {
    await db('config_values')
      .insert({ field: 'TERMS_ACCEPTED', range_id: user.user_id, value: '1' })
      .onConflict()
      .merge()
    const valid = form['redirect_token'] === session.values['redirect_token'] && form['return_to']
    return ctx.redirect(valid ? upToSecondQuestionMark(form['return_to'] ?? '') : `${base}dispatch.php/start`)
  }
  const { return_to = '', redirect_token = '' } = ctx.query
  ctx.body = termsPage(`${base}dispatch.php/terms`, {
    security_token: securityToken(visit),
    return_to: String(return_to),
    redirect_token: String(redirect_token),
  })
}

async function passVisibility({ db, version }: StandIn, visit: Visit, user: UserRow): Promise<boolean> {
  const dozentVisible = user.perms === 'dozent' && truthy(await globalConfig(db, 'DOZENT_ALWAYS_VISIBLE'))
  if (user.visible !== 'unknown' || dozentVisible || !truthy(await globalConfig(db, 'USER_VISIBILITY_CHECK')))
    return true
  const choice = visit.ctx.query['vis_state']
  if (choice === 'yes' || choice === 'no') {
    await db('auth_user_md5').where({ user_id: user.user_id }).update({ visible: choice })
    return true
  }
  visit.session.values[version === '6.0' ? 'studipticket' : 'last_ticket'] = randomBytes(16).toString('hex')
  visit.ctx.body = visibilityPage()
  return false
}
