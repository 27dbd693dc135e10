// GET: consent page. POST: approve, or deny with _method=delete (contract §10, RFC 6749 §4.1.1).
import { createHash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { open, seal } from '../crypto/sealed.ts'
import type { KeyRing } from '../crypto/key-ring.ts'
import { answerAt } from '../middleware/errors.ts'
import { formOf } from '../middleware/form.ts'
import { identityOf } from '../middleware/identity.ts'
import { securityToken } from '../middleware/csrf.ts'
import { pageContext } from '../middleware/page-context.ts'
import { PageError } from '../middleware/page-error.ts'
import { checkRequest, findTarget, requestQuery, stateOf, type RequestTarget } from '../oauth/authorization-request.ts'
import { responseIssuer } from '../oauth/authorization-response.ts'
import { newConsentTicket, type Approver, type ConsentTicket } from '../oauth/consent.ts'
import { ConsentError, createConsentAnswer, type ConsentAnswerPorts } from '../oauth/consent-answer.ts'
import { loneValue } from '../oauth/parameters.ts'
import type { OfferedScopes, RandomHex } from '../oauth/ports.ts'
import { askedScopes } from '../oauth/scopes/parameter.ts'
import type { AuthorizationRequest, Client } from '../oauth/types.ts'
import type { Views } from '../views/views.ts'
import { parseForm } from '../oauth/raw-parameters.ts'
import { redirectTo } from '../middleware/redirect.ts'
import { recipientOf } from '../middleware/recipient.ts'
import { about } from '../middleware/refusal-line.ts'
import { originOf } from '../middleware/request-context.ts'

export interface AuthorizeDeps extends ConsentAnswerPorts {
  readonly keys: KeyRing
  readonly views: Pick<Views, 'consent'>
  readonly random: RandomHex
  readonly pkcePlain: boolean
  readonly offeredScopes: OfferedScopes
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
    const issuer = responseIssuer(deps, askedScopes(raw))
    answerAt(ctx, { redirectUri: target.redirectUri, state: stateOf(raw), issuer })
    const request = checkRequest(raw, target, { pkcePlain: deps.pkcePlain, scopes: await deps.offeredScopes() })
    await renderConsent(deps, ctx, request, target.client)
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
    scopes: request.scopes,
    user: identityOf(ctx).user,
    authToken,
    securityToken: token,
  })
}

// The form of Deny says _method=delete. Whatever is no plain POST denies: doubt must not give access.
const denies = (ctx: Context): boolean => ctx.method !== 'POST' || '_method' in formOf(ctx)

interface TicketState {
  ticket: ConsentTicket | undefined
}

const isExpired = (error: unknown): boolean =>
  (error instanceof PageError && error.kind === 'form-expired') ||
  (error instanceof ConsentError && error.fault === 'form-expired')

/** Opens the ticket of a consent form before anybody is asked who they are: a form that came too late says where to begin again (B16). */
export const openTicket = ({ keys }: Pick<AuthorizeDeps, 'keys'>): Middleware =>
  async function openTicket(ctx, next) {
    const text = loneValue(formOf(ctx), 'auth_token')
    const key = (await keys.current()).derive(consentForm)
    const ticket = text === undefined ? undefined : await open<ConsentTicket>(text, key, consentForm)
    ;(ctx.state as TicketState).ticket = ticket
    if (ticket) about(ctx, { clientId: ticket.request.clientId })
    try {
      await next()
    } catch (error) {
      if (!ticket || !isExpired(error)) throw error
      throw new PageError('form-expired', {
        againPath: `dispatch.php/api/oauth2/authorize?${requestQuery(ticket.request)}`,
      })
    }
  }

/** Approves or denies what the user was shown, and nothing that other fields of the form say (S-029). */
export const answerConsent = (deps: AuthorizeDeps): Middleware => {
  const answer = createConsentAnswer(deps)
  return async function answerConsent(ctx) {
    const { ticket } = ctx.state as TicketState
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
