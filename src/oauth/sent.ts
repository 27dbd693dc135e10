// What a request said, as far as it is no secret: for the log line of a refusal and the page for the developer (D29).
import { bounds } from '../bounds.ts'
import { namedClient } from './client-authentication.ts'
import { readUserCode } from './device/user-code.ts'
import { isClientId } from './grant-id.ts'
import { loneValue } from './parameters.ts'
import type { RawParameters } from './types.ts'

/** One line of printable ASCII, cut: nothing in it can steer a terminal, turn its direction or look like another character. */
export const printable = (text: string): string => {
  const { most } = bounds.repeated
  const cut = text.length > most ? `${text.slice(0, most)}...` : text
  return cut.replaceAll(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

const hidden = '***'
/** Long runs look like codes, tokens and keys, whatever they were sent as. */
const credentialLike = /[A-Za-z0-9_-]{32,}/g
const secretNames = /code|token|secret|state|verifier|nonce|password|session|ticket|key|sid|auth/i

const withoutUserinfo = (text: string): string =>
  text.replace(/^([a-z][a-z0-9+.-]{0,40}:\/\/)[^/?#]*@/i, `$1${hidden}@`)

// Apps send the address that they stand at, with what an earlier answer left in its query or fragment.
const withoutSecret = (pair: string): string => {
  const [name = ''] = pair.split('=', 1)
  const [decoded = ''] = new URLSearchParams(name).keys()
  return pair !== name && secretNames.test(decoded) ? `${name}=${hidden}` : pair.replaceAll(credentialLike, hidden)
}

/** A redirect URI for the log: path and query as they were sent, but nothing that opens a door. */
export const loggedUri = (uri: string): string => {
  const [address = '', fragment] = uri.split('#', 2)
  const [path = '', query] = address.split(/\?(.*)/s, 2)
  return printable(
    withoutUserinfo(path) +
      (query === undefined ? '' : `?${query.split('&').map(withoutSecret).join('&')}`) +
      (fragment === undefined ? '' : `#${hidden}`),
  )
}

// Names of scopes, grant and response types are small letters and signs between them. What is none came from another place: a code,
// a token, a password. A user code in small letters looks like a name as well.
const nameLike = /^[a-z]+(?:[._:/-]+[a-z0-9]+)*$/
const isName = (word: string): boolean =>
  nameLike.test(word) && word.search(credentialLike) < 0 && readUserCode(word) === undefined

const loggedWords = (text: string): string => {
  if (readUserCode(text) !== undefined) return hidden
  return printable(
    text
      .slice(0, bounds.repeated.most + 1)
      .split(' ')
      .map((word) => (word === '' || isName(word) ? word : hidden))
      .join(' '),
  )
}

// A client that mixes up its id and its secret sends the secret here.
const loggedClientId = (text: string): string => (isClientId(text) ? text : `no number, ${text.length} characters`)

export interface Sent {
  readonly clientId?: string
  readonly redirectUri?: string
  readonly responseType?: string
  readonly scope?: string
  readonly grantType?: string
}

/** What these parameters and this Authorization header say, fit for a log. */
export const whatWasSent = (raw: RawParameters, authorization?: string): Sent => {
  const clientId = namedClient(authorization, raw) ?? loneValue(raw, 'client_id')
  const redirectUri = loneValue(raw, 'redirect_uri')
  const words = { responseType: 'response_type', scope: 'scope', grantType: 'grant_type' }
  return {
    ...(clientId !== undefined && { clientId: loggedClientId(clientId) }),
    ...(redirectUri !== undefined && { redirectUri: loggedUri(redirectUri) }),
    ...Object.fromEntries(
      Object.entries(words).flatMap(([key, name]) => {
        const value = loneValue(raw, name)
        return value === undefined ? [] : [[key, loggedWords(value)]]
      }),
    ),
  }
}
