// GET and POST userinfo (OpenID Connect Core §5.3).
import type { Middleware } from 'koa'
import { formOf, readForm } from '../middleware/form.ts'
import { PageError } from '../middleware/page-error.ts'
import { bounds } from '../bounds.ts'
import type { KeyRing } from '../crypto/key-ring.ts'
import { bearerOf, type createUserinfo } from '../openid/userinfo.ts'

/** Without the key for it there is no such endpoint (D26). */
export const signInOnly = ({ keys }: { readonly keys: KeyRing }): Middleware =>
  async function signInOnly(_, next) {
    if (!(await keys.current()).signIn) throw new PageError('not-found')
    await next()
  }

const readToken = readForm(bounds.clientForm, new Set(['access_token']))

/** A POST with the token in its header needs no form (RFC 6750 §2.1). */
export const tokenForm = (): Middleware =>
  async function tokenForm(ctx, next) {
    ctx.state['form'] = {}
    ctx.state['takesBearer'] = true // for the challenge of its errors
    if (ctx.method === 'POST' && ctx.is('application/x-www-form-urlencoded')) await readToken(ctx, next)
    else await next()
  }

export const userinfo = (answer: ReturnType<typeof createUserinfo>): Middleware =>
  async function userinfo(ctx) {
    ctx.body = await answer(bearerOf(ctx.get('Authorization') || undefined, formOf(ctx)))
  }
