// Opens a code or refresh token. A foreign salt costs a PBKDF2 (D4), so those who send bad ones are held off (S-099).
import { tooManyAttempts } from './errors.ts'
import type { Credentials } from './ports.ts'
import type { Attempts } from './client-authentication.ts'

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
