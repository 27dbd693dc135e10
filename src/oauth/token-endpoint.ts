// The token endpoint (RFC 6749 §3.2): parameters → client → grant.
import { authenticateClient, type ClientAuthenticationPorts } from './client-authentication.ts'
import { unsupportedGrantType } from './errors.ts'
import type { GrantPorts } from './grants/grant.ts'
import { grantTypes } from './grants/index.ts'
import type { RequestOrigin } from './ports.ts'
import type { Recipient } from './recipient.ts'
import { required, singleParameters } from './parameters.ts'
import type { RawParameters, TokenResponse } from './types.ts'

/** A form post by a client: what the endpoints of this server that speak to clients have in common. */
export interface ClientRequest {
  /** The Authorization header, if any. */
  readonly authorization: string | undefined
  readonly form: RawParameters
  /** Where the request comes from, for throttling and the audit trail. */
  readonly origin: RequestOrigin
  readonly recipient: Recipient
}

/** @throws OAuthError of RFC 6749 §5.2 */
export type TokenEndpoint = (request: ClientRequest) => Promise<TokenResponse>

export const createTokenEndpoint = (ports: GrantPorts & ClientAuthenticationPorts): TokenEndpoint => {
  const grants = new Map(grantTypes.map(({ name, create }) => [name, create(ports)]))
  return async ({ authorization, form, origin, recipient }) => {
    const parameters = singleParameters(form)
    const grant = grants.get(required(parameters, 'grant_type'))
    if (!grant) throw unsupportedGrantType([...grants.keys()])
    return grant({
      parameters,
      origin,
      recipient,
      authenticate: (clients) =>
        authenticateClient({ ...ports, clients }, { authorization, parameters, address: origin.address, recipient }),
    })
  }
}
