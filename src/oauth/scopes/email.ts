// The e-mail address (OpenID Connect Core §5.4).
import type { Offering, Scope } from './scope.ts'

export const email = {
  name: 'email',
  isOffered: ({ signIn }: Offering) => signIn,
  format: 'sealed',
  isRenewable: false,
  words: {
    de: { may: 'Liest Ihre E-Mail-Adresse.' },
    en: { may: 'Reads your e-mail address.' },
  },
} as const satisfies Scope
