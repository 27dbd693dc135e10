// api/oauth2/requests/add and …/store: the form with which people ask for a client (D35).
import type { Context, Middleware } from 'koa'
import { hashClientSecret, newClientSecret } from '../crypto/client-secret.ts'
import { securityToken } from '../middleware/csrf.ts'
import { formOf } from '../middleware/form.ts'
import { identityOf } from '../middleware/identity.ts'
import { pageContext } from '../middleware/page-context.ts'
import { redirectTo } from '../middleware/redirect.ts'
import { refuse } from '../middleware/refusal.ts'
import { originOf } from '../middleware/request-context.ts'
import type { CheckedRegistration } from '../oauth/client-registration.ts'
import { slowDown } from '../oauth/errors.ts'
import { checkRequest, type RequestFault, type RequestForm } from '../oauth/client-request.ts'
import { loneValue } from '../oauth/parameters.ts'
import { isFixedToItsPort } from '../oauth/redirect-uri-registration.ts'
import { openid } from '../oauth/scopes/openid.ts'
import { UnstorableError } from '../stores/unstorable.ts'
import { emptyRequest } from '../views/client-requests.ts'
import { isFull, listPath, refuseFurther, requestForm, type ClientRequestsDeps } from './client-requests.ts'
import { leaveNotice } from './notice.ts'

const showForm = async (
  deps: ClientRequestsDeps,
  ctx: Context,
  typed: { readonly form: RequestForm; readonly faults: readonly RequestFault[]; readonly sharedScheme: boolean },
): Promise<void> => {
  ctx.type = 'html'
  ctx.body = await deps.views.requestClient(pageContext(ctx), {
    ...typed,
    signIn: (await deps.offeredScopes()).includes(openid.name),
    securityToken: await securityToken(ctx, deps.keys, requestForm),
  })
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
    const wait = 'faults' in checked ? 0 : deps.requestPace(userId)
    if (wait > 0) throw slowDown(wait)
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
