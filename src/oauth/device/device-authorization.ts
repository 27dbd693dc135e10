// The device authorization endpoint (RFC 8628 §3.1, §3.2).
import { authenticateClient, type ClientAuthenticationPorts } from '../client-authentication.ts'
import { slowDown, temporarilyUnavailable } from '../errors.ts'
import { singleParameters } from '../parameters.ts'
import type { Audit, Now, OfferedScopes, RandomHex } from '../ports.ts'
import { assertPresent } from '../recipient.ts'
import { parseScope } from '../scopes/parameter.ts'
import type { ClientRequest } from '../token-endpoint.ts'
import type { DeviceCodes, Devices } from './ports.ts'
import { grouped, newUserCode } from './user-code.ts'

/** Seconds in which somebody has to answer. */
export const deviceCodeLifetime = 600
/** Seconds between two polls, until a client polls too fast. */
export const pollInterval = 5

export interface DeviceAuthorizationPorts extends ClientAuthenticationPorts {
  readonly devices: Pick<Devices, 'insert'>
  readonly deviceCodes: Pick<DeviceCodes, 'idOf' | 'seal'>
  readonly offeredScopes: OfferedScopes
  /** Seconds to wait before this client may ask again from this address; 0 counts the request. */
  readonly devicePace: (clientId: string, address: string) => number
  readonly random: RandomHex
  readonly now: Now
  readonly audit: Audit
  readonly issuer: string
}

/** RFC 8628 §3.2. */
export interface DeviceAuthorization {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly verification_uri_complete: string
  readonly expires_in: number
  readonly interval: number
}

/** The page for user codes (RFC 8628 §3.2), and the same with one. */
const verificationUri = (issuer: string): string => `${issuer}/device`
export const verificationUriComplete = (issuer: string, userCode: string): string =>
  `${verificationUri(issuer)}?user_code=${grouped(userCode)}`

/** Two in twenty-five billion are equal; more often than this in a row only where chance is broken. */
const tries = 3

/** @throws OAuthError invalid_request, invalid_client, invalid_scope, slow_down; RecipientLeft */
export const createDeviceAuthorization =
  (ports: DeviceAuthorizationPorts) =>
  async ({ authorization, form, origin, recipient }: ClientRequest): Promise<DeviceAuthorization> => {
    const parameters = singleParameters(form)
    const client = await authenticateClient(ports, { authorization, parameters, address: origin.address, recipient })
    const scopes = parseScope(parameters['scope'], await ports.offeredScopes())
    const wait = ports.devicePace(client.id, origin.address)
    if (wait > 0) throw slowDown(wait)
    await assertPresent(recipient)
    for (let left = tries; left > 0; left -= 1) {
      const userCode = newUserCode(ports.random)
      const id = await ports.deviceCodes.idOf(userCode)
      const code = { id, clientId: client.id, scopes, expiresAt: ports.now() + deviceCodeLifetime }
      // Before the row: faulty keys must not leave a request that nobody polls.
      const text = await ports.deviceCodes.seal(code)
      if (!(await ports.devices.insert(code, origin.address))) continue
      ports.audit({ event: 'device.requested', clientId: client.id }, origin)
      return {
        device_code: text,
        user_code: grouped(userCode),
        verification_uri: verificationUri(ports.issuer),
        verification_uri_complete: verificationUriComplete(ports.issuer, userCode),
        expires_in: deviceCodeLifetime,
        interval: pollInterval,
      }
    }
    throw temporarilyUnavailable('No user code is free.')
  }
