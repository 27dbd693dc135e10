// Stand-in for Stud.IP's plugins of single sign-on: `sso=<plugin>` leads to the provider, which leads back with a ticket.
import type { StandIn } from './stand-in.ts'
import { formOf, logIn } from './login.ts'
import { authOf, isForm } from './session.ts'
import { activeUser, type UserRow } from './users.ts'
import type { Visit } from './visit.ts'

/** `oidc` registers the start page as its only redirect URI; `cas` comes back to the page that asked, `saml` by POST. */
const returnTo = (plugin: string, visit: Visit): string =>
  plugin === 'oidc' ? `${visit.root}dispatch.php/start?sso=oidc` : visit.url

/** True when the plugin has answered instead of the page; it may also have logged the visitor in. */
export async function singleSignOn(standIn: StandIn, visit: Visit): Promise<boolean> {
  const { ctx, session } = visit
  const plugin = String(ctx.query['sso'] ?? '')
  if (visit.user || !standIn.provider || !['oidc', 'cas', 'saml'].includes(plugin)) return false
  const { values } = session
  // 5.x shows its form again to whoever has seen it, unless that is taken back.
  if (standIn.version === '5.4') {
    if ('cancel_login' in ctx.query) values['auth'] = authOf('5.4', 'nobody')
    else if (isForm(values['auth'])) return false
  }
  const ticket = String(formOf(visit)['ticket'] ?? ctx.query['ticket'] ?? '')
  const row = ticket && (await standIn.db<UserRow>('auth_user_md5').where({ username: ticket }).first())
  const user = row ? await activeUser(standIn.db, row.user_id) : undefined
  if (user) {
    await logIn(standIn, visit, user)
    return false
  }
  const url = new URL(standIn.provider)
  url.search = String(new URLSearchParams({ return: returnTo(plugin, visit), by: plugin === 'saml' ? 'post' : 'get' }))
  ctx.redirect(url.href)
  return true
}
