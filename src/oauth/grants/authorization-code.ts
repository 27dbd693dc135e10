// grant_type=authorization_code (RFC 6749 §4.1.3, RFC 7636 §4.6).
import { invalidGrant, invalidRequest, slowDown } from '../errors.ts'
import { grantOf } from '../grant-id.ts'
import type { Asker } from '../ports.ts'
import { verifyCodeVerifier } from '../pkce.ts'
import { acceptedRedirectUri } from '../redirect-uri.ts'
import { issue, newTokenPair, signInOf } from '../token-issuing.ts'
import type { AuthorizationCode, Client, Parameters, TokenResponse } from '../types.ts'
import { endingOldest } from './end-oldest.ts'
import type { Grant, GrantPorts, GrantRequest, GrantType } from './grant.ts'
import { present } from '../presented-credential.ts'
import { assertUserMayHoldTokens } from '../user-state.ts'

const invalid = (hint: string) => invalidGrant('The authorization code is invalid.', hint, 'code')

const codeIn = ({ credentials }: GrantPorts) =>
  ({ name: 'code', open: (text: string, asker?: Asker) => credentials.openCode(text, asker) }) as const

/** Redeems an authorization code for tokens. The use is the last check: only who proved possession may trigger a replay. */
const redeemCode =
  (ports: GrantPorts): Grant =>
  (request) =>
    present(ports, request, codeIn(ports), async ({ client, credential: code, userState, recipient }) => {
      const { parameters } = request
      if (!code) throw invalid('Cannot decrypt the authorization code')
      if (code.clientId !== client.id) throw invalid('Authorization code was not issued to this client')
      if (code.expiresAt < ports.now()) throw invalid('Authorization code has expired')
      checkRedirectUri(parameters, code, client)
      verifyCodeVerifier(parameters['code_verifier'], code.codeChallenge, ports.hash)
      await assertUserMayHoldTokens(ports.beforeSigning.users, code.userId, userState)
      return redeem(ports, code, { ...request, recipient })
    })

export const authorizationCode: GrantType = { name: 'authorization_code', create: redeemCode }

const redeem = async (
  ports: GrantPorts,
  code: AuthorizationCode,
  { origin, recipient }: GrantRequest,
): Promise<TokenResponse> => {
  // A used code costs as much as a good one, however often it comes.
  const wait = ports.redemptionPace(code.id)
  if (wait > 0) throw slowDown(wait)
  const pair = newTokenPair(ports, code.id, code)
  const who = { clientId: code.clientId, userId: code.userId, grantId: grantOf(code.id) }
  const { outcome: redemption, response } = await issue(ports, pair, recipient, {
    signIn: signInOf(code),
    use: () => endingOldest(ports, who, origin, ports.tokens.redeem(code, pair, recipient)),
    isUsedUp: (outcome) => outcome === 'redeemed',
    takeBack: async () => {
      if (await ports.tokens.takeBackRedemption(code, pair)) ports.audit({ event: 'code.taken-back', ...who }, origin)
    },
  })
  if (redemption === 'redeemed') {
    ports.audit({ event: 'code.redeemed', ...who }, origin)
    return response
  }
  if (redemption === 'replayed') {
    // RFC 9700 §4.2.4: two parties hold this code, so nothing that came from it can be trusted.
    await ports.tokens.revokeReplayed(code)
    ports.audit({ event: 'code.replayed', ...who }, origin)
    // Whoever did both sees good tokens die otherwise, and not why.
    throw invalid('Authorization code has been used before: all tokens that came from it have ended')
  }
  throw invalid('Authorization code has been revoked')
}

// RFC 6749 §4.1.3: required and identical when the authorization request had one.
const checkRedirectUri = (parameters: Parameters, code: AuthorizationCode, client: Client): void => {
  const sent = parameters['redirect_uri']
  if (code.redirectUri === undefined) {
    if (sent !== undefined && acceptedRedirectUri(sent, client.redirectUris) === undefined) {
      throw invalidGrant('redirect_uri is not registered for this client.', 'Check the redirect_uri parameter')
    }
    return
  }
  if (sent === undefined) throw invalidRequest('A required parameter is missing.', 'Check the redirect_uri parameter')
  if (sent !== code.redirectUri)
    throw invalidGrant('redirect_uri differs from the authorization request.', 'Invalid redirect URI', 'redirect_uri')
}
