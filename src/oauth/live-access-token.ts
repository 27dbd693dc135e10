// An access token that counts now, as everybody sees it who has to obey one: introspection and every resource of ours.
import type { Credentials, Tokens } from './ports.ts'
import { formatOf } from './scopes/index.ts'
import type { AccessToken } from './types.ts'

export interface LiveTokenPorts {
  readonly credentials: Pick<Credentials, 'openAccessToken'>
  readonly tokens: Pick<Tokens, 'findLiveAccessToken'>
}

type Row = Awaited<ReturnType<Tokens['findLiveAccessToken']>>

/** The token with what its row says. It ends when the first of the two does. A row cannot turn a token into one of the other kind (D23). */
export const asItsRowSays = (token: AccessToken, row: Row): AccessToken | undefined =>
  row && formatOf(row.scopes) === formatOf(token.scopes)
    ? { ...row, issuedAt: token.issuedAt, expiresAt: Math.min(row.expiresAt, token.expiresAt) }
    : undefined

/** Undefined when it is none of ours or its row is gone or revoked. Its expiry is the caller's to compare. */
export const liveAccessToken = async (
  { credentials, tokens }: LiveTokenPorts,
  text: string,
): Promise<AccessToken | undefined> => {
  const token = await credentials.openAccessToken(text)
  return token && asItsRowSays(token, await tokens.findLiveAccessToken(token.id))
}
