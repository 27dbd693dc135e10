// Opens a code or refresh token. A foreign salt costs a PBKDF2 (D4), so those who send bad ones are held off (S-099).
import { tooManyAttempts } from './errors.ts'
import type { Attempts } from './client-authentication.ts'
import type { GrantRequest } from './grants/grant.ts'
import { required } from './parameters.ts'
import type { Credentials, UserState, Users } from './ports.ts'
import type { Client } from './types.ts'

export interface OpeningPorts {
  readonly attempts: Attempts
  readonly credentials: Pick<Credentials, 'knowsSalt'>
}

/**
 * The opened credential, or undefined when it is none of ours.
 * Failures that cost a derivation count per client and address. Past the limit only texts that are cheap to open are
 * still opened, so that nobody who holds a credential of ours is kept out by what others did from the same address.
 * @throws OAuthError slow_down
 */
export const openOrThrottle = async <T>(
  { attempts, credentials }: OpeningPorts,
  presented: { text: string; open: (text: string) => Promise<T | undefined>; clientId: string; address: string },
): Promise<T | undefined> => {
  const { text, open, clientId, address } = presented
  if (credentials.knowsSalt(text)) return open(text)
  const wait = await attempts.blockedFor('credential', clientId, address)
  if (wait > 0) throw tooManyAttempts(wait)
  const opened = await open(text)
  if (opened === undefined) await attempts.failed('credential', clientId, address)
  return opened
}

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
 * @throws OAuthError of client authentication, invalid_request, slow_down
 */
export const present = async <T extends { readonly userId: string }>(
  ports: OpeningPorts & { readonly users: Users },
  { parameters, origin, authenticate }: GrantRequest,
  name: 'code' | 'refresh_token',
  open: (text: string) => Promise<T | undefined>,
): Promise<Presented<T>> => {
  const text = parameters[name]
  const ahead = text !== undefined && ports.credentials.knowsSalt(text) ? await open(text) : undefined
  const userState = ahead && ports.users.stateOf(ahead.userId)
  userState?.catch(() => undefined) // who awaits it later still sees the fault
  const client = await authenticate()
  const credential =
    ahead ??
    (await openOrThrottle(ports, {
      text: required(parameters, name),
      open,
      clientId: client.id,
      address: origin.address,
    }))
  return { client, credential, userState }
}
