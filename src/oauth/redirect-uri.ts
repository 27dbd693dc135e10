// Which redirect URI an authorization request may name (RFC 6749 §3.1.2.3, RFC 9700 §4.1.3, RFC 8252 §7.3).

const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::\d{1,5})?(?=[/?]|$)/

/** The loopback origin that a redirect URI names, without its port; undefined for all others. */
export const loopbackOf = (uri: string): string | undefined => loopback.exec(uri)?.[1]

/** Byte for byte; only on the loopback interface may the port differ, because the system gives a native app any free one. */
export const redirectUriMatches = (requested: string, registered: string): boolean => {
  if (requested === registered) return true
  if (!loopback.test(requested) || !loopback.test(registered)) return false
  return requested.replace(loopback, '$1') === registered.replace(loopback, '$1')
}

// Stud.IP stored nearly anything (contract §15-9), but no header can carry a control character.
const fitsHeader = (uri: string): boolean => !/[\x00-\x1f\x7f]/.test(uri)

/** The URI that the answer goes to, or undefined when the request may not be answered by redirect. */
export const acceptedRedirectUri = (
  requested: string | undefined,
  registered: readonly string[],
): string | undefined => {
  const uri = requested ?? (registered.length === 1 ? registered[0] : undefined)
  return uri !== undefined && fitsHeader(uri) && registered.some((own) => redirectUriMatches(uri, own))
    ? uri
    : undefined
}

// As URL spells them: lower case, and addresses in full.
const ofThisDevice = /(?:^|\.)localhost\.?$|^127\.|^0\.0\.0\.0$|^\[::1?\]$|^\[::ffff:7f[0-9a-f]{2}:/

/** Whether a redirect URI leads into the network by https or http; undefined for what stays on the user's device, or is no URL. */
export const networkHost = (uri: string): { readonly secure: boolean } | undefined => {
  const url = URL.parse(uri)
  if (!url || !['https:', 'http:'].includes(url.protocol) || ofThisDevice.test(url.hostname)) return undefined
  return { secure: url.protocol === 'https:' }
}
