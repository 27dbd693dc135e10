// The answer of /authorize leaves: as a redirect, or as a form that the user sends on (response_mode).
import type { Context } from 'koa'
import { pageContext } from './page-context.ts'
import { redirectTo } from './redirect.ts'
import { formPostOf } from '../openid/form-post.ts'
import type { Views } from '../views/views.ts'

/** `location` is the redirect URI with the parameters of the answer. */
export const respond = async (
  ctx: Context,
  { views }: { readonly views: Pick<Views, 'formPost'> },
  { location, redirectUri, mode }: { location: string; redirectUri: string; mode?: string | undefined },
): Promise<void> => {
  if (mode !== 'form_post') return redirectTo(ctx, location, ctx.method === 'GET' || ctx.method === 'HEAD' ? 302 : 303)
  ctx.status = 200
  ctx.type = 'html'
  ctx.body = await views.formPost(pageContext(ctx), formPostOf(location, redirectUri))
}
