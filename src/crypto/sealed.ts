// Values that leave and come back to us alone: the pending cookie, the consent form's auth_token (D5, D7), the tokens of smaller scopes (D23).
import { webcrypto } from 'node:crypto'
import { compactDecrypt, CompactEncrypt, decodeProtectedHeader, type CryptoKey } from 'jose'

const maxLength = 16_384

const imported = new WeakMap<Buffer, Promise<CryptoKey>>()
// The key ring hands out the same Buffer for as long as its key files live; importing it takes as long as encrypting with it.
const cryptoKeyOf = (key: Buffer): Promise<CryptoKey> => {
  const known = imported.get(key) ?? webcrypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])
  imported.set(key, known)
  return known
}

/** Encrypts bytes as compact JWE. `key` is 32 bytes, `kind` says what they are for and must be named again to open them (RFC 8725 §3.11). */
export const sealBytes = async (bytes: Buffer, key: Buffer, kind: string): Promise<string> =>
  new CompactEncrypt(bytes)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: kind })
    .encrypt(await cryptoKeyOf(key))

/** Encrypts a value as its JSON. */
export const seal = (value: object, key: Buffer, kind: string): Promise<string> =>
  sealBytes(Buffer.from(JSON.stringify(value)), key, kind)

/** Undefined for anything that `sealBytes` did not make with this key for this kind. */
export const openBytes = async (text: string, key: Buffer, kind: string): Promise<Buffer | undefined> => {
  if (text.length > maxLength || !hasOurHeader(text, kind)) return undefined
  try {
    const { plaintext } = await compactDecrypt(text, await cryptoKeyOf(key), {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    return Buffer.from(plaintext)
  } catch {
    return undefined
  }
}

/**
 * Undefined for anything that `seal` did not make with this key for this kind.
 * Whether the value still has the shape of `T` after an upgrade, and its expiry, are the caller's to check.
 */
export const open = async <T extends object>(text: string, key: Buffer, kind: string): Promise<T | undefined> => {
  const bytes = await openBytes(text, key, kind)
  try {
    return bytes && (JSON.parse(bytes.toString()) as T)
  } catch {
    return undefined
  }
}

// Before any decryption, and with nothing besides: a zip member would make us inflate what a stranger chose (RFC 8725 §3.6).
const hasOurHeader = (text: string, kind: string): boolean => {
  try {
    const { alg, enc, typ, ...others } = decodeProtectedHeader(text)
    return alg === 'dir' && enc === 'A256GCM' && typ === kind && Object.keys(others).length === 0
  } catch {
    return false
  }
}
