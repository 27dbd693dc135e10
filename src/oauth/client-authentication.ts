// Client authentication (RFC 6749 §2.3.1, §3.2.1): client_secret_basic, client_secret_post, none.
import { bounds } from '../bounds.ts'
import { invalidClient, invalidRequest, tooManyAttempts } from './errors.ts'
import { isClientId } from './grant-id.ts'
import { networkOf } from './network.ts'
import type { Recipient } from './recipient.ts'
import type { Clients, ClientSecrets } from './ports.ts'
import { loneValue } from './parameters.ts'
import type { Client, Parameters, RawParameters } from './types.ts'

/** Counts failures per client and network. */
export interface Attempts {
  /** True after too many failures within a minute. */
  isSuspect(kind: AttemptKind, clientId: string, address: string): boolean
  /** Seconds until this try is welcome; 0 when it is now. While suspects are held off, one of them a second is welcome all the same. */
  waitFor(kind: AttemptKind, clientId: string, address: string): number
  failed(kind: AttemptKind, clientId: string, address: string): void
  /** Takes one failure back: among many who share an address, some mistakes are no attack. */
  succeeded(kind: AttemptKind, clientId: string, address: string): void
}
export type AttemptKind = 'client-secret' | 'credential'

/** Where a request comes from, and who waits for its answer. */
export interface Sender {
  readonly address: string
  readonly recipient: Recipient
}

/** What a request says of its client: an id and the secrets it may have meant. */
interface Claim {
  readonly clientId: string | undefined
  readonly secrets: readonly string[]
}

export interface ClientAuthenticationPorts {
  readonly clients: Clients
  readonly secrets: ClientSecrets & { recalls(clientId: string, secret: string, hash: string): boolean }
  readonly attempts: Attempts
}

/**
 * The client that made the request. A public client proves nothing, and a secret that it sends is ignored (S-079).
 * @throws OAuthError invalid_request for two methods at once or no client_id, invalid_client (another method, too), slow_down after too many failures
 */
export const authenticateClient = async (
  ports: ClientAuthenticationPorts,
  request: { authorization: string | undefined; parameters: Parameters } & Sender,
): Promise<Client> => {
  const claim = readClaim(request.authorization, request.parameters)
  if (claim.clientId === undefined) throw withoutClient(request.authorization)
  const client = isClientId(claim.clientId) ? await ports.clients.find(claim.clientId) : undefined
  if (!client) throw invalidClient()
  if (client.secretHash === null) return client
  await verifySecret(ports, client.id, client.secretHash, claim.secrets, request)
  return client
}

// RFC 6749 §5.2: who tries another method in the header is told which one there is, with 401 and a challenge.
const withoutClient = (authorization: string | undefined): Error =>
  authorization === undefined
    ? invalidRequest('A required parameter is missing.', 'Check the client_id parameter')
    : invalidClient('Use Basic, or client_id and client_secret in the form')

// A secret that was right before is tried even while an attacker at the same address is held off.
const verifySecret = async (
  { secrets, attempts }: ClientAuthenticationPorts,
  id: string,
  hash: string,
  claimed: readonly string[],
  { address, recipient }: Sender,
): Promise<void> => {
  const who = ['client-secret', id, address] as const
  const proven = claimed.some((secret) => secrets.recalls(id, secret, hash))
  const isSuspect = (): boolean => !proven && attempts.isSuspect(...who)
  let isWelcome = false
  // Asked when it is this try's turn: many at once are as good as one after the other.
  const assertWelcome = (): void => {
    const wait = isWelcome || proven ? 0 : attempts.waitFor(...who)
    if (wait > 0) throw tooManyAttempts(wait)
    isWelcome = true
  }
  const asker = { network: networkOf(address), isSuspect, recipient }
  for (const secret of claimed) if (await secrets.verify(id, secret, hash, asker, assertWelcome)) return
  // A secret that is known to be wrong takes nobody's turn.
  if (!isWelcome && isSuspect()) throw tooManyAttempts(1)
  attempts.failed(...who)
  throw invalidClient()
}

/** The client that a request names, in its form or by Basic, proven or not; undefined when it names none or contradicts itself. */
export const namedClient = (authorization: string | undefined, form: RawParameters): string | undefined => {
  const parameters = ['client_id', 'client_secret'].flatMap((name) => {
    const value = loneValue(form, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  try {
    return readClaim(authorization, Object.fromEntries(parameters)).clientId
  } catch {
    return undefined
  }
}

const readClaim = (authorization: string | undefined, parameters: Parameters): Claim => {
  const basic = readBasic(authorization)
  const { client_id: clientId, client_secret: secret } = parameters
  if (!basic) return { clientId, secrets: secret === undefined ? [] : [secret] }
  if (secret !== undefined)
    throw invalidRequest(
      'The client used more than one authentication method.',
      'Send client_secret in the Authorization header or in the body, not in both',
    )
  if (clientId !== undefined && clientId !== basic.clientId)
    throw invalidRequest('client_id differs from the Authorization header.')
  return basic
}

// RFC 6749 §2.3.1 form-encodes both parts; league took them as they are. A secret is tried both ways.
const readBasic = (authorization: string | undefined): Claim | undefined => {
  if (authorization === undefined || !/^basic( |$)/i.test(authorization)) return undefined
  if (authorization.length > bounds.authorizationHeader.most)
    throw invalidRequest('The Authorization header is too long.')
  // Blanks are cut off before the pattern: one that looks for them as well would try every way to share them out.
  const encoded = authorization.slice('basic'.length).trim()
  if (!/^[A-Za-z0-9+/=_-]*$/.test(encoded)) throw invalidClient()
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon < 0) throw invalidClient()
  // A form of credentials that nobody filled in: it proves and names nothing, and league looked at the body then.
  if (decoded === ':') return undefined
  const secret = decoded.slice(colon + 1)
  return {
    clientId: formDecoded(decoded.slice(0, colon)),
    secrets: [...new Set([secret, formDecoded(secret)])].filter((text) => text !== ''),
  }
}

const formDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
