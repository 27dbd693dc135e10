// api/oauth2/requests/…: people ask for a client, see what became of it, and take it back (D35).
import type { Context, Middleware } from 'koa'
import { bounds } from '../bounds.ts'
import { hashClientSecret, newClientSecret } from '../crypto/client-secret.ts'
import { securityToken } from '../middleware/csrf.ts'
import { formOf } from '../middleware/form.ts'
import { identityOf } from '../middleware/identity.ts'
import { pageContext } from '../middleware/page-context.ts'
import { PageError } from '../middleware/page-error.ts'
import { redirectTo } from '../middleware/redirect.ts'
import { refuse } from '../middleware/refusal.ts'
import { about } from '../middleware/refusal-line.ts'
import { originOf } from '../middleware/request-context.ts'
import type { CheckedRegistration } from '../oauth/client-registration.ts'
import { checkRequest, type RequestFault, type RequestForm } from '../oauth/client-request.ts'
import { isClientId } from '../oauth/grant-id.ts'
import { loneValue } from '../oauth/parameters.ts'
import type { Audit } from '../oauth/ports.ts'
import { isFixedToItsPort } from '../oauth/redirect-uri-registration.ts'
import { basePath, type Settings } from '../settings.ts'
import type { ClientRequests, RequestedClient } from '../stores/client-requests.ts'
import { UnstorableError } from '../stores/unstorable.ts'
import { hasLevel } from '../studip/verdict.ts'
import { emptyRequest } from '../views/client-requests.ts'
import type { Notice } from '../views/notice.ts'
import type { Views } from '../views/views.ts'
import { leaveNotice, takeNotice, type NoticeDeps } from './notice.ts'

export interface ClientRequestsDeps extends NoticeDeps {
  readonly requests: Pick<ClientRequests, 'ask' | 'ofPerson' | 'get' | 'withdraw'>
  readonly settings: Pick<Settings, 'baseUrl' | 'clientRequests'>
  readonly views: Pick<Views, 'requests' | 'requestClient' | 'withdrawRequest'>
  readonly audit: Audit
}

/** Name of the forms of those who ask, for their CSRF token. */
export const requestForm = 'requests'
export const requestFormFields: ReadonlySet<string> = new Set([
  'security_token',
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

const listPath = ({ settings }: ClientRequestsDeps) => `${basePath(settings)}dispatch.php/api/oauth2/requests`

const isFull = (requests: readonly RequestedClient[]): boolean =>
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

const refuseFurther = (deps: ClientRequestsDeps, ctx: Context): Promise<void> => {
  ctx.status = 409
  refuse(ctx, { reason: 'requests-open', hint: `${bounds.openRequests.most} open requests` })
  return showList(deps, ctx)
}

const showForm = async (
  deps: ClientRequestsDeps,
  ctx: Context,
  typed: { readonly form: RequestForm; readonly faults: readonly RequestFault[]; readonly sharedScheme: boolean },
): Promise<void> => {
  ctx.type = 'html'
  ctx.body = await deps.views.requestClient(pageContext(ctx), {
    ...typed,
    securityToken: await securityToken(ctx, deps.keys, requestForm),
  })
}

/** GET requests */
export const showRequests = (deps: ClientRequestsDeps): Middleware =>
  async function showRequests(ctx) {
    await showList(deps, ctx, await takeNotice(deps, ctx))
  }

/** GET requests/add */
export const showRequestForm = (deps: ClientRequestsDeps): Middleware =>
  async function showRequestForm(ctx) {
    if (isFull(await deps.requests.ofPerson(identityOf(ctx).user.id))) return refuseFurther(deps, ctx)
    await showForm(deps, ctx, { form: emptyRequest, faults: [], sharedScheme: false })
  }

const typedIn = (ctx: Context): RequestForm => {
  const form = formOf(ctx)
  return Object.fromEntries(
    Object.keys(emptyRequest).map((field) => [field, form[field]?.[0] ?? '']),
  ) as unknown as RequestForm
}

/** The database's own no to a text is a fault of its field like any other; the notes hold the purpose. */
const askOrTell = async (
  { requests }: ClientRequestsDeps,
  ctx: Context,
  { client: { confidential, ...client }, purpose }: { client: CheckedRegistration; purpose: string },
): Promise<
  | { readonly clientId: string | undefined; readonly secret: string | undefined }
  | { readonly faults: readonly RequestFault[] }
> => {
  const secret = confidential ? newClientSecret() : undefined
  const secretHash = secret === undefined ? null : await hashClientSecret(secret)
  const { id, username } = identityOf(ctx).user
  try {
    return { clientId: await requests.ask({ ...client, secretHash }, { id, username }, purpose), secret }
  } catch (error) {
    if (!(error instanceof UnstorableError)) throw error
    return {
      faults: error.faults.map(({ field, code }) => ({ field: field === 'admin_notes' ? 'purpose' : field, code })),
    }
  }
}

/** POST requests/store: the list with id and secret, or the form again with what is wrong (422). */
export const storeRequest = (deps: ClientRequestsDeps): Middleware =>
  async function storeRequest(ctx) {
    const { id: userId } = identityOf(ctx).user
    // For whom it is too late already no secret is hashed; what decides is the database.
    if (isFull(await deps.requests.ofPerson(userId))) return refuseFurther(deps, ctx)
    const form = typedIn(ctx)
    const sharedScheme = loneValue(formOf(ctx), 'shared_scheme') !== undefined
    const checked = checkRequest(form, { sharedScheme })
    const outcome = 'faults' in checked ? checked : await askOrTell(deps, ctx, checked)
    if ('faults' in outcome) {
      ctx.status = 422
      refuse(ctx, { reason: 'form-faulty', hint: outcome.faults.map(({ field }) => field).join(' ') })
      return showForm(deps, ctx, { form, faults: outcome.faults, sharedScheme })
    }
    const { clientId, secret } = outcome
    if (clientId === undefined) return refuseFurther(deps, ctx)
    deps.audit({ event: 'client.requested', clientId, userId }, originOf(ctx))
    const uris = 'client' in checked ? checked.client.redirectUris : []
    const path = listPath(deps)
    await leaveNotice(deps, ctx, path, {
      kind: 'requested',
      clientId,
      fixedToPort: uris.filter(isFixedToItsPort),
      ...(secret !== undefined && { secret }),
    })
    redirectTo(ctx, path, 303)
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
