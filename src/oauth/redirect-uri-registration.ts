// Which redirect URIs a new client may register (D19; RFC 6749 §3.1.2, RFC 8252 §7 and §8.4, RFC 9700 §2.1 and §2.6).

export type RedirectUriFault =
  | 'no-scheme'
  | 'fragment'
  | 'userinfo'
  | 'white-space'
  | 'comma'
  | 'dangerous-scheme'
  | 'insecure-http'
  | 'scheme-without-dot'
  | 'malformed'
  | 'too-long'

const maxLength = 1000
const dangerousSchemes = new Set(['javascript', 'data', 'vbscript', 'file', 'blob', 'about'])
const loopbackHosts = new Set(['127.0.0.1', '[::1]', 'localhost'])

// Taken from the text itself: a URL parser would first turn `127.1` into a loopback address and `\` into `/`.
const parts = /^(?<scheme>[a-z][a-z0-9+.-]*):(?:\/\/(?<authority>[^/?]*))?(?<rest>[^]*)$/i
// RFC 3986 Appendix A: everything else has to be percent-encoded.
const uriCharacters = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/

const hostOf = (authority: string): string => authority.replace(/:\d*$/, '').toLowerCase()

const webFault = (scheme: string, uri: string, host: string, allowInsecure: boolean): RedirectUriFault | undefined => {
  if (host === '' || !URL.canParse(uri)) return 'malformed'
  return scheme === 'http' && !loopbackHosts.has(host) && !allowInsecure ? 'insecure-http' : undefined
}

// `com.example.app:/cb`: whoever holds the domain owns the name; a scheme without a dot belongs to nobody (RFC 8252 §8.4).
const privateUseFault = (
  scheme: string,
  hierarchical: boolean,
  allowInsecure: boolean,
): RedirectUriFault | undefined => {
  if (!scheme.includes('.') && !allowInsecure) return 'scheme-without-dot'
  return hierarchical && !scheme.endsWith('.') ? undefined : 'malformed'
}

const textFault = (uri: string): RedirectUriFault | undefined => {
  if (/[\s\p{Cc}\p{Cf}]/u.test(uri)) return 'white-space'
  if (uri.length > maxLength) return 'too-long'
  return uri.includes(',') ? 'comma' : undefined // Stud.IP's column joins the URIs of a client with commas
}

const partsFault = (
  uri: string,
  scheme: string,
  authority: string,
  rest: string,
  allowInsecure: boolean,
): RedirectUriFault | undefined => {
  if (dangerousSchemes.has(scheme)) return 'dangerous-scheme'
  if (uri.includes('#')) return 'fragment'
  if (!uriCharacters.test(uri)) return 'malformed'
  if (authority.includes('@')) return 'userinfo'
  if (scheme === 'https' || scheme === 'http') return webFault(scheme, uri, hostOf(authority), allowInsecure)
  return privateUseFault(scheme, authority !== '' || rest.startsWith('/'), allowInsecure)
}

/**
 * The first fault of a redirect URI, undefined when it may be registered.
 * `allowInsecure` lets http: to any host and schemes without a dot pass, and nothing else.
 */
export const checkRedirectUri = (
  uri: string,
  { allowInsecure = false }: { readonly allowInsecure?: boolean } = {},
): RedirectUriFault | undefined => {
  const fault = textFault(uri)
  if (fault) return fault
  const found = parts.exec(uri)?.groups
  return found
    ? partsFault(uri, found['scheme']!.toLowerCase(), found['authority'] ?? '', found['rest']!, allowInsecure)
    : 'no-scheme'
}
