// The one place where errors become answers: JSON for programs (RFC 6749 §5.2), a page for people.
import type { Context, Middleware } from 'koa'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { OAuthError } from '../oauth/errors.ts'
import type { Audit } from '../oauth/ports.ts'
import { RecipientLeft } from '../oauth/recipient.ts'
import type { Views } from '../views/views.ts'
import { asOAuthError, asPageError, isFault } from './faults.ts'
import { pageContext } from './page-context.ts'
import { PageError } from './page-error.ts'
import { originOf } from './request-context.ts'

interface Deps {
  readonly metrics: Pick<Metrics, 'abandoned'>
  readonly log: Log
  readonly audit: Audit
  readonly views: Pick<Views, 'errorPage'>
  /** True for paths that programs call. */
  readonly isForPrograms: (path: string) => boolean
}

export const errors = (deps: Deps): Middleware =>
  async function errors(ctx, next) {
    try {
      await next()
    } catch (error) {
      if (error instanceof RecipientLeft) return abandon(deps, ctx)
      if (isFault(error)) deps.log.error({ ...originOf(ctx), err: error }, 'request failed')
      ctx.set('Cache-Control', 'no-store')
      ctx.set('Pragma', 'no-cache')
      if (deps.isForPrograms(ctx.path)) answerProgram(ctx, error, deps.audit)
      else await answerPerson(ctx, error, deps.views)
    }
  }

// Nobody is there to be answered.
const abandon = ({ log, metrics }: Deps, ctx: Context): void => {
  log.debug(originOf(ctx), 'client left')
  metrics.abandoned()
  ctx.respond = false
  ctx.res.destroy()
}

const answerProgram = (ctx: Context, error: unknown, audit: Audit): void => {
  ctx.vary('Origin') // also where CORS was not reached (S-081)
  const status = error instanceof PageError ? error.status : httpStatus(error)
  if (status !== undefined && status !== 503 && status < 500) {
    ctx.status = status
    ctx.body = errorBody('invalid_request', descriptions[status] ?? 'The request is malformed.')
    return
  }
  const oauthError = asOAuthError(error)
  ctx.status = oauthError.status
  ctx.body = errorBody(oauthError.code, oauthError.description, oauthError.hint)
  setErrorHeaders(ctx, oauthError)
  audit(
    { event: oauthError.code === 'slow_down' ? 'request.throttled' : 'request.refused', reason: oauthError.code },
    originOf(ctx),
  )
}

const descriptions: Readonly<Record<number, string>> = {
  404: 'There is no such endpoint.',
  405: 'The request method is not allowed here.',
  413: 'The request body is too large.',
}

// Errors of Koa and its body parser carry a status; ours that speak OAuth do it themselves.
const httpStatus = (error: unknown): number | undefined => {
  const { name, status } = error as { name?: unknown; status?: unknown }
  return name !== 'OAuthError' && typeof status === 'number' ? status : undefined
}

/** `message` repeats the description for clients written against league (D9). */
const errorBody = (error: string, description: string, hint?: string) => ({
  error,
  error_description: description,
  ...(hint !== undefined && { hint }),
  message: description,
})

const setErrorHeaders = (ctx: Context, error: OAuthError): void => {
  if (error.retryAfter !== undefined) ctx.set('Retry-After', String(error.retryAfter))
  if (error.code === 'invalid_client' && ctx.get('Authorization') !== '')
    ctx.set('WWW-Authenticate', 'Basic realm="OAuth"')
}

const answerPerson = async (ctx: Context, error: unknown, views: Pick<Views, 'errorPage'>): Promise<void> => {
  const { kind, status, detail } = asPageError(error)
  const { retryAfter } = asOAuthError(error)
  if (status === 503) ctx.set('Retry-After', String(retryAfter ?? 60))
  if (status === 429 && retryAfter !== undefined) ctx.set('Retry-After', String(retryAfter))
  ctx.status = status
  ctx.type = 'html'
  ctx.body = await views.errorPage(pageContext(ctx), { kind, detail, reference: originOf(ctx).requestId })
}
