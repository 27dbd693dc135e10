// What a sealed token says, kept while it is in use: opening it takes as long as all the look-ups of a decision.
import { LRUCache } from 'lru-cache'
import { bounds } from '../bounds.ts'
import { onFirstUse } from '../on-first-use.ts'
import type { Credentials } from '../oauth/ports.ts'
import type { AccessToken } from '../oauth/types.ts'

export interface OpensTokens {
  readonly open: Credentials['openAccessToken']
  /** A name of the text under the keys of the moment, from which nobody gets it back. */
  readonly nameOf: (text: string) => Promise<string>
}

/** Answers as `open` does. Keeps only what opened, never whether it still counts. */
export const createOpenedTokens = ({ open, nameOf }: OpensTokens): Credentials['openAccessToken'] => {
  const opened = onFirstUse(() => new LRUCache<string, AccessToken>({ max: bounds.gatewayTokens.most }))
  return async (text) => {
    if (text.length > bounds.credential.most) return undefined
    const name = await nameOf(text)
    const known = opened().get(name)
    if (known) return known
    const token = await open(text)
    if (token) opened().set(name, token)
    return token
  }
}
