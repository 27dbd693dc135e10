// Failed attempts per client and address, counted by each process for itself (D15, S-098).
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { AttemptKind, Attempts } from '../oauth/client-authentication.ts'

/** Failures within so many seconds before further tries are refused until the time is over. */
const limits: Readonly<Record<AttemptKind, { points: number; duration: number }>> = {
  'client-secret': { points: 10, duration: 60 },
  // Each failure with a foreign salt cost a PBKDF2.
  credential: { points: 30, duration: 60 },
}

const limiterOf = (kind: AttemptKind) => new RateLimiterMemory({ keyPrefix: kind, ...limits[kind] })

export const createAttempts = (): Attempts => {
  const limiters = { 'client-secret': limiterOf('client-secret'), credential: limiterOf('credential') }
  const keyOf = (clientId: string, address: string) => `${clientId}|${address}`
  return {
    blockedFor: async (kind, clientId, address) => {
      const state = await limiters[kind].get(keyOf(clientId, address))
      if (!state || state.consumedPoints < limits[kind].points) return 0
      // The limiter forgets after `duration` by a clock of its own, so nobody has to wait longer when the system's is set back.
      return Math.min(limits[kind].duration, Math.max(1, Math.ceil(state.msBeforeNext / 1000)))
    },
    failed: async (kind, clientId, address) => {
      await limiters[kind].consume(keyOf(clientId, address)).catch((refusal: unknown) => {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
      })
    },
  }
}
