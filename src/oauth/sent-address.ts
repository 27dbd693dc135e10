// Addresses that a request brings. The name of a host in letters of other alphabets takes every URL parser quadratic time (RFC 3492
// section 6.3): 16,000 of them kept everybody waiting for seconds (A2).
import { bounds } from '../bounds.ts'

/** Undefined for what is none, as seen from `base`, or longer than one that is read. */
export const sentAddress = (text: string, base?: string): URL | undefined =>
  text.length <= bounds.sentAddress.most && URL.canParse(text, base) ? new URL(text, base) : undefined
