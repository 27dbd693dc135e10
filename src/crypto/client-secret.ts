// Client secrets: bcrypt as PHP writes it, and a short memory so that a busy client pays for it once (D15).
import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import pLimit from 'p-limit'
import { temporarilyUnavailable } from '../oauth/errors.ts'
import type { ClientSecrets, Now } from '../oauth/ports.ts'
import { hashBcrypt, verifyBcrypt } from './bcrypt.ts'
import { equalConstantTime } from './constant-time.ts'
import { randomAlphanumeric } from './random.ts'

export interface RememberingClientSecrets extends ClientSecrets {
  /** True when this process verified this secret for this client and hash, however long ago: whoever has it is not held off. */
  recalls(clientId: string, secret: string, hash: string): boolean
  stats(): { readonly remembered: number; readonly waiting: number }
}

interface Deps {
  readonly now: Now
  /** bcrypt runs in the thread pool that also signs; more than this at once are kept out of it. */
  readonly concurrency?: number
  readonly maxWaiting?: number
}

const secondsToRemember = 300
const cost = 10
// bcrypt ignores what follows and would take any longer secret with the same start.
const maxBytes = 72

/** 40 characters of [A-Za-z0-9], as Stud.IP makes them: 238 bits. */
export const newClientSecret = (): string => randomAlphanumeric(40)

/** The only form in which a secret is stored: `$2y$10$…`. */
export const hashClientSecret = (secret: string): Promise<string> => {
  if (!isPossible(secret))
    return Promise.reject(new RangeError(`A client secret has 1 to ${maxBytes} bytes and no NUL`))
  return hashBcrypt(secret, cost)
}

/** Failures are never remembered. Throws temporarily_unavailable while too many verifications wait. */
export const createClientSecrets = ({ now, concurrency = 1, maxWaiting = 100 }: Deps): RememberingClientSecrets => {
  const processKey = randomBytes(32)
  const limit = pLimit(concurrency)
  const remembered = new LRUCache<string, { readonly mac: Buffer; readonly until: number }>({ max: 10_000 })
  const underWay = new Map<string, Promise<boolean>>()
  const macOf = (...parts: readonly string[]) => createHmac('sha256', processKey).update(JSON.stringify(parts)).digest()

  const recalled = (clientId: string, mac: Buffer) => {
    const known = remembered.get(clientId)
    return known && equalConstantTime(known.mac, mac) ? known : undefined
  }
  const check = async (
    clientId: string,
    secret: string,
    stored: string,
    mac: Buffer,
    before?: () => Promise<void>,
  ): Promise<boolean> => {
    const right = await limit(async () => {
      await before?.()
      return verifyBcrypt(secret, stored)
    })
    if (right) remembered.set(clientId, { mac, until: now() + secondsToRemember })
    return right
  }

  return {
    verify: async (clientId, secret, stored, before) => {
      if (!isPossible(secret)) return false
      const mac = macOf(clientId, stored, secret)
      if ((recalled(clientId, mac)?.until ?? 0) > now()) return true
      const id = mac.toString('hex')
      const same = underWay.get(id)
      if (same) return same
      if (limit.pendingCount >= maxWaiting) throw temporarilyUnavailable('Too many client authentications at once.')
      const checking = check(clientId, secret, stored, mac, before).finally(() => underWay.delete(id))
      underWay.set(id, checking)
      return checking
    },
    recalls: (clientId, secret, stored) =>
      isPossible(secret) && recalled(clientId, macOf(clientId, stored, secret)) !== undefined,
    stats: () => ({ remembered: remembered.size, waiting: limit.pendingCount }),
  }
}

const isPossible = (secret: string): boolean =>
  secret !== '' && !secret.includes('\0') && Buffer.byteLength(secret) <= maxBytes
