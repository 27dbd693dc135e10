// Defuse v2 in password mode, written from contract §9.3 alone: what we seal must open here, and what is sealed here must open with us.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  pbkdf2Sync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

const keysOf = (password: string, salt: Buffer) => {
  const prekey = pbkdf2Sync(createHash('sha256').update(password).digest(), salt, 100_000, 32, 'sha256')
  const part = (name: string) => Buffer.from(hkdfSync('sha256', prekey, salt, `DefusePHP|V2|KeyFor${name}`, 32))
  return { authentication: part('Authentication'), encryption: part('Encryption') }
}
const macOf = (key: Buffer, bytes: Buffer) => createHmac('sha256', key).update(bytes).digest()

export const defuseEncrypt = (text: string, password: string): string => {
  const [salt, iv] = [randomBytes(32), randomBytes(16)]
  const { authentication, encryption } = keysOf(password, salt)
  const cipher = createCipheriv('aes-256-ctr', encryption, iv)
  const bytes = Buffer.concat([Buffer.from('def50200', 'hex'), salt, iv, cipher.update(text), cipher.final()])
  return Buffer.concat([bytes, macOf(authentication, bytes)]).toString('hex')
}

/** Throws when the text is not what Defuse would open. */
export const defuseDecrypt = (hex: string, password: string): string => {
  const all = Buffer.from(hex, 'hex')
  const [bytes, mac] = [all.subarray(0, -32), all.subarray(-32)]
  if (bytes.subarray(0, 4).toString('hex') !== 'def50200') throw new Error('not Defuse v2')
  const { authentication, encryption } = keysOf(password, bytes.subarray(4, 36))
  if (!timingSafeEqual(macOf(authentication, bytes), mac)) throw new Error('wrong MAC')
  const decipher = createDecipheriv('aes-256-ctr', encryption, bytes.subarray(36, 52))
  return decipher.update(bytes.subarray(52)).toString() + decipher.final().toString()
}
