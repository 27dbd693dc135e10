// An access token that counts now, as everybody sees it who has to obey one: introspection and every resource of ours.
import type { Credentials, Tokens } from './ports.ts'
import { formatOf } from './scopes/index.ts'
import type { AccessToken } from './types.ts'

export interface LiveTokenPorts {
  readonly credentials: Pick<Credentials, 'openAccessToken'>
  readonly tokens: Pick<Tokens, 'findLiveAccessToken'>
}

/**
 * The token with what its row says, undefined when it is none of ours or its row is gone or revoked. It ends when the
 * first of the two does, which is the caller's to compare. A row cannot turn a token into one of the other kind (D23).
 */
export const liveAccessToken = async (
  { credentials, tokens }: LiveTokenPorts,
  text: string,
): Promise<AccessToken | undefined> => {
  const token = await credentials.openAccessToken(text)
  const row = token && (await tokens.findLiveAccessToken(token.id))
  if (!row || formatOf(row.scopes) !== formatOf(token.scopes)) return undefined
  return { ...row, issuedAt: token.issuedAt, expiresAt: Math.min(row.expiresAt, token.expiresAt) }
}
