// What the gateway in front of the JSON:API keeps of tokens in use (D24).
import { createHmac } from 'node:crypto'
import { nobody } from '../crypto/fair-queue.ts'
import type { SealingCredentials } from '../crypto/formats/of.ts'
import type { KeyRing } from '../crypto/key-ring.ts'
import { createKeptTokens } from '../gateway/kept-tokens.ts'
import { createOpenedTokens } from '../gateway/opened-tokens.ts'
import type { Now, Turns } from '../oauth/ports.ts'
import type { Deps } from './deps.ts'

interface Parts {
  readonly keys: KeyRing
  readonly credentials: SealingCredentials
  readonly turns: Turns
  readonly now: Now
}

export const wireGateway = ({ keys, credentials, turns, now }: Parts): Pick<Deps, 'keptTokens' | 'openedTokens'> => ({
  openedTokens: createOpenedTokens({
    open: (text) => credentials.openAccessToken(text),
    nameOf: async (text) => {
      const key = (await keys.current()).derive('opened_token')
      return createHmac('sha256', key).update(text).digest('base64')
    },
  }),
  keptTokens: createKeptTokens({
    kid: async () => (await keys.current()).kid,
    // A user may hold hundreds of reading tokens, and let each of them be signed for at the same moment (A5).
    sign: (token) => turns(token, nobody, () => credentials.signForStudip(token)),
    now,
  }),
})
