// Defuse v2, the format of codes and refresh tokens: open to every server that shares the encryption key (contract §9.3).
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { equalConstantTime } from './constant-time.ts'

/** The two keys of one salt, 32 bytes each. */
export interface MessageKeys {
  readonly authentication: Buffer
  readonly encryption: Buffer
}

const header = Buffer.from('def50200', 'hex')
const saltBytes = 32
const ivBytes = 16
const macBytes = 32
const minLength = 2 * (header.length + saltBytes + ivBytes + macBytes)
// A code holds one redirect URI; stored ones are a few hundred characters.
const maxLength = 16_384

const mac = (key: Buffer, bytes: Buffer) => createHmac('sha256', key).update(bytes).digest()

/** Encrypts a text; lower-case hex. `keys` belong to `salt` (32 bytes), `iv` (16 bytes) must never come twice under the same keys. */
export const encrypt = (plaintext: string, keys: MessageKeys, { salt, iv }: { salt: Buffer; iv: Buffer }): string => {
  const cipher = createCipheriv('aes-256-ctr', keys.encryption, iv)
  const bytes = Buffer.concat([header, salt, iv, cipher.update(plaintext, 'utf8'), cipher.final()])
  return bytes.toString('hex') + mac(keys.authentication, bytes).toString('hex')
}

/**
 * Decrypts hex of either case; undefined for anything that was not made with the encryption key behind `keysFor`.
 * What is no ciphertext at all is refused before `keysFor` is asked, because a new salt costs 100,000 rounds.
 */
export const decrypt = async (
  text: string,
  keysFor: (salt: Buffer) => Promise<MessageKeys>,
): Promise<string | undefined> => {
  const bytes = decodeCiphertext(text)
  if (!bytes) return undefined
  const authenticated = bytes.subarray(0, -macBytes)
  const keys = await keysFor(saltIn(bytes))
  if (!equalConstantTime(mac(keys.authentication, authenticated), bytes.subarray(-macBytes))) return undefined
  const decipher = createDecipheriv('aes-256-ctr', keys.encryption, authenticated.subarray(ivAt, ivAt + ivBytes))
  return Buffer.concat([decipher.update(authenticated.subarray(ivAt + ivBytes)), decipher.final()]).toString('utf8')
}

/** The salt that a text would be decrypted with; undefined when it is no ciphertext at all. */
export const saltOf = (text: string): Buffer | undefined => {
  const bytes = decodeCiphertext(text)
  return bytes && saltIn(bytes)
}

const ivAt = header.length + saltBytes
const saltIn = (bytes: Buffer): Buffer => bytes.subarray(header.length, ivAt)

const decodeCiphertext = (text: string): Buffer | undefined => {
  if (text.length < minLength || text.length > maxLength || text.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(text))
    return undefined
  const bytes = Buffer.from(text, 'hex')
  return bytes.subarray(0, header.length).equals(header) ? bytes : undefined
}
