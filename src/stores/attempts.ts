// Failed attempts per client and network, counted by each process for itself (D15, S-098, S-116).
import { LRUCache } from 'lru-cache'
import { bounds, type Bound } from '../bounds.ts'
import type { AttemptKind, Attempts } from '../oauth/client-authentication.ts'
import { onFirstUse } from '../on-first-use.ts'
import { networkOf } from '../oauth/network.ts'

/** Milliseconds after which failures are forgotten, by a clock that nobody sets. */
const memory = 60_000
/** Milliseconds: while others are held off, one try in so long passes. */
const share = 1_000

const failuresOf: Readonly<Record<AttemptKind, Bound>> = {
  'client-secret': bounds.failedSecrets,
  credential: bounds.failedCredentials,
}

export const createAttempts = (): Attempts => {
  const max = bounds.countedSenders.most
  const failures = onFirstUse(() => new LRUCache<string, number>({ max, ttl: memory, noUpdateTTL: true }))
  const passed = onFirstUse(() => new LRUCache<string, number>({ max, ttl: memory }))
  const keyOf = (kind: AttemptKind, clientId: string, address: string) => `${kind}|${clientId}|${networkOf(address)}`
  const change = (key: string, by: number): void =>
    void failures().set(key, Math.max(0, (failures().get(key) ?? 0) + by))
  const isSuspect: Attempts['isSuspect'] = (kind, clientId, address) =>
    (failures().get(keyOf(kind, clientId, address)) ?? 0) >= failuresOf[kind].most
  return {
    isSuspect,
    waitFor: (kind, clientId, address) => {
      if (!isSuspect(kind, clientId, address)) return 0
      const key = keyOf(kind, clientId, address)
      const since = performance.now() - (passed().get(key) ?? -Infinity)
      if (since < share) return Math.ceil((share - since) / 1000)
      passed().set(key, performance.now())
      return 0
    },
    failed: (kind, clientId, address) => change(keyOf(kind, clientId, address), 1),
    succeeded: (kind, clientId, address) => {
      const key = keyOf(kind, clientId, address)
      if (failures().has(key)) change(key, -1)
    },
  }
}
