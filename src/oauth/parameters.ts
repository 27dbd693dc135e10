// Presence, repetition and size of request parameters (RFC 6749 §3.1, §3.2 and Appendix A).
import { bounds } from '../bounds.ts'
import { invalidRequest } from './errors.ts'
import type { Parameters, RawParameters } from './types.ts'

/** Characters of every parameter that this server reads; the others are ignored, however long and often (RFC 6749 §3.1). */
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
  ].map((name) => [name, bounds.parameter.most] as const),
  ...['code', 'refresh_token', 'token', 'device_code'].map((name) => [name, bounds.credential.most] as const),
])

/** Names of the parameters that this server reads in requests of the protocol. */
export const readParameters: ReadonlySet<string> = new Set(maxLengths.keys())

/** The one non-empty value of a parameter; undefined when absent, empty or repeated. */
export const loneValue = (raw: RawParameters, name: string): string | undefined => {
  const values = raw[name] ?? []
  return values.length === 1 && values[0] !== '' ? values[0] : undefined
}

export const isRepeated = (raw: RawParameters, name: string): boolean => (raw[name]?.length ?? 0) > 1

/**
 * Every parameter that this server reads once, without the empty ones (RFC 6749 §3.1: one without a value counts as omitted).
 * @throws OAuthError invalid_request when one is repeated or too long
 */
export const singleParameters = (raw: RawParameters, lengths: ReadonlyMap<string, number> = maxLengths): Parameters => {
  const single: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, most] of lengths) {
    const values = raw[name] ?? []
    if (values.length > 1) throw invalidRequest('A parameter occurs more than once.', `Check the ${name} parameter`)
    const value = values[0] ?? ''
    if (value.length > most) throw invalidRequest('A parameter is too long.', `Check the ${name} parameter`)
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
