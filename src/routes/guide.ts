// GET developers: how to connect an application to this Stud.IP, as a page, or as Markdown for who asks for text.
import { createHash } from 'node:crypto'
import type { Middleware } from 'koa'
import { pageContext } from '../middleware/page-context.ts'
import { basePath, type Settings } from '../settings.ts'
import { guideHtml, guideText, type GuidePage } from '../views/guide.ts'
import type { Views } from '../views/views.ts'

export interface GuideDeps {
  readonly settings: Pick<Settings, 'baseUrl'>
  readonly views: Pick<Views, 'guide'>
}

/** Public, as the metadata is: it holds addresses and rules. What asks for no HTML gets the document itself, and needs no database. */
export const guideAsText = ({ settings }: Pick<GuideDeps, 'settings'>, page: GuidePage): Middleware => {
  const guide = guideText(page, settings.baseUrl)
  const etag = createHash('sha256').update(guide).digest('hex').slice(0, 16)
  return function guideAsText(ctx, next) {
    ctx.vary('Accept')
    // As browsers name it. Ordering all types of a header takes a library that is quadratic in it (A2).
    if (ctx.get('Accept').toLowerCase().includes('text/html')) return next()
    ctx.set('Cache-Control', 'no-cache')
    ctx.etag = etag
    ctx.type = 'text/plain; charset=utf-8'
    ctx.body = guide
    if (ctx.fresh) ctx.status = 304
    return undefined
  }
}

/** Rendered once, for its first reader: the document is ours and changes with the release. */
export const showGuide = ({ settings, views }: GuideDeps, page: GuidePage): Middleware => {
  let html: Promise<string> | undefined
  return async function showGuide(ctx) {
    html ??= guideHtml(guideText(page, settings.baseUrl), `${basePath(settings)}dispatch.php/api/oauth2`)
    ctx.type = 'html'
    ctx.body = await views.guide(pageContext(ctx), { html: await html })
  }
}
