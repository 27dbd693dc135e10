// How often somebody may try something within a while, counted by each process for itself.
import { LRUCache } from 'lru-cache'
import { bounds, type Bound } from '../bounds.ts'
import { onFirstUse } from '../on-first-use.ts'

export interface Tries {
  /** Counts a try before it is made, so that many at once are as good as one after the other. @returns seconds to wait; 0 when it may be made */
  charge(key: string): number
  /** Seconds that a try would have to wait, without counting one; 0 when it may be made. */
  waitFor(key: string): number
  /** Takes a try back that was none. */
  refund(key: string): void
}

/** `seconds` from the first try to the moment when all are forgotten. */
export const createTries = (bound: Bound, seconds: number): Tries => {
  const made = onFirstUse(
    () => new LRUCache<string, number>({ max: bounds.countedSenders.most, ttl: seconds * 1000, noUpdateTTL: true }),
  )
  const waitFor = (key: string): number =>
    (made().get(key) ?? 0) < bound.most ? 0 : Math.max(1, Math.ceil(made().getRemainingTTL(key) / 1000))
  return {
    waitFor,
    charge: (key) => {
      const wait = waitFor(key)
      if (wait === 0) made().set(key, (made().get(key) ?? 0) + 1)
      return wait
    },
    refund: (key) => {
      const count = made().get(key) ?? 0
      if (count > 0) made().set(key, count - 1)
    },
  }
}

export type Charge = readonly [limit: Tries, key: string]

/** Counts a try at each of them, or at none. @returns seconds to wait; 0 when it may be made */
export const chargeAll = (charges: readonly Charge[]): number => {
  for (const [index, [limit, key]] of charges.entries()) {
    const wait = limit.charge(key)
    if (wait === 0) continue
    for (const [before, its] of charges.slice(0, index)) before.refund(its)
    return wait
  }
  return 0
}
