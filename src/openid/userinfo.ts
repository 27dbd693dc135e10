// The userinfo endpoint (OpenID Connect Core §5.3): claims for whoever holds a live access token of a sign-in.
import { insufficientScope, invalidRequest, invalidToken, noToken, temporarilyUnavailable } from '../oauth/errors.ts'
import { liveAccessToken, type LiveTokenPorts } from '../oauth/live-access-token.ts'
import { isRepeated, loneValue } from '../oauth/parameters.ts'
import type { Clients, Now, Users } from '../oauth/ports.ts'
import { openid } from '../oauth/scopes/openid.ts'
import type { RawParameters } from '../oauth/types.ts'
import { claimsOf, type Claims } from './claims.ts'
import type { People } from './person.ts'

export interface UserinfoPorts extends LiveTokenPorts {
  readonly clients: Clients
  readonly users: Users
  readonly people: People
  readonly now: Now
  readonly baseUrl: string
}

/** RFC 6750 §2.1, §2.2: the token in the header, or in a form. @throws OAuthError invalid_request for both or two (§3.1) */
export const bearerOf = (authorization: string | undefined, form: RawParameters): string | undefined => {
  const inHeader = /^bearer +([\w.~+/=-]+) *$/i.exec(authorization ?? '')?.[1]
  if (isRepeated(form, 'access_token'))
    throw invalidRequest('A parameter occurs more than once.', 'Check the access_token parameter')
  const inForm = loneValue(form, 'access_token')
  if (inHeader !== undefined && inForm !== undefined)
    throw invalidRequest('Send the access token in the header or in the form, not in both.')
  return inHeader ?? inForm
}

/** @throws OAuthError invalid_token, insufficient_scope, temporarily_unavailable in maintenance mode */
export const createUserinfo =
  (ports: UserinfoPorts) =>
  async (bearer: string | undefined): Promise<Claims> => {
    if (bearer === undefined) throw noToken()
    const token = await liveAccessToken(ports, bearer)
    if (!token || token.expiresAt <= ports.now()) throw invalidToken(token?.clientId)
    const [client, state, person] = await Promise.all([
      ports.clients.find(token.clientId),
      ports.users.stateOf(token.userId),
      ports.people(token.userId),
    ])
    if (!client || state === 'refused' || !person) throw invalidToken(token.clientId)
    if (!token.scopes.includes(openid.name)) throw insufficientScope(openid.name, token.clientId)
    if (state === 'maintenance') throw temporarilyUnavailable('Stud.IP is in maintenance mode.')
    return claimsOf(person, token.scopes, ports.baseUrl)
  }
