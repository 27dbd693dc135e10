// grant_type=refresh_token (RFC 6749 §6) with rotation and replay detection (RFC 9700 §4.14.2).
import { invalidGrant, slowDown } from '../errors.ts'
import { grantOf } from '../grant-id.ts'
import type { Asker } from '../ports.ts'
import { restrictScope } from '../scopes/parameter.ts'
import { issue, newTokenPair } from '../token-issuing.ts'
import type { RefreshToken, TokenResponse } from '../types.ts'
import type { Grant, GrantPorts, GrantRequest, GrantType } from './grant.ts'
import { present } from '../presented-credential.ts'
import { assertUserMayHoldTokens } from '../user-state.ts'

const invalid = (hint: string) => invalidGrant('The refresh token is invalid.', hint, 'refresh_token')

const refreshTokenIn = ({ credentials }: GrantPorts) =>
  ({ name: 'refresh_token', open: (text: string, asker?: Asker) => credentials.openRefreshToken(text, asker) }) as const

/** Rotates a refresh token: the presented one and its access token end, a fresh pair of the same grant begins. */
const rotateToken =
  (ports: GrantPorts): Grant =>
  (request) =>
    present(ports, request, refreshTokenIn(ports), async ({ client, credential: presented, userState, recipient }) => {
      if (!presented) throw invalid('Cannot decrypt the refresh token')
      if (presented.clientId !== client.id) throw invalid('Token is not linked to client')
      if (presented.expiresAt < ports.now()) throw invalid('Token has expired')
      const scopes = restrictScope(request.parameters['scope'], presented.scopes)
      await assertUserMayHoldTokens(ports.beforeSigning.users, presented.userId, userState)
      return rotate(ports, presented, scopes, { ...request, recipient })
    })

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
    throw invalid('Token has been rotated before: all tokens of this connection have ended')
  }
  throw invalid(rotation === 'spent' ? 'Token has been rotated: use the newest one' : 'Token has been revoked')
}
