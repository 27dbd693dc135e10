// GET: consent page. POST: approve, or deny with _method=delete (contract §10, RFC 6749 §4.1.1).
import { createHash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { open, seal } from '../crypto/sealed.ts'
import type { KeyRing } from '../crypto/key-ring.ts'
import { formOf } from '../middleware/form.ts'
import { identityOf } from '../middleware/identity.ts'
import { securityToken } from '../middleware/csrf.ts'
import { pageContext } from '../middleware/page-context.ts'
import { PageError } from '../middleware/page-error.ts'
import { checkRequest, findTarget, stateOf, TargetError, type RequestTarget } from '../oauth/authorization-request.ts'
import { errorLocation, responseIssuer, successLocation, type ResponseIss } from '../oauth/authorization-response.ts'
import { codeFor, newConsentTicket, ticketHolds, type Approver, type ConsentTicket } from '../oauth/consent.ts'
import { accessDenied, OAuthError } from '../oauth/errors.ts'
import { grantOf } from '../oauth/grant-id.ts'
import { loneValue } from '../oauth/parameters.ts'
import type { Audit, AuthorizationCodes, Clients, Credentials, Now, RandomHex } from '../oauth/ports.ts'
import { acceptedRedirectUri } from '../oauth/redirect-uri.ts'
import { askedScopes } from '../oauth/scope.ts'
import type { AuthorizationRequest, Client } from '../oauth/types.ts'
import type { Views } from '../views/views.ts'
import { parseForm } from '../oauth/raw-parameters.ts'
import { redirectTo } from '../middleware/redirect.ts'
import { originOf } from '../middleware/request-context.ts'

export interface AuthorizeDeps {
  readonly clients: Clients
  readonly codes: AuthorizationCodes
  readonly credentials: Pick<Credentials, 'sealCode'>
  readonly keys: KeyRing
  readonly views: Pick<Views, 'consent'>
  readonly audit: Audit
  readonly now: Now
  readonly random: RandomHex
  readonly issuer: string
  readonly pkcePlain: boolean
  readonly responseIss: ResponseIss
}

/** Name of the consent form for its CSRF token, and of its sealed ticket. */
export const consentForm = 'consent'

const targetOrPage = async (clients: Clients, raw: ReturnType<typeof parseForm>): Promise<RequestTarget> => {
  try {
    return await findTarget(raw, clients)
  } catch (error) {
    throw error instanceof TargetError ? new PageError(error.fault) : error
  }
}

interface TargetState {
  asked: Promise<RequestTarget>
  target: RequestTarget
}

/** Asks for the client while the gate asks for the user, so that one round trip serves both. */
export const askForTarget = ({ clients }: Pick<AuthorizeDeps, 'clients'>): Middleware =>
  function askForTarget(ctx, next) {
    const state = ctx.state as TargetState
    state.asked = targetOrPage(clients, parseForm(ctx.querystring))
    state.asked.catch(() => undefined) // provenTarget sees the fault, when the language of its page is known
    return next()
  }

/** Proves client and redirect URI before the login: what fails here is a page for everybody (D18). */
export const provenTarget = (): Middleware =>
  async function provenTarget(ctx, next) {
    const state = ctx.state as TargetState
    state.target = await state.asked
    await next()
  }

// The session id itself never leaves for the browser's page.
const approverOf = (ctx: Context): Approver => {
  const { user, sessionId } = identityOf(ctx)
  return { userId: user.id, sessionHash: createHash('sha256').update(sessionId).digest('base64url') }
}

/** The consent page for a sound request; the others go back to the client with their error. */
export const showConsent = (deps: AuthorizeDeps): Middleware =>
  async function showConsent(ctx) {
    const raw = parseForm(ctx.querystring)
    const { target } = ctx.state as TargetState
    try {
      await renderConsent(deps, ctx, checkRequest(raw, target, deps), target.client)
    } catch (error) {
      if (!(error instanceof OAuthError) || error.status >= 500) throw error
      const issuer = responseIssuer(deps, askedScopes(raw))
      redirectTo(ctx, errorLocation({ redirectUri: target.redirectUri, state: stateOf(raw), issuer }, error), 302)
    }
  }

const renderConsent = async (
  deps: AuthorizeDeps,
  ctx: Context,
  request: AuthorizationRequest,
  client: Client,
): Promise<void> => {
  const ticket = newConsentTicket(request, approverOf(ctx), deps.now(), deps.random)
  const key = (await deps.keys.current()).derive(consentForm)
  const [authToken, token] = await Promise.all([
    seal(ticket, key, consentForm),
    securityToken(ctx, deps.keys, consentForm),
  ])
  ctx.type = 'html'
  ctx.body = await deps.views.consent(pageContext(ctx), {
    client,
    redirectUri: request.redirectUri,
    user: identityOf(ctx).user,
    authToken,
    securityToken: token,
  })
}

// The form of Deny says _method=delete. Whatever is no plain POST denies: doubt must not give access.
const denies = (ctx: Context): boolean => ctx.method !== 'POST' || '_method' in formOf(ctx)

/** Approves or denies what the user was shown, and nothing that other fields of the form say (S-029). */
export const answerConsent = (deps: AuthorizeDeps): Middleware =>
  async function answerConsent(ctx) {
    const ticket = await openTicket(deps, ctx, loneValue(formOf(ctx), 'auth_token'))
    const { request } = ticket
    await assertStillRegistered(deps.clients, request)
    const issuer = responseIssuer(deps, request.scopes)
    const target = { redirectUri: request.redirectUri, state: request.state, issuer }
    const who = { clientId: request.clientId, userId: ticket.userId, grantId: grantOf(ticket.codeId) }
    if (denies(ctx)) {
      deps.audit({ event: 'consent.denied', ...who }, originOf(ctx))
      return redirectTo(ctx, errorLocation(target, accessDenied()), 303)
    }
    const code = codeFor(ticket, deps.now())
    const sealed = await deps.credentials.sealCode(code)
    if (!(await deps.codes.insert(code))) throw new PageError('form-used')
    deps.audit({ event: 'consent.approved', ...who }, originOf(ctx))
    redirectTo(ctx, successLocation(target, sealed), 303)
  }

const openTicket = async (
  { keys, now }: AuthorizeDeps,
  ctx: Context,
  text: string | undefined,
): Promise<ConsentTicket> => {
  const key = (await keys.current()).derive(consentForm)
  const ticket = text === undefined ? undefined : await open<ConsentTicket>(text, key, consentForm)
  if (!ticket || !ticketHolds(ticket, approverOf(ctx), now())) throw new PageError('form-expired')
  return ticket
}

// The client may have been suspended or changed while the user was reading.
const assertStillRegistered = async (clients: Clients, request: AuthorizationRequest): Promise<void> => {
  const client = await clients.find(request.clientId)
  if (!client) throw new PageError('unknown-client')
  if (acceptedRedirectUri(request.requestedRedirectUri, client.redirectUris) !== request.redirectUri)
    throw new PageError('redirect-uri-mismatch')
}
