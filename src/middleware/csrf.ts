// The field security_token on every form of ours (D7, contract §5): from the body only, bound to session, user and form.
import type { Context, Middleware } from 'koa'
import { csrfToken, csrfTokenMatches } from '../crypto/csrf.ts'
import type { KeyRing } from '../crypto/key-ring.ts'
import { loneValue } from '../oauth/parameters.ts'
import { formOf } from './form.ts'
import { identityOf } from './identity.ts'
import { PageError } from './page-error.ts'

const keyOf = async (keys: KeyRing): Promise<Buffer> => (await keys.current()).derive('csrf')

const bindingOf = (ctx: Context, form: string) => {
  const { sessionId, user } = identityOf(ctx)
  return { sessionId, userId: user.id, form }
}

/** The token to print into the form of this name; only behind admit(). */
export const securityToken = async (ctx: Context, keys: KeyRing, form: string): Promise<string> =>
  csrfToken(await keyOf(keys), bindingOf(ctx, form))

/** Refuses a POST without the token of the form of this name. */
export const checkSecurityToken = (keys: KeyRing, form: string): Middleware =>
  async function checkSecurityToken(ctx, next) {
    if (!csrfTokenMatches(await keyOf(keys), bindingOf(ctx, form), loneValue(formOf(ctx), 'security_token')))
      throw new PageError('form-expired')
    await next()
  }
