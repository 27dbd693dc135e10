// How often somebody may authorize one client: each time leaves rows for days, and a redirect loop never tires (A14).
import { authorizedTooOften } from './errors.ts'

/** Counts one more code for this user and client. @returns seconds to wait; 0 when it may be issued */
export type AuthorizationPace = (userId: string, clientId: string) => number

/** Before anything is sealed or stored. @throws OAuthError temporarily_unavailable */
export const assertInPace = (
  pace: AuthorizationPace,
  { userId, clientId }: { readonly userId: string; readonly clientId: string },
): void => {
  const wait = pace(userId, clientId)
  if (wait > 0) throw authorizedTooOften(wait)
}
