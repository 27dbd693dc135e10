// Token revocation (RFC 7009).
import { authenticateClient, type ClientAuthenticationPorts } from './client-authentication.ts'
import { invalidRequest } from './errors.ts'
import { grantOf } from './grant-id.ts'
import { required, singleParameters } from './parameters.ts'
import { openOrThrottle, type OpeningPorts } from './presented-credential.ts'
import type { Audit, Credentials, Now, Tokens } from './ports.ts'
import type { ClientRequest } from './token-endpoint.ts'
import type { Client } from './types.ts'

export interface RevocationPorts extends ClientAuthenticationPorts, OpeningPorts {
  readonly credentials: Pick<Credentials, 'knowsSalt' | 'openRefreshToken' | 'openAccessToken'>
  readonly tokens: Pick<Tokens, 'revokeGrant' | 'revokeAccessToken'>
  readonly audit: Audit
  readonly now: Now
}

/**
 * Revokes a refresh token with its whole grant, or one access token. The token tells its own kind, so that
 * token_type_hint changes nothing (RFC 7009 §2.1). A token that is none of ours, or has
 * expired, is no error (§2.2): there is nothing to do.
 * @throws OAuthError invalid_request, invalid_client, slow_down
 */
export const createRevocation =
  (ports: RevocationPorts) =>
  async ({ authorization, form, origin, recipient }: ClientRequest): Promise<void> => {
    const parameters = singleParameters(form)
    const client = await authenticateClient(ports, { authorization, parameters, address: origin.address, recipient })
    const token = required(parameters, 'token')
    const refreshToken = await openOrThrottle(ports, {
      text: token,
      open: ports.credentials.openRefreshToken,
      clientId: client.id,
      address: origin.address,
      recipient,
    })
    if (refreshToken) {
      assertOwn(client, refreshToken.clientId)
      // An old token out of a backup must not end the grant that lives on.
      if (refreshToken.expiresAt < ports.now()) return
      const grantId = grantOf(refreshToken.id)
      await ports.tokens.revokeGrant(grantId)
      ports.audit({ event: 'grant.revoked', clientId: client.id, userId: refreshToken.userId, grantId }, origin)
      return
    }
    const accessToken = await ports.credentials.openAccessToken(token)
    if (!accessToken) return
    assertOwn(client, accessToken.clientId)
    if (accessToken.expiresAt < ports.now()) return
    await ports.tokens.revokeAccessToken(accessToken.id, client.id)
    ports.audit(
      { event: 'token.revoked', clientId: client.id, userId: accessToken.userId, grantId: grantOf(accessToken.id) },
      origin,
    )
  }

// RFC 7009 §2.1: the request is refused and the client is told.
const assertOwn = (client: Client, tokenClientId: string): void => {
  if (tokenClientId !== client.id) throw invalidRequest('The token was not issued to this client.')
}
