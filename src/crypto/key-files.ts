// The three key files that we share with Stud.IP (contract §8.2): read, checked, described.
import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { constants } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEncryptionKey } from './encryption-key.ts'
import type { EncryptionKey } from './encryption-key.ts'
import { KeyFileError } from './key-fault.ts'
import type { KeyFault } from './key-fault.ts'

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

/** Reads and checks the key files of a folder. Throws KeyFileError, whose sentence names the file, the fault and what to do. */
export const readKeyFiles = async (dir: string): Promise<KeyFiles> => {
  const [privatePath, publicPath, encryptionPath] = keyFileNames.map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ]
  // One after the other, so that the same fault is named every time.
  const privateText = await readText(privatePath)
  const publicText = await readText(publicPath)
  const php = await readText(encryptionPath)
  const privateKey = parsePrivateKey(privatePath, privateText)
  const publicKey = parsePublicKey(publicPath, publicText)
  const publicPem = spki(publicKey)
  if (spki(createPublicKey(privateKey)) !== publicPem)
    throw new KeyFileError('mismatch', { path: publicPath, other: privatePath })
  const encryption = parseEncryptionKey(php, encryptionPath)
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  return { privatePem, publicPem, encryption, bits: publicKey.asymmetricKeyDetails!.modulusLength! }
}

/** What there is in the folder, without judging the contents. Never throws. */
export const inspectKeyFiles = (dir: string): Promise<KeyFileState[]> =>
  Promise.all(
    keyFileNames.map(async (name) => {
      const path = join(dir, name)
      const found = await stat(path).catch(() => undefined)
      const readable = await access(path, constants.R_OK).then(
        () => found?.isFile() === true,
        () => false,
      )
      const mode = found && (found.mode & 0o777).toString(8).padStart(3, '0')
      return { name, path, exists: found !== undefined, readable, mode, modeOk: mode === '600' || mode === '660' }
    }),
  )

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    throw new KeyFileError(readFaults[code] ?? 'unreadable', { path, code }, { cause })
  }
}
const readFaults: Readonly<Record<string, KeyFault>> = { ENOENT: 'missing', EACCES: 'forbidden' }

const parsePrivateKey = (path: string, pem: string): KeyObject => {
  if (/ENCRYPTED/.test(pem)) throw new KeyFileError('passphrase', { path })
  return soundRsaKey(
    path,
    parsed(path, () => createPrivateKey(pem), 'not-private'),
  )
}

const parsePublicKey = (path: string, pem: string): KeyObject => {
  // Node would derive the public key from it; PHP would not, and the file may be readable by many.
  if (/PRIVATE KEY/.test(pem)) throw new KeyFileError('private-as-public', { path })
  return soundRsaKey(
    path,
    parsed(path, () => createPublicKey(pem), 'not-public'),
  )
}

const parsed = (path: string, parse: () => KeyObject, fault: KeyFault): KeyObject => {
  try {
    return parse()
  } catch {
    // The cause stays out: OpenSSL's messages help nobody here, and the text beside them is a key.
    throw new KeyFileError(fault, { path })
  }
}

const soundRsaKey = (path: string, key: KeyObject): KeyObject => {
  if (key.asymmetricKeyType !== 'rsa') throw new KeyFileError('not-rsa', { path, type: String(key.asymmetricKeyType) })
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < minBits) throw new KeyFileError('too-short', { path, bits, least: minBits })
  return key
}

const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }) as string
