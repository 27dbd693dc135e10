// Signing in (OpenID Connect Core §3.1.2.1, D26).
import type { Offering, Scope } from './scope.ts'

export const openid = {
  name: 'openid',
  isOffered: ({ signIn }: Offering) => signIn,
  format: 'sealed',
  isRenewable: false,
  words: {
    de: { may: 'Erfährt, dass Sie es sind, die oder der sich anmeldet.' },
    en: { may: 'Learns that it is you who signs in.' },
  },
} as const satisfies Scope
