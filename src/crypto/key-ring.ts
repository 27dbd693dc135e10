// The keys in use. Replaced files are noticed without a restart, faulty ones stop only what needs them (D13).
import { createPublicKey } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
// By their own paths: the whole of jose has twice as many modules, which every start would load.
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { importJWK, importPKCS8, importSPKI } from 'jose/key/import'
import type { CryptoKey, JWK } from 'jose'
import { SetupError } from '../oauth/errors.ts'
import type { Now } from '../oauth/ports.ts'
import { derivePurposeKey } from './encryption-key.ts'
import type { EncryptionKey } from './encryption-key.ts'
import { keyFileNames, readKeyFiles } from './key-files.ts'
import type { KeyFiles } from './key-files.ts'
import { readSignInKey, signInKeyName } from './sign-in-key.ts'

/** For ID tokens (D26). */
export interface SignInKey {
  readonly signingKey: CryptoKey
  readonly publicKey: CryptoKey
  readonly kid: string
  readonly jwk: JWK
}

export interface Keys {
  /** A CryptoKey, not a KeyObject: jose takes that through a JWK, which drops the primes beyond two (D21). */
  readonly signingKey: CryptoKey
  readonly publicKey: CryptoKey
  /** RFC 7638 thumbprint. */
  readonly kid: string
  /** Public members only, for the JWKS. */
  readonly jwk: JWK
  readonly bits: number
  readonly encryption: EncryptionKey
  /** Undefined where nobody can sign in: there is no key for it, or a faulty one. */
  readonly signIn: SignInKey | undefined
  /** Why a key for it that is there cannot be used. */
  readonly signInFault: SetupError | undefined
  /** Unix seconds. */
  readonly loadedAt: number
  /** 32 bytes for one purpose, the same on every instance. */
  derive(label: string): Buffer
}

export interface KeyRing {
  /** Rejects with SetupError while the key files are unusable. */
  current(): Promise<Keys>
}

export interface KeyRingLog {
  info(fields: object, message: string): void
  error(fields: object, message: string): void
}

interface Deps {
  readonly dir: string
  readonly now: Now
  readonly log?: KeyRingLog
  /** Milliseconds that no clock change turns back. */
  readonly elapsed?: () => number
}

type State = { readonly version: string; readonly keys: Keys } | { readonly fault: SetupError }

const millisecondsBetweenLooks = 1000
// Until then sound keys are given while a look is under way: it queues behind the signatures in the thread pool.
const millisecondsToTrust = 2000
// oauth2:keys replaces the files one after the other; a pair seen in between does not match.
const millisecondsToSettle = 100

/** Reads nothing before the first use. Looks at the files at most once a second, however many ask, and gives no keys that it has not looked after for two. */
export const createKeyRing = ({ dir, now, log, elapsed = () => performance.now() }: Deps): KeyRing => {
  let state: State | undefined
  let lookedAt = -Infinity
  let looking: Promise<void> | undefined

  const look = async () => {
    const before = state
    state = await nextState(dir, now, before)
    if (state === before) return
    if ('fault' in state) {
      if (!before || !('fault' in before) || before.fault.message !== state.fault.message)
        log?.error({ event: 'keys.unusable' }, state.fault.message)
      return
    }
    const { kid, bits, signInFault } = state.keys
    log?.info({ event: 'keys.loaded', kid, bits }, 'key files loaded')
    if (signInFault) log?.error({ event: 'keys.unusable' }, signInFault.message)
  }

  return {
    current: async () => {
      const age = elapsed() - lookedAt
      if (age >= millisecondsBetweenLooks) {
        looking ??= look().finally(() => {
          lookedAt = elapsed()
          looking = undefined
        })
      }
      if (age >= millisecondsToTrust || !state || 'fault' in state) await looking
      if ('fault' in state!) throw state.fault
      return state!.keys
    },
  }
}

const nextState = async (dir: string, now: Now, before: State | undefined): Promise<State> => {
  if (before && 'keys' in before && before.version === (await fileVersion(dir))) return before
  const first = await load(dir, now)
  if ('keys' in first || !before || 'fault' in before) return first
  await delay(millisecondsToSettle)
  return load(dir, now)
}

const load = async (dir: string, now: Now): Promise<State> => {
  try {
    const version = await fileVersion(dir)
    const keys = await importKeys(await readKeyFiles(dir), dir, now())
    // Changed while being read: what was read may be half old; the next look sees another version and reads again.
    return { version, keys }
  } catch (cause) {
    return {
      fault: cause instanceof SetupError ? cause : new SetupError(`The key files in ${dir} are unusable.`, { cause }),
    }
  }
}

/** Differs whenever a file was replaced or written, even within the clock's resolution or with its old times restored. */
const fileVersion = async (dir: string): Promise<string> => {
  const stats = await Promise.all(
    [...keyFileNames, signInKeyName].map((name) => stat(join(dir, name), { bigint: true }).catch(() => undefined)),
  )
  return stats.map((s) => s && [s.dev, s.ino, s.size, s.mtimeNs, s.ctimeNs].join(':')).join(' ')
}

const publicPart = async (pem: string): Promise<JWK & { kid: string }> => {
  const { kty, n, e } = createPublicKey(pem).export({ format: 'jwk' })
  const kid = await calculateJwkThumbprint({ kty: kty!, n: n!, e: e! })
  return { kty: kty!, n: n!, e: e!, alg: 'RS256', use: 'sig', kid }
}

const importSignInKey = async (dir: string, publicPem: string): Promise<Pick<Keys, 'signIn' | 'signInFault'>> => {
  try {
    const pem = await readSignInKey(dir, publicPem)
    if (pem === undefined) return { signIn: undefined, signInFault: undefined }
    const jwk = await publicPart(pem)
    const publicKey = (await importJWK(jwk, 'RS256')) as CryptoKey
    const signIn = { signingKey: await importPKCS8(pem, 'RS256'), publicKey, kid: jwk.kid, jwk }
    return { signIn, signInFault: undefined }
  } catch (cause) {
    if (!(cause instanceof SetupError)) throw cause
    return { signIn: undefined, signInFault: cause }
  }
}

const importKeys = async (files: KeyFiles, dir: string, loadedAt: number): Promise<Keys> => {
  const { privatePem, publicPem, encryption, bits } = files
  const jwk = await publicPart(publicPem)
  const derived = new Map<string, Buffer>()
  return {
    signingKey: await importPKCS8(privatePem, 'RS256'),
    publicKey: await importSPKI(publicPem, 'RS256'),
    kid: jwk.kid,
    jwk,
    bits,
    encryption,
    ...(await importSignInKey(dir, publicPem)),
    loadedAt,
    derive: (label) => {
      const key = derived.get(label) ?? derivePurposeKey(encryption, label)
      derived.set(label, key)
      return key
    },
  }
}
