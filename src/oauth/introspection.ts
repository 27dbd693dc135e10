// Token introspection (RFC 7662): confidential clients ask about access tokens, and about their own refresh tokens (D33).
import { authenticateClient, type ClientAuthenticationPorts, type Sender } from './client-authentication.ts'
import { invalidClient, temporarilyUnavailable } from './errors.ts'
import { required, singleParameters } from './parameters.ts'
import { openOrThrottle, type OpeningPorts } from './presented-credential.ts'
import type { Credentials, Now, Tokens, Usernames, Users } from './ports.ts'
import { liveAccessToken } from './live-access-token.ts'
import { formatScope } from './scopes/parameter.ts'
import type { ClientRequest } from './token-endpoint.ts'

export interface IntrospectionPorts extends ClientAuthenticationPorts, OpeningPorts {
  readonly credentials: Pick<Credentials, 'knowsSalt' | 'openRefreshToken' | 'openAccessToken'>
  readonly tokens: Pick<Tokens, 'findLiveAccessToken' | 'isLiveRefreshToken'>
  readonly users: Users & Usernames
  readonly now: Now
  readonly issuer: string
}

/** RFC 7662 §2.2. `{ active: false }` says nothing else, so that it cannot be used to probe. */
export type IntrospectionResponse =
  | { readonly active: false }
  | {
      readonly active: true
      readonly client_id: string
      readonly sub: string
      /** What the user logs in with; Stud.IP can change it, `sub` never. */
      readonly username?: string
      readonly scope: string
      readonly exp: number
      readonly iss: string
      readonly token_type?: 'Bearer'
      readonly iat?: number
    }

interface LiveToken {
  readonly clientId: string
  readonly userId: string
  readonly scopes: readonly string[]
  readonly expiresAt: number
  readonly issuedAt?: number
}

/**
 * Any confidential client may ask about any access token: who holds one can use it anyway, and a resource server needs
 * an id of its own.
 * @throws OAuthError invalid_request, invalid_client (also for a public client: it could not keep the answer to itself), slow_down, temporarily_unavailable
 */
export const createIntrospection =
  (ports: IntrospectionPorts) =>
  async ({ authorization, form, origin, recipient }: ClientRequest): Promise<IntrospectionResponse> => {
    const parameters = singleParameters(form)
    const client = await authenticateClient(ports, { authorization, parameters, address: origin.address, recipient })
    if (client.secretHash === null) throw invalidClient('Only a client with a secret may ask about tokens')
    const token = required(parameters, 'token')
    const live =
      (await liveAccessToken(ports, token)) ??
      (await liveRefreshToken(ports, { text: token, clientId: client.id, address: origin.address, recipient }))
    if (!live || live.expiresAt <= ports.now()) return { active: false }
    const [issuedTo, state, username] = await Promise.all([
      live.clientId === client.id ? client : ports.clients.find(live.clientId),
      ports.users.stateOf(live.userId),
      ports.users.usernameOf(live.userId),
    ])
    if (!issuedTo) return { active: false }
    if (state === 'maintenance') throw temporarilyUnavailable('Stud.IP is in maintenance mode.')
    if (state === 'refused') return { active: false }
    return {
      active: true,
      client_id: live.clientId,
      sub: live.userId,
      ...(username !== undefined && { username }),
      scope: formatScope(live.scopes),
      exp: live.expiresAt,
      iss: ports.issuer,
      ...(live.issuedAt !== undefined && { token_type: 'Bearer', iat: live.issuedAt }),
    }
  }

const liveRefreshToken = async (
  ports: IntrospectionPorts,
  presented: { text: string; clientId: string } & Sender,
): Promise<LiveToken | undefined> => {
  const token = await openOrThrottle(ports, { ...presented, open: ports.credentials.openRefreshToken })
  const own = token?.clientId === presented.clientId
  return own && (await ports.tokens.isLiveRefreshToken(token.id)) ? token : undefined
}
