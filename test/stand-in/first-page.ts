// Stand-in for what Stud.IP does on the first full page after a login: language, time of the login, plugins, the way back
// (contract §4.1, §6.1, §18.3).
import type { StandIn } from './stand-in.ts'
import { globalConfig, userConfig, type UserRow } from './users.ts'
import type { Visit } from './visit.ts'

/** Where a plugin that hears UserDidLogin leads, below BASE; undefined lets the page go on. */
export type UserDidLogin = (user: UserRow) => string | undefined

/** True when this page is the first after a login: then the session speaks the user's language from here on. */
export async function beginSession({ db, version }: StandIn, visit: Visit, user: UserRow): Promise<boolean> {
  const { values } = visit.session
  values['SessionStart'] ??= Math.floor(Date.now() / 1000)
  const start = Number(values['SessionStart'])
  if (start <= Number((await userConfig(db, 'CURRENT_LOGIN_TIMESTAMP', user.user_id)) ?? 0)) return false
  await db('config_values')
    .insert({ field: 'CURRENT_LOGIN_TIMESTAMP', range_id: user.user_id, value: String(start) })
    .onConflict()
    .merge()
  // 5.x does that at the login itself.
  if (version === '6.0') values['_language'] = await languageOf({ db }, user)
  return true
}

/** The language that a user prefers, else the installation's. */
export async function languageOf({ db }: Pick<StandIn, 'db'>, user: UserRow): Promise<string> {
  const info = (await db('user_info').where({ user_id: user.user_id }).first('preferred_language')) as
    { preferred_language: string | null } | undefined
  return info?.preferred_language || ((await globalConfig(db, 'DEFAULT_LANGUAGE')) ?? 'de_DE')
}

/** After the second factor: plugins, then the address that the user wanted. False when one of them has answered. */
export function greet({ base, version, userDidLogin }: StandIn, visit: Visit, user: UserRow): boolean {
  const { values } = visit.session
  const detour = userDidLogin?.(user)
  if (detour !== undefined) {
    visit.ctx.redirect(base + detour)
    return false
  }
  const target = values['redirect_after_login']
  if (version !== '6.0' || typeof target !== 'string') return true
  values['redirect_after_login'] = null
  visit.ctx.redirect(upToSecondQuestionMark(target))
  return false
}

/** Stud.IP takes a return address apart at every `?`, and loses what follows the second one. */
export const upToSecondQuestionMark = (url: string): string =>
  url.split('#')[0]?.split('?').slice(0, 2).join('?') ?? url
