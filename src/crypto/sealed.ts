// Values that leave and come back to us alone: the pending cookie, the consent form's auth_token (D5, D7), the tokens of smaller scopes (D23).
// Compact JWE by node:crypto on the spot: jose's WebCrypto takes six times as long and waits for a thread behind the signatures.
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { freshBytes } from './random.ts'

const maxLength = 16_384
const [ivBytes, tagBytes] = [12, 16]
const gcm = (iv: Buffer, key: Buffer) => ['aes-256-gcm', key, iv, { authTagLength: tagBytes }] as const

// Kinds are few, and each has one header for ever.
const headers = new Map<string, string>()
const headerOf = (kind: string): string => {
  const header =
    headers.get(kind) ?? Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', typ: kind })).toString('base64url')
  headers.set(kind, header)
  return header
}

/**
 * Encrypts bytes as compact JWE (RFC 7516 §5.1, RFC 7518 §4.5, §5.3). `key` is 32 bytes, `kind` says what they are for and must be
 * named again to open them (RFC 8725 §3.11).
 */
export const sealBytes = (bytes: Buffer, key: Buffer, kind: string): string => {
  const header = headerOf(kind)
  const iv = freshBytes(ivBytes)
  const cipher = createCipheriv(...gcm(iv, key)).setAAD(Buffer.from(header, 'ascii'))
  const parts = [iv, Buffer.concat([cipher.update(bytes), cipher.final()]), cipher.getAuthTag()]
  return [header, '', ...parts.map((part) => part.toString('base64url'))].join('.')
}

/** Encrypts a value as its JSON. */
export const seal = (value: object, key: Buffer, kind: string): string =>
  sealBytes(Buffer.from(JSON.stringify(value)), key, kind)

// The header is compared before anything is decoded: a zip member, say, would make us inflate what a stranger chose (RFC 8725 §3.6).
const partsOf = (text: string, kind: string): readonly [iv: Buffer, encrypted: Buffer, tag: Buffer] | undefined => {
  if (text.length > maxLength) return undefined
  const [header, encryptedKey, ...others] = text.split('.', 6)
  if (header !== headerOf(kind) || encryptedKey !== '' || others.length !== 3) return undefined
  if (!others.every((part) => /^[\w-]*$/.test(part))) return undefined
  const [iv, encrypted, tag] = others.map((part) => Buffer.from(part, 'base64url')) as [Buffer, Buffer, Buffer]
  return iv.length === ivBytes && tag.length === tagBytes ? [iv, encrypted, tag] : undefined
}

/** Undefined for anything that `sealBytes` did not make with this key for this kind. */
export const openBytes = (text: string, key: Buffer, kind: string): Buffer | undefined => {
  const parts = partsOf(text, kind)
  if (!parts) return undefined
  const [iv, encrypted, tag] = parts
  const decipher = createDecipheriv(...gcm(iv, key))
    .setAAD(Buffer.from(headerOf(kind), 'ascii'))
    .setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(encrypted), decipher.final()])
  } catch {
    return undefined // not authentic
  }
}

/**
 * Undefined for anything that `seal` did not make with this key for this kind.
 * Whether the value still has the shape of `T` after an upgrade, and its expiry, are the caller's to check.
 */
export const open = <T extends object>(text: string, key: Buffer, kind: string): T | undefined => {
  const bytes = openBytes(text, key, kind)
  try {
    return bytes && (JSON.parse(bytes.toString()) as T)
  } catch {
    return undefined
  }
}
