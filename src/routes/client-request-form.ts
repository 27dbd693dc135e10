// api/oauth2/requests/add and …/store: the form with which people ask for a client (D35).
import type { Context, Middleware } from 'koa'
import { hashClientSecret } from '../crypto/client-secret.ts'
import { securityToken } from '../middleware/csrf.ts'
import { formOf } from '../middleware/form.ts'
import { identityOf } from '../middleware/identity.ts'
import { pageContext } from '../middleware/page-context.ts'
import { redirectTo } from '../middleware/redirect.ts'
import { refuse } from '../middleware/refusal.ts'
import { originOf } from '../middleware/request-context.ts'
import { slowDown } from '../oauth/errors.ts'
import { checkRequest, type RequestFault, type RequestForm } from '../oauth/client-request.ts'
import { loneValue } from '../oauth/parameters.ts'
import { openid } from '../oauth/scopes/openid.ts'
import { UnstorableError } from '../stores/unstorable.ts'
import { emptyRequest } from '../views/client-requests.ts'
import { isFull, listPath, refuseFurther, requestForm, type ClientRequestsDeps } from './client-requests.ts'
import type { Notice } from '../views/notice.ts'
import { leaveNotice } from './notice.ts'
import { newFormKey, onceForEachForm } from './sent-form.ts'

const showForm = async (
  deps: ClientRequestsDeps,
  ctx: Context,
  typed: { readonly form: RequestForm; readonly faults: readonly RequestFault[]; readonly sharedScheme: boolean },
): Promise<void> => {
  ctx.type = 'html'
  ctx.body = await deps.views.requestClient(pageContext(ctx), {
    ...typed,
    signIn: (await deps.offeredScopes()).includes(openid.name),
    formKey: newFormKey(),
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

type Checked = Exclude<ReturnType<typeof checkRequest>, { readonly faults: unknown }>

/** The database's own no to a text is a fault of its field like any other; the notes hold the purpose. @returns undefined when too many are open */
const askOrTell = async (
  deps: ClientRequestsDeps,
  ctx: Context,
  checked: Checked,
): Promise<Notice | { readonly faults: readonly RequestFault[] } | undefined> => {
  const { confidential, ...client } = checked.client
  const { id: userId, username } = identityOf(ctx).user
  try {
    return await onceForEachForm(deps, ctx, {
      form: requestForm,
      typed: checked,
      make: async ({ id, secret }) => {
        // For whom it is too late already no secret is hashed; what decides is the database.
        if (isFull(await deps.requests.ofPerson(userId))) return undefined
        const wait = deps.requestPace(userId)
        if (wait > 0) throw slowDown(wait)
        const wanted = { ...client, secretHash: confidential ? await hashClientSecret(secret) : null }
        const clientId = await deps.requests.ask(wanted, { id: userId, username }, checked.purpose, id)
        if (clientId !== undefined) deps.audit({ event: 'client.requested', clientId, userId }, originOf(ctx))
        return clientId
      },
      kind: 'requested',
      client: checked.client,
    })
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
    const form = typedIn(ctx)
    const sharedScheme = loneValue(formOf(ctx), 'shared_scheme') !== undefined
    const checked = checkRequest(form, { sharedScheme })
    const answer = 'faults' in checked ? checked : await askOrTell(deps, ctx, checked)
    if (!answer) return refuseFurther(deps, ctx)
    if ('faults' in answer) {
      ctx.status = 422
      refuse(ctx, { reason: 'form-faulty', hint: answer.faults.map(({ field }) => field).join(' ') })
      return showForm(deps, ctx, { form, faults: answer.faults, sharedScheme })
    }
    const path = listPath(deps)
    await leaveNotice(deps, ctx, path, answer)
    redirectTo(ctx, path, 303)
  }
