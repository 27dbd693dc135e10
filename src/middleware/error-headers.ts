// What an error says beside its body: status, when to come again, how to authenticate.
import type { Context } from 'koa'
import { openid } from '../oauth/scopes/openid.ts'
import type { RawParameters } from '../oauth/types.ts'
import type { Refusal } from './refusal.ts'

/** RFC 6750 §3: no error for who sent no token; an error with its scope for who sent one of too little. */
const bearerChallenge = (ctx: Context, { error, description }: Refusal): string => {
  const { form = {} } = ctx.state as { form?: RawParameters }
  const sentNone = ctx.get('Authorization') === '' && !form['access_token']
  const scope = error === 'insufficient_scope' ? `, scope="${openid.name}"` : ''
  return sentNone
    ? 'Bearer realm="Stud.IP"'
    : `Bearer realm="Stud.IP", error="${error}", error_description="${description}"${scope}`
}

export const setErrorHeaders = (ctx: Context, refusal: Refusal): void => {
  const { status, retryAfter, error } = refusal
  ctx.status = status
  if (retryAfter !== undefined) ctx.set('Retry-After', String(retryAfter))
  if (error === 'invalid_client' && status === 401 && ctx.get('Authorization') !== '')
    ctx.set('WWW-Authenticate', 'Basic realm="OAuth"')
  const { takesBearer = false } = ctx.state as { takesBearer?: boolean }
  if (takesBearer && status < 404) ctx.set('WWW-Authenticate', bearerChallenge(ctx, refusal))
}
