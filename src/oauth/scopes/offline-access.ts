// A refresh token for who signs in (OpenID Connect Core §11).
import type { Offering, Scope } from './scope.ts'

export const offlineAccess = {
  name: 'offline_access',
  isOffered: ({ signIn }: Offering) => signIn,
  format: 'sealed',
  isRenewable: true,
  words: {
    de: { may: 'Bleibt verbunden, bis Sie die Verbindung beenden.' },
    en: { may: 'Stays connected until you end the connection.' },
  },
} as const satisfies Scope
