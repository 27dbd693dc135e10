// Nothing that carries a code, token, form or error may be kept by a cache (RFC 6749 §5.1, S-088).
import type { Middleware } from 'koa'

export const noStore = (): Middleware =>
  async function noStore(ctx, next) {
    ctx.set('Cache-Control', 'no-store')
    ctx.set('Pragma', 'no-cache')
    await next()
  }
