// The answer of /authorize as a redirect location (RFC 6749 §4.1.2, §4.1.2.1; iss of RFC 9207 §2).
import type { OAuthError } from './errors.ts'
import { openid } from './scopes/openid.ts'

/** Where the answer goes and what belongs to every one of them. */
export interface ResponseTarget {
  readonly redirectUri: string
  readonly state: string | undefined
  /** Undefined where the response does not name its issuer. */
  readonly issuer: string | undefined
  /** How the parameters get there: `form_post`, `fragment`, else in the query. */
  readonly mode?: string | undefined
}

/** `openid`: responses name their issuer only to requests for that scope; `always`: to all. */
export type ResponseIss = 'openid' | 'always'

/**
 * The issuer to name in the response to a request for these scopes (D32). Libraries in wide use refuse an `iss` when
 * the app named no issuer; whoever asks for openid knows it from discovery.
 */
export const responseIssuer = (
  { issuer, responseIss }: { readonly issuer: string; readonly responseIss: ResponseIss },
  scopes: readonly string[],
): string | undefined => (responseIss === 'always' || scopes.includes(openid.name) ? issuer : undefined)

/**
 * The redirect URI byte for byte, plus the parameters, form-encoded (RFC 6749 Appendix B), but with %20 for a blank:
 * that means the same in a form and in a URI, and some libraries decode only the latter.
 */
const location = (
  { redirectUri, state, issuer }: ResponseTarget,
  parameters: Record<string, string | undefined>,
): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...parameters, state, iss: issuer })) {
    if (value !== undefined) query.append(name, value)
  }
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query.toString().replaceAll('+', '%20')}`
}

export const successLocation = (target: ResponseTarget, code: string): string => location(target, { code })

export const errorLocation = (target: ResponseTarget, error: OAuthError): string =>
  location(target, { error: error.code, error_description: error.explanation })
