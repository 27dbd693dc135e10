// api/oauth2/applications/…: what a user connected, and how it ends (contract §11.2, D10).
import type { Context, Middleware } from 'koa'
import { securityToken } from '../middleware/csrf.ts'
import { formOf } from '../middleware/form.ts'
import { identityOf } from '../middleware/identity.ts'
import { pageContext } from '../middleware/page-context.ts'
import { PageError } from '../middleware/page-error.ts'
import { about } from '../middleware/refusal-line.ts'
import { originOf } from '../middleware/request-context.ts'
import { loneValue } from '../oauth/parameters.ts'
import type { Audit } from '../oauth/ports.ts'
import { parseForm } from '../oauth/raw-parameters.ts'
import { basePath } from '../settings.ts'
import type { ConnectedApplication, Grants } from '../stores/grants.ts'
import type { Notice } from '../views/notice.ts'
import type { Views } from '../views/views.ts'
import { leaveNotice, takeNotice, type NoticeDeps } from './notice.ts'
import { redirectTo } from '../middleware/redirect.ts'

export interface ApplicationsDeps extends NoticeDeps {
  readonly grants: Pick<Grants, 'pageOfUser' | 'find' | 'revoke' | 'revokeAllOf'>
  readonly views: Pick<Views, 'applications' | 'application' | 'revoke' | 'revokeAll'>
  readonly audit: Audit
}

/** Name of the forms that revoke, for their CSRF token. */
export const revokeForm = 'applications'
export const revokeFields: ReadonlySet<string> = new Set(['security_token', 'application'])

// Stud.IP's own pages name an application by the id of its access token, which starts with the id of the grant (D2).
const grantPrefix = /^([0-9a-f]{32})(?:[0-9a-f]{48})?$/

// Where a page of the list begins: the id of the last row of the page before it.
const pageStart = /^[0-9a-f]{80}$/

/** The grant of this id, if it is the user's: unknown ones are 404, another's 403 (S-066). */
const ownGrant = async (
  { grants }: ApplicationsDeps,
  ctx: Context,
  id: string | undefined,
): Promise<ConnectedApplication> => {
  const grantId = grantPrefix.exec(id ?? '')?.[1]
  const grant = grantId === undefined ? undefined : await grants.find(grantId)
  if (!grant) throw new PageError('not-found')
  about(ctx, { grantId: grant.grantId, clientId: grant.clientId })
  if (grant.userId !== identityOf(ctx).user.id) throw new PageError('forbidden')
  return grant
}

const idOf = (ctx: Context): string | undefined => (ctx as Context & { params: { id?: string } }).params.id

const backToList = async (deps: ApplicationsDeps, ctx: Context, notice: Notice): Promise<void> => {
  const path = `${basePath(deps.settings)}dispatch.php/api/oauth2/applications`
  await leaveNotice(deps, ctx, path, notice)
  redirectTo(ctx, path, 303)
}

/** GET applications */
export const showApplications = (deps: ApplicationsDeps): Middleware =>
  async function showApplications(ctx) {
    const from = pageStart.exec(loneValue(parseForm(ctx.querystring, new Set(['from'])), 'from') ?? '')?.[0]
    const page = await deps.grants.pageOfUser(identityOf(ctx).user.id, from)
    ctx.type = 'html'
    ctx.body = await deps.views.applications(pageContext(ctx), {
      ...page,
      isFirst: from === undefined,
      notice: await takeNotice(deps, ctx),
    })
  }

/** GET applications/details/<id> */
export const showApplication = (deps: ApplicationsDeps): Middleware =>
  async function showApplication(ctx) {
    const application = await ownGrant(deps, ctx, idOf(ctx))
    ctx.type = 'html'
    ctx.body = await deps.views.application(pageContext(ctx), application)
  }

/** GET applications/revoke/<id> */
export const askToRevoke = (deps: ApplicationsDeps): Middleware =>
  async function askToRevoke(ctx) {
    const application = await ownGrant(deps, ctx, idOf(ctx))
    ctx.type = 'html'
    ctx.body = await deps.views.revoke(pageContext(ctx), {
      application,
      securityToken: await securityToken(ctx, deps.keys, revokeForm),
    })
  }

/** POST applications/revoke with the field `application` */
export const revokeApplication = (deps: ApplicationsDeps): Middleware =>
  async function revokeApplication(ctx) {
    const { grantId, clientId, clientName, userId } = await ownGrant(deps, ctx, loneValue(formOf(ctx), 'application'))
    await deps.grants.revoke(grantId)
    deps.audit({ event: 'grant.revoked', grantId, clientId, userId }, originOf(ctx))
    await backToList(deps, ctx, { kind: 'revoked', name: clientName })
  }

/** GET applications/revoke_all */
export const askToRevokeAll = (deps: ApplicationsDeps): Middleware =>
  async function askToRevokeAll(ctx) {
    const { applications, next } = await deps.grants.pageOfUser(identityOf(ctx).user.id)
    ctx.type = 'html'
    ctx.body = await deps.views.revokeAll(pageContext(ctx), {
      count: applications.length,
      isMore: next !== undefined,
      securityToken: await securityToken(ctx, deps.keys, revokeForm),
    })
  }

/** POST applications/revoke_all */
export const revokeAllApplications = (deps: ApplicationsDeps): Middleware =>
  async function revokeAllApplications(ctx) {
    const { id: userId } = identityOf(ctx).user
    const count = await deps.grants.revokeAllOf(userId)
    deps.audit({ event: 'grant.revoked', userId, reason: 'all of the user' }, originOf(ctx))
    await backToList(deps, ctx, { kind: 'revokedAll', count })
  }
