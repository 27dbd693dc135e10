// api/oauth2/clients/approve/<id> and …/reject/<id>: root answers who asked for a client (D35).
import type { Context, Middleware } from 'koa'
import { securityToken } from '../middleware/csrf.ts'
import { formOf } from '../middleware/form.ts'
import { identityOf } from '../middleware/identity.ts'
import { pageContext } from '../middleware/page-context.ts'
import { PageError } from '../middleware/page-error.ts'
import { redirectTo } from '../middleware/redirect.ts'
import { refuse } from '../middleware/refusal.ts'
import { about } from '../middleware/refusal-line.ts'
import { originOf } from '../middleware/request-context.ts'
import { checkReason, type Named } from '../oauth/client-request.ts'
import { isClientId } from '../oauth/grant-id.ts'
import { loneValue } from '../oauth/parameters.ts'
import type { Audit, Users } from '../oauth/ports.ts'
import { basePath } from '../settings.ts'
import type { ClientRequests, RequestedClient } from '../stores/client-requests.ts'
import { UnstorableError } from '../stores/unstorable.ts'
import { listQuery } from '../views/list-state.ts'
import type { Notice } from '../views/notice.ts'
import type { Views } from '../views/views.ts'
import { clientForm } from './clients.ts'
import { listStateOf } from './list-state.ts'
import { leaveNotice, type NoticeDeps } from './notice.ts'

export interface ClientDecisionsDeps extends NoticeDeps {
  readonly requests: Pick<ClientRequests, 'get' | 'approve' | 'reject'>
  readonly users: Users
  readonly views: Pick<Views, 'rejectRequest'>
  readonly audit: Audit
}

export const decisionFields: ReadonlySet<string> = new Set(['security_token', 'reason'])

const requestOf = async ({ requests }: ClientDecisionsDeps, ctx: Context): Promise<RequestedClient> => {
  const id = (ctx as Context & { params: { id?: string } }).params.id ?? ''
  if (isClientId(id)) about(ctx, { clientId: id })
  const client = isClientId(id) ? await requests.get(id) : undefined
  if (!client) throw new PageError('not-found')
  return client
}

const backToList = async (deps: ClientDecisionsDeps, ctx: Context, notice: Notice): Promise<void> => {
  const path = `${basePath(deps.settings)}dispatch.php/admin/oauth2`
  await leaveNotice(deps, ctx, path, notice)
  redirectTo(ctx, path + listQuery(listStateOf(ctx)), 303)
}

const decider = (ctx: Context): Named => {
  const { id, username } = identityOf(ctx).user
  return { id, username }
}

/** POST clients/approve/<id>. Who was locked, or is gone, gets no client: the request stays. */
export const approveRequest = (deps: ClientDecisionsDeps): Middleware =>
  async function approveRequest(ctx) {
    const { id, name, request } = await requestOf(deps, ctx)
    if ((await deps.users.stateOf(request.by.id)) === 'refused') {
      refuse(ctx, { reason: 'asker-refused', hint: 'the person who asked is locked, expired or gone' })
      return backToList(deps, ctx, { kind: 'askerRefused', name })
    }
    const outcome = await deps.requests.approve(id, decider(ctx))
    if (outcome === 'unknown') throw new PageError('not-found')
    if (outcome === 'done')
      deps.audit({ event: 'client.approved', clientId: id, userId: identityOf(ctx).user.id }, originOf(ctx))
    await backToList(deps, ctx, { kind: outcome === 'done' ? 'approved' : 'decidedBefore', name })
  }

/** For clients/resume/<id>: what was asked for begins to work by being approved, after a rejection as well. */
export const approveIfRequested = (deps: ClientDecisionsDeps): Middleware => {
  const approve = approveRequest(deps)
  return async function approveIfRequested(ctx, next) {
    const { id = '' } = (ctx as Context & { params: { id?: string } }).params
    const client = isClientId(id) ? await deps.requests.get(id) : undefined
    await (client && client.request.state !== 'approved' ? approve(ctx, next) : next())
  }
}

interface Typed {
  readonly reason: string
  readonly fault: 'missing' | 'too-long' | 'unstorable' | undefined
}

const showForm = async (deps: ClientDecisionsDeps, ctx: Context, client: RequestedClient, typed: Typed) => {
  ctx.type = 'html'
  ctx.body = await deps.views.rejectRequest(pageContext(ctx), {
    client,
    ...typed,
    list: listStateOf(ctx),
    securityToken: await securityToken(ctx, deps.keys, clientForm),
  })
}

/** GET clients/reject/<id> */
export const askToReject = (deps: ClientDecisionsDeps): Middleware =>
  async function askToReject(ctx) {
    const client = await requestOf(deps, ctx)
    if (client.request.state !== 'open') return backToList(deps, ctx, { kind: 'decidedBefore', name: client.name })
    await showForm(deps, ctx, client, { reason: '', fault: undefined })
  }

const rejectOrTell = (deps: ClientDecisionsDeps, ctx: Context, id: string, reason: string) =>
  deps.requests.reject(id, decider(ctx), reason).catch((error: unknown) => {
    if (error instanceof UnstorableError) return 'unstorable' as const
    throw error
  })

/** POST clients/reject/<id>: the reason goes to the person who asked. */
export const rejectRequest = (deps: ClientDecisionsDeps): Middleware =>
  async function rejectRequest(ctx) {
    const client = await requestOf(deps, ctx)
    const typed = loneValue(formOf(ctx), 'reason') ?? ''
    const checked = checkReason(typed)
    const outcome = 'fault' in checked ? checked.fault : await rejectOrTell(deps, ctx, client.id, checked.reason)
    if (outcome === 'missing' || outcome === 'too-long' || outcome === 'unstorable') {
      ctx.status = 422
      refuse(ctx, { reason: 'form-faulty', hint: 'reason' })
      return showForm(deps, ctx, client, { reason: typed, fault: outcome })
    }
    if (outcome === 'unknown') throw new PageError('not-found')
    if (outcome === 'done')
      deps.audit({ event: 'client.rejected', clientId: client.id, userId: identityOf(ctx).user.id }, originOf(ctx))
    await backToList(deps, ctx, { kind: outcome === 'done' ? 'rejected' : 'decidedBefore', name: client.name })
  }
