// RP-Initiated Logout 1.0: where a client wants its user sent after the logout, and whether that is proven (§2, §3).
import { TargetError } from '../oauth/target-error.ts'
import { invalidRequest } from '../oauth/errors.ts'
import { isClientId } from '../oauth/grant-id.ts'
import { singleParameters } from '../oauth/parameters.ts'
import type { Clients } from '../oauth/ports.ts'
import { acceptedRedirectUri } from '../oauth/redirect-uri.ts'
import { isDangerous } from '../oauth/redirect-uri-registration.ts'
import type { Client, Parameters, RawParameters } from '../oauth/types.ts'
import { bounds } from '../bounds.ts'

const lengths: ReadonlyMap<string, number> = new Map([
  ['id_token_hint', bounds.credential.most],
  ['client_id', bounds.parameter.most],
  ['post_logout_redirect_uri', bounds.parameter.most],
  ['state', bounds.parameter.most],
])

/** Names of the parameters of the logout endpoint; `logout_hint` and `ui_locales` change nothing. */
export const logoutParameters: ReadonlySet<string> = new Set(lengths.keys())

/** Reads an ID token of ours, expired or not; undefined for anything else. */
export type ReadHint = (jwt: string) => Promise<{ readonly userId: string; readonly clientId: string } | undefined>

export interface LogoutRequest {
  readonly client: Client | undefined
  /** The user whom the client means; undefined where it proved none. */
  readonly userId: string | undefined
  /** Where to go afterwards, with `state`; undefined where nothing registered was asked for. */
  readonly returnTo: string | undefined
}

const withState = (uri: string, state: string | undefined): string =>
  state === undefined ? uri : `${uri}${uri.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}`

const hintIn = async ({ id_token_hint: text, client_id: named }: Parameters, readHint: ReadHint) => {
  if (text === undefined) return undefined
  const hint = await readHint(text)
  if (!hint) throw invalidRequest('The id_token_hint is none of ours.', 'Check the id_token_hint parameter')
  if (named !== undefined && hint.clientId !== named)
    throw invalidRequest('client_id is not the client of the id_token_hint.', 'Check the client_id parameter')
  return hint
}

const clientOf = async (clientId: string | undefined, clients: Clients): Promise<Client | undefined> => {
  if (clientId === undefined) return undefined
  const client = isClientId(clientId) ? await clients.find(clientId) : undefined
  if (!client) throw new TargetError('unknown-client')
  return client
}

/** @throws OAuthError invalid_request for a wrong hint, TargetError for a client or an address that is not registered */
export const readLogout = async (
  raw: RawParameters,
  { clients, readHint }: { readonly clients: Clients; readonly readHint: ReadHint },
): Promise<LogoutRequest> => {
  const parameters = singleParameters(raw, lengths)
  const { post_logout_redirect_uri: uri, state } = parameters
  const hint = await hintIn(parameters, readHint)
  const client = await clientOf(hint?.clientId ?? parameters['client_id'], clients)
  // A page links to it, so what Stud.IP registered before us is not enough.
  if (uri !== undefined && client && (isDangerous(uri) || acceptedRedirectUri(uri, client.redirectUris) === undefined))
    throw new TargetError('redirect-uri-mismatch', uri)
  return {
    client,
    userId: hint?.userId,
    // Without a client nothing says whose address it is: the user is asked, and stays here (§3).
    returnTo: uri !== undefined && client ? withState(uri, state) : undefined,
  }
}
