// Defuse v2 once more, written from contract §9.3 alone: what it opens, PHP opens.
import { createDecipheriv, createHash, createHmac, hkdfSync, pbkdf2Sync } from 'node:crypto'

/** Decrypts synchronously; throws for anything that is not authentic. A string is a password, 32 bytes are a Defuse key. */
export function openIndependently(hex: string, secret: string | Buffer): string {
  const all = Buffer.from(hex, 'hex')
  const mac = all.subarray(all.length - 32)
  const rest = all.subarray(0, all.length - 32)
  if (rest.readUInt32BE(0) !== 0xdef50200) throw new Error('another format')
  const salt = rest.subarray(4, 36)
  const prekey =
    typeof secret === 'string'
      ? pbkdf2Sync(createHash('sha256').update(secret).digest(), salt, 100000, 32, 'sha256')
      : secret
  const akey = Buffer.from(hkdfSync('sha256', prekey, salt, 'DefusePHP|V2|KeyForAuthentication', 32))
  const ekey = Buffer.from(hkdfSync('sha256', prekey, salt, 'DefusePHP|V2|KeyForEncryption', 32))
  if (!createHmac('sha256', akey).update(rest).digest().equals(mac)) throw new Error('not authentic')
  const ctr = createDecipheriv('aes-256-ctr', ekey, rest.subarray(36, 52))
  return ctr.update(rest.subarray(52), undefined, 'utf8') + ctr.final('utf8')
}
