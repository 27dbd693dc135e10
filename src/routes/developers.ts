// GET developers: how to connect an application to this Stud.IP.
import { createHash } from 'node:crypto'
import type { Middleware } from 'koa'
import type { Settings } from '../settings.ts'
import { developersGuide } from '../views/developers.ts'

/** Public, as the metadata is: it holds addresses and rules. Plain text, which every browser shows. */
export const showDeveloperGuide = ({ settings }: { readonly settings: Pick<Settings, 'baseUrl'> }): Middleware => {
  const guide = developersGuide(settings.baseUrl)
  const etag = createHash('sha256').update(guide).digest('hex').slice(0, 16)
  return function showDeveloperGuide(ctx) {
    ctx.set('Cache-Control', 'no-cache')
    ctx.etag = etag
    ctx.type = 'text/plain; charset=utf-8'
    ctx.body = guide
    if (ctx.fresh) ctx.status = 304
  }
}
