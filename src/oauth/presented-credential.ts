// Opens a code or refresh token. A foreign salt costs a PBKDF2 (D4), so those who send bad ones are held off (S-099).
import type { Attempts, Sender } from './client-authentication.ts'
import type { GrantRequest, Parties } from './grants/grant.ts'
import { networkOf } from './network.ts'
import { required } from './parameters.ts'
import type { Asker, Credentials, Turns, UserState } from './ports.ts'
import type { Recipient } from './recipient.ts'
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

type Named = { readonly userId: string; readonly clientId: string; readonly scopes: readonly string[] }

interface Presented<T> {
  readonly client: Client
  /** Undefined when it is none of ours. */
  readonly credential: T | undefined
  /** Of its user, where it was asked for ahead. */
  readonly userState: Promise<UserState> | undefined
  readonly recipient: Recipient
}

type PresentingPorts = OpeningPorts & { readonly credentials: Pick<Credentials, 'areSigned'> } & Parties & {
    readonly beforeSigning: Parties
    readonly turns: Turns
  }

/**
 * The answer of `use` to the client and the credential that it presents. What is cheap to open is opened first, because then it is
 * known whose turn it is, and the client and the user are asked for at the same moment, which the store answers in one round trip;
 * the client's fault is told first all the same. The turn comes before anything is looked up: what waits for it must not keep the
 * signatures from running dry, which is what everybody's look-ups wait for (D22).
 * What leads to no signature is looked up at once: it must not wait in the company of what does.
 * @throws OAuthError of client authentication, invalid_request, slow_down, temporarily_unavailable; what `use` throws
 */
export const present = async <T extends Named, Answer>(
  ports: PresentingPorts,
  { parameters, origin, recipient, authenticate }: GrantRequest,
  { name, open }: { readonly name: 'code' | 'refresh_token'; readonly open: Open<T> },
  use: (presented: Presented<T>) => Promise<Answer>,
): Promise<Answer> => {
  const text = parameters[name]
  const ahead = text !== undefined && ports.credentials.knowsSalt(text) ? await open(text) : undefined
  if (!ahead) {
    const client = await authenticate(ports.beforeSigning.clients)
    // What costs a derivation has had its turn there.
    const credential = await openOrThrottle(ports, {
      text: required(parameters, name),
      open,
      clientId: client.id,
      address: origin.address,
      recipient,
    })
    return use({ client, credential, userState: undefined, recipient })
  }
  const asker = { network: networkOf(origin.address), isSuspect: () => false, recipient }
  return ports.turns(ahead, asker, async (inTurn) => {
    const { clients, users } = ports.credentials.areSigned(ahead.scopes) ? ports.beforeSigning : ports
    const userState = users.stateOf(ahead.userId)
    userState.catch(() => undefined) // who awaits it later still sees the fault
    return use({ client: await authenticate(clients), credential: ahead, userState, recipient: inTurn })
  })
}
