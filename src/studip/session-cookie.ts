// The session id of a request, as PHP would take it from the Cookie header (contract §1.1).
import { parse } from 'cookie'

/** Undefined unless the first cookie of that name is 32 lower-case hex characters. */
export const sessionIdOf = (header: string | undefined, name: string): string | undefined => {
  const value = parse(header ?? '')[name]
  return value !== undefined && /^[0-9a-f]{32}$/.test(value) ? value : undefined
}
