// One refusal, one line (D29): whatever became of a refused request, it is written here and counted, once, under its number.
import type { Context, Middleware } from 'koa'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { parseForm } from '../oauth/raw-parameters.ts'
import type { Audit, AuditEvent } from '../oauth/ports.ts'
import { printable, whatWasSent, type Sent } from '../oauth/sent.ts'
import type { RawParameters } from '../oauth/types.ts'
import type { Verdict } from '../studip/verdict.ts'
import { refusalIn } from './refusal.ts'
import { originOf } from './request-context.ts'

interface Deps {
  readonly log: Log
  readonly metrics: Pick<Metrics, 'audit'>
  readonly audit: Audit
  /** Name of the route at this path, one of a closed set. */
  readonly endpointAt: (path: string) => string
}

type Known = Pick<AuditEvent, 'clientId' | 'grantId'>

/** Adds what a request turned out to be about; it stands in its line if it is refused later. */
export const about = (ctx: Context, known: Known): void => {
  ctx.state['about'] = { ...(ctx.state as { about?: Known }).about, ...known }
}

/** What the request sent, as far as it was read and is no secret. */
export const sentBy = (ctx: Context): Sent => {
  const { form } = ctx.state as { form?: RawParameters }
  try {
    return whatWasSent(form ?? parseForm(ctx.querystring), ctx.get('Authorization') || undefined)
  } catch {
    return {} // refused because it could not be read
  }
}

const userOf = (ctx: Context): Pick<AuditEvent, 'userId'> => {
  const { verdict } = ctx.state as { verdict?: Verdict }
  return verdict?.kind === 'logged-in' ? { userId: verdict.user.id } : {}
}

const formOfAnswer = (ctx: Context): string => {
  if (ctx.response.get('Location')) return 'redirect'
  return ctx.response.is('json') ? 'json' : 'page'
}

const eventOf = (ctx: Context, endpointAt: Deps['endpointAt']): AuditEvent | undefined => {
  const refusal = refusalIn(ctx)
  if (!refusal) return undefined
  const { clientId: named, ...sent } = sentBy(ctx)
  const clientId = refusal.clientId ?? named
  const { error, description, parameter, hint } = refusal
  const details = {
    method: ctx.method,
    status: ctx.status,
    answer: formOfAnswer(ctx),
    oauthError: error,
    description,
    parameter,
    hint: hint === undefined ? undefined : printable(hint),
    ...sent,
  }
  return {
    event: ctx.status === 429 ? 'request.throttled' : 'request.refused',
    reason: refusal.reason,
    endpoint: endpointAt(ctx.path),
    ...(clientId !== undefined && { clientId }),
    ...userOf(ctx),
    ...(ctx.state as { about?: Known }).about,
    details,
  }
}

const write = ({ log, metrics, audit }: Deps, ctx: Context, event: AuditEvent): void => {
  const fault = refusalIn(ctx)?.fault
  if (fault === undefined) return audit(event, originOf(ctx))
  const { details, ...rest } = event
  log.error({ ...originOf(ctx), ...rest, ...details, err: fault }, 'request failed')
  metrics.audit(event)
}

export const refusalLine = (deps: Deps): Middleware =>
  async function refusalLine(ctx, next) {
    try {
      await next()
    } finally {
      const event = eventOf(ctx, deps.endpointAt)
      if (event) write(deps, ctx, event)
    }
  }
