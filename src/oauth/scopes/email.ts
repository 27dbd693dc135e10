// The e-mail address (OpenID Connect Core §5.4).
import type { Offering, Scope } from './scope.ts'

export const email = {
  name: 'email',
  isOffered: ({ signIn }: Offering) => signIn,
  format: 'sealed',
  isRenewable: false,
  text: 'scope.email',
} as const satisfies Scope
