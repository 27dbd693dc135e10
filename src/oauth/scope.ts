// Scopes: parse, format, restrict (RFC 6749 §3.3). Stud.IP knows one: api.
import { invalidScope } from './errors.ts'
import type { RawParameters } from './types.ts'

export const knownScopes: readonly string[] = ['api']

/**
 * The scopes of a scope parameter in order, each once; none when it is absent.
 * @throws OAuthError invalid_scope when one is unknown
 */
export const parseScope = (scope: string | undefined): readonly string[] => {
  const scopes = [...new Set((scope ?? '').split(' ').filter((name) => name !== ''))]
  if (!scopes.every((name) => knownScopes.includes(name))) {
    throw invalidScope('The requested scope is invalid, unknown, or malformed', 'Request the scope api')
  }
  return scopes
}

/** The scopes that a request asks for, whether or not we know them and however often it says so: for errors, which come before all checks. */
export const askedScopes = (raw: RawParameters): readonly string[] =>
  (raw['scope'] ?? []).flatMap((text) => text.split(' '))

export const formatScope = (scopes: readonly string[]): string => scopes.join(' ')

/**
 * The requested scopes, if the granted ones hold them all (RFC 6749 §6); the granted ones when none is requested.
 * @throws OAuthError invalid_scope for a scope that was not granted
 */
export const restrictScope = (requested: string | undefined, granted: readonly string[]): readonly string[] => {
  if (requested === undefined) return granted
  const scopes = parseScope(requested)
  if (!scopes.every((name) => granted.includes(name))) {
    throw invalidScope('The requested scope exceeds the scope granted by the resource owner.')
  }
  return scopes
}
