// Which format what is written in: a grant's scopes decide, and a text shows by its shape. The only place that knows both (D23).
import type { Credentials } from '../../oauth/ports.ts'
import { formatOf } from '../../oauth/scopes/index.ts'
import type { AccessToken } from '../../oauth/types.ts'
import type { CredentialFormat } from './format.ts'
import { createLeagueFormat, type CredentialOptions, type LeagueFormat } from './league.ts'
import { createSealedFormat, isSealed } from './sealed.ts'

/** The credentials of every format, with the keys of the moment. */
export interface SealingCredentials extends Credentials, Pick<LeagueFormat, 'prepare' | 'stats' | 'runningDry'> {
  /** The JWT that Stud.IP takes for this token, whatever its scopes: full power, and never for a client (D24). */
  signForStudip(token: AccessToken): Promise<string>
}

export const createCredentials = (options: CredentialOptions): SealingCredentials => {
  const league = createLeagueFormat(options)
  const sealed = createSealedFormat(options)
  const ofGrant = ({ scopes }: { readonly scopes: readonly string[] }): CredentialFormat =>
    formatOf(scopes) === 'league' ? league : sealed
  const ofText = (text: string): CredentialFormat => (isSealed(text) ? sealed : league)
  return {
    ...league,
    areSigned: (scopes) => formatOf(scopes) === 'league',
    sealCode: (code) => ofGrant(code).sealCode(code),
    openCode: (text, asker) => ofText(text).openCode(text, asker),
    sealRefreshToken: (token) => ofGrant(token).sealRefreshToken(token),
    openRefreshToken: (text, asker) => ofText(text).openRefreshToken(text, asker),
    sealAccessToken: (token, recipient) => ofGrant(token).sealAccessToken(token, recipient),
    openAccessToken: (text) => ofText(text).openAccessToken(text),
    signForStudip: (token) => league.sealAccessToken(token),
  }
}
