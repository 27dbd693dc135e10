// GET: consent page. POST: approve, or deny with _method=delete (contract §10, RFC 6749 §4.1.1).
import { createHash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { open, seal } from '../crypto/sealed.ts'
import type { KeyRing } from '../crypto/key-ring.ts'
import { formOf } from '../middleware/form.ts'
import { identityOf } from '../middleware/identity.ts'
import { securityToken } from '../middleware/csrf.ts'
import { pageContext } from '../middleware/page-context.ts'
import { checkRequest, findTarget, stateOf, type RequestTarget } from '../oauth/authorization-request.ts'
import { errorLocation, responseIssuer } from '../oauth/authorization-response.ts'
import { newConsentTicket, type Approver, type ConsentTicket } from '../oauth/consent.ts'
import { createConsentAnswer, type ConsentAnswerPorts } from '../oauth/consent-answer.ts'
import { OAuthError } from '../oauth/errors.ts'
import { loneValue } from '../oauth/parameters.ts'
import type { RandomHex } from '../oauth/ports.ts'
import { askedScopes } from '../oauth/scope.ts'
import type { AuthorizationRequest, Client } from '../oauth/types.ts'
import type { Views } from '../views/views.ts'
import { parseForm } from '../oauth/raw-parameters.ts'
import { redirectTo } from '../middleware/redirect.ts'
import { recipientOf } from '../middleware/recipient.ts'
import { originOf } from '../middleware/request-context.ts'

export interface AuthorizeDeps extends ConsentAnswerPorts {
  readonly keys: KeyRing
  readonly views: Pick<Views, 'consent'>
  readonly random: RandomHex
  readonly pkcePlain: boolean
}

/** Name of the consent form for its CSRF token, and of its sealed ticket. */
export const consentForm = 'consent'
export const consentFields: ReadonlySet<string> = new Set(['security_token', 'auth_token', '_method', 'allow'])

interface TargetState {
  asked: Promise<RequestTarget>
  target: RequestTarget
}

/** Asks for the client while the gate asks for the user, so that one round trip serves both. */
export const askForTarget = ({ clients }: Pick<AuthorizeDeps, 'clients'>): Middleware =>
  function askForTarget(ctx, next) {
    const state = ctx.state as TargetState
    state.asked = findTarget(parseForm(ctx.querystring), clients)
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
export const answerConsent = (deps: AuthorizeDeps): Middleware => {
  const answer = createConsentAnswer(deps)
  return async function answerConsent(ctx) {
    const ticket = await sentTicket(deps, ctx)
    const location = await answer({
      ticket,
      approver: approverOf(ctx),
      denies: denies(ctx),
      origin: originOf(ctx),
      recipient: recipientOf(ctx),
    })
    redirectTo(ctx, location, 303)
  }
}

const sentTicket = async ({ keys }: Pick<AuthorizeDeps, 'keys'>, ctx: Context): Promise<ConsentTicket | undefined> => {
  const text = loneValue(formOf(ctx), 'auth_token')
  return text === undefined ? undefined : open(text, (await keys.current()).derive(consentForm), consentForm)
}
