// api/oauth2/clients/…: registering clients and looking after them, for root (contract §11.4).
import type { Context, Middleware } from 'koa'
import { hashClientSecret, newClientSecret } from '../crypto/client-secret.ts'
import { securityToken } from '../middleware/csrf.ts'
import { formOf } from '../middleware/form.ts'
import { identityOf } from '../middleware/identity.ts'
import { pageContext } from '../middleware/page-context.ts'
import { PageError } from '../middleware/page-error.ts'
import {
  checkClientRegistration,
  type CheckedRegistration,
  type ClientRegistration,
  type RegistrationFault,
} from '../oauth/client-registration.ts'
import { isClientId } from '../oauth/grant-id.ts'
import { loneValue } from '../oauth/parameters.ts'
import type { Audit, AuditEvent, OfferedScopes } from '../oauth/ports.ts'
import { openid } from '../oauth/scopes/openid.ts'
import { basePath } from '../settings.ts'
import type { ClientAdministration } from '../stores/client-administration.ts'
import type { RegisteredClient } from '../stores/registered-clients.ts'
import { UnstorableError } from '../stores/unstorable.ts'
import { emptyRegistration, type AddClientModel } from '../views/clients.ts'
import type { Notice } from '../views/notice.ts'
import type { Views } from '../views/views.ts'
import { listQuery } from '../views/list-state.ts'
import { listStateOf } from './list-state.ts'
import { leaveNotice, type NoticeDeps } from './notice.ts'
import { newFormKey, onceForEachForm, type SentFormDeps } from './sent-form.ts'
import { redirectTo } from '../middleware/redirect.ts'
import { refuse } from '../middleware/refusal.ts'
import { about } from '../middleware/refusal-line.ts'
import { originOf } from '../middleware/request-context.ts'

export interface ClientsDeps extends NoticeDeps, SentFormDeps {
  readonly administration: ClientAdministration
  readonly offeredScopes: OfferedScopes
  readonly views: Pick<Views, 'addClient' | 'deleteClient' | 'renewSecret'>
  readonly audit: Audit
}

/** Name of all forms that change a client, for their CSRF token. */
export const clientForm = 'clients'
export const clientFields: ReadonlySet<string> = new Set([
  'security_token',
  'form_key',
  'shared_scheme',
  ...Object.keys(emptyRegistration),
])

const idOf = (ctx: Context): string => (ctx as Context & { params: { id?: string } }).params.id ?? ''

const clientOf = async ({ administration }: ClientsDeps, ctx: Context): Promise<RegisteredClient> => {
  const id = idOf(ctx)
  if (isClientId(id)) about(ctx, { clientId: id })
  const client = isClientId(id) ? await administration.get(id) : undefined
  if (!client) throw new PageError('not-found')
  return client
}

const backToList = async (deps: ClientsDeps, ctx: Context, notice: Notice): Promise<void> => {
  const path = `${basePath(deps.settings)}dispatch.php/admin/oauth2`
  await leaveNotice(deps, ctx, path, notice)
  redirectTo(ctx, path + listQuery(listStateOf(ctx)), 303)
}

const record = ({ audit }: ClientsDeps, ctx: Context, event: AuditEvent['event'], clientId: string): void =>
  audit({ event, clientId, userId: identityOf(ctx).user.id }, originOf(ctx))

const showForm = async (
  deps: ClientsDeps,
  ctx: Context,
  typed: Omit<AddClientModel, 'securityToken' | 'formKey' | 'signIn' | 'list'>,
): Promise<void> => {
  ctx.type = 'html'
  ctx.body = await deps.views.addClient(pageContext(ctx), {
    ...typed,
    signIn: (await deps.offeredScopes()).includes(openid.name),
    list: listStateOf(ctx),
    formKey: newFormKey(),
    securityToken: await securityToken(ctx, deps.keys, clientForm),
  })
}

/** GET clients/add */
export const showNewClient = (deps: ClientsDeps): Middleware =>
  async function showNewClient(ctx) {
    await showForm(deps, ctx, { form: emptyRegistration, faults: [], sharedScheme: false })
  }

const typedIn = (ctx: Context): ClientRegistration => {
  const form = formOf(ctx)
  return Object.fromEntries(
    Object.keys(emptyRegistration).map((field) => [field, form[field]?.[0] ?? '']),
  ) as unknown as ClientRegistration
}

/** POST clients/store: the list with what the client needs to know, or the form again with what is wrong (422). */
export const storeClient = (deps: ClientsDeps): Middleware =>
  async function storeClient(ctx) {
    const form = typedIn(ctx)
    const sharedScheme = loneValue(formOf(ctx), 'shared_scheme') !== undefined
    const result = checkClientRegistration(form, { sharedScheme })
    const outcome = 'faults' in result ? result : await registerOrTell(deps, ctx, result.client)
    if ('faults' in outcome) {
      ctx.status = 422
      refuse(ctx, { reason: 'form-faulty', hint: outcome.faults.map(({ field }) => field).join(' ') })
      return showForm(deps, ctx, { form, faults: outcome.faults, sharedScheme })
    }
    await backToList(deps, ctx, outcome)
  }

/** The database's own no to a text is a fault of its field like any other. */
const registerOrTell = async (
  deps: ClientsDeps,
  ctx: Context,
  checked: CheckedRegistration,
): Promise<Notice | { readonly faults: readonly RegistrationFault[] }> => {
  const { confidential, ...client } = checked
  try {
    const notice = await onceForEachForm(deps, ctx, {
      form: clientForm,
      typed: checked,
      make: async ({ id, secret }) => {
        const secretHash = confidential ? await hashClientSecret(secret) : null
        const clientId = await deps.administration.add({ ...client, secretHash }, id)
        record(deps, ctx, 'client.added', clientId)
        return clientId
      },
      kind: 'created',
      client: checked,
    })
    return notice!
  } catch (error) {
    if (error instanceof UnstorableError) return { faults: error.faults }
    throw error
  }
}

/** GET clients/delete/<id> */
export const askToDelete = (deps: ClientsDeps): Middleware =>
  async function askToDelete(ctx) {
    const client = await clientOf(deps, ctx)
    ctx.type = 'html'
    ctx.body = await deps.views.deleteClient(pageContext(ctx), {
      client,
      list: listStateOf(ctx),
      securityToken: await securityToken(ctx, deps.keys, clientForm),
    })
  }

/** POST clients/delete/<id>; what is gone already is no fault of who clicks twice (B13). */
export const deleteClient = (deps: ClientsDeps): Middleware =>
  async function deleteClient(ctx) {
    const id = idOf(ctx)
    if (!isClientId(id)) throw new PageError('not-found')
    const name = (await deps.administration.get(id))?.name
    if (name === undefined || (await deps.administration.delete(id)) === undefined)
      return backToList(deps, ctx, { kind: 'gone', clientId: id })
    record(deps, ctx, 'client.deleted', id)
    await backToList(deps, ctx, { kind: 'deleted', clientId: id, name })
  }

/** POST clients/suspend/<id> and clients/resume/<id>; doing it twice changes nothing more. */
export const setSuspended = (deps: ClientsDeps, kind: 'suspended' | 'resumed'): Middleware =>
  async function setSuspended(ctx) {
    const { id, name } = await clientOf(deps, ctx)
    if (await (kind === 'suspended' ? deps.administration.suspend(id) : deps.administration.resume(id)))
      record(deps, ctx, `client.${kind}`, id)
    await backToList(deps, ctx, { kind, name })
  }

const confidentialClientOf = async (deps: ClientsDeps, ctx: Context): Promise<RegisteredClient> => {
  const client = await clientOf(deps, ctx)
  if (!client.confidential) throw new PageError('not-found')
  return client
}

/** GET clients/secret/<id> */
export const askToRenewSecret = (deps: ClientsDeps): Middleware =>
  async function askToRenewSecret(ctx) {
    const client = await confidentialClientOf(deps, ctx)
    ctx.type = 'html'
    ctx.body = await deps.views.renewSecret(pageContext(ctx), {
      client,
      list: listStateOf(ctx),
      securityToken: await securityToken(ctx, deps.keys, clientForm),
    })
  }

/** POST clients/secret/<id> */
export const renewSecret = (deps: ClientsDeps): Middleware =>
  async function renewSecret(ctx) {
    const { id, name } = await confidentialClientOf(deps, ctx)
    const secret = newClientSecret()
    if (!(await deps.administration.renewSecret(id, await hashClientSecret(secret)))) throw new PageError('not-found')
    record(deps, ctx, 'client.secret-renewed', id)
    await backToList(deps, ctx, { kind: 'renewed', clientId: id, name, secret })
  }
