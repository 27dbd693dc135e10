// Every URL of the service on one page (contract §10). BASE is Stud.IP's path with its sub-path.
import Router from '@koa/router'
import type { Middleware } from 'koa'
import { bounds, type Bound } from '../bounds.ts'
import { admit, requireRoot } from '../middleware/identity.ts'
import { checkSecurityToken } from '../middleware/csrf.ts'
import { noStore } from '../middleware/no-store.ts'
import { readForm } from '../middleware/form.ts'
import { unmatched } from '../middleware/unmatched.ts'
import { createDecision } from '../gateway/decision.ts'
import { createDeviceAuthorization } from '../oauth/device/device-authorization.ts'
import { createIntrospection } from '../oauth/introspection.ts'
import { createRevocation } from '../oauth/revocation.ts'
import { createTokenEndpoint } from '../oauth/token-endpoint.ts'
import { logoutParameters } from '../openid/logout.ts'
import { createUserinfo } from '../openid/userinfo.ts'
import { basePath } from '../settings.ts'
import { guidePages, type GuidePage } from '../views/guide.ts'
import type { Deps } from '../wire/deps.ts'
import { showAdministration } from './admin.ts'
import {
  askToRevoke,
  askToRevokeAll,
  revokeAllApplications,
  revokeApplication,
  revokeFields,
  revokeForm,
  showApplication,
  showApplications,
} from './applications.ts'
import { approveIfRequested, approveRequest, askToReject, decisionFields, rejectRequest } from './client-decisions.ts'
import { showRequestForm, storeRequest } from './client-request-form.ts'
import {
  askToWithdraw,
  requestForm,
  requestFormFields,
  requireLevel,
  showRequests,
  whereRequestsAreOn,
  withdrawRequest,
} from './client-requests.ts'
import { showAsset } from './assets.ts'
import { askForTarget, provenTarget, showConsent } from './authorize.ts'
import { answerConsent } from './consent-form.ts'
import {
  askToDelete,
  askToRenewSecret,
  clientFields,
  clientForm,
  deleteClient,
  renewSecret,
  setSuspended,
  showNewClient,
  storeClient,
} from './clients.ts'
import { deviceAuthorization, introspect, revoke, token } from './client-endpoints.ts'
import { answerDevice, deviceFields, deviceForm, showDevice, showDeviceQrCode } from './device.ts'
import { gateway } from './gateway.ts'
import { guideAsText, showGuide } from './guide.ts'
import { gatewayPath, openidWellKnown, resourceWellKnown, wellKnown } from './paths.ts'
import { jwks, metadata, protectedResource } from './published.ts'
import { resume } from './resume.ts'
import { beforeTheGate } from './sign-in.ts'
import { createGuards, type Guards } from './guards.ts'
import { logout, logoutByPost } from './logout.ts'
import { signInOnly, tokenForm, userinfo } from './userinfo.ts'

// For the router, a base path is text and no pattern.
const literally = (path: string): string => path.replaceAll(/[{}()[\]+?!:*\\]/g, '\\$&')

/** Where routes are added. */
interface Site {
  readonly router: Router
  readonly deps: Deps
  readonly guards: Guards
  /** Stud.IP's path, for the router. */
  readonly base: string
  /** A path below our prefix. */
  readonly api: (path: string) => string
}

/** Who is asked, and the way back from the login. */
const consent = ({ router, deps, guards, api }: Site): void => {
  router.get(
    api('authorize'),
    askForTarget(deps),
    ...guards.page,
    provenTarget(),
    beforeTheGate(deps),
    admit(deps),
    showConsent(deps),
  )
  router.post(api('authorize'), ...guards.consent, answerConsent(deps))
  router.delete(api('authorize'), ...guards.consent, answerConsent(deps))
  router.get(api('resume'), ...guards.page, resume(deps))
}

/** What a user has connected. */
const applications = ({ router, deps, guards, api }: Site): void => {
  const revoking = [...guards.form(bounds.buttonForm, revokeFields), checkSecurityToken(deps.keys, revokeForm)]
  router.get(api('applications'), ...guards.own, showApplications(deps))
  router.get(api('applications/details/:id'), ...guards.own, showApplication(deps))
  router.get(api('applications/revoke/:id'), ...guards.own, askToRevoke(deps))
  router.post(api('applications/revoke'), ...revoking, revokeApplication(deps))
  router.get(api('applications/revoke_all'), ...guards.own, askToRevokeAll(deps))
  router.post(api('applications/revoke_all'), ...revoking, revokeAllApplications(deps))
}

/** Devices without a browser (RFC 8628 §3.3). */
const devices = ({ router, deps, guards, api }: Site): void => {
  router.get(api('device'), ...guards.own, showDevice(deps))
  router.get(api('device/qr'), noStore(), showDeviceQrCode(deps))
  router.post(
    api('device'),
    ...guards.form(bounds.buttonForm, deviceFields),
    checkSecurityToken(deps.keys, deviceForm),
    answerDevice(deps),
  )
}

/** What root looks after. */
const clients = ({ router, deps, guards, api, base }: Site): void => {
  const changing = [requireRoot(), checkSecurityToken(deps.keys, clientForm)]
  const registering = [...guards.form(bounds.registrationForm, clientFields), ...changing]
  const changingOne = [...guards.form(bounds.buttonForm, clientFields), ...changing]
  router.get(`${base}dispatch.php/admin/oauth2`, ...guards.root, showAdministration(deps))
  router.get(api('clients/add'), ...guards.root, showNewClient(deps))
  router.post(api('clients/store'), ...registering, storeClient(deps))
  router.get(api('clients/delete/:id'), ...guards.root, askToDelete(deps))
  router.post(api('clients/delete/:id'), ...changingOne, deleteClient(deps))
  router.post(api('clients/suspend/:id'), ...changingOne, setSuspended(deps, 'suspended'))
  router.post(api('clients/resume/:id'), ...changingOne, approveIfRequested(deps), setSuspended(deps, 'resumed'))
  router.get(api('clients/secret/:id'), ...guards.root, askToRenewSecret(deps))
  router.post(api('clients/secret/:id'), ...changingOne, renewSecret(deps))
  const deciding = (bound: Bound) => [...guards.form(bound, decisionFields), ...changing]
  router.post(api('clients/approve/:id'), ...deciding(bounds.buttonForm), approveRequest(deps))
  router.get(api('clients/reject/:id'), ...guards.root, askToReject(deps))
  router.post(api('clients/reject/:id'), ...deciding(bounds.reasonForm), rejectRequest(deps))
}

/** Clients that a user asks for. */
const requests = ({ router, deps, guards, api }: Site): void => {
  const asking = [whereRequestsAreOn(deps), ...guards.own]
  const requesting = (bound: Bound) => [
    whereRequestsAreOn(deps),
    ...guards.form(bound, requestFormFields),
    checkSecurityToken(deps.keys, requestForm),
  ]
  router.get(api('requests'), ...asking, showRequests(deps))
  router.get(api('requests/add'), ...asking, requireLevel(deps), showRequestForm(deps))
  router.post(api('requests/store'), ...requesting(bounds.registrationForm), requireLevel(deps), storeRequest(deps))
  router.get(api('requests/withdraw/:id'), ...asking, askToWithdraw(deps))
  router.post(api('requests/withdraw/:id'), ...requesting(bounds.buttonForm), withdrawRequest(deps))
}

/** What programs call with their credentials. */
const endpoints = ({ router, deps, guards, api }: Site): void => {
  router.post(api('token'), ...guards.clientCall, token(createTokenEndpoint(deps)))
  router.post(api('device_authorization'), ...guards.clientCall, deviceAuthorization(createDeviceAuthorization(deps)))
  router.post(api('revoke'), ...guards.clientCall, revoke(createRevocation(deps)))
  router.post(api('introspect'), ...guards.clientCall, introspect(createIntrospection(deps)))
}

/** What everybody may read. */
const documents = ({ router, deps, guards, base, api }: Site): void => {
  router.get(api('assets/:name'), showAsset(deps))
  for (const page of Object.keys(guidePages) as GuidePage[])
    router.get(api(page), guideAsText(deps, page), ...guards.page, showGuide(deps, page))

  // Two RFC documents name the same metadata: one under our prefix, one at the root of the host (RFC 8414 §3.1).
  for (const path of [api(wellKnown), `/${wellKnown}${base}dispatch.php/api/oauth2`]) router.get(path, metadata(deps))
  for (const path of [api(openidWellKnown), `/${openidWellKnown}${base}dispatch.php/api/oauth2`])
    router.get(path, signInOnly(deps), metadata(deps))
  router.get(api('jwks'), jwks(deps))
  for (const path of [api(resourceWellKnown), `/${resourceWellKnown}${base}jsonapi.php/v1`])
    router.get(path, protectedResource(deps))
}

/** What nginx alone asks, about requests that are none of ours. */
const createGatewayRouter = (deps: Deps): Router =>
  new Router({ sensitive: true, strict: true }).get(
    gatewayPath,
    noStore(),
    gateway(
      createDecision({ ...deps, basePath: basePath(deps.settings), isOffered: deps.settings.apiRead }),
      `${deps.issuer}/${resourceWellKnown}`,
    ),
  )

/** Sign in with Stud.IP (OpenID Connect). */
const signIn = ({ router, deps, guards, api }: Site): void => {
  const leaving = [...guards.page, signInOnly(deps)]
  router.get(api('logout'), ...leaving, logout(deps))
  router.post(
    api('logout'),
    noStore(),
    signInOnly(deps),
    readForm(bounds.consentForm, logoutParameters),
    logoutByPost(),
  )

  const claims = [
    noStore(),
    signInOnly(deps),
    tokenForm(),
    userinfo(createUserinfo({ ...deps, baseUrl: deps.settings.baseUrl })),
  ]
  router.get(api('userinfo'), ...claims)
  router.post(api('userinfo'), ...claims)
}

/** In the order in which they are asked. A router tries all of its patterns: what clients call most need not wait for those of the pages. */
const createRouters = (deps: Deps): readonly Router[] => {
  const base = literally(basePath(deps.settings))
  const api = (path: string) => `${base}dispatch.php/api/oauth2/${path}`
  const site = { deps, guards: createGuards(deps), base, api }
  return [[endpoints], [consent, applications, devices, clients, requests, documents, signIn]].map((parts) => {
    const router = new Router({ sensitive: true })
    for (const add of parts) add({ ...site, router })
    return router
  })
}

/**
 * The middleware that answers, and the name of the endpoint at a path: its route without what all of them begin with.
 * `internal` answers nginx, which passes nothing on but what it asked for; it stands before what only browsers need.
 */
export const routes = (deps: Deps) => {
  const routers = createRouters(deps)
  const internal = createGatewayRouter(deps)
  const common = `${literally(basePath(deps.settings))}dispatch.php/`
  const nameOf = (pattern: string): string =>
    pattern.startsWith('/.well-known/')
      ? pattern.split('/').slice(1, 3).join('/')
      : pattern.replace(common, '').replace(/^(api\/oauth2|\/\.studip-oauth2)\//, '')
  return {
    endpointAt: (path: string): string => {
      const [layer] = [internal, ...routers].flatMap((each) => each.match(path, 'GET').path)
      return layer ? nameOf(String(layer.path)) : 'none'
    },
    internal: internal.routes() as Middleware,
    middleware: [...routers.map((router) => router.routes() as Middleware), unmatched()],
  }
}
