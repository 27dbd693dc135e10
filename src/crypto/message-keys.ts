// The two keys of a salt in Defuse's format (contract §9.3): PBKDF2 where encryption_key.php holds a password, then HKDF.
import { createHash, hkdfSync, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import type { MessageKeys } from './defuse.ts'
import type { EncryptionKey } from './encryption-key.ts'

const asyncPbkdf2 = promisify(pbkdf2)

const inputKey = (encryption: EncryptionKey, salt: Buffer): Promise<Buffer> =>
  encryption.kind === 'key'
    ? Promise.resolve(encryption.raw)
    : asyncPbkdf2(createHash('sha256').update(encryption.password).digest(), salt, 100_000, 32, 'sha256')

const expand = (key: Buffer, salt: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, `DefusePHP|V2|${purpose}`, 32))

/** Off the event loop. With a password it takes about 25 ms of a thread. */
export const messageKeysOf = async (encryption: EncryptionKey, salt: Buffer): Promise<MessageKeys> => {
  const key = await inputKey(encryption, salt)
  return {
    authentication: expand(key, salt, 'KeyForAuthentication'),
    encryption: expand(key, salt, 'KeyForEncryption'),
  }
}
