// Keys of a salt. Ours is the same for a calendar month on all instances, so that a token costs no PBKDF2 (D4).
import { createHmac, createHash, hkdfSync, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { LRUCache } from 'lru-cache'
import { bounds } from '../bounds.ts'
import type { Asker, Now } from '../oauth/ports.ts'
import type { MessageKeys } from './defuse.ts'
import type { EncryptionKey } from './encryption-key.ts'
import { createFairQueue, nobody } from './fair-queue.ts'

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

const asyncPbkdf2 = promisify(pbkdf2)

/** Derives keys off the event loop, each salt once. Starts with the months around now, so that neither the first request nor the first of a month waits. */
export const createDerivedKeys = ({
  encryption,
  now,
  concurrency = 1,
  maxWaiting = bounds.waitingSalts.most,
  maxCached = bounds.knownSalts.most,
}: Options): DerivedKeys => {
  const queue = createFairQueue({
    atOnce: concurrency,
    places: maxWaiting,
    suspectPlaces: bounds.waitingSuspects.most,
  })
  const foreign = new LRUCache<string, MessageKeys>({ max: maxCached })
  let derived = 0
  const derive = async (salt: Buffer): Promise<MessageKeys> => {
    derived += 1
    return expand(await inputKey(encryption, salt), salt)
  }
  const month = (name: string) => {
    const salt = monthlySalt(encryption, name)
    return { name, salt, id: salt.toString('hex'), keys: handled(derive(salt)) }
  }

  let months = [0, -1, 1].map((offset) => month(monthName(now(), offset)))
  let named = now()
  // Neighbours too: tokens live a month, and an instance whose clock is ahead may already be in the next one.
  const turned = () => {
    const time = now()
    if (time === named) return months // names take longer than everything else here
    named = time
    if (months[0]!.name !== monthName(time, 0)) {
      const known = months
      months = [0, -1, 1]
        .map((offset) => monthName(time, offset))
        .map((name) => known.find((m) => m.name === name) ?? month(name))
    }
    return months
  }

  const derivedOnce = (id: string, salt: Buffer, asker: Asker): Promise<MessageKeys> => {
    if (encryption.kind === 'key') return derive(salt)
    const known = foreign.get(id)
    if (known) return Promise.resolve(known)
    return queue.run(id, asker, async () => {
      const keys = await derive(salt)
      foreign.set(id, keys)
      return keys
    })
  }

  return {
    own: async () => {
      const { salt, keys } = turned()[0]!
      return { salt, keys: await keys }
    },
    forSalt: async (salt, asker = nobody) => {
      const id = salt.toString('hex')
      return turned().find((m) => m.id === id)?.keys ?? derivedOnce(id, salt, asker)
    },
    knows: (salt) => {
      const id = salt.toString('hex')
      return encryption.kind === 'key' || turned().some((m) => m.id === id) || foreign.has(id)
    },
    stats: () => ({ cached: foreign.size, waiting: queue.waiting(), derived }),
  }
}

const monthName = (seconds: number, offset: number): string => {
  const date = new Date(seconds * 1000)
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1)).toISOString().slice(0, 7)
}

const secretOf = (encryption: EncryptionKey): Buffer =>
  encryption.kind === 'password' ? Buffer.from(encryption.password) : encryption.raw

// Not secret, only the same on every instance and another one for every key and month.
const monthlySalt = (encryption: EncryptionKey, month: string): Buffer =>
  createHmac('sha256', secretOf(encryption)).update(`studip-oauth2-sidecar|defuse-salt|${month}`).digest()

const inputKey = (encryption: EncryptionKey, salt: Buffer): Promise<Buffer> =>
  encryption.kind === 'key'
    ? Promise.resolve(encryption.raw)
    : asyncPbkdf2(createHash('sha256').update(encryption.password).digest(), salt, 100_000, 32, 'sha256')

const expand = (inputKey: Buffer, salt: Buffer): MessageKeys => ({
  authentication: Buffer.from(hkdfSync('sha256', inputKey, salt, 'DefusePHP|V2|KeyForAuthentication', 32)),
  encryption: Buffer.from(hkdfSync('sha256', inputKey, salt, 'DefusePHP|V2|KeyForEncryption', 32)),
})

// A month derived ahead of use has nobody who awaits it; who uses it later still sees its fault.
const handled = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => undefined)
  return promise
}
