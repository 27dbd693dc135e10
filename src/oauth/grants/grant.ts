// What a grant is: a request whose client is still to prove itself in, tokens out.
import type { Attempts } from '../client-authentication.ts'
import type { DeviceCodes, Devices } from '../device/ports.ts'
import type { ChallengeHash } from '../pkce.ts'
import type { Audit, Clients, RequestOrigin, Tokens, Turns, Users } from '../ports.ts'
import type { Recipient } from '../recipient.ts'
import type { IssuingPorts } from '../token-issuing.ts'
import type { Client, Parameters, TokenResponse } from '../types.ts'

/** Where clients and users are looked up. */
export interface Parties {
  readonly clients: Clients
  readonly users: Users
}

export interface GrantPorts extends IssuingPorts, Parties {
  readonly tokens: Tokens
  readonly devices: Pick<Devices, 'poll'>
  readonly deviceCodes: Pick<DeviceCodes, 'open'>
  /** The same in groups, as late as the signatures allow: for what has to be signed (D22). */
  readonly beforeSigning: Parties
  /** Whose turn it is among the codes and refresh tokens of one user and client. */
  readonly turns: Turns
  readonly attempts: Attempts
  readonly hash: ChallengeHash
  readonly audit: Audit
  /** Seconds to wait before this grant may be rotated; 0 counts it. */
  readonly rotationPace: (grantId: string) => number
  /** The same before this code may be redeemed. */
  readonly redemptionPace: (codeId: string) => number
  /** Grace window of D8 in seconds, as it is now; 0 turns it off. */
  readonly refreshGrace: () => number
}

export interface GrantRequest {
  readonly parameters: Parameters
  readonly origin: RequestOrigin
  readonly recipient: Recipient
  /** The client that made the request. @throws OAuthError */
  readonly authenticate: (clients: Clients) => Promise<Client>
}

/** @throws OAuthError of RFC 6749 §5.2 */
export type Grant = (request: GrantRequest) => Promise<TokenResponse>

/** A value of grant_type and what answers it. */
export interface GrantType {
  readonly name: string
  readonly create: (ports: GrantPorts) => Grant
}
