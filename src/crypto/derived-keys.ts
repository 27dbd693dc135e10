// Keys of any salt: ours of the months around now (monthly-keys.ts), and those that other servers chose, each derived once.
import { LRUCache } from 'lru-cache'
import { bounds } from '../bounds.ts'
import type { Asker, Now } from '../oauth/ports.ts'
import type { MessageKeys } from './defuse.ts'
import type { EncryptionKey } from './encryption-key.ts'
import { createFairQueue, nobody } from './fair-queue.ts'
import { messageKeysOf } from './message-keys.ts'
import { createMonths } from './monthly-keys.ts'

export interface SaltedKeys {
  readonly salt: Buffer
  readonly keys: MessageKeys
}

export interface DerivedKeys {
  /** What to encrypt with this month. */
  readonly own: () => Promise<SaltedKeys>
  /** The keys of any salt. Rejects with temporarily_unavailable or slow_down while too many foreign salts wait, RecipientLeft. */
  readonly forSalt: (salt: Buffer, asker?: Asker) => Promise<MessageKeys>
  /** True when `forSalt` answers at once. */
  readonly knows: (salt: Buffer) => boolean
  readonly stats: () => { readonly cached: number; readonly waiting: number; readonly derived: number }
}

interface Options {
  readonly encryption: EncryptionKey
  readonly now: Now
  /** Foreign salts derived at the same time: each holds a thread of the pool that also signs. */
  readonly concurrency?: number
  readonly maxWaiting?: number
  readonly maxCached?: number
}

/** Starts with the months around now, so that neither the first request nor the first of a month waits. */
export const createDerivedKeys = ({
  encryption,
  now,
  concurrency = 1,
  maxWaiting = bounds.waitingSalts.most,
  maxCached = bounds.knownSalts.most,
}: Options): DerivedKeys => {
  let derived = 0
  const derive = (salt: Buffer): Promise<MessageKeys> => {
    derived += 1
    return messageKeysOf(encryption, salt)
  }
  const months = createMonths(encryption, now, derive)
  const monthOf = (id: string) => months().find((month) => month.id === id)

  const foreign = new LRUCache<string, MessageKeys>({ max: maxCached })
  const queue = createFairQueue({
    atOnce: concurrency,
    places: maxWaiting,
    suspectPlaces: bounds.waitingSuspects.most,
  })
  const ofForeign = async (id: string, salt: Buffer, asker: Asker): Promise<MessageKeys> => {
    if (encryption.kind === 'key') return derive(salt)
    return (
      foreign.get(id) ??
      queue.run(id, asker, async () => {
        const keys = await derive(salt)
        foreign.set(id, keys)
        return keys
      })
    )
  }

  return {
    own: async () => {
      const { salt, keys } = months()[0]!
      return { salt, keys: await keys }
    },
    forSalt: async (salt, asker = nobody) => {
      const id = salt.toString('hex')
      return monthOf(id)?.keys ?? ofForeign(id, salt, asker)
    },
    knows: (salt) => {
      const id = salt.toString('hex')
      return encryption.kind === 'key' || monthOf(id) !== undefined || foreign.has(id)
    },
    stats: () => ({ cached: foreign.size, waiting: queue.waiting(), derived }),
  }
}
