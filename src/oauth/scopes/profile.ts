// Name and picture (OpenID Connect Core §5.4).
import type { Offering, Scope } from './scope.ts'

export const profile = {
  name: 'profile',
  isOffered: ({ signIn }: Offering) => signIn,
  format: 'sealed',
  isRenewable: false,
  words: {
    de: {
      may: 'Liest Ihren Namen, Benutzernamen, Ihr Bild, Ihre Sprache und ob Sie zum Beispiel studieren oder lehren.',
    },
    en: { may: 'Reads your name, user name, picture and language, and whether you study or teach, for example.' },
  },
} as const satisfies Scope
