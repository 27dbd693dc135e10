// The answer to a consent form (D7): whose it is, what it means, and where it leads (RFC 6749 §4.1.2, §4.1.2.1).
import { assertRegistered } from './authorization-request.ts'
import {
  errorLocation,
  responseIssuer,
  successLocation,
  type ResponseIss,
  type ResponseTarget,
} from './authorization-response.ts'
import { codeFor, isShownTo, type Approver, type ConsentTicket } from './consent.ts'
import { accessDenied } from './errors.ts'
import { grantOf } from './grant-id.ts'
import { isToldApart } from './remembered-consent.ts'
import type { Approvals, Audit, AuthorizationCodes, Clients, Credentials, Now, RequestOrigin } from './ports.ts'
import { assertPresent, type Recipient } from './recipient.ts'
import { formatScope } from './scopes/parameter.ts'
import type { AuthorizationCode } from './types.ts'

export interface ConsentAnswer {
  /** Undefined when the form brought none that we made. */
  readonly ticket: ConsentTicket | undefined
  readonly approver: Approver
  readonly denies: boolean
  readonly origin: RequestOrigin
  readonly recipient: Recipient
}

export interface ConsentAnswerPorts {
  readonly clients: Clients
  readonly codes: AuthorizationCodes
  /** Undefined where nothing is remembered (REMEMBER_CONSENT=off). */
  readonly remembered: Pick<Approvals, 'remember' | 'forget'> | undefined
  readonly credentials: Pick<Credentials, 'sealCode'>
  readonly audit: Audit
  readonly now: Now
  readonly issuer: string
  readonly responseIss: ResponseIss
}

/** `form-expired`: too old, or not this user's in this session. `form-used`: its code was redeemed. */
export type ConsentFault = 'form-expired' | 'form-used'

/** The answer counts for nothing, and the user has to be told. */
export class ConsentError extends Error {
  override readonly name = 'ConsentError'
  readonly fault: ConsentFault
  constructor(fault: ConsentFault) {
    super(`answer to a consent form: ${fault}`)
    this.fault = fault
  }
}

/**
 * What the answer means. A No holds however late it comes: the client waits for it, and it gives nothing away.
 * @throws ConsentError form-expired
 */
export const judgeAnswer = (
  { ticket, approver, denies }: Pick<ConsentAnswer, 'ticket' | 'approver' | 'denies'>,
  now: number,
): { readonly meaning: 'allow' | 'deny'; readonly ticket: ConsentTicket } => {
  if (!ticket || !isShownTo(ticket, approver)) throw new ConsentError('form-expired')
  if (denies) return { meaning: 'deny', ticket }
  if (ticket.expiresAt < now) throw new ConsentError('form-expired')
  return { meaning: 'allow', ticket }
}

/** Where the client hears of the answer, whatever it is. */
export const targetOf = (
  { request: { redirectUri, state, scopes } }: ConsentTicket,
  ports: Pick<ConsentAnswerPorts, 'issuer' | 'responseIss'>,
): ResponseTarget => ({ redirectUri, state, issuer: responseIssuer(ports, scopes) })

/**
 * Answers a consent form with the location to go to. The last answer counts for as long as the code is unredeemed: a second
 * Allow leads to the same code (B13), and Deny after Allow withdraws it.
 * @throws ConsentError, and TargetError when the client has changed while the user was reading
 */
export const createConsentAnswer = (ports: ConsentAnswerPorts) => {
  const codeOf = async (code: AuthorizationCode): Promise<{ readonly text: string; readonly fresh: boolean }> => {
    // Before the row: faulty keys must not leave a code that nobody has.
    const text = await ports.credentials.sealCode(code)
    if (await ports.codes.insert(code)) return { text, fresh: true }
    const expiresAt = await ports.codes.unredeemedUntil(code.id)
    if (expiresAt === undefined) throw new ConsentError('form-used')
    return { text: await ports.credentials.sealCode({ ...code, expiresAt }), fresh: false }
  }
  return async (answer: ConsentAnswer): Promise<string> => {
    const { meaning, ticket } = judgeAnswer(answer, ports.now())
    const { request, userId, codeId } = ticket
    const client = await assertRegistered(request, ports.clients)
    const target = targetOf(ticket, ports)
    const details = { scope: formatScope(request.scopes) }
    const who = { clientId: request.clientId, userId, grantId: grantOf(codeId), details }
    if (meaning === 'deny') {
      if (!(await ports.codes.withdraw(codeId))) throw new ConsentError('form-used')
      await ports.remembered?.forget(userId, request.clientId)
      ports.audit({ event: 'consent.denied', ...who }, answer.origin)
      return errorLocation(target, accessDenied())
    }
    await assertPresent(answer.recipient)
    const code = codeFor(ticket, ports.now())
    const { text, fresh } = await codeOf(code)
    if (fresh) ports.audit({ event: 'consent.approved', ...who }, answer.origin)
    if (isToldApart(client, request.redirectUri)) await ports.remembered?.remember(code, client)
    return successLocation(target, text)
  }
}
