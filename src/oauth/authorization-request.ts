// The checks of /authorize in two phases. The order is policy: RFC 6749 §4.1.1 and §4.1.2.1.
import { bounds } from '../bounds.ts'
import { invalidRequest, unsupportedResponseType } from './errors.ts'
import { isClientId } from './grant-id.ts'
import { isRepeated, loneValue, singleParameters } from './parameters.ts'
import { parseCodeChallenge } from './pkce.ts'
import type { Clients } from './ports.ts'
import { acceptedRedirectUri } from './redirect-uri.ts'
import { formatScope, parseScope } from './scopes/parameter.ts'
import { TargetError } from './target-error.ts'
import type { AuthorizationRequest, Client, RawParameters } from './types.ts'

/** Who asks, and where the answer may go: proven before anything else, because every other error travels there. */
export interface RequestTarget {
  readonly client: Client
  readonly redirectUri: string
  readonly requestedRedirectUri: string | undefined
}

/**
 * Phase one: client and redirect URI.
 * @throws TargetError when the request must end on a page
 */
export const findTarget = async (raw: RawParameters, clients: Clients): Promise<RequestTarget> => {
  if (isRepeated(raw, 'client_id') || isRepeated(raw, 'redirect_uri')) throw new TargetError('malformed')
  const clientId = loneValue(raw, 'client_id')
  if (clientId === undefined) throw new TargetError('malformed')
  const client = isClientId(clientId) ? await clients.find(clientId) : undefined
  if (!client) throw new TargetError('unknown-client')
  const requestedRedirectUri = loneValue(raw, 'redirect_uri')
  const redirectUri = acceptedRedirectUri(requestedRedirectUri, client.redirectUris)
  if (redirectUri === undefined) {
    const fault = requestedRedirectUri === undefined ? 'redirect-uri-missing' : 'redirect-uri-mismatch'
    throw new TargetError(fault, requestedRedirectUri)
  }
  return { client, redirectUri, requestedRedirectUri }
}

/**
 * Phase two: everything whose error travels to the redirect URI.
 * @throws OAuthError of RFC 6749 §4.1.2.1
 */
export const checkRequest = (
  raw: RawParameters,
  target: RequestTarget,
  rules: { pkcePlain: boolean; /** Names of those that are offered. */ scopes: readonly string[] },
): AuthorizationRequest => {
  const parameters = singleParameters(raw)
  const responseType = parameters['response_type']
  if (responseType === undefined)
    throw invalidRequest('A required parameter is missing.', 'Check the response_type parameter')
  if (responseType !== 'code') throw unsupportedResponseType()
  return {
    clientId: target.client.id,
    redirectUri: target.redirectUri,
    requestedRedirectUri: target.requestedRedirectUri,
    scopes: parseScope(parameters['scope'], rules.scopes),
    state: parameters['state'],
    codeChallenge: parseCodeChallenge(parameters, {
      required: target.client.secretHash === null,
      plain: rules.pkcePlain,
    }),
  }
}

/**
 * Proves the target of a request that was sound a while ago once more: the client may have been suspended or changed since.
 * @throws TargetError
 */
export const assertRegistered = async (request: AuthorizationRequest, clients: Clients): Promise<Client> => {
  const client = await clients.find(request.clientId)
  if (!client) throw new TargetError('unknown-client')
  if (acceptedRedirectUri(request.requestedRedirectUri, client.redirectUris) !== request.redirectUri)
    throw new TargetError('redirect-uri-mismatch', request.requestedRedirectUri)
  return client
}

/** The state to send back with an error; undefined when there is none that can be trusted to be the client's. */
export const stateOf = (raw: RawParameters): string | undefined => {
  const state = loneValue(raw, 'state')
  return state !== undefined && state.length <= bounds.parameter.most ? state : undefined
}

/** The query that asks for the same once more: `checkRequest` of it gives this request again. */
export const requestQuery = (request: AuthorizationRequest): string => {
  const { clientId, requestedRedirectUri, scopes, state, codeChallenge, signIn } = request
  const query = new URLSearchParams({ response_type: 'code', client_id: clientId })
  const more = {
    redirect_uri: requestedRedirectUri,
    scope: formatScope(scopes) || undefined,
    state,
    code_challenge: codeChallenge?.challenge,
    code_challenge_method: codeChallenge?.method,
    ...signIn,
  }
  for (const [name, value] of Object.entries(more)) if (value !== undefined) query.append(name, value)
  return query.toString()
}
