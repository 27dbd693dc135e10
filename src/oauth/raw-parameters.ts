// Query strings and form bodies as raw parameters: every value of every name that is read, nothing nested, nothing merged.
import { bounds } from '../bounds.ts'
import { invalidRequest } from './errors.ts'
import { readParameters } from './parameters.ts'
import type { RawParameters } from './types.ts'

const isMore = (text: string, most: number): boolean => {
  let count = 1
  for (let at = text.indexOf('&'); at >= 0 && count <= most; at = text.indexOf('&', at + 1)) count += 1
  return count > most
}

/** What is unbounded is not parsed. @throws OAuthError invalid_request for too many parameters */
export const assertFewParameters = (text: string): void => {
  if (isMore(text, bounds.parameters.most)) throw invalidRequest(`More than ${bounds.parameters.most} parameters.`)
}

/**
 * Parses application/x-www-form-urlencoded text (RFC 6749 Appendix B), and keeps what is read: nothing else takes memory.
 * Bytes that are no UTF-8 become U+FFFD.
 * @throws OAuthError invalid_request for too many parameters
 */
export const parseForm = (text: string, names: ReadonlySet<string> = readParameters): RawParameters => {
  assertFewParameters(text)
  const raw: Record<string, string[]> = Object.create(null) as Record<string, string[]>
  for (const [name, value] of new URLSearchParams(text)) if (names.has(name)) (raw[name] ??= []).push(value)
  return raw
}
