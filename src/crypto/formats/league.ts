// What Stud.IP reads and renews: Defuse ciphertexts of league's JSON, and a JWT signed with private.key (contract §8.1, §9.3; D3).
import { isDeepStrictEqual } from 'node:util'
import type { Asker, Now } from '../../oauth/ports.ts'
import { alwaysThere, assertPresent } from '../../oauth/recipient.ts'
import { withFullPower } from '../../oauth/scopes/index.ts'
import { signAccessToken, verifyAccessToken } from '../access-token.ts'
import { decrypt, encrypt, saltOf } from '../defuse.ts'
import { createDerivedKeys, type DerivedKeys } from '../derived-keys.ts'
import type { EncryptionKey } from '../encryption-key.ts'
import type { KeyRing } from '../key-ring.ts'
import { readCode, readRefreshToken, writeCode, writeRefreshToken } from '../payloads.ts'
import { freshBytes } from '../random.ts'
import { createSignatureQueue } from '../signature-queue.ts'
import type { CredentialFormat } from './format.ts'

/** For the metrics: signatures under way, and the derivation of foreign salts (D4). */
export interface CredentialStats {
  readonly signing: number
  readonly derivedKeys: ReturnType<DerivedKeys['stats']>
}

export interface LeagueFormat extends CredentialFormat {
  /** True when opening this text is cheap: its salt is our own or was derived lately, so no PBKDF2 is due (D4). */
  knowsSalt(text: string): boolean
  /** Derives this month's keys ahead of the first request. Rejects with SetupError when the key files are unusable. */
  prepare(): Promise<void>
  stats(): CredentialStats
  /** Resolves while no access token waits for a thread to sign it. */
  runningDry(): Promise<void>
}

export interface CredentialOptions {
  readonly keys: KeyRing
  readonly now: Now
  /** Access tokens signed at the same time. Fewer than the pool has threads, or the encryption of a page waits behind them. */
  readonly signatures?: number
}

/** Opening rejects with temporarily_unavailable when too many foreign salts wait. */
export const createLeagueFormat = ({ keys, now, signatures = 1 }: CredentialOptions): LeagueFormat => {
  let inUse: { readonly encryption: EncryptionKey; readonly derivedKeys: DerivedKeys } | undefined
  const queue = createSignatureQueue(signatures)

  const derivedKeys = async (): Promise<DerivedKeys> => {
    const { encryption } = await keys.current()
    // Files touched but not changed are read anew; what was derived from them still holds.
    if (!inUse || (inUse.encryption !== encryption && !isDeepStrictEqual(inUse.encryption, encryption))) {
      inUse = { encryption, derivedKeys: createDerivedKeys({ encryption, now }) }
    }
    return inUse.derivedKeys
  }
  const seal = async (plaintext: string): Promise<string> => {
    const { salt, keys: messageKeys } = await (await derivedKeys()).own()
    return encrypt(plaintext, messageKeys, { salt, iv: freshBytes(16) })
  }
  const open = async <T extends Scoped>(
    text: string,
    read: (json: string) => T | undefined,
    asker?: Asker,
  ): Promise<T | undefined> => {
    const { forSalt } = await derivedKeys()
    const plaintext = await decrypt(text, (salt) => forSalt(salt, asker))
    return plaintext === undefined ? undefined : empowered(read(plaintext))
  }

  return {
    knowsSalt: (text) => {
      const salt = saltOf(text)
      return salt === undefined || inUse?.derivedKeys.knows(salt) === true
    },
    sealCode: (code) => seal(writeCode(code)),
    openCode: (text, asker) => open(text, readCode, asker),
    sealRefreshToken: (token) => seal(writeRefreshToken(token)),
    openRefreshToken: (text, asker) => open(text, readRefreshToken, asker),
    sealAccessToken: async (token, recipient = alwaysThere) => {
      const current = await keys.current()
      return queue.add(async () => {
        await assertPresent(recipient)
        return signAccessToken(token, current)
      })
    },
    openAccessToken: async (jwt) => empowered(await verifyAccessToken(jwt, await keys.current())),
    runningDry: queue.runningDry,
    prepare: async () => {
      await (await derivedKeys()).own()
    },
    stats: () => ({
      signing: queue.length(),
      derivedKeys: inUse?.derivedKeys.stats() ?? { cached: 0, waiting: 0, derived: 0 },
    }),
  }
}

interface Scoped {
  readonly scopes: readonly string[]
}

// Stud.IP's server writes an empty list where nobody asked for a scope, and its API takes that for everything.
const empowered = <T extends Scoped>(opened: T | undefined): T | undefined =>
  opened && { ...opened, scopes: withFullPower(opened.scopes) }
