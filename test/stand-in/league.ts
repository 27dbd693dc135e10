// The formats of league/oauth2-server as Stud.IP uses it: ciphertexts and tokens (contract §8.1, §9.3). Written from the contract
// alone with node:crypto, so that it can contradict the product.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  pbkdf2,
  randomBytes,
  sign,
  timingSafeEqual,
} from 'node:crypto'
import { promisify } from 'node:util'

const version = Buffer.from('def50200', 'hex')

interface Keys {
  readonly authentication: Buffer
  readonly encryption: Buffer
}

async function keysFor(password: string, salt: Buffer): Promise<Keys> {
  const prehash = createHash('sha256').update(password).digest()
  const prekey = await promisify(pbkdf2)(prehash, salt, 100_000, 32, 'sha256')
  const derive = (info: string): Buffer => Buffer.from(hkdfSync('sha256', prekey, salt, `DefusePHP|V2|${info}`, 32))
  return { authentication: derive('KeyForAuthentication'), encryption: derive('KeyForEncryption') }
}

/** Lower-case hex, with a salt of its own as Defuse does. */
export async function encrypt(plaintext: string, password: string): Promise<string> {
  const [salt, iv] = [randomBytes(32), randomBytes(16)]
  const keys = await keysFor(password, salt)
  const cipher = createCipheriv('aes-256-ctr', keys.encryption, iv)
  const head = Buffer.concat([version, salt, iv, cipher.update(plaintext), cipher.final()])
  return Buffer.concat([head, createHmac('sha256', keys.authentication).update(head).digest()]).toString('hex')
}

/** Undefined when it was not made with this password. */
export async function decrypt(text: string, password: string): Promise<string | undefined> {
  const bytes = Buffer.from(text, 'hex')
  if (bytes.length < 84 || bytes.length * 2 !== text.length || !bytes.subarray(0, 4).equals(version)) return undefined
  const keys = await keysFor(password, bytes.subarray(4, 36))
  const mac = createHmac('sha256', keys.authentication).update(bytes.subarray(0, -32)).digest()
  if (!timingSafeEqual(mac, bytes.subarray(-32))) return undefined
  const decipher = createDecipheriv('aes-256-ctr', keys.encryption, bytes.subarray(36, 52))
  return Buffer.concat([decipher.update(bytes.subarray(52, -32)), decipher.final()]).toString()
}

/** An access token. `times` in seconds; 6.x writes fractions, 5.x whole seconds. */
export function signToken(privateKey: string, claims: Readonly<Record<string, unknown>>): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const input = `${part({ typ: 'JWT', alg: 'RS256' })}.${part(claims)}`
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), privateKey).toString('base64url')}`
}
