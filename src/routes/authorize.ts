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
import { findTarget, requestQuery, type RequestTarget } from '../oauth/authorization-request.ts'
import { newConsentTicket, type Approver, type ConsentTicket } from '../oauth/consent.ts'
import { ConsentError, createConsentAnswer, type ConsentAnswerPorts } from '../oauth/consent-answer.ts'
import { consentRequired } from '../oauth/errors.ts'
import { isToldApart } from '../oauth/remembered-consent.ts'
import { createSilentAnswer } from '../oauth/silent-answer.ts'
import { loneValue } from '../oauth/parameters.ts'
import type { Approvals, HeldBefore, RandomHex } from '../oauth/ports.ts'
import type { AuthorizationRequest, Client } from '../oauth/types.ts'
import type { Views } from '../views/views.ts'
import { respond } from '../middleware/respond.ts'
import { recipientOf } from '../middleware/recipient.ts'
import { about } from '../middleware/refusal-line.ts'
import { originOf } from '../middleware/request-context.ts'
import { asksToLogInAgain, checkedRequest, requestOf, type SignInDeps } from './sign-in.ts'

export interface AuthorizeDeps extends ConsentAnswerPorts, SignInDeps {
  readonly keys: KeyRing
  readonly views: Pick<Views, 'consent' | 'formPost' | 'signInAgain'>
  readonly random: RandomHex
  readonly remembered: Approvals | undefined
  readonly heldBefore: HeldBefore
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
    state.asked = findTarget(requestOf(ctx), clients)
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
  const { user, sessionId, loginAt } = identityOf(ctx)
  return { userId: user.id, sessionHash: createHash('sha256').update(sessionId).digest('base64url'), loginAt }
}

/** The consent page for a sound request; the others go back to the client with their error, and who was approved before with a code. */
export const showConsent = (deps: AuthorizeDeps): Middleware => {
  const answerSilently = createSilentAnswer(deps)
  return async function showConsent(ctx) {
    const { client, ...target } = (ctx.state as TargetState).target
    const checked = await checkedRequest(deps, ctx, { client, ...target })
    const { request, signIn } = checked
    if (await asksToLogInAgain(deps, ctx, { ...checked, clientName: client.name })) return
    const approver = approverOf(ctx)
    const ticket = newConsentTicket(request, approver, deps.now(), deps.random)
    const location = maySkipPage(ctx)
      ? await answerSilently({ ticket, client, origin: originOf(ctx), recipient: recipientOf(ctx) })
      : undefined
    if (location !== undefined)
      return respond(ctx, deps, { location, redirectUri: request.redirectUri, mode: modeOf(request) })
    if (signIn?.prompt.has('none')) throw consentRequired()
    await renderConsent(deps, ctx, ticket, client)
  }
}

const asksForPage = (ctx: Context): boolean =>
  (requestOf(ctx)['prompt'] ?? []).some((value) => /(?:^| )(?:consent|select_account)(?: |$)/.test(value))

// A page in a frame, a program or a guess of the browser is nobody who went there (S-131). Old browsers do not tell.
const isVisit = (ctx: Context): boolean =>
  ctx.method === 'GET' && ['', 'document'].includes(ctx.get('Sec-Fetch-Dest')) && ctx.get('Sec-Purpose') === ''

const maySkipPage = (ctx: Context): boolean => isVisit(ctx) && !asksForPage(ctx)

const modeOf = ({ signIn }: AuthorizationRequest): string | undefined => signIn?.['response_mode']

const renderConsent = async (
  deps: AuthorizeDeps,
  ctx: Context,
  ticket: ConsentTicket,
  client: Client,
): Promise<void> => {
  const { request } = ticket
  const key = (await deps.keys.current()).derive(consentForm)
  const authToken = seal(ticket, key, consentForm)
  const [token, heldBefore] = await Promise.all([
    securityToken(ctx, deps.keys, consentForm),
    deps.heldBefore(ticket.userId, client),
  ])
  ctx.type = 'html'
  ctx.body = await deps.views.consent(pageContext(ctx), {
    client,
    redirectUri: request.redirectUri,
    scopes: request.scopes,
    heldBefore,
    isRemembered: deps.remembered !== undefined && isToldApart(client, request.redirectUri),
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
    const ticket = text === undefined ? undefined : open<ConsentTicket>(text, key, consentForm)
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
    const { request } = ticket! // without one there is no answer
    await respond(ctx, deps, { location, redirectUri: request.redirectUri, mode: modeOf(request) })
  }
}
