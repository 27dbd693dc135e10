// Guesses of user codes (RFC 8628 §5.1, S-144): limited by user, by network, and for everybody together.
import { bounds } from '../bounds.ts'
import { networkOf } from '../oauth/network.ts'
import { chargeAll, createTries, type Charge } from './tries.ts'

export interface UserCodeTries {
  /** Counts a try. @returns what takes it back when the code was right; undefined when it must not be made */
  begin(userId: string, address: string): (() => void) | undefined
  /** Seconds until a try is welcome; 0 when it is now. */
  waitFor(userId: string, address: string): number
}

/** Seconds: the life of a code. */
const memory = 600

export const createUserCodeTries = (): UserCodeTries => {
  const [ofUser, ofNetwork, ofAll] = [
    createTries(bounds.userCodesOfUser, memory),
    createTries(bounds.userCodesOfNetwork, memory),
    createTries(bounds.userCodesOfAll, memory),
  ]
  const chargesOf = (userId: string, address: string): Charge[] => [
    [ofUser, userId],
    [ofNetwork, networkOf(address)],
    [ofAll, 'all'],
  ]
  return {
    begin: (userId, address) => {
      const charges = chargesOf(userId, address)
      if (chargeAll(charges) > 0) return undefined
      // Once, however often it is called.
      return () => charges.splice(0).forEach(([limit, key]) => limit.refund(key))
    },
    waitFor: (userId, address) => Math.max(...chargesOf(userId, address).map(([limit, key]) => limit.waitFor(key))),
  }
}
