// Query strings and form bodies as raw parameters: every value of every name, nothing nested, nothing merged.
import type { RawParameters } from './types.ts'

/** Parses application/x-www-form-urlencoded text (RFC 6749 Appendix B). Bytes that are no UTF-8 become U+FFFD. */
export const parseForm = (text: string): RawParameters => {
  const raw: Record<string, string[]> = Object.create(null) as Record<string, string[]>
  for (const [name, value] of new URLSearchParams(text)) (raw[name] ??= []).push(value)
  return raw
}
