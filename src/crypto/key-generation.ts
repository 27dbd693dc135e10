// oauth2:keys: makes the three key files as Stud.IP's own command does, but never half-written or readable by others (D13, D21).
import { execFile } from 'node:child_process'
import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { KeyFileError } from './key-fault.ts'
import { keyFileNames } from './key-files.ts'
import type { KeyFileName } from './key-files.ts'
import { randomAlphanumeric } from './random.ts'
import { signInKeyName } from './sign-in-key.ts'
import { refuseExisting, writeFilesTogether } from './whole-files.ts'

export const keySizes = [2048, 3072, 4096] as const
export type KeySize = (typeof keySizes)[number]

export interface KeyGenerationOptions {
  /** Default 4096, as in Stud.IP. */
  readonly bits?: KeySize
  /** Four primes sign three times as fast and need 4096 bits and the openssl command (D21). Default 2. */
  readonly primes?: 2 | 4
  /** Replaces key files that exist, which ends every code and token. */
  readonly force?: boolean
}

/**
 * Writes the key files into a folder that exists; answers their paths.
 * Throws KeyFilesExistError without `force`, else KeyFileError with a sentence that says what to do.
 */
export const generateKeyFiles = async (
  dir: string,
  { bits = 4096, primes = 2, force = false }: KeyGenerationOptions = {},
): Promise<string[]> => {
  // A big key takes seconds to find.
  if (!force) await refuseExisting(keyFileNames.map((name) => join(dir, name)))
  const privatePem = primes === 4 ? await fourPrimeKey(bits) : await twoPrimeKey(bits)
  const texts: Record<KeyFileName, string> = {
    'private.key': privatePem,
    'public.key': createPublicKey(createPrivateKey(privatePem)).export({ type: 'spki', format: 'pem' }) as string,
    'encryption_key.php': `<?php return '${randomAlphanumeric(48)}';`,
  }
  return writeFilesTogether(
    dir,
    keyFileNames.map((name) => ({ name, text: texts[name] })),
    { mode: 0o660, overwrite: force },
  )
}

/**
 * Writes the key for ID tokens beside the others, which stay as they are; answers its path (D26). 3072 bits: BSI TR-02102;
 * of three primes where the openssl command makes them, which sign twice as fast: only this service reads the file (D21).
 * Throws KeyFilesExistError without `force`, else KeyFileError.
 */
export const generateSignInKey = async (
  dir: string,
  { force = false }: { force?: boolean } = {},
): Promise<string[]> => {
  if (!force) await refuseExisting([join(dir, signInKeyName)])
  const text = await manyPrimeKey(3072, 3).catch(() => twoPrimeKey(3072))
  return writeFilesTogether(dir, [{ name: signInKeyName, text }], { mode: 0o660, overwrite: force })
}

const twoPrimeKey = async (modulusLength: KeySize): Promise<string> => {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}

const fourPrimeKey = (bits: KeySize): Promise<string> => {
  if (bits < 4096) throw new KeyFileError('four-primes-size', { bits })
  return manyPrimeKey(bits, 4)
}

/** With more primes for its size a prime would come within reach of elliptic-curve factoring; OpenSSL refuses that too. */
const manyPrimeKey = async (bits: KeySize, primes: 3 | 4): Promise<string> => {
  const options = [`rsa_keygen_bits:${bits}`, `rsa_keygen_primes:${primes}`].flatMap((option) => ['-pkeyopt', option])
  try {
    const { stdout } = await promisify(execFile)('openssl', ['genpkey', '-algorithm', 'RSA', ...options])
    // The command may be of another OpenSSL than this process, which has to read it.
    createPrivateKey(stdout)
    return stdout
  } catch (cause) {
    // A failed command's error carries its output, which may hold a key: only the code goes on.
    const { code = 'unknown' } = cause as { code?: string | number }
    throw new KeyFileError(code === 'ENOENT' ? 'openssl-missing' : 'openssl-failed', { code })
  }
}
