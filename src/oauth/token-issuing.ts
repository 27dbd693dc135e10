// What a redemption or a refresh issues: ids in the grant's prefix, times, and the answer (RFC 6749 §5.1).
import { newIdInGrantOf, newSuccessorOf } from './grant-id.ts'
import type { Credentials, Now, RandomHex } from './ports.ts'
import { assertPresent, type Recipient } from './recipient.ts'
import { formatScope } from './scopes/parameter.ts'
import type { TokenPair, TokenResponse } from './types.ts'

/** Seconds an access token lives (contract §9.1). */
export const accessTokenLifetime = 3600

export interface IssuingPorts {
  readonly now: Now
  readonly random: RandomHex
  readonly credentials: Credentials
  /** Unix seconds at which a refresh token issued at `now` ends: one calendar month later (contract §9.1). */
  readonly refreshTokenExpiry: (now: number) => number
}

/** A fresh pair in the grant that `presentedId` (a code or a refresh token) belongs to. */
export const newTokenPair = (
  { now, random, refreshTokenExpiry }: IssuingPorts,
  presentedId: string,
  granted: { clientId: string; userId: string; scopes: readonly string[] },
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
    expiresAt: refreshTokenExpiry(issuedAt),
  }
  return { accessToken, refreshToken }
}

/** Seals the pair. The answer may leave only when the pair's rows are committed (D8). */
export const tokenResponse = async (
  { credentials }: IssuingPorts,
  { accessToken, refreshToken }: TokenPair,
  recipient: Recipient,
): Promise<TokenResponse> => {
  const [access_token, refresh_token] = await Promise.all([
    credentials.sealAccessToken(accessToken, recipient),
    credentials.sealRefreshToken(refreshToken),
  ])
  return {
    token_type: 'Bearer',
    expires_in: accessToken.expiresAt - accessToken.issuedAt,
    access_token,
    refresh_token,
    scope: formatScope(accessToken.scopes),
  }
}

interface Issue<Outcome> {
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
  { use, isUsedUp, takeBack }: Issue<Outcome>,
): Promise<{ readonly outcome: Outcome; readonly response: TokenResponse }> => {
  await assertPresent(recipient)
  const signing = tokenResponse(ports, pair, recipient)
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
