// The access token: a JWT that Stud.IP's JSON:API verifies with public.key (contract §8.1).
import { JOSEError } from 'jose/errors'
import { CompactSign } from 'jose/jws/compact/sign'
import { compactVerify } from 'jose/jws/compact/verify'
import type { AccessToken } from '../oauth/types.ts'
import type { Keys } from './key-ring.ts'
import { isClientId, isId, isScopes, isUserId, parseObject } from './payloads.ts'

/** The claims of contract §8.1. */
export const claimsOf = ({ id, clientId, userId, scopes, issuedAt, expiresAt }: AccessToken) => ({
  aud: clientId,
  jti: id,
  iat: issuedAt,
  nbf: issuedAt,
  exp: expiresAt,
  sub: userId,
  scopes: [...scopes],
})

/**
 * Signs in the thread pool. Whole seconds: Stud.IP compares them with a clock in microseconds, without leeway.
 * SignJWT would clone the claims first, so that nobody changes them later: as much work as all the rest but the signature.
 */
export const signAccessToken = (token: AccessToken, { signingKey, kid }: Keys): Promise<string> =>
  new CompactSign(Buffer.from(JSON.stringify(claimsOf(token))))
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid })
    .sign(signingKey)

/** What a token says that we or Stud.IP signed; its expiry is not judged. The key is ours alone: nothing in the header chooses one (RFC 8725 §3.1, §3.10). */
export const verifyAccessToken = async (jwt: string, { publicKey }: Keys): Promise<AccessToken | undefined> => {
  if (jwt.length > 8192) return undefined
  try {
    const { payload, protectedHeader } = await compactVerify(jwt, publicKey, { algorithms: ['RS256'] })
    return protectedHeader.typ === 'JWT' ? readClaims(Buffer.from(payload).toString()) : undefined
  } catch (error) {
    if (error instanceof JOSEError) return undefined
    throw error
  }
}

/** Undefined unless every claim that we need is there with its type. */
export const readClaims = (json: string): AccessToken | undefined => {
  const { aud, jti, iat, exp, sub, scopes } = parseObject(json) ?? {}
  const [clientId, ...others] = Array.isArray(aud) ? (aud as unknown[]) : [aud]
  if (!isClientId(clientId) || others.length > 0 || !isId(jti) || !isUserId(sub) || !isScopes(scopes)) return undefined
  if (!isTime(iat) || !isTime(exp)) return undefined
  // league writes microseconds.
  return { id: jti, clientId, userId: sub, scopes, issuedAt: Math.floor(iat), expiresAt: Math.floor(exp) }
}

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value <= Number.MAX_SAFE_INTEGER
