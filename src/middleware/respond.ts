// The answer of /authorize leaves: as a redirect, or as a form that the user sends on (response_mode, OAuth 2.0 Multiple Response
// Types §2.1).
import type { Context } from 'koa'
import { pageContext } from './page-context.ts'
import { redirectTo } from './redirect.ts'
import { formPostOf } from '../openid/form-post.ts'
import type { Views } from '../views/views.ts'

// To an app behind a scheme of its own no browser posts: it gets them where it can read them.
const canBePostedTo = (uri: string): boolean => /^https?:/i.test(uri)

// The parameters stand behind one sign.
const inFragment = (location: string, redirectUri: string): string =>
  `${redirectUri}#${location.slice(redirectUri.length + 1)}`

/** `location` is the redirect URI with the parameters of the answer in its query. */
export const respond = async (
  ctx: Context,
  { views }: { readonly views: Pick<Views, 'formPost'> },
  { location, redirectUri, mode }: { location: string; redirectUri: string; mode?: string | undefined },
): Promise<void> => {
  if (mode !== 'form_post' || !canBePostedTo(redirectUri))
    return redirectTo(
      ctx,
      mode === 'fragment' ? inFragment(location, redirectUri) : location,
      ctx.method === 'GET' || ctx.method === 'HEAD' ? 302 : 303,
    )
  ctx.status = 200
  ctx.type = 'html'
  ctx.body = await views.formPost(pageContext(ctx), formPostOf(location, redirectUri))
}
