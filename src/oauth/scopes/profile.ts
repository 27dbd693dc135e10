// Name and picture (OpenID Connect Core §5.4).
import type { Offering, Scope } from './scope.ts'

export const profile = {
  name: 'profile',
  isOffered: ({ signIn }: Offering) => signIn,
  format: 'sealed',
  isRenewable: false,
  text: 'scope.profile',
} as const satisfies Scope
