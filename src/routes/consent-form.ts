// POST: what the consent form sends, approve or deny with _method=delete (contract §10).
import { createHash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { open } from '../crypto/sealed.ts'
import type { KeyRing } from '../crypto/key-ring.ts'
import { answerAt } from '../middleware/errors.ts'
import { formOf } from '../middleware/form.ts'
import { identityOf } from '../middleware/identity.ts'
import { PageError } from '../middleware/page-error.ts'
import { recipientOf } from '../middleware/recipient.ts'
import { about } from '../middleware/refusal-line.ts'
import { originOf } from '../middleware/request-context.ts'
import { respond } from '../middleware/respond.ts'
import { requestQuery } from '../oauth/authorization-request.ts'
import { isShownTo, type Approver, type ConsentTicket } from '../oauth/consent.ts'
import { ConsentError, createConsentAnswer, targetOf, type ConsentAnswerPorts } from '../oauth/consent-answer.ts'
import { loneValue } from '../oauth/parameters.ts'
import type { AuthorizationRequest } from '../oauth/types.ts'
import type { Views } from '../views/views.ts'

/** Name of the consent form for its CSRF token, and of its sealed ticket. */
export const consentForm = 'consent'
export const consentFields: ReadonlySet<string> = new Set(['security_token', 'auth_token', '_method', 'allow'])

/** Who the ticket of a form is for. The session id itself never leaves for the browser's page. */
export const approverOf = (ctx: Context): Approver => {
  const { user, sessionId, loginAt } = identityOf(ctx)
  return { userId: user.id, sessionHash: createHash('sha256').update(sessionId).digest('base64url'), loginAt }
}

/** How the answer travels (OAuth 2.0 Multiple Response Types §2.1); undefined is the query. */
export const modeOf = ({ signIn }: AuthorizationRequest): string | undefined => signIn?.['response_mode']

// The form of Deny says _method=delete. Whatever is no plain POST denies: doubt must not give access.
const denies = (ctx: Context): boolean => ctx.method !== 'POST' || '_method' in formOf(ctx)

interface TicketState {
  ticket: ConsentTicket | undefined
}

const isExpired = (error: unknown): boolean =>
  (error instanceof PageError && error.kind === 'form-expired') ||
  (error instanceof ConsentError && error.fault === 'form-expired')

/** Opens the ticket of a consent form before anybody is asked who they are: a form that came too late says where to begin again (B16). */
export const openTicket = ({ keys }: { readonly keys: KeyRing }): Middleware =>
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
export const answerConsent = (deps: ConsentAnswerPorts & { readonly views: Pick<Views, 'formPost'> }): Middleware => {
  const answer = createConsentAnswer(deps)
  return async function answerConsent(ctx) {
    const { ticket } = ctx.state as TicketState
    const approver = approverOf(ctx)
    // Also where the answer does not fit its header.
    if (ticket && isShownTo(ticket, approver))
      answerAt(ctx, { ...targetOf(ticket, deps), mode: modeOf(ticket.request) })
    const location = await answer({
      ticket,
      approver,
      denies: denies(ctx),
      origin: originOf(ctx),
      recipient: recipientOf(ctx),
    })
    const { request } = ticket! // without one there is no answer
    await respond(ctx, deps, { location, redirectUri: request.redirectUri, mode: modeOf(request) })
  }
}
