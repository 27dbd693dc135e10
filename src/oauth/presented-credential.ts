// Opens a code or refresh token. A foreign salt costs a PBKDF2 (D4), so those who send bad ones are held off (S-099).
import type { Attempts, Sender } from './client-authentication.ts'
import type { GrantRequest, Parties } from './grants/grant.ts'
import { networkOf } from './network.ts'
import { required } from './parameters.ts'
import type { Asker, Credentials, UserState } from './ports.ts'
import type { Client } from './types.ts'

export interface OpeningPorts {
  readonly attempts: Attempts
  readonly credentials: Pick<Credentials, 'knowsSalt'>
}

/**
 * The opened credential, or undefined when it is none of ours.
 * Failures that cost a derivation count per client and network, and successes against them. Past the limit such texts wait
 * behind everybody else's, a few at a time; what is cheap to open never waits, so that nobody who holds a credential is kept
 * out by what others did from the same address.
 * @throws OAuthError slow_down, temporarily_unavailable; RecipientLeft
 */
export const openOrThrottle = async <T>(
  { attempts, credentials }: OpeningPorts,
  presented: { text: string; open: Open<T>; clientId: string } & Sender,
): Promise<T | undefined> => {
  const { text, open, clientId, address, recipient } = presented
  if (credentials.knowsSalt(text)) return open(text)
  const who = ['credential', clientId, address] as const
  const isSuspect = (): boolean => attempts.isSuspect(...who)
  const opened = await open(text, { network: networkOf(address), isSuspect, recipient })
  if (opened === undefined) attempts.failed(...who)
  else attempts.succeeded(...who)
  return opened
}

type Open<T> = (text: string, asker?: Asker) => Promise<T | undefined>

interface Presented<T> {
  readonly client: Client
  /** Undefined when it is none of ours. */
  readonly credential: T | undefined
  /** Of its user, where it was asked for ahead. */
  readonly userState: Promise<UserState> | undefined
}

/**
 * The client and the credential that it presents. What is cheap to open is opened first, because then the client and the
 * user are asked for at the same moment, which the store answers in one round trip; the client's fault is told first all the same.
 * What leads to no signature is looked up at once: it must not wait in the company of what does (D22).
 * @throws OAuthError of client authentication, invalid_request, slow_down
 */
export const present = async <T extends { readonly userId: string; readonly scopes: readonly string[] }>(
  ports: OpeningPorts & { readonly credentials: Pick<Credentials, 'areSigned'> } & Parties & {
      readonly beforeSigning: Parties
    },
  { parameters, origin, recipient, authenticate }: GrantRequest,
  name: 'code' | 'refresh_token',
  open: Open<T>,
): Promise<Presented<T>> => {
  const text = parameters[name]
  const ahead = text !== undefined && ports.credentials.knowsSalt(text) ? await open(text) : undefined
  const { clients, users } = ahead && !ports.credentials.areSigned(ahead.scopes) ? ports : ports.beforeSigning
  const userState = ahead && users.stateOf(ahead.userId)
  userState?.catch(() => undefined) // who awaits it later still sees the fault
  const client = await authenticate(clients)
  const credential =
    ahead ??
    (await openOrThrottle(ports, {
      text: required(parameters, name),
      open,
      clientId: client.id,
      address: origin.address,
      recipient,
    }))
  return { client, credential, userState }
}
