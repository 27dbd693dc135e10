// api/oauth2/requests/…: people ask for a client, see what became of it, and take it back (D35).
import type { Context, Middleware } from 'koa'
import { bounds } from '../bounds.ts'
import { securityToken } from '../middleware/csrf.ts'
import { identityOf } from '../middleware/identity.ts'
import { pageContext } from '../middleware/page-context.ts'
import { PageError } from '../middleware/page-error.ts'
import { redirectTo } from '../middleware/redirect.ts'
import { refuse } from '../middleware/refusal.ts'
import { about } from '../middleware/refusal-line.ts'
import { originOf } from '../middleware/request-context.ts'
import { isClientId } from '../oauth/grant-id.ts'
import type { Audit, OfferedScopes } from '../oauth/ports.ts'
import { basePath, type Settings } from '../settings.ts'
import type { ClientRequests, RequestedClient } from '../stores/client-requests.ts'
import { hasLevel } from '../studip/verdict.ts'
import { emptyRequest } from '../views/client-requests.ts'
import type { Notice } from '../views/notice.ts'
import type { Views } from '../views/views.ts'
import { leaveNotice, takeNotice, type NoticeDeps } from './notice.ts'
import type { SentFormDeps } from './sent-form.ts'

export interface ClientRequestsDeps extends NoticeDeps, SentFormDeps {
  readonly requests: Pick<ClientRequests, 'ask' | 'ofPerson' | 'get' | 'withdraw'>
  /** Seconds to wait; 0 counts a request of this user. */
  readonly requestPace: (userId: string) => number
  readonly offeredScopes: OfferedScopes
  readonly settings: Pick<Settings, 'baseUrl' | 'clientRequests'>
  readonly views: Pick<Views, 'requests' | 'requestClient' | 'withdrawRequest'>
  readonly audit: Audit
}

/** Name of the forms of those who ask, for their CSRF token. */
export const requestForm = 'requests'
export const requestFormFields: ReadonlySet<string> = new Set([
  'security_token',
  'form_key',
  'shared_scheme',
  ...Object.keys(emptyRequest),
])

/** There is no such page where nobody may ask. */
export const whereRequestsAreOn = ({ settings }: Pick<ClientRequestsDeps, 'settings'>): Middleware =>
  async function whereRequestsAreOn(_, next) {
    if (settings.clientRequests === 'off') throw new PageError('not-found')
    await next()
  }

const mayAsk = ({ settings: { clientRequests: least } }: Pick<ClientRequestsDeps, 'settings'>, ctx: Context): boolean =>
  least !== 'off' && hasLevel(identityOf(ctx).user.perms, least)

/** Only for those of the level that may ask, by the user's row of this moment. */
export const requireLevel = (deps: Pick<ClientRequestsDeps, 'settings'>): Middleware =>
  async function requireLevel(ctx, next) {
    if (!mayAsk(deps, ctx))
      throw new PageError('forbidden', { hint: `asks for a client below ${deps.settings.clientRequests}` })
    await next()
  }

/** Path of the list. */
export const listPath = ({ settings }: ClientRequestsDeps) => `${basePath(settings)}dispatch.php/api/oauth2/requests`

/** As many are open as may be. */
export const isFull = (requests: readonly RequestedClient[]): boolean =>
  requests.filter(({ request }) => request.state === 'open').length >= bounds.openRequests.most

const showList = async (deps: ClientRequestsDeps, ctx: Context, notice?: Notice): Promise<void> => {
  const requests = await deps.requests.ofPerson(identityOf(ctx).user.id)
  ctx.type = 'html'
  ctx.body = await deps.views.requests(pageContext(ctx), {
    requests,
    notice,
    mayAsk: mayAsk(deps, ctx),
    isFull: isFull(requests),
    mostOpen: bounds.openRequests.most,
  })
}

/** The list, with what has to happen before another is welcome (409). */
export const refuseFurther = (deps: ClientRequestsDeps, ctx: Context): Promise<void> => {
  ctx.status = 409
  refuse(ctx, { reason: 'requests-open', hint: `${bounds.openRequests.most} open requests` })
  return showList(deps, ctx)
}

/** GET requests */
export const showRequests = (deps: ClientRequestsDeps): Middleware =>
  async function showRequests(ctx) {
    await showList(deps, ctx, await takeNotice(deps, ctx))
  }

/** The request of this id, if this person made it; that there are others is told to nobody. */
const ownRequest = async ({ requests }: ClientRequestsDeps, ctx: Context): Promise<RequestedClient> => {
  const id = (ctx as Context & { params: { id?: string } }).params.id ?? ''
  if (isClientId(id)) about(ctx, { clientId: id })
  const client = isClientId(id) ? await requests.get(id) : undefined
  if (!client || client.request.by.id !== identityOf(ctx).user.id) throw new PageError('not-found')
  return client
}

/** GET requests/withdraw/<id> */
export const askToWithdraw = (deps: ClientRequestsDeps): Middleware =>
  async function askToWithdraw(ctx) {
    const client = await ownRequest(deps, ctx)
    if (client.request.state === 'withdrawn') throw new PageError('not-found')
    ctx.type = 'html'
    ctx.body = await deps.views.withdrawRequest(pageContext(ctx), {
      client,
      securityToken: await securityToken(ctx, deps.keys, requestForm),
    })
  }

/** POST requests/withdraw/<id> */
export const withdrawRequest = (deps: ClientRequestsDeps): Middleware =>
  async function withdrawRequest(ctx) {
    const { id, name } = await ownRequest(deps, ctx)
    const { id: userId, username } = identityOf(ctx).user
    const outcome = await deps.requests.withdraw(id, { id: userId, username })
    if (outcome === 'unknown') throw new PageError('not-found')
    if (outcome === 'done') deps.audit({ event: 'client.withdrawn', clientId: id, userId }, originOf(ctx))
    const path = listPath(deps)
    await leaveNotice(deps, ctx, path, { kind: outcome === 'done' ? 'withdrawn' : 'decidedBefore', name })
    redirectTo(ctx, path, 303)
  }
