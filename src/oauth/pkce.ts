// Proof Key for Code Exchange (RFC 7636): the challenge of the authorization request, the verifier of the token request.
import { invalidGrant, invalidRequest } from './errors.ts'
import type { CodeChallenge, Parameters } from './types.ts'

// RFC 7636 §4.1 and §4.2: 43 to 128 unreserved characters, for challenge and verifier alike.
const proofKey = /^[A-Za-z0-9\-._~]{43,128}$/

/** base64url(SHA-256(text)), and a comparison that takes the same time for any two texts. */
export interface ChallengeHash {
  sha256Base64url(text: string): string
  equal(a: string, b: string): boolean
}

/**
 * The challenge of an authorization request; undefined when a confidential client sends none.
 * An absent method means plain (RFC 7636 §4.3), never S256.
 * @throws OAuthError invalid_request (RFC 7636 §4.4.1)
 */
export const parseCodeChallenge = (
  parameters: Parameters,
  rules: { required: boolean; plain: boolean },
): CodeChallenge | undefined => {
  const challenge = parameters['code_challenge']
  const method = parameters['code_challenge_method'] ?? 'plain'
  if (challenge === undefined) {
    if (rules.required)
      throw invalidRequest(
        'code challenge required',
        'Code challenge must be provided for public clients',
        'code_challenge',
      )
    if ('code_challenge_method' in parameters)
      throw invalidRequest('code_challenge_method was sent without code_challenge.', undefined, 'code_challenge')
    return undefined
  }
  if (method !== 'S256' && !(method === 'plain' && rules.plain)) {
    throw invalidRequest(
      'transform algorithm not supported',
      rules.plain ? 'Use S256 or plain as code_challenge_method' : 'Use S256 as code_challenge_method',
      'code_challenge_method',
    )
  }
  if (!proofKey.test(challenge))
    throw invalidRequest(
      'code_challenge must be 43 to 128 unreserved characters.',
      'S256 is the SHA-256 of code_verifier in base64url, 43 characters without = at the end',
      'code_challenge',
    )
  return { challenge, method }
}

/**
 * Accepts the verifier that belongs to the challenge, and nothing else (RFC 7636 §4.6, RFC 9700 §4.8.2).
 * @throws OAuthError invalid_request when one of the two is missing or malformed, invalid_grant when they differ
 */
export const verifyCodeVerifier = (
  verifier: string | undefined,
  challenge: CodeChallenge | undefined,
  hash: ChallengeHash,
): void => {
  if (challenge === undefined) {
    if (verifier !== undefined)
      throw invalidRequest(
        'code_verifier was sent, but the authorization request had no code_challenge.',
        undefined,
        'code_verifier',
      )
    return
  }
  if (verifier === undefined)
    throw invalidRequest('A required parameter is missing.', 'Check the code_verifier parameter')
  if (!proofKey.test(verifier))
    throw invalidRequest(
      'code_verifier must be 43 to 128 unreserved characters.',
      'Those are letters, digits and - . _ ~',
      'code_verifier',
    )
  const transformed = challenge.method === 'S256' ? hash.sha256Base64url(verifier) : verifier
  if (!hash.equal(transformed, challenge.challenge))
    throw invalidGrant(
      'The code_verifier does not match the code_challenge.',
      'Failed to verify code_verifier',
      'code_verifier',
    )
}
