// Which redirect URIs a new client may register (D19; RFC 6749 §3.1.2, RFC 8252 §7 and §8.4, RFC 9700 §2.1 and §2.6).
import { loopbackOf } from './redirect-uri.ts'

export type RedirectUriFault =
  | 'no-scheme'
  | 'fragment'
  | 'userinfo'
  | 'white-space'
  | 'comma'
  | 'dangerous-scheme'
  | 'wildcard'
  | 'port'
  | 'dot-segment'
  | 'response-parameter'
  | 'insecure-http'
  | 'scheme-without-dot'
  | 'non-ascii'
  | 'malformed'
  | 'too-long'

const maxLength = 1000
// Browsers execute them or give them to whatever the system has for them; none can belong to one app.
const dangerousSchemes = new Set(
  'javascript data vbscript file filesystem blob about view-source jar chrome resource intent ftp ws wss mailto tel sms'.split(
    ' ',
  ),
)
const loopbackHosts = new Set(['127.0.0.1', '[::1]', 'localhost'])

// Taken from the text itself: a URL parser would first turn `127.1` into a loopback address and `\` into `/`.
const parts = /^(?<scheme>[a-z][a-z0-9+.-]*):(?:\/\/(?<authority>[^/?]*))?(?<rest>[^]*)$/i
// RFC 3986 Appendix A: everything else has to be percent-encoded.
const uriCharacters = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/

// What the answer adds to the address (RFC 6749 §4.1.2, RFC 9207): twice, it would mean nothing certain.
const responseParameters = new Set(['code', 'state', 'iss', 'error', 'error_description', 'error_uri'])

/** What may pass although it is not safe, because somebody who knows why says so. */
export interface Allowed {
  /** http: to any host: whoever is on the way reads the code. */
  readonly insecureHttp?: boolean
  /** Schemes without a dot: another app on the device may take them as well (RFC 8252 §8.4). */
  readonly sharedScheme?: boolean
}

const hostOf = (authority: string): string => authority.replace(/:\d*$/, '').toLowerCase()

const webFault = (
  scheme: string,
  uri: string,
  authority: string,
  allowInsecure: boolean,
): RedirectUriFault | undefined => {
  const host = hostOf(authority)
  // A host is compared as it is written, and a percent-encoded one can be anything.
  if (host === '' || host.includes('%') || !URL.canParse(uri)) return 'malformed'
  // Clients leave such ports out or choose another one, so that the address never matches.
  if (/:(?:0\d*)?$/.test(authority)) return 'port'
  return scheme === 'http' && !loopbackHosts.has(host) && !allowInsecure ? 'insecure-http' : undefined
}

// `com.example.app:/cb`: whoever holds the domain owns the name; a scheme without a dot belongs to nobody (RFC 8252 §8.4).
const privateUseFault = (scheme: string, hierarchical: boolean, allowShared: boolean): RedirectUriFault | undefined => {
  if (!scheme.includes('.') && !allowShared) return 'scheme-without-dot'
  return hierarchical && !scheme.endsWith('.') ? undefined : 'malformed'
}

const textFault = (uri: string): RedirectUriFault | undefined => {
  if (/[\s\p{Cc}\p{Cf}]/u.test(uri)) return 'white-space'
  if (uri.length > maxLength) return 'too-long'
  return uri.includes(',') ? 'comma' : undefined // Stud.IP's column joins the URIs of a client with commas
}

// What can never match, or not as it is meant.
const unmatchableFault = (authority: string, rest: string): RedirectUriFault | undefined => {
  const [path = '', query = ''] = rest.split(/\?(.*)/s)
  // Nothing stands for other addresses here (RFC 9700 §4.1.3).
  if (`${authority}${path}`.includes('*')) return 'wildcard'
  // URL parsers resolve them before the address is compared.
  if (path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))) return 'dot-segment'
  const names = [...new URLSearchParams(query).keys()]
  return names.some((name) => responseParameters.has(name)) ? 'response-parameter' : undefined
}

const partsFault = (
  uri: string,
  scheme: string,
  authority: string,
  rest: string,
  allow: Allowed,
): RedirectUriFault | undefined => {
  if (dangerousSchemes.has(scheme)) return 'dangerous-scheme'
  if (uri.includes('#')) return 'fragment'
  // Who has an umlaut in a domain writes it as it is read; programs send it as xn--….
  if (/[^\x00-\x7f]/.test(uri)) return 'non-ascii'
  if (!uriCharacters.test(uri)) return 'malformed'
  if (authority.includes('@')) return 'userinfo'
  const fault = unmatchableFault(authority, rest)
  if (fault) return fault
  if (scheme === 'https' || scheme === 'http') return webFault(scheme, uri, authority, allow.insecureHttp === true)
  return privateUseFault(scheme, authority !== '' || rest.startsWith('/'), allow.sharedScheme === true)
}

/** True of what a browser executes, or hands to any program. Stud.IP registered such addresses (contract §15-9). */
export const isDangerous = (uri: string): boolean =>
  dangerousSchemes.has(parts.exec(uri)?.groups?.['scheme']?.toLowerCase() ?? '')

/**
 * http addresses of this device that match at the port that they name only, unlike those of http://127.0.0.1 and http://[::1]
 * (RFC 8252 §8.3): localhost, and whatever is written in capitals.
 */
export const isFixedToItsPort = (uri: string): boolean => {
  const { scheme = '', authority = '' } = parts.exec(uri)?.groups ?? {}
  return scheme.toLowerCase() === 'http' && loopbackHosts.has(hostOf(authority)) && loopbackOf(uri) === undefined
}

/** The first fault of a redirect URI, undefined when it may be registered. */
export const checkRedirectUri = (uri: string, allow: Allowed = {}): RedirectUriFault | undefined => {
  const fault = textFault(uri)
  if (fault) return fault
  const found = parts.exec(uri)?.groups
  return found
    ? partsFault(uri, found['scheme']!.toLowerCase(), found['authority'] ?? '', found['rest']!, allow)
    : 'no-scheme'
}
