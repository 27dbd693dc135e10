// How often a grant is rotated: each rotation leaves two rows for a month, so a client that loops would fill the tables (A14).
import { bounds } from '../bounds.ts'

/** Milliseconds, by a clock that nobody sets. */
const window = 60_000
/** Hex digits of a grant's id that choose its counter; ids are random, and 20 rotations of strangers in one counter do not happen. */
const digits = 5

/** Counts in this process, in a megabyte whatever comes. @returns seconds to wait before this grant may be rotated; 0 counts it */
export const createRotationPace = (): ((grantId: string) => number) => {
  const counters = new Uint8Array(16 ** digits)
  let began = performance.now()
  return (grantId) => {
    const passed = performance.now() - began
    if (passed >= window) {
      counters.fill(0)
      began += passed
    }
    const at = Number.parseInt(grantId.slice(0, digits), 16) || 0
    const count = counters[at] ?? 0
    if (count >= bounds.rotations.most) return Math.max(1, Math.ceil((window - passed) / 1000))
    counters[at] = count + 1
    return 0
  }
}
