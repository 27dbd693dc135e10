// The three key files that we share with Stud.IP (contract §8.2): read, checked, described.
import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { constants } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SetupError } from '../oauth/errors.ts'
import { parseEncryptionKey } from './encryption-key.ts'
import type { EncryptionKey } from './encryption-key.ts'

export const keyFileNames = ['private.key', 'public.key', 'encryption_key.php'] as const
export type KeyFileName = (typeof keyFileNames)[number]

/** Usable key files. Both PEM texts are normalised: PKCS#8 and SPKI, line feeds only. */
export interface KeyFiles {
  readonly privatePem: string
  readonly publicPem: string
  readonly encryption: EncryptionKey
  /** Length of the modulus. */
  readonly bits: number
}

/** One key file as an administrator sees it. */
export interface KeyFileState {
  readonly name: KeyFileName
  readonly path: string
  readonly exists: boolean
  readonly readable: boolean
  /** Permission bits, three octal digits; undefined when there is no file. */
  readonly mode: string | undefined
  /** 600 or 660, what Stud.IP's own administration page accepts. */
  readonly modeOk: boolean
}

// The least that Stud.IP's JWT library takes, and RFC 7518 §3.3.
const minBits = 2048

/** Reads and checks the key files of a folder. Throws SetupError with a sentence that names the file, the fault and what to do. */
export const readKeyFiles = async (dir: string): Promise<KeyFiles> => {
  const [privatePath, publicPath, encryptionPath] = keyFileNames.map((name) => join(dir, name)) as [string, string, string]
  // One after the other, so that the same fault is named every time.
  const privateText = await readText(privatePath)
  const publicText = await readText(publicPath)
  const php = await readText(encryptionPath)
  const privateKey = parsePrivateKey(privatePath, privateText)
  const publicKey = parsePublicKey(publicPath, publicText)
  const publicPem = spki(publicKey)
  if (spki(createPublicKey(privateKey)) !== publicPem) {
    throw new SetupError(`${publicPath} does not belong to ${privatePath}. Restore both from the same backup, or make new ones with oauth2:keys --force.`)
  }
  const encryption = parseEncryptionKey(php)
  if (typeof encryption === 'string') throw new SetupError(`${encryptionPath} ${encryption}. ${restore}`)
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  return { privatePem, publicPem, encryption, bits: publicKey.asymmetricKeyDetails!.modulusLength! }
}

/** What there is in the folder, without judging the contents. Never throws. */
export const inspectKeyFiles = (dir: string): Promise<KeyFileState[]> =>
  Promise.all(keyFileNames.map(async (name) => {
    const path = join(dir, name)
    const found = await stat(path).catch(() => undefined)
    const readable = await access(path, constants.R_OK).then(() => found?.isFile() === true, () => false)
    const mode = found && (found.mode & 0o777).toString(8).padStart(3, '0')
    return { name, path, exists: found !== undefined, readable, mode, modeOk: mode === '600' || mode === '660' }
  }))

const restore = 'Restore it from a backup, or make new key files with oauth2:keys --force.'

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new SetupError(unreadable(path, (cause as NodeJS.ErrnoException).code), { cause })
  }
}

const unreadable = (path: string, code: string | undefined): string => {
  if (code === 'ENOENT') return `${path} does not exist. Make the key files with oauth2:keys, or set KEYS_PATH to the folder that holds them.`
  if (code === 'EACCES') return `${path} may not be read by this user. Give it mode 660 and the group of the web server.`
  return `${path} cannot be read (${code ?? 'unknown error'}). ${restore}`
}

const parsePrivateKey = (path: string, pem: string): KeyObject => {
  if (/ENCRYPTED/.test(pem)) throw new SetupError(`${path} is protected by a passphrase. Store it without one, as Stud.IP needs it too.`)
  return checked(path, () => createPrivateKey(pem), 'private')
}

const parsePublicKey = (path: string, pem: string): KeyObject => {
  // Node would derive the public key from it; PHP would not, and the file may be readable by many.
  if (/PRIVATE KEY/.test(pem)) throw new SetupError(`${path} holds a private key. Replace it by the public one, and make new key files if others could read it.`)
  return checked(path, () => createPublicKey(pem), 'public')
}

const checked = (path: string, parse: () => KeyObject, half: string): KeyObject => {
  const key = parsed(path, parse, half)
  if (key.asymmetricKeyType !== 'rsa') throw new SetupError(`${path} is not an RSA key (${key.asymmetricKeyType}). ${restore}`)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < minBits) throw new SetupError(`${path} has ${bits} bits, at least ${minBits} are needed. Make new key files with oauth2:keys --force.`)
  return key
}

const parsed = (path: string, parse: () => KeyObject, half: string): KeyObject => {
  try {
    return parse()
  } catch {
    // The cause stays out: OpenSSL's messages help nobody here, and the text beside them is a key.
    throw new SetupError(`${path} is not a ${half} key in PEM format. ${restore}`)
  }
}

const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }) as string
