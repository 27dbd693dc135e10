// What nginx asks before it lets a sealed token to Stud.IP's JSON:API (D24): may this request pass, and with which token?
import { insufficientScope, invalidToken, OAuthError, temporarilyUnavailable } from '../oauth/errors.ts'
import { asItsRowSays, type LiveTokenPorts } from '../oauth/live-access-token.ts'
import type { Clients, Credentials, Now, Users } from '../oauth/ports.ts'
import { api } from '../oauth/scopes/api.ts'
import { apiRead } from '../oauth/scopes/api-read.ts'
import { formatOf } from '../oauth/scopes/index.ts'
import type { AccessToken } from '../oauth/types.ts'
import type { KeptTokens } from './kept-tokens.ts'
import { isJsonApi } from './json-api.ts'
import { presentedToken } from './presented-token.ts'

export interface GatewayPorts extends Pick<LiveTokenPorts, 'tokens'> {
  readonly openedTokens: Credentials['openAccessToken']
  readonly clients: Clients
  readonly users: Users
  readonly now: Now
  readonly keptTokens: KeptTokens
  /** Path of BASE with leading and trailing slash. */
  readonly basePath: string
  /** Whether `api.read` is offered here. A grant outlives the setting, its power does not. */
  readonly isOffered: boolean
}

/** A request as nginx got it, nothing decoded or merged. */
export interface AskedRequest {
  readonly authorization: string | undefined
  readonly method: string
  readonly path: string
}

/** Stud.IP changes nothing on these (contract §18.1). Compared exactly: so does PHP. */
const reading: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

const openSealed = async ({ openedTokens }: GatewayPorts, header: string | undefined): Promise<AccessToken> => {
  const text = presentedToken(header)
  const token = text === undefined ? undefined : await openedTokens(text)
  // What Stud.IP reads by itself is no business of ours, and never exchanged for another of its kind.
  if (!token || formatOf(token.scopes) !== 'sealed') throw invalidToken(token?.clientId)
  return token
}

/** Everything about it in one round trip, as it is now. */
const assertLive = async (ports: GatewayPorts, token: AccessToken): Promise<AccessToken> => {
  const { clientId, userId } = token
  const [row, client, state] = await Promise.all([
    ports.tokens.findLiveAccessToken(token.id),
    ports.clients.find(clientId),
    ports.users.stateOf(userId),
  ])
  const live = asItsRowSays(token, row)
  if (!live || live.expiresAt <= ports.now()) throw invalidToken(clientId)
  if (live.clientId !== clientId || live.userId !== userId || !client || state === 'refused')
    throw invalidToken(clientId)
  if (state === 'maintenance') throw temporarilyUnavailable('Stud.IP is in maintenance mode.')
  return live
}

/**
 * The token to pass on in the place of the one that came, a JWT of minutes (S-126). Row, client and user are asked every
 * time, so that whatever ends a token ends it here at once.
 * @throws OAuthError invalid_token, insufficient_scope, temporarily_unavailable in maintenance mode
 */
export const createDecision =
  (ports: GatewayPorts) =>
  async ({ authorization, method, path }: AskedRequest): Promise<string> => {
    const token = await assertLive(ports, await openSealed(ports, authorization))
    if (!ports.isOffered || !token.scopes.includes(apiRead.name)) throw insufficientScope(apiRead.name, token.clientId)
    if (!reading.has(method) || !isJsonApi(path, ports.basePath)) throw insufficientScope(api.name, token.clientId)
    return ports.keptTokens(token)
  }

/** Errors that nginx passes on to the client; for the others it answers that the service is away. */
export const isDecision = (error: unknown): error is OAuthError =>
  error instanceof OAuthError && (error.status === 401 || error.status === 403)
