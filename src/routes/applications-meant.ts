// Which application of the user an address or a form names, or which one of its connections.
import type { Context } from 'koa'
import { identityOf } from '../middleware/identity.ts'
import { PageError } from '../middleware/page-error.ts'
import { about } from '../middleware/refusal-line.ts'
import { isClientId } from '../oauth/grant-id.ts'
import type { Application, Applications, Connection } from '../stores/applications.ts'
import type { Grants } from '../stores/grants.ts'
import type { Place } from './applications-place.ts'

export interface MeantDeps {
  readonly applications: Applications
  readonly grants: Pick<Grants, 'find'>
}

// Stud.IP's own pages name an application by the id of its access token, which starts with the id of the grant (D2).
const grantPrefix = /^([0-9a-f]{32})(?:[0-9a-f]{48})?$/

/** An application of the user, and the one of its connections that is meant, if it is only one. */
export interface Meant {
  readonly application: Application
  readonly connection: Connection | undefined
}

const applicationOf = async (deps: MeantDeps, ctx: Context, clientId: string, { from }: Place) => {
  const { applications } = await deps.applications.ofUser(identityOf(ctx).user.id, from)
  return applications.find((application) => application.clientId === clientId)
}

/** The grant of this id, if it is the user's: unknown ones are 404, another's 403 (S-066). */
const grantMeant = async (deps: MeantDeps, ctx: Context, id: string, place: Place): Promise<Meant> => {
  const grantId = grantPrefix.exec(id)?.[1]
  const grant = grantId === undefined ? undefined : await deps.grants.find(grantId)
  if (!grant) throw new PageError('not-found')
  about(ctx, { grantId: grant.grantId, clientId: grant.clientId })
  if (grant.userId !== identityOf(ctx).user.id) throw new PageError('forbidden')
  const application = await applicationOf(deps, ctx, grant.clientId, place)
  // Somebody with more rows than one request reads.
  const alone = { ...grant, name: grant.clientName, connections: [grant], rememberedUntil: undefined }
  return { application: application ?? alone, connection: grant }
}

/** By the id of a client all of it, by that of a grant one connection. @throws PageError */
export const meant = async (deps: MeantDeps, ctx: Context, id: string, place: Place): Promise<Meant> => {
  if (!isClientId(id)) return grantMeant(deps, ctx, id, place)
  about(ctx, { clientId: id })
  const application = await applicationOf(deps, ctx, id, place)
  if (!application) throw new PageError('not-found')
  return { application, connection: undefined }
}
