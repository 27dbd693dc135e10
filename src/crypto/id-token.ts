// Signs and reads ID tokens, with the key that is theirs alone (S-133).
import { createHash } from 'node:crypto'
import { JOSEError } from 'jose/errors'
import { compactVerify } from 'jose/jws/compact/verify'
import { SignJWT } from 'jose/jwt/sign'
import type { SignInKey } from './key-ring.ts'
import { isClientId, isUserId, parseObject } from './payloads.ts'

/** The left half of the hash, in the algorithm of the signature (OpenID Connect Core §3.1.3.6). */
const atHash = (accessToken: string): string =>
  createHash('sha256').update(accessToken, 'ascii').digest().subarray(0, 16).toString('base64url')

/** Adds `at_hash` to the claims. */
export const signIdToken = (
  claims: Readonly<Record<string, unknown>>,
  accessToken: string,
  { signingKey, kid }: SignInKey,
): Promise<string> =>
  new SignJWT({ ...claims, at_hash: atHash(accessToken) })
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid })
    .sign(signingKey)

/** An ID token of ours that comes back as a hint; it may have expired (RP-Initiated Logout §4). */
export interface IdTokenHint {
  readonly userId: string
  readonly clientId: string
}

const longest = 8_192

/** Undefined for another signature, algorithm or issuer (S-139). */
export const readIdTokenHint = async (
  jwt: string,
  { publicKey }: SignInKey,
  issuer: string,
): Promise<IdTokenHint | undefined> => {
  if (jwt.length > longest) return undefined
  try {
    const { payload } = await compactVerify(jwt, publicKey, { algorithms: ['RS256'] })
    const { iss, sub, aud } = parseObject(Buffer.from(payload).toString()) ?? {}
    return iss === issuer && isUserId(sub) && isClientId(aud) ? { userId: sub, clientId: aud } : undefined
  } catch (error) {
    if (error instanceof JOSEError) return undefined
    throw error
  }
}
