// The resource owner is checked again whenever tokens are issued (contract §2.4, last paragraph).
import { invalidGrant, temporarilyUnavailable } from './errors.ts'
import type { UserState } from './ports.ts'

/** @throws OAuthError invalid_grant for a user whom Stud.IP would not let in, temporarily_unavailable in maintenance mode */
export const assertMayHoldTokens = (state: UserState): void => {
  if (state === 'refused') throw invalidGrant('The resource owner may not use Stud.IP at present.')
  if (state === 'maintenance') throw temporarilyUnavailable('Stud.IP is in maintenance mode.')
}
