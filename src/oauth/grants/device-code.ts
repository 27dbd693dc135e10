// grant_type=urn:ietf:params:oauth:grant-type:device_code (RFC 8628 §3.4, §3.5).
import type { DeviceCode } from '../device/ports.ts'
import { authorizationPending, deviceDenied, expiredToken, invalidGrant, pollSlower } from '../errors.ts'
import { grantOf, newGrantCode } from '../grant-id.ts'
import { required } from '../parameters.ts'
import { issue, newTokenPair } from '../token-issuing.ts'
import type { TokenResponse } from '../types.ts'
import { assertUserMayHoldTokens } from '../user-state.ts'
import { endingOldest } from './end-oldest.ts'
import type { Grant, GrantPorts, GrantRequest, GrantType } from './grant.ts'

const invalid = (hint: string) => invalidGrant('The device code is invalid.', hint, 'device_code')

/** Answers a poll: tokens once somebody approved, for the client that asked and nobody else. */
const pollDevice =
  (ports: GrantPorts): Grant =>
  async (request) => {
    const client = await request.authenticate(ports.clients)
    const code = await ports.deviceCodes.open(required(request.parameters, 'device_code'))
    if (!code) throw invalid('Cannot decrypt the device code')
    if (code.clientId !== client.id) throw invalid('Device code was not issued to this client')
    if (code.expiresAt < ports.now()) throw expiredToken()
    const state = await ports.devices.poll(code)
    if (state.kind === 'pending') throw authorizationPending()
    if (state.kind === 'slow-down') throw pollSlower()
    if (state.kind === 'denied') throw deviceDenied()
    if (state.kind !== 'approved') throw invalid('Device code has been used or revoked')
    await assertUserMayHoldTokens(ports.users, state.userId)
    return redeem(ports, code, state, request)
  }

export const deviceCode: GrantType = { name: 'urn:ietf:params:oauth:grant-type:device_code', create: pollDevice }

const redeem = async (
  ports: GrantPorts,
  { id, clientId, scopes, expiresAt }: DeviceCode,
  { userId, authTime }: { readonly userId: string; readonly authTime: number | undefined },
  { origin, recipient }: GrantRequest,
): Promise<TokenResponse> => {
  const row = { id, clientId, userId, scopes, expiresAt, redirectUri: undefined, codeChallenge: undefined }
  // A grant of its own: the row's id can be computed from what was on a screen.
  const pair = newTokenPair(ports, newGrantCode(ports.random), row)
  const who = { clientId, userId, grantId: grantOf(pair.accessToken.id) }
  const { outcome, response } = await issue(ports, pair, recipient, {
    // A device sends no nonce; the login is that of whoever approved (OpenID Connect Core §2).
    signIn: { nonce: undefined, authTime },
    use: () => endingOldest(ports, who, origin, ports.tokens.redeem(row, pair, recipient)),
    isUsedUp: (result) => result === 'redeemed',
    takeBack: async () => {
      if (await ports.tokens.takeBackRedemption(row, pair)) ports.audit({ event: 'code.taken-back', ...who }, origin)
    },
  })
  if (outcome !== 'redeemed') throw invalid('Device code has been used or revoked')
  ports.audit({ event: 'device.redeemed', ...who }, origin)
  return response
}
