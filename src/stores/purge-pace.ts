// How many rows the next transaction of a purge takes, and how long the database has to itself after it.
import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds of a transaction: above the first the next one is half as large, below the second twice. */
const slow = 100
const quick = 40
/** Rows. */
const first = 200
const smallest = 50

export interface Pace {
  /** Rows of the next transaction. */
  readonly size: () => number
  /** Milliseconds of the longest so far. */
  readonly longest: () => number
  /** Runs one transaction, then rests at least as long as it took, so that the service has half of the time at least. */
  readonly run: <T>(transaction: () => Promise<T>) => Promise<T>
}

/** `most` rows a transaction; `rest` milliseconds between two at least, 0 for no rest at all. */
export const createPace = ({ most, rest }: { readonly most: number; readonly rest: number }): Pace => {
  let size = Math.min(most, first)
  let longest = 0
  return {
    size: () => size,
    longest: () => longest,
    run: async (transaction) => {
      const started = performance.now()
      const result = await transaction()
      const taken = performance.now() - started
      longest = Math.max(longest, taken)
      if (taken > slow) size = Math.max(Math.min(smallest, most), Math.floor(size / 2))
      else if (taken < quick) size = Math.min(most, size * 2)
      if (rest > 0) await sleep(Math.max(rest, taken))
      return result
    },
  }
}
