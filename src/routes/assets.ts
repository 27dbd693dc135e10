// Our own static files; an address with the right hash may be kept for a year.
import type { Context, Middleware } from 'koa'
import { PageError } from '../middleware/page-error.ts'
import type { OwnAssets } from '../views/own-assets.ts'

const forever = 'public, max-age=31536000, immutable'

/** GET assets/<name>?v=<hash> */
export const showAsset = ({ assets }: { readonly assets: OwnAssets }): Middleware =>
  function showAsset(ctx) {
    const asset = assets.find((ctx as Context & { params: { name?: string } }).params.name ?? '')
    if (!asset) throw new PageError('not-found')
    ctx.set('Cache-Control', ctx.querystring === `v=${asset.hash}` ? forever : 'no-cache')
    ctx.etag = asset.hash
    ctx.type = asset.type
    ctx.body = asset.body
    if (ctx.fresh) ctx.status = 304
  }
