// How often a grant is rotated: each rotation leaves two rows for a month, so a client that loops would fill the tables (A14).
// And how often a code comes: a used one costs a signature and a look at all that its user has (A5).
import type { Bound } from '../bounds.ts'

/** Milliseconds, by a clock that nobody sets. */
const window = 60_000
/** Hex digits of an id that choose its counter; ids are random, and as many strangers in one counter do not happen. */
const digits = 5

/** Counts in this process, in a megabyte whatever comes. @returns seconds to wait before what this id names may be used; 0 counts it */
export const createCredentialPace = ({ most }: Bound): ((id: string) => number) => {
  const counters = new Uint8Array(16 ** digits)
  let began = performance.now()
  return (id) => {
    const passed = performance.now() - began
    if (passed >= window) {
      counters.fill(0)
      began += passed
    }
    const at = Number.parseInt(id.slice(0, digits), 16) || 0
    const count = counters[at] ?? 0
    if (count >= most) return Math.max(1, Math.ceil((window - passed) / 1000))
    counters[at] = count + 1
    return 0
  }
}
