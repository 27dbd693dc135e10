// The answer to a request that this user approved before (D25): a code without the page, or nothing.
import { successLocation } from './authorization-response.ts'
import { codeFor, type ConsentTicket } from './consent.ts'
import { targetOf, type ConsentAnswerPorts } from './consent-answer.ts'
import { grantOf } from './grant-id.ts'
import type { Approvals, RequestOrigin } from './ports.ts'
import { assertPresent, type Recipient } from './recipient.ts'
import { mayPassSilently } from './remembered-consent.ts'
import { formatScope } from './scopes/parameter.ts'
import type { Client } from './types.ts'

export interface SilentAnswerPorts extends Omit<ConsentAnswerPorts, 'remembered'> {
  /** Undefined where nothing is remembered (REMEMBER_CONSENT=off). */
  readonly remembered: Pick<Approvals, 'pass'> | undefined
}

/** `ticket`: what a page would have asked, made for this request. */
export interface SilentRequest {
  readonly ticket: ConsentTicket
  readonly client: Client
  /** Names of the scopes of the approval that holds; asked only where that matters. */
  readonly approved: () => Promise<readonly string[]>
  readonly origin: RequestOrigin
  readonly recipient: Recipient
}

/** The location to go to; undefined where the user has to be asked, also when the approval ended a moment ago. */
export const createSilentAnswer =
  (ports: SilentAnswerPorts) =>
  async ({ ticket, client, approved, origin, recipient }: SilentRequest): Promise<string | undefined> => {
    const { request, userId, codeId } = ticket
    if (!ports.remembered || !(await mayPassSilently(request, client, approved))) return undefined
    await assertPresent(recipient)
    const code = codeFor(ticket, ports.now())
    // Before the row: faulty keys must not leave a code that nobody has.
    const text = await ports.credentials.sealCode(code)
    if (!(await ports.remembered.pass(code, client))) return undefined
    const details = { scope: formatScope(request.scopes) }
    ports.audit({ event: 'consent.passed', clientId: client.id, userId, grantId: grantOf(codeId), details }, origin)
    return successLocation(targetOf(ticket, ports), text)
  }
