// Presence, repetition and size of request parameters (RFC 6749 §3.1, §3.2 and Appendix A).
import { invalidRequest } from './errors.ts'
import type { Parameters, RawParameters } from './types.ts'

/** Characters. Longer values are refused: no parameter of this protocol needs more, and a redirect has to fit a URL. */
export const maxParameterLength = 4096
/** Characters of a code or token: the ciphertext of a code holds a whole redirect URI, twice as long in hex. */
const maxCredentialLength = 16_384
/** Every parameter that this server reads; the others are ignored, however long (RFC 6749 §3.1). */
const maxLengths: ReadonlyMap<string, number> = new Map([
  ...[
    'response_type',
    'client_id',
    'redirect_uri',
    'scope',
    'state',
    'code_challenge',
    'code_challenge_method',
    'grant_type',
    'client_secret',
    'code_verifier',
    'token_type_hint',
  ].map((name) => [name, maxParameterLength] as const),
  ...['code', 'refresh_token', 'token'].map((name) => [name, maxCredentialLength] as const),
])

/** The one non-empty value of a parameter; undefined when absent, empty or repeated. */
export const loneValue = (raw: RawParameters, name: string): string | undefined => {
  const values = raw[name] ?? []
  return values.length === 1 && values[0] !== '' ? values[0] : undefined
}

export const isRepeated = (raw: RawParameters, name: string): boolean => (raw[name]?.length ?? 0) > 1

/**
 * Every parameter once, without the empty ones (RFC 6749 §3.1: a parameter without a value counts as omitted).
 * @throws OAuthError invalid_request when one is repeated, or one that this server reads is too long
 */
export const singleParameters = (raw: RawParameters): Parameters => {
  const single: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, values] of Object.entries(raw)) {
    if (values.length > 1) throw invalidRequest('A parameter occurs more than once.', hintFor(name))
    const value = values[0] ?? ''
    if (value.length > (maxLengths.get(name) ?? Infinity))
      throw invalidRequest('A parameter is too long.', hintFor(name))
    if (value !== '') single[name] = value
  }
  return single
}

/** @throws OAuthError invalid_request when the parameter is absent */
export const required = (parameters: Parameters, name: string): string => {
  const value = parameters[name]
  if (value === undefined) throw invalidRequest('A required parameter is missing.', `Check the ${name} parameter`)
  return value
}

// Names come from outside: only those that are safe in an error (RFC 6749 §5.2) are repeated back.
const hintFor = (name: string): string | undefined =>
  /^[a-z_]{1,32}$/.test(name) ? `Check the ${name} parameter` : undefined
