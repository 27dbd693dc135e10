// GET: the consent page, or a code at once for who approved before (contract §10, RFC 6749 §4.1.1).
import type { Context, Middleware } from 'koa'
import { seal } from '../crypto/sealed.ts'
import type { KeyRing } from '../crypto/key-ring.ts'
import { identityOf } from '../middleware/identity.ts'
import { securityToken } from '../middleware/csrf.ts'
import { pageContext } from '../middleware/page-context.ts'
import { isVisit } from '../middleware/visit.ts'
import { findTarget, type RequestTarget } from '../oauth/authorization-request.ts'
import { newConsentTicket, type ConsentTicket } from '../oauth/consent.ts'
import type { ConsentAnswerPorts } from '../oauth/consent-answer.ts'
import { consentRequired } from '../oauth/errors.ts'
import { isToldApart } from '../oauth/remembered-consent.ts'
import { createSilentAnswer } from '../oauth/silent-answer.ts'
import type { Approvals, Clients, HeldBefore, RandomHex } from '../oauth/ports.ts'
import type { Client } from '../oauth/types.ts'
import type { Told } from '../openid/told.ts'
import type { Views } from '../views/views.ts'
import { respond } from '../middleware/respond.ts'
import { recipientOf } from '../middleware/recipient.ts'
import { originOf } from '../middleware/request-context.ts'
import { approverOf, consentForm, modeOf } from './consent-form.ts'
import { asksToLogInAgain, checkedRequest, requestOf, type SignInDeps } from './sign-in.ts'

export interface AuthorizeDeps extends ConsentAnswerPorts, SignInDeps {
  readonly keys: KeyRing
  readonly views: Pick<Views, 'consent' | 'formPost' | 'signInAgain'>
  readonly random: RandomHex
  readonly remembered: Approvals | undefined
  readonly heldBefore: HeldBefore
  readonly told: Told
}

interface TargetState {
  asked: Promise<RequestTarget>
  target: RequestTarget
}

/** Asks for the client while the gate asks for the user, so that one round trip serves both. */
export const askForTarget = ({ clientsOfPages }: { readonly clientsOfPages: Clients }): Middleware =>
  function askForTarget(ctx, next) {
    const state = ctx.state as TargetState
    state.asked = findTarget(requestOf(ctx), clientsOfPages)
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
    const { perms } = identityOf(ctx).user
    let asked: Promise<readonly string[]> | undefined
    const approved = () => (asked ??= deps.remembered?.find(ticket.userId, client, perms) ?? Promise.resolve([]))
    const location = maySkipPage(ctx)
      ? await answerSilently({ ticket, client, approved, origin: originOf(ctx), recipient: recipientOf(ctx) })
      : undefined
    if (location !== undefined)
      return respond(ctx, deps, { location, redirectUri: request.redirectUri, mode: modeOf(request) })
    if (signIn?.prompt.has('none')) throw consentRequired(isVisit(ctx) ? undefined : noVisit)
    await renderConsent(deps, ctx, ticket, client, approved())
  }
}

const asksForPage = (ctx: Context): boolean =>
  (requestOf(ctx)['prompt'] ?? []).some((value) => /(?:^| )(?:consent|select_account)(?: |$)/.test(value))

const noVisit = 'Nothing is approved silently in a frame or by a script: go there with the whole window.'

const maySkipPage = (ctx: Context): boolean => isVisit(ctx) && !asksForPage(ctx)

const renderConsent = async (
  deps: AuthorizeDeps,
  ctx: Context,
  ticket: ConsentTicket,
  client: Client,
  approved: Promise<readonly string[]>,
): Promise<void> => {
  const { request } = ticket
  const key = (await deps.keys.current()).derive(consentForm)
  const authToken = seal(ticket, key, consentForm)
  const [token, heldBefore, told] = await Promise.all([
    securityToken(ctx, deps.keys, consentForm),
    deps.heldBefore(ticket.userId, client, approved),
    deps.told(ticket.userId, request.scopes),
  ])
  ctx.type = 'html'
  ctx.body = await deps.views.consent(pageContext(ctx), {
    client,
    redirectUri: request.redirectUri,
    scopes: request.scopes,
    heldBefore,
    told,
    isRemembered: deps.remembered !== undefined && isToldApart(client, request.redirectUri),
    user: identityOf(ctx).user,
    authToken,
    securityToken: token,
  })
}
