// Which redirect URI an authorization request may name (RFC 6749 §3.1.2.3, RFC 9700 §4.1.3, RFC 8252 §7.3).

const loopback = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::\d{1,5})?(?=[/?]|$)/

/** Byte for byte; only on the loopback interface may the port differ, because the system gives a native app any free one. */
export const redirectUriMatches = (requested: string, registered: string): boolean => {
  if (requested === registered) return true
  if (!loopback.test(requested) || !loopback.test(registered)) return false
  return requested.replace(loopback, '$1') === registered.replace(loopback, '$1')
}

/** The URI that the answer goes to, or undefined when the request may not be answered by redirect. */
export const acceptedRedirectUri = (requested: string | undefined, registered: readonly string[]): string | undefined => {
  if (requested === undefined) return registered.length === 1 ? registered[0] : undefined
  return registered.some((uri) => redirectUriMatches(requested, uri)) ? requested : undefined
}
