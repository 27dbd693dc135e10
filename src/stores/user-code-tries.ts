// Guesses of user codes (RFC 8628 §5.1, S-144): limited by user, by network, and for everybody together.
import { bounds } from '../bounds.ts'
import { networkOf } from '../oauth/network.ts'
import { createTries } from './tries.ts'

export interface UserCodeTries {
  /** Counts a try. @returns what takes it back when the code was right; undefined when it must not be made */
  begin(userId: string, address: string): (() => void) | undefined
  /** Seconds until a try is welcome; 0 when it is now. */
  waitFor(userId: string, address: string): number
}

/** Seconds: the life of a code. */
const memory = 600

export const createUserCodeTries = (): UserCodeTries => {
  const limits = [
    createTries(bounds.userCodesOfUser, memory),
    createTries(bounds.userCodesOfNetwork, memory),
    createTries(bounds.userCodesOfAll, memory),
  ]
  const keysOf = (userId: string, address: string) => [userId, networkOf(address), 'all']
  return {
    begin: (userId, address) => {
      const keys = keysOf(userId, address)
      const taken: (() => void)[] = []
      // Once, however often it is called.
      const takeBack = () => taken.splice(0).forEach((refund) => refund())
      for (const [index, limit] of limits.entries()) {
        const key = keys[index]!
        if (limit.charge(key) > 0) {
          takeBack()
          return undefined
        }
        taken.push(() => limit.refund(key))
      }
      return takeBack
    },
    waitFor: (userId, address) => {
      const keys = keysOf(userId, address)
      return Math.max(...limits.map((limit, index) => limit.waitFor(keys[index]!)))
    },
  }
}
