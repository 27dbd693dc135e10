// encryption_key.php: a PHP file that returns the encryption key; read as PHP reads it, never executed (contract §8.2, D30).
import { createHash, hkdfSync } from 'node:crypto'
import { equalConstantTime } from './constant-time.ts'
import { KeyFileError } from './key-fault.ts'

/** `password` is stretched per salt; `key` is the 32 bytes of a Defuse Key object, used as they are (contract §9.3). */
export type EncryptionKey =
  { readonly kind: 'password'; readonly password: string } | { readonly kind: 'key'; readonly raw: Buffer }

// Stud.IP makes 48 characters. Below this a stolen cookie would be enough to search for the key.
const minPasswordLength = 24
/** Exactly what Stud.IP and oauth2:keys write; everything else needs the parser, which takes its time. */
const usual = /^<\?php return '([A-Za-z0-9]{24,128})';\s{0,8}$/

const passwordOf = (password: string, path: string): EncryptionKey => {
  const { length } = password
  if (length < minPasswordLength)
    throw new KeyFileError('encryption-key-short', { path, length, least: minPasswordLength })
  return { kind: 'password', password }
}

/**
 * The key that a file returns. `php` holds one byte in each character, `path` is where an `include` starts.
 * Throws KeyFileError, which names the line that cannot be read.
 */
export const parseEncryptionKey = async (php: string, path: string): Promise<EncryptionKey> => {
  const plain = usual.exec(php)
  if (plain) return passwordOf(plain[1]!, path)
  const { runEncryptionKey } = await import('./encryption-key-php.ts')
  const found = runEncryptionKey(php, path)
  if ('fault' in found) throw new KeyFileError(found.fault, { path, ...('place' in found && found.place) })
  return 'defuse' in found ? parseDefuseKey(found.defuse, path) : passwordOf(found.password, path)
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
