// Signing in (OpenID Connect Core §3.1.2.1, D26).
import type { Offering, Scope } from './scope.ts'

export const openid = {
  name: 'openid',
  isOffered: ({ signIn }: Offering) => signIn,
  format: 'sealed',
  isRenewable: false,
  text: 'scope.openid',
} as const satisfies Scope
