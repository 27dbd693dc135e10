// GET admin/oauth2: set-up state and registered clients, for root (contract §11.3).
import type { Middleware } from 'koa'
import { inspectKeyFiles } from '../crypto/key-files.ts'
import type { Keys } from '../crypto/key-ring.ts'
import { inspectSignInKey } from '../crypto/sign-in-key.ts'
import { securityToken } from '../middleware/csrf.ts'
import { pageContext } from '../middleware/page-context.ts'
import { SetupError } from '../oauth/errors.ts'
import type { Users } from '../oauth/ports.ts'
import type { People } from '../openid/person.ts'
import type { Settings } from '../settings.ts'
import type { ClientAdministration } from '../stores/client-administration.ts'
import type { ClientRequests, RequestedClient } from '../stores/client-requests.ts'
import type { OpenRequest } from '../views/client-requests.ts'
import type { Views } from '../views/views.ts'
import { clientForm } from './clients.ts'
import { listStateOf } from './list-state.ts'
import { takeNotice, type NoticeDeps } from './notice.ts'

export interface AdminDeps extends NoticeDeps {
  readonly administration: Pick<ClientAdministration, 'list'>
  readonly requests: Pick<ClientRequests, 'open'>
  readonly people: People
  readonly users: Users
  readonly views: Pick<Views, 'admin'>
  readonly settings: Pick<Settings, 'baseUrl' | 'keysPath'>
}

const pageSize = 50

// This page has to appear when the key files are faulty, because it says so; then it offers nothing to submit.
const whileKeysWork = async <T>(attempt: Promise<T>): Promise<T | undefined> => {
  try {
    return await attempt
  } catch (error) {
    if (error instanceof SetupError) return undefined
    throw error
  }
}

const withAsker = async ({ people, users }: AdminDeps, request: RequestedClient): Promise<OpenRequest> => {
  const [person, state] = await Promise.all([people(request.request.by.id), users.stateOf(request.request.by.id)])
  return { ...request, asker: { fullName: person?.fullName, perms: person?.perms, refused: state === 'refused' } }
}

const signInOf = (keys: Pick<Keys, 'signIn' | 'signInFault'> | undefined): 'on' | 'off' | 'faulty' =>
  keys?.signInFault ? 'faulty' : keys?.signIn ? 'on' : 'off'

/** The administration page. */
export const showAdministration = (deps: AdminDeps): Middleware =>
  async function showAdministration(ctx) {
    const state = listStateOf(ctx)
    const [list, { requests, total: requestsTotal }, keyFiles, signInKey, keys, token, notice] = await Promise.all([
      deps.administration.list({ ...state, pageSize }),
      deps.requests.open(),
      inspectKeyFiles(deps.settings.keysPath),
      inspectSignInKey(deps.settings.keysPath),
      whileKeysWork(deps.keys.current()),
      whileKeysWork(securityToken(ctx, deps.keys, clientForm)),
      whileKeysWork(takeNotice(deps, ctx)),
    ])
    ctx.type = 'html'
    ctx.body = await deps.views.admin(pageContext(ctx), {
      list: { ...state, page: list.page },
      pageSize,
      clients: list.clients,
      total: list.total,
      isUncounted: list.isUncounted,
      requests: await Promise.all(requests.map((request) => withAsker(deps, request))),
      requestsTotal,
      keyFiles: [...keyFiles, ...signInKey],
      signIn: signInOf(keys),
      notice,
      securityToken: token,
    })
  }
