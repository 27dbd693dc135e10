// api/oauth2/applications/…: what a user connected, and how it ends (contract §11.2, D10, D25).
import type { Context, Middleware } from 'koa'
import { bounds } from '../bounds.ts'
import { securityToken } from '../middleware/csrf.ts'
import { formOf } from '../middleware/form.ts'
import { identityOf } from '../middleware/identity.ts'
import { pageContext } from '../middleware/page-context.ts'
import { PageError } from '../middleware/page-error.ts'
import { redirectTo } from '../middleware/redirect.ts'
import { originOf } from '../middleware/request-context.ts'
import { isClientId } from '../oauth/grant-id.ts'
import { loneValue } from '../oauth/parameters.ts'
import type { Audit } from '../oauth/ports.ts'
import { parseForm } from '../oauth/raw-parameters.ts'
import { basePath } from '../settings.ts'
import type { Grants } from '../stores/grants.ts'
import type { Notice } from '../views/notice.ts'
import type { Views } from '../views/views.ts'
import { meant, type Meant, type MeantDeps } from './applications-meant.ts'
import { placeIn, queryOf, type Place } from './applications-place.ts'
import { leaveNotice, takeNotice, type NoticeDeps } from './notice.ts'

export interface ApplicationsDeps extends NoticeDeps, MeantDeps {
  readonly grants: Pick<Grants, 'find' | 'findEnded' | 'revoke' | 'revokeAllOf'>
  readonly views: Pick<Views, 'applications' | 'application' | 'revoke' | 'revokeAll'>
  readonly audit: Audit
}

/** Name of the forms that revoke, for their CSRF token. */
export const revokeForm = 'applications'
const placeFields: ReadonlySet<string> = new Set(['from', 'page'])
export const revokeFields: ReadonlySet<string> = new Set(['security_token', 'application', ...placeFields])

const idOf = (ctx: Context): string => (ctx as Context & { params: { id?: string } }).params.id ?? ''
const placeOf = (ctx: Context): Place => placeIn(parseForm(ctx.querystring, placeFields))

const goTo = async (deps: ApplicationsDeps, ctx: Context, to: string, notice: Notice): Promise<void> => {
  const path = `${basePath(deps.settings)}dispatch.php/api/oauth2/applications${to}`
  await leaveNotice(deps, ctx, path, notice)
  redirectTo(ctx, path + queryOf(placeIn(formOf(ctx))), 303)
}

/** GET applications */
export const showApplications = (deps: ApplicationsDeps): Middleware =>
  async function showApplications(ctx) {
    const { from, page: asked } = placeOf(ctx)
    const { applications, next } = await deps.applications.ofUser(identityOf(ctx).user.id, from)
    const size = bounds.applicationsOfPage.most
    const pages = Math.max(1, Math.ceil(applications.length / size))
    const page = Math.min(asked, pages)
    ctx.type = 'html'
    ctx.body = await deps.views.applications(pageContext(ctx), {
      applications: applications.slice((page - 1) * size, page * size),
      total: applications.length,
      page,
      pages,
      isFirst: from === '',
      next,
      here: queryOf({ from, page }),
      there: (other) => queryOf({ from, page: other }),
      notice: await takeNotice(deps, ctx),
    })
  }

/** GET applications/details/<id> */
export const showApplication = (deps: ApplicationsDeps): Middleware =>
  async function showApplication(ctx) {
    const place = placeOf(ctx)
    const { application } = await meant(deps, ctx, idOf(ctx), place)
    ctx.type = 'html'
    ctx.body = await deps.views.application(pageContext(ctx), {
      application,
      here: queryOf(place),
      notice: await takeNotice(deps, ctx),
    })
  }

/** GET applications/revoke/<id> */
export const askToRevoke = (deps: ApplicationsDeps): Middleware =>
  async function askToRevoke(ctx) {
    const place = placeOf(ctx)
    ctx.type = 'html'
    ctx.body = await deps.views.revoke(pageContext(ctx), {
      ...(await meant(deps, ctx, idOf(ctx), place)),
      place,
      here: queryOf(place),
      securityToken: await securityToken(ctx, deps.keys, revokeForm),
    })
  }

/** The second click of two: what is over is over (B13). @throws what else kept it from being found */
const endedBefore = async (deps: ApplicationsDeps, ctx: Context, id: string, error: unknown): Promise<void> => {
  const isGone = error instanceof PageError && error.kind === 'not-found'
  const name = isGone ? await deps.grants.findEnded(identityOf(ctx).user.id, id) : undefined
  if (name === undefined) throw error
  await goTo(deps, ctx, '', { kind: isClientId(id) ? 'revoked' : 'disconnected', name })
}

/** POST applications/revoke with the field `application`: the id of a client, or of one grant */
export const revokeApplication = (deps: ApplicationsDeps): Middleware =>
  async function revokeApplication(ctx) {
    const { id: userId } = identityOf(ctx).user
    const form = formOf(ctx)
    const id = loneValue(form, 'application') ?? ''
    let found: Meant
    try {
      found = await meant(deps, ctx, id, placeIn(form))
    } catch (error) {
      return endedBefore(deps, ctx, id, error)
    }
    const { application, connection } = found
    const { clientId, name } = application
    if (!connection) {
      await deps.grants.revokeAllOf(userId, clientId)
      deps.audit({ event: 'grant.revoked', clientId, userId, reason: 'all of the application' }, originOf(ctx))
      return goTo(deps, ctx, '', { kind: 'revoked', name })
    }
    const { grantId } = connection
    await deps.grants.revoke(grantId)
    deps.audit({ event: 'grant.revoked', grantId, clientId, userId }, originOf(ctx))
    const isLast = application.connections.every((each) => each.grantId === grantId)
    await goTo(deps, ctx, isLast ? '' : `/details/${clientId}`, { kind: isLast ? 'revoked' : 'disconnected', name })
  }

/** GET applications/revoke_all */
export const askToRevokeAll = (deps: ApplicationsDeps): Middleware =>
  async function askToRevokeAll(ctx) {
    const { applications, next } = await deps.applications.ofUser(identityOf(ctx).user.id)
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
    const { applications } = await deps.applications.ofUser(userId)
    await deps.grants.revokeAllOf(userId)
    deps.audit({ event: 'grant.revoked', userId, reason: 'all of the user' }, originOf(ctx))
    await goTo(deps, ctx, '', { kind: 'revokedAll', count: applications.length })
  }
