// The consent ticket (D7): what the user was shown, sealed into the form, so that approving needs no server state.
import { newGrantCode } from './grant-id.ts'
import type { RandomHex } from './ports.ts'
import { openid } from './scopes/openid.ts'
import type { AuthorizationCode, AuthorizationRequest } from './types.ts'

/** Seconds for which a consent form may be submitted. */
export const consentLifetime = 600
/** Seconds for which an authorization code may be redeemed (contract §9.1). */
export const codeLifetime = 600

export interface ConsentTicket {
  readonly request: AuthorizationRequest
  /** The id of the code to come: its primary key makes a second submit fail. */
  readonly codeId: string
  readonly sessionHash: string
  readonly userId: string
  /** Unix seconds of the user's login. */
  readonly authTime?: number | undefined
  readonly expiresAt: number
}

/** Who approves: the logged-in user in this very session. */
export interface Approver {
  readonly userId: string
  readonly sessionHash: string
  /** Unix seconds of the login of this session. */
  readonly loginAt?: number | undefined
}

export const newConsentTicket = (
  request: AuthorizationRequest,
  approver: Approver,
  now: number,
  random: RandomHex,
): ConsentTicket => ({
  request,
  codeId: newGrantCode(random),
  sessionHash: approver.sessionHash,
  userId: approver.userId,
  authTime: approver.loginAt,
  expiresAt: now + consentLifetime,
})

/** True for the user and session that were shown the form. */
export const isShownTo = (ticket: ConsentTicket, approver: Approver): boolean =>
  ticket.userId === approver.userId && ticket.sessionHash === approver.sessionHash

export const codeFor = ({ request, codeId, userId, authTime }: ConsentTicket, now: number): AuthorizationCode => ({
  id: codeId,
  clientId: request.clientId,
  userId,
  scopes: request.scopes,
  redirectUri: request.requestedRedirectUri,
  codeChallenge: request.codeChallenge,
  ...(request.scopes.includes(openid.name) && { nonce: request.signIn?.['nonce'], authTime }),
  expiresAt: now + codeLifetime,
})
