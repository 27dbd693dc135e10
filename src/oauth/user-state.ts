// The resource owner is checked again whenever tokens are issued (contract §2.4, last paragraph).
import { invalidGrant, temporarilyUnavailable } from './errors.ts'
import type { UserState, Users } from './ports.ts'

/** `ahead` is the answer where it was asked for before. @throws OAuthError invalid_grant for a user whom Stud.IP would not let in, temporarily_unavailable in maintenance mode */
export const assertUserMayHoldTokens = async (
  users: Users,
  userId: string,
  ahead?: Promise<UserState>,
): Promise<void> => {
  const state = await (ahead ?? users.stateOf(userId))
  if (state === 'refused') throw invalidGrant('The resource owner may not use Stud.IP at present.')
  if (state === 'maintenance') throw temporarilyUnavailable('Stud.IP is in maintenance mode.')
}
