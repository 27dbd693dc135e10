// Client secrets: bcrypt as PHP writes it, and a short memory so that a busy client pays for it once (D15).
import { createHmac, randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { bounds } from '../bounds.ts'
import { onFirstUse } from '../on-first-use.ts'
import type { Asker, ClientSecrets, Now } from '../oauth/ports.ts'
import { hashBcrypt, verifyBcrypt } from './bcrypt.ts'
import { equalConstantTime } from './constant-time.ts'
import { createFairQueue, nobody } from './fair-queue.ts'
import { alphanumericOf, randomAlphanumeric } from './random.ts'

export interface RememberingClientSecrets extends ClientSecrets {
  /** True when this process verified this secret for this client and hash, however long ago: whoever has it is not held off. */
  recalls(clientId: string, secret: string, hash: string): boolean
  /** `checked` counts the runs of bcrypt. */
  stats(): { readonly remembered: number; readonly waiting: number; readonly checked: number }
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

const secretLength = 40

/** 40 characters of [A-Za-z0-9], as Stud.IP makes them: 238 bits. */
export const newClientSecret = (): string => randomAlphanumeric(secretLength)

/** The same each time for the same bytes, of which 64 random ones are plenty. */
export const clientSecretOf = (bytes: Buffer): string => alphanumericOf(bytes, secretLength)

/** The only form in which a secret is stored: `$2y$10$…`. */
export const hashClientSecret = (secret: string): Promise<string> => {
  if (!isPossible(secret))
    return Promise.reject(new RangeError(`A client secret has 1 to ${maxBytes} bytes and no NUL`))
  return hashBcrypt(secret, cost)
}

/** Verifying rejects with temporarily_unavailable or slow_down while too many wait, and with RecipientLeft. */
export const createClientSecrets = ({
  now,
  concurrency = 1,
  maxWaiting = bounds.waitingSecrets.most,
}: Deps): RememberingClientSecrets => {
  const processKey = randomBytes(32)
  const queue = createFairQueue({
    atOnce: concurrency,
    places: maxWaiting,
    suspectPlaces: bounds.waitingSuspects.most,
  })
  const max = bounds.knownSecrets.most
  const remembered = onFirstUse(() => new LRUCache<string, { readonly mac: Buffer; readonly until: number }>({ max }))
  // What bcrypt said once of a secret and a stored hash holds for ever; a new hash makes another name.
  const wrong = onFirstUse(() => new LRUCache<string, true>({ max, ttl: secondsToRemember * 1000 }))
  let checked = 0
  const macOf = (...parts: readonly string[]) => createHmac('sha256', processKey).update(JSON.stringify(parts)).digest()

  const recalled = (clientId: string, mac: Buffer) => {
    const known = remembered().get(clientId)
    return known && equalConstantTime(known.mac, mac) ? known : undefined
  }
  return {
    verify: async (clientId, secret, stored, asker: Asker = nobody, before) => {
      if (!isPossible(secret)) return false
      const mac = macOf(clientId, stored, secret)
      if ((recalled(clientId, mac)?.until ?? 0) > now()) return true
      const id = mac.toString('hex')
      if (wrong().has(id)) return false
      // By network, because `before` speaks for one of them.
      return queue.run(`${id} ${asker.network}`, asker, async () => {
        before?.()
        checked += 1
        const right = await verifyBcrypt(secret, stored)
        if (right) remembered().set(clientId, { mac, until: now() + secondsToRemember })
        else wrong().set(id, true)
        return right
      })
    },
    recalls: (clientId, secret, stored) =>
      isPossible(secret) && recalled(clientId, macOf(clientId, stored, secret)) !== undefined,
    stats: () => ({ remembered: remembered().size, waiting: queue.waiting(), checked }),
  }
}

const isPossible = (secret: string): boolean =>
  secret !== '' && !secret.includes('\0') && Buffer.byteLength(secret) <= maxBytes
