// A form becomes a request by GET: browsers send no cookie along with a form of another site, but they do when they follow a link.
import type { Context } from 'koa'
import type { RawParameters } from '../oauth/types.ts'
import { assertShortQuery } from './query.ts'
import { redirectTo } from './redirect.ts'

/** Leads to the same address, with the form as its query. @throws OAuthError invalid_request where that is too long */
export const redirectToQuery = (ctx: Context, form: RawParameters): void => {
  const query = new URLSearchParams()
  for (const [name, values] of Object.entries(form)) for (const value of values) query.append(name, value)
  const text = query.toString() // longer than the form may be, where what came was not encoded
  assertShortQuery(text)
  redirectTo(ctx, `${ctx.path}?${text}`, 303)
}
