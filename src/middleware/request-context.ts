// Gives every request an id and an address that its log lines carry, and its answer a place in the metrics.
import { randomUUID } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import type { Metrics } from '../metrics.ts'
import type { RequestOrigin } from '../oauth/ports.ts'
import { newRecipient } from './recipient.ts'

/** What the log lines of this request carry. */
export const originOf = (ctx: Context): RequestOrigin => (ctx.state as { origin: RequestOrigin }).origin

// The last of the list is what the proxy before us saw; Koa's own reading would try every way to share out the blanks between two.
const addressOf = ({ req }: Context): string => {
  const forwarded = String(req.headers['x-forwarded-for'] ?? '')
  return forwarded.slice(forwarded.lastIndexOf(',') + 1).trim() || (req.socket.remoteAddress ?? '')
}

/** What nginx calls it when the client closed the connection before the answer. */
const abandoned = 499

/** The id is the proxy's when nginx sends a well-formed X-Request-Id, else our own; the answer repeats it. */
export const requestContext = ({ metrics }: { metrics: Pick<Metrics, 'answered'> }): Middleware =>
  function requestContext(ctx, next) {
    const given = ctx.get('X-Request-Id')
    const requestId = /^[A-Za-z0-9-]{8,64}$/.test(given) ? given : randomUUID()
    const start = performance.now()
    ctx.state['origin'] = { requestId, address: addressOf(ctx) } satisfies RequestOrigin
    ctx.state['recipient'] = newRecipient(ctx)
    ctx.set('X-Request-Id', requestId)
    ctx.res.once('close', () => {
      const { _matchedRoute: route } = ctx as { _matchedRoute?: string | RegExp }
      metrics.answered({
        route: String(route ?? 'none'),
        method: ctx.method,
        status: ctx.res.writableFinished ? ctx.status : abandoned,
        seconds: (performance.now() - start) / 1000,
      })
    })
    return next()
  }
