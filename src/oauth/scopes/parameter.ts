// The parameter scope: parse, format, restrict (RFC 6749 §3.3).
import { invalidScope } from '../errors.ts'
import type { RawParameters } from '../types.ts'
import { formatOf, isKnown, withDefault } from './index.ts'
import { openid } from './openid.ts'

/** The names in order, each once. */
const namesIn = (scope = ''): readonly string[] => [...new Set(scope.split(' ').filter((name) => name !== ''))]

/**
 * The scopes that a request asks for in order, each once; the default when it names none (RFC 6749 §3.3).
 * @throws OAuthError invalid_scope when one is not among the offered ones, which it lists
 */
export const parseScope = (scope: string | undefined, offered: readonly string[]): readonly string[] => {
  const asked = withDefault(namesIn(scope))
  // Whoever signs in may ask for scopes that nobody here knows (OpenID Connect Core §3.1.2.1); the answer says what was granted.
  const signsIn = asked.includes(openid.name) && offered.includes(openid.name)
  const names = signsIn ? asked.filter((name) => offered.includes(name)) : asked
  if (!names.every((name) => offered.includes(name))) {
    throw invalidScope(
      `The requested scope is invalid, unknown, or malformed: names with blanks between them. Offered here: ${formatScope(offered)}`,
    )
  }
  return names
}

/** The scopes that a request asks for, whether or not we know them and however often it says so: for errors, which come before all checks. */
export const askedScopes = (raw: RawParameters): readonly string[] =>
  (raw['scope'] ?? []).flatMap((text) => text.split(' '))

export const formatScope = (scopes: readonly string[]): string => scopes.join(' ')

/**
 * The requested scopes, if the granted ones hold them all (RFC 6749 §6); the granted ones when none is requested. Some libraries
 * repeat at each refresh what they signed in with: names that nobody here knows are left out again. A grant keeps the format of
 * its tokens (D23): what Stud.IP renews has the full power again, and would be said to have less.
 * @throws OAuthError invalid_scope for a scope that was not granted, or one that the grant cannot do without
 */
export const restrictScope = (requested: string | undefined, granted: readonly string[]): readonly string[] => {
  const asked = namesIn(requested)
  if (asked.length === 0) return granted
  const names = granted.includes(openid.name) ? asked.filter(isKnown) : asked
  if (names.length === 0 || !names.every((name) => granted.includes(name))) {
    throw invalidScope(
      'The requested scope exceeds the scope granted by the resource owner.',
      'Leave scope out, or ask for part of what was granted',
    )
  }
  if (formatOf(names) !== formatOf(granted)) {
    throw invalidScope(
      'The requested scope would need tokens of another kind.',
      'Ask the resource owner for this scope alone',
    )
  }
  return names
}
