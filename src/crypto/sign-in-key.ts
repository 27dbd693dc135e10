// oidc.key: signs ID tokens and nothing else (D26).
import { createPublicKey } from 'node:crypto'
import { join } from 'node:path'
import { KeyFileError } from './key-fault.ts'
import { inspectKeyFile, minBits, parsePrivateKey, readText, spki, type KeyFileState } from './key-files.ts'

export const signInKeyName = 'oidc.key'

/**
 * The key for ID tokens as PKCS#8; undefined where there is none. `publicPem` is Stud.IP's: with the same key an ID token
 * could pass for an access token (S-133). @throws KeyFileError
 */
export const readSignInKey = async (dir: string, publicPem: string): Promise<string | undefined> => {
  const path = join(dir, signInKeyName)
  try {
    const key = parsePrivateKey(path, await readText(path, 'missing', { path }))
    if (spki(createPublicKey(key)) === publicPem) throw new KeyFileError('not-private', { path })
    return key.export({ type: 'pkcs8', format: 'pem' }) as string
  } catch (cause) {
    if (cause instanceof KeyFileError && cause.fault === 'missing') return undefined
    throw new KeyFileError('sign-in-key', { path, least: minBits }, { cause })
  }
}

/** What there is of it, none where nobody can sign in. Never throws. */
export const inspectSignInKey = async (dir: string): Promise<readonly KeyFileState[]> => {
  const file = await inspectKeyFile(dir, signInKeyName)
  return file.exists ? [file] : []
}
