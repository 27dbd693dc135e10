// encryption_key.php: a PHP file that returns the encryption key; read, never executed (contract §8.2).
import { createHash, hkdfSync } from 'node:crypto'
import { equalConstantTime } from './constant-time.ts'
import { KeyFileError } from './key-fault.ts'

/** `password` is stretched per salt; `key` is the 32 bytes of a Defuse Key object, used as they are (contract §9.3). */
export type EncryptionKey =
  { readonly kind: 'password'; readonly password: string } | { readonly kind: 'key'; readonly raw: Buffer }

const literal = String.raw`(?:'([^'\\]*)'|"([^"\\$]*)")`
const returned = (expression: string) =>
  new RegExp(
    String.raw`^\uFEFF?\s*<\?php\s+(?:use\s+\\?Defuse\\Crypto\\Key\s*;\s*)?return\s+${expression}\s*;\s*(?:\?>\s*)?$`,
    'i',
  )
const passwordFile = returned(literal)
const keyFile = returned(String.raw`(?:\\?Defuse\\Crypto\\)?Key::loadFromAsciiSafeString\(\s*${literal}\s*\)`)
// Stud.IP makes 48 characters. Below this a stolen cookie would be enough to search for the key.
const minPasswordLength = 24

/** The key that the file's text returns. Throws KeyFileError; `path` only names the file there. */
export const parseEncryptionKey = (php: string, path: string): EncryptionKey => {
  const object = keyFile.exec(php)
  if (object) return parseDefuseKey(object[1] ?? object[2]!, path)
  const text = passwordFile.exec(php)
  if (!text) throw new KeyFileError('encryption-key-form', { path })
  const password = text[1] ?? text[2]!
  const { length } = password
  if (length < minPasswordLength)
    throw new KeyFileError('encryption-key-short', { path, length, least: minPasswordLength })
  return { kind: 'password', password }
}

const defuseKeyHeader = Buffer.from('def00000', 'hex')

// Hex of header (4), key (32) and SHA-256 over both (32); Defuse ignores white space after it.
const parseDefuseKey = (text: string, path: string): EncryptionKey => {
  const hex = text.trimEnd()
  const bytes = Buffer.from(hex, 'hex')
  const checksum = createHash('sha256').update(bytes.subarray(0, 36)).digest()
  const sound =
    hex.length === 136 &&
    bytes.subarray(0, 4).equals(defuseKeyHeader) &&
    equalConstantTime(checksum, bytes.subarray(36))
  if (!sound) throw new KeyFileError('encryption-key-damaged', { path })
  return { kind: 'key', raw: bytes.subarray(4, 36) }
}

/** A key of 32 bytes for one purpose, independent of those for other labels and of every message key. */
export const derivePurposeKey = (encryption: EncryptionKey, label: string): Buffer => {
  const secret = encryption.kind === 'password' ? Buffer.from(encryption.password) : encryption.raw
  return Buffer.from(hkdfSync('sha256', secret, '', `studip-oauth2-sidecar|${label}`, 32))
}
