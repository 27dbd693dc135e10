// The answer of /authorize as a redirect location (RFC 6749 §4.1.2, §4.1.2.1; iss of RFC 9207 §2).
import type { OAuthError } from './errors.ts'

/** Where the answer goes and what belongs to every one of them. */
export interface ResponseTarget {
  readonly redirectUri: string
  readonly state: string | undefined
  readonly issuer: string
}

/** The redirect URI byte for byte, plus the parameters, form-encoded (RFC 6749 Appendix B). */
const location = (
  { redirectUri, state, issuer }: ResponseTarget,
  parameters: Record<string, string | undefined>,
): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...parameters, state, iss: issuer })) {
    if (value !== undefined) query.append(name, value)
  }
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query.toString()}`
}

export const successLocation = (target: ResponseTarget, code: string): string => location(target, { code })

export const errorLocation = (target: ResponseTarget, error: OAuthError): string =>
  location(target, { error: error.code, error_description: error.description })
