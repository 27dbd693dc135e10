// The ID token (OpenID Connect Core §2, §3.1.3.6): who signed in, when, for whom.
import type { IdTokens, SignedIn } from '../oauth/ports.ts'
import type { Claims } from './claims.ts'
import type { Told } from './told.ts'

/** Seconds for which it may be taken for a fresh sign-in. */
export const idTokenLifetime = 600

/** Signs claims, and adds `at_hash` of this access token; undefined where there is no key for it. */
export type SignIdToken = (claims: Claims, accessToken: string) => Promise<string | undefined>

export interface IdTokenPorts {
  readonly issuer: string
  readonly told: Told
  readonly sign: SignIdToken
}

/** What belongs to the sign-in; never `jti`: Stud.IP looks access tokens up by it (S-133). */
export const signInClaims = (
  issuer: string,
  { clientId, userId, nonce, authTime, issuedAt }: Omit<SignedIn, 'scopes' | 'accessToken'>,
): Claims => ({
  iss: issuer,
  sub: userId,
  aud: clientId,
  iat: issuedAt,
  exp: issuedAt + idTokenLifetime,
  ...(authTime !== undefined && { auth_time: authTime }),
  ...(nonce !== undefined && { nonce }),
})

/** ID tokens hold what userinfo says, too: most relying parties read only one of the two (D26). */
export const createIdTokens =
  ({ issuer, told, sign }: IdTokenPorts): IdTokens =>
  async (signedIn) => {
    const claims = await told(signedIn.userId, signedIn.scopes)
    return sign({ ...claims, ...signInClaims(issuer, signedIn) }, await signedIn.accessToken)
  }
