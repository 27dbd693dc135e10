// Sign in with Stud.IP: there as soon as its key file is, without a restart (D26).
import { signIdToken } from '../crypto/id-token.ts'
import type { KeyRing } from '../crypto/key-ring.ts'
import { namesOffered } from '../oauth/scopes/index.ts'
import { createIdTokens } from '../openid/id-token.ts'
import { createTold } from '../openid/told.ts'
import { issuer, type Settings } from '../settings.ts'
import type { LookUp } from '../stores/lookups.ts'
import { createPeople } from '../studip/people.ts'
import type { Deps } from './deps.ts'

interface Parts {
  readonly keys: KeyRing
  readonly lookUp: LookUp
  readonly settings: Settings
}

export const wireSignIn = ({
  keys,
  lookUp,
  settings,
}: Parts): Pick<Deps, 'offeredScopes' | 'people' | 'told' | 'idTokens'> => {
  const people = createPeople({ lookUp, settings })
  const told = createTold({ people, baseUrl: settings.baseUrl })
  return {
    people,
    told,
    offeredScopes: async () => {
      const { signIn } = await keys.current()
      return namesOffered({ apiRead: settings.apiRead, signIn: signIn !== undefined })
    },
    idTokens: createIdTokens({
      issuer: issuer(settings),
      told,
      sign: async (claims, accessToken) => {
        const { signIn } = await keys.current()
        return signIn && signIdToken(claims, accessToken, signIn)
      },
    }),
  }
}
