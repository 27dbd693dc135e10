// grant_type=refresh_token (RFC 6749 §6) with rotation and replay detection (RFC 9700 §4.14.2).
import { invalidGrant, slowDown } from '../errors.ts'
import { grantOf } from '../grant-id.ts'
import { restrictScope } from '../scopes/parameter.ts'
import { issue, newTokenPair } from '../token-issuing.ts'
import type { RefreshToken, TokenResponse } from '../types.ts'
import type { Grant, GrantPorts, GrantRequest, GrantType } from './grant.ts'
import { present } from '../presented-credential.ts'
import { assertUserMayHoldTokens } from '../user-state.ts'

const invalid = (hint: string) => invalidGrant('The refresh token is invalid.', hint, 'refresh_token')

/** Rotates a refresh token: the presented one and its access token end, a fresh pair of the same grant begins. */
const rotateToken =
  (ports: GrantPorts): Grant =>
  async (request) => {
    const {
      client,
      credential: presented,
      userState,
    } = await present(ports, request, 'refresh_token', (text, asker) => ports.credentials.openRefreshToken(text, asker))
    if (!presented) throw invalid('Cannot decrypt the refresh token')
    if (presented.clientId !== client.id) throw invalid('Token is not linked to client')
    if (presented.expiresAt < ports.now()) throw invalid('Token has expired')
    const scopes = restrictScope(request.parameters['scope'], presented.scopes)
    await assertUserMayHoldTokens(ports.beforeSigning.users, presented.userId, userState)
    return rotate(ports, presented, scopes, request)
  }

export const refreshToken: GrantType = { name: 'refresh_token', create: rotateToken }

const rotate = async (
  ports: GrantPorts,
  presented: RefreshToken,
  scopes: readonly string[],
  { origin, recipient }: GrantRequest,
): Promise<TokenResponse> => {
  const pair = newTokenPair(ports, presented.id, { ...presented, scopes }, false)
  const wait = ports.rotationPace(grantOf(presented.id))
  if (wait > 0) throw slowDown(wait)
  const who = { clientId: presented.clientId, userId: presented.userId, grantId: grantOf(presented.id) }
  const { outcome: rotation, response } = await issue(ports, pair, recipient, {
    use: () => ports.tokens.rotate(presented, pair, ports.refreshGrace(), recipient),
    isUsedUp: (outcome) => outcome === 'rotated',
    takeBack: async () => {
      if (await ports.tokens.takeBackRotation(presented, pair))
        ports.audit({ event: 'token.taken-back', ...who }, origin)
    },
  })
  if (rotation === 'rotated' || rotation === 'in-grace') {
    ports.audit({ event: rotation === 'rotated' ? 'token.refreshed' : 'token.refreshed-in-grace', ...who }, origin)
    return response
  }
  if (rotation === 'replayed') {
    await ports.tokens.revokeReplayed(presented)
    ports.audit({ event: 'token.replayed', ...who }, origin)
  }
  throw invalid(rotation === 'spent' ? 'Token has been rotated' : 'Token has been revoked')
}
