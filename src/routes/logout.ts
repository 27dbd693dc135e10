// GET and POST logout (RP-Initiated Logout 1.0 §2): asks the user, ends the session on Stud.IP's own page, and comes back here (D26).
import type { Middleware } from 'koa'
import { readIdTokenHint } from '../crypto/id-token.ts'
import type { KeyRing } from '../crypto/key-ring.ts'
import { offerWay } from '../middleware/errors.ts'
import { formOf } from '../middleware/form.ts'
import { redirectToQuery } from '../middleware/form-to-query.ts'
import { returnAfterLogout } from '../middleware/identity.ts'
import { pageContext } from '../middleware/page-context.ts'
import { redirectTo } from '../middleware/redirect.ts'
import type { Clients } from '../oauth/ports.ts'
import { parseForm } from '../oauth/raw-parameters.ts'
import { logoutParameters, readLogout } from '../openid/logout.ts'
import type { Bounce } from '../studip/bounce-answer.ts'
import type { Verdict } from '../studip/verdict.ts'
import type { Views } from '../views/views.ts'

export interface LogoutDeps {
  readonly keys: KeyRing
  readonly clients: Clients
  readonly issuer: string
  readonly bounce: Pick<Bounce, 'leave'>
  readonly views: Pick<Views, 'signOut' | 'signedOut'>
}

const logoutPage = 'dispatch.php/api/oauth2/logout'

/** A logout by POST becomes one by GET. */
export const logoutByPost = (): Middleware =>
  function logoutByPost(ctx) {
    redirectToQuery(ctx, formOf(ctx))
  }

/** Behind recognise(): whoever is nobody here has logged out. */
export const logout = (deps: LogoutDeps): Middleware =>
  async function logout(ctx) {
    const { signIn } = await deps.keys.current()
    const { verdict } = ctx.state as { verdict: Verdict }
    const isAnonymous = verdict.kind === 'anonymous'
    // Who clicked on Logout in an application may rely on it, also where that asks wrongly.
    if (!isAnonymous) offerWay(ctx, { logoutPath: logoutPage })
    const { client, userId, returnTo } = await readLogout(parseForm(ctx.querystring, logoutParameters), {
      clients: deps.clients,
      readHint: async (text) => signIn && readIdTokenHint(text, signIn, deps.issuer),
    })
    // A link that anybody can make leads away only by a click (S-013, S-140).
    if (isAnonymous && returnTo !== undefined && userId !== undefined) return redirectTo(ctx, returnTo, 302)
    ctx.type = 'html'
    if (isAnonymous) {
      ctx.body = await deps.views.signedOut(pageContext(ctx), { clientName: client?.name, returnTo })
      return
    }
    await returnAfterLogout(ctx, deps.bounce, ctx.path + ctx.search)
    ctx.body = await deps.views.signOut(pageContext(ctx), { clientName: client?.name })
  }
