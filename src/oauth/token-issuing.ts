// What a redemption or a refresh issues: ids in the grant's prefix, times, and the answer (RFC 6749 §5.1).
import { newIdInGrantOf, newSuccessorOf } from './grant-id.ts'
import type { Credentials, IdTokens, Now, RandomHex } from './ports.ts'
import { assertPresent, type Recipient } from './recipient.ts'
import { isRenewable } from './scopes/index.ts'
import { openid } from './scopes/openid.ts'
import { formatScope } from './scopes/parameter.ts'
import type { AuthorizationCode, TokenPair, TokenResponse } from './types.ts'

/** Seconds an access token lives (contract §9.1). */
export const accessTokenLifetime = 3600

export interface IssuingPorts {
  readonly now: Now
  readonly random: RandomHex
  readonly credentials: Credentials
  readonly idTokens: IdTokens
  /** Unix seconds at which a refresh token issued at `now` ends: one calendar month later (contract §9.1). */
  readonly refreshTokenExpiry: (now: number) => number
}

/** A fresh pair in the grant that `presentedId` (a code or a refresh token) belongs to. */
export const newTokenPair = (
  { now, random, refreshTokenExpiry }: IssuingPorts,
  presentedId: string,
  granted: { clientId: string; userId: string; scopes: readonly string[] },
  // What is renewed stays renewable, whatever it is restricted to (RFC 6749 §6).
  withheld = !isRenewable(granted.scopes),
): TokenPair => {
  const issuedAt = now()
  const { clientId, userId, scopes } = granted
  const accessToken = {
    id: newSuccessorOf(presentedId, random),
    clientId,
    userId,
    scopes,
    issuedAt,
    expiresAt: issuedAt + accessTokenLifetime,
  }
  const refreshToken = {
    id: newIdInGrantOf(accessToken.id, random),
    accessTokenId: accessToken.id,
    clientId,
    userId,
    scopes,
    expiresAt: withheld ? accessToken.expiresAt : refreshTokenExpiry(issuedAt),
  }
  return { accessToken, refreshToken, withheld }
}

/** Of a code: a refresh brings no new ID token (OpenID Connect Core §12.2). */
type SignIn = { readonly nonce: string | undefined; readonly authTime: number | undefined }

export const signInOf = ({ nonce, authTime }: AuthorizationCode): SignIn => ({ nonce, authTime })

/** Seals the pair. The answer may leave only when the pair's rows are committed (D8). */
export const tokenResponse = async (
  { credentials, idTokens }: IssuingPorts,
  { accessToken, refreshToken, withheld }: TokenPair,
  recipient: Recipient,
  signIn?: SignIn,
): Promise<TokenResponse> => {
  const signing = credentials.sealAccessToken(accessToken, recipient)
  const [access_token, refresh_token, id_token] = await Promise.all([
    signing,
    withheld ? undefined : credentials.sealRefreshToken(refreshToken),
    signIn && accessToken.scopes.includes(openid.name)
      ? idTokens({ ...accessToken, ...signIn, accessToken: signing })
      : undefined,
  ])
  return {
    token_type: 'Bearer',
    expires_in: accessToken.expiresAt - accessToken.issuedAt,
    access_token,
    ...(refresh_token !== undefined && { refresh_token }),
    ...(id_token !== undefined && { id_token }),
    scope: formatScope(accessToken.scopes),
  }
}

interface Issue<Outcome> {
  /** Where somebody signs in by it. */
  readonly signIn?: SignIn
  /** Uses up the code or refresh token and stores the pair. */
  readonly use: () => Promise<Outcome>
  /** Whether this outcome issued the pair for what was used up. */
  readonly isUsedUp: (outcome: Outcome) => boolean
  readonly takeBack: () => Promise<void>
}

/**
 * The outcome of the use, and the answer, which is signed meanwhile. Where the use is done and the answer cannot be given,
 * because signing failed or nobody waits for it any more, the use is taken back: its client comes again with what it has.
 */
export const issue = async <Outcome>(
  ports: IssuingPorts,
  pair: TokenPair,
  recipient: Recipient,
  { signIn, use, isUsedUp, takeBack }: Issue<Outcome>,
): Promise<{ readonly outcome: Outcome; readonly response: TokenResponse }> => {
  await assertPresent(recipient)
  const signing = tokenResponse(ports, pair, recipient, signIn)
  signing.catch(() => undefined) // seen below, when the use is decided
  const outcome = await use()
  try {
    const response = await signing
    await assertPresent(recipient)
    return { outcome, response }
  } catch (error) {
    if (isUsedUp(outcome)) await takeBack()
    throw error
  }
}
