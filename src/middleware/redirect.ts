// A redirect whose Location is sent byte for byte: Koa's own would normalise the client's URI (S-006).
import type { Context } from 'koa'

/** 302 after GET, 303 after a form, so that no browser ever repeats the POST (RFC 9700 §4.12). */
export const redirectTo = (ctx: Context, location: string, status: 302 | 303): void => {
  ctx.status = status
  // Headers are written as latin1: this keeps the UTF-8 bytes of a stored URI as they are.
  ctx.set('Location', Buffer.from(location, 'utf8').toString('latin1'))
  ctx.body = ''
  ctx.remove('Content-Type')
}
