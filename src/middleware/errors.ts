// The one place where errors become answers. Whoever refuses throws; what is thrown decides the rest.
import type { Context, Middleware } from 'koa'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { errorLocation, type ResponseTarget } from '../oauth/authorization-response.ts'
import { invalidRequest, OAuthError } from '../oauth/errors.ts'
import { RecipientLeft } from '../oauth/recipient.ts'
import type { DeveloperDetails } from '../views/error-pages.ts'
import type { Views } from '../views/views.ts'
import { developerDetails } from './developer-details.ts'
import { setErrorHeaders } from './error-headers.ts'
import { fits } from './fits.ts'
import { pageContext } from './page-context.ts'
import type { Way } from './page-error.ts'
import { refusalOf, refuse, type Refusal } from './refusal.ts'
import { originOf } from './request-context.ts'
import { respond } from './respond.ts'

interface Deps {
  readonly log: Log
  readonly metrics: Pick<Metrics, 'abandoned'>
  readonly views: Pick<Views, 'errorPage' | 'formPost'>
  /** True for paths that programs call. */
  readonly isForPrograms: (path: string) => boolean
}

/** From here on the client hears of errors itself, at this target (RFC 6749 §4.1.2.1): only behind the gate (D18). */
export const answerAt = (ctx: Context, target: ResponseTarget): void => {
  ctx.state['answerAt'] = target
}

/** Where the page of an error leads, whatever the error is. */
export const offerWay = (ctx: Context, way: Way): void => {
  ctx.state['way'] = way
}

export const errors = (deps: Deps): Middleware =>
  async function errors(ctx, next) {
    try {
      await next()
      if (!fits(ctx)) throw invalidRequest('The answer to this request is too long for its header.')
    } catch (error) {
      if (error instanceof RecipientLeft) return abandon(deps, ctx)
      const refusal = refusalOf(error)
      if (error instanceof OAuthError && error.isUsual)
        deps.log.debug({ ...originOf(ctx), oauthError: error.code }, 'asks again')
      else refuse(ctx, refusal)
      ctx.set('Cache-Control', 'no-store')
      ctx.set('Pragma', 'no-cache')
      const { answerAt: target } = ctx.state as { answerAt?: ResponseTarget }
      if (target && error instanceof OAuthError && error.status < 500) {
        await toClient(ctx, target, error, deps.views)
        if (fits(ctx)) return
      }
      setErrorHeaders(ctx, refusal)
      if (deps.isForPrograms(ctx.path)) {
        ctx.vary('Origin') // also where CORS was not reached (S-081)
        toProgram(ctx, refusal)
      } else if (wantsJson(ctx)) toProgram(ctx, refusal, developerDetails(ctx, refusal))
      else await toPerson(ctx, refusal, deps.views)
    }
  }

// Nobody is there to be answered, and nobody is accused: no line but for who debugs.
const abandon = ({ log, metrics }: Deps, ctx: Context): void => {
  log.debug(originOf(ctx), 'client left')
  metrics.abandoned()
  ctx.respond = false
  ctx.res.destroy()
}

const toClient = (ctx: Context, target: ResponseTarget, error: OAuthError, views: Deps['views']): Promise<void> =>
  respond(ctx, { views }, { location: errorLocation(target, error), ...target })

/** RFC 6749 §5.2. `message` repeats the description for clients written against league (D9). */
const toProgram = (
  ctx: Context,
  { error, description, hint, explanation = description }: Refusal,
  { parameter, redirectUri }: DeveloperDetails = {},
): void => {
  ctx.body = {
    error,
    error_description: explanation,
    ...(hint !== undefined && { hint }),
    ...(parameter !== undefined && { parameter }),
    ...(redirectUri !== undefined && { redirect_uri: redirectUri }),
    message: description,
  }
}

// A page is for whoever does not say otherwise: browsers name text/html, programs that name nothing get what they always got.
const wantsJson = (ctx: Context): boolean => {
  const accept = ctx.get('Accept').toLowerCase()
  return accept.includes('application/json') && !accept.includes('text/html')
}

const toPerson = async (ctx: Context, refusal: Refusal, views: Pick<Views, 'errorPage'>): Promise<void> => {
  const { kind, status, way } = refusal
  if (status === 503 && refusal.retryAfter === undefined) ctx.set('Retry-After', '60')
  ctx.type = 'html'
  ctx.body = await views.errorPage(pageContext(ctx), {
    kind,
    ...(ctx.state as { way?: Way }).way,
    ...way,
    developer: developerDetails(ctx, refusal),
    reference: originOf(ctx).requestId,
  })
}
