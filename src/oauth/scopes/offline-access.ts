// A refresh token for who signs in (OpenID Connect Core §11).
import type { Offering, Scope } from './scope.ts'

export const offlineAccess = {
  name: 'offline_access',
  isOffered: ({ signIn }: Offering) => signIn,
  format: 'sealed',
  isRenewable: true,
  text: 'scope.offline_access',
} as const satisfies Scope
