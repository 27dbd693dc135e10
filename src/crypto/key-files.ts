// The three key files that we share with Stud.IP (contract §8.2): read, checked, described.
import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { constants } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bounds } from '../bounds.ts'
import { parseEncryptionKey } from './encryption-key.ts'
import type { EncryptionKey } from './encryption-key.ts'
import { KeyFileError, KeyFilesError } from './key-fault.ts'
import type { KeyFault, KeyFaultDetails } from './key-fault.ts'
import { isEncrypted, isPrivate, pemBlocks, publicBlock } from './pem.ts'

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
  readonly name: KeyFileName | 'oidc.key'
  readonly path: string
  readonly exists: boolean
  readonly readable: boolean
  /** Permission bits, three octal digits; undefined when there is no file. */
  readonly mode: string | undefined
  /** 600 or 660, what Stud.IP's own administration page accepts. */
  readonly modeOk: boolean
}

// The least that Stud.IP's JWT library takes, and RFC 7518 §3.3.
export const minBits = 2048

/**
 * Reads and checks the key files of a folder. Throws KeyFileError, or KeyFilesError for several faults;
 * the sentence names every faulty file, what is wrong and what to do.
 */
export const readKeyFiles = async (dir: string): Promise<KeyFiles> => {
  await lookInto(dir)
  const [privatePath, publicPath, encryptionPath] = keyFileNames.map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ]
  const present = (await inspectKeyFiles(dir)).some(({ exists }) => exists)
  if (!present) throw new KeyFileError('missing-all', { path: dir })
  // The other file is what a missing or damaged public key can be made from.
  const half = { path: publicPath, other: privatePath }
  const [privateKey, publicKey, encryption] = await allOrEveryFault(
    readText(privatePath, 'missing', { path: privatePath }).then((pem) => parsePrivateKey(privatePath, pem)),
    readText(publicPath, 'missing-public', half).then((pem) => parsePublicKey(half, pem)),
    readText(encryptionPath, 'missing', { path: encryptionPath }).then((php) =>
      parseEncryptionKey(php, encryptionPath),
    ),
  )
  const publicPem = spki(publicKey)
  if (spki(createPublicKey(privateKey)) !== publicPem) throw new KeyFileError('mismatch', half)
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  return { privatePem, publicPem, encryption, bits: publicKey.asymmetricKeyDetails!.modulusLength! }
}

/** The results, or one error with every fault, in the order of the files. */
const allOrEveryFault = async <T extends readonly unknown[]>(
  ...parts: { readonly [K in keyof T]: Promise<T[K]> }
): Promise<T> => {
  const settled = await Promise.allSettled(parts)
  const reasons = settled.flatMap((part) => (part.status === 'rejected' ? [part.reason as unknown] : []))
  const other = reasons.find((reason) => !(reason instanceof KeyFileError))
  if (other) throw other as Error
  if (reasons.length > 0)
    throw reasons.length === 1 ? (reasons[0] as Error) : new KeyFilesError(reasons as KeyFileError[])
  return settled.map((part) => (part as PromiseFulfilledResult<unknown>).value) as unknown as T
}

/** A closed or missing folder is the folder's fault, not that of the files in it. */
const lookInto = async (path: string): Promise<void> => {
  const folder = await stat(path).catch((cause: NodeJS.ErrnoException) => cause.code ?? '')
  if (folder === 'ENOENT' || folder === 'ENOTDIR' || (typeof folder !== 'string' && !folder.isDirectory()))
    throw new KeyFileError('folder-missing', { path })
  await access(path, constants.X_OK).catch((cause: unknown) => {
    throw new KeyFileError('folder-closed', { path }, { cause })
  })
}

/** What there is, without judging the contents. Never throws. */
export const inspectKeyFile = async (dir: string, name: KeyFileState['name']): Promise<KeyFileState> => {
  const path = join(dir, name)
  const found = await stat(path).catch(() => undefined)
  const readable = await access(path, constants.R_OK).then(
    () => found?.isFile() === true,
    () => false,
  )
  const mode = found && (found.mode & 0o777).toString(8).padStart(3, '0')
  return { name, path, exists: found !== undefined, readable, mode, modeOk: mode === '600' || mode === '660' }
}

/** The three that Stud.IP has. Never throws. */
export const inspectKeyFiles = (dir: string): Promise<KeyFileState[]> =>
  Promise.all(keyFileNames.map((name) => inspectKeyFile(dir, name)))

/** One byte in each character. */
export const readText = async (path: string, missing: KeyFault, details: KeyFaultDetails): Promise<string> => {
  try {
    if ((await stat(path)).size <= bounds.keyFile.most) return await readFile(path, 'latin1')
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new KeyFileError(missing, details, { cause })
    throw new KeyFileError(code === 'EACCES' ? 'forbidden' : 'unreadable', { path, code }, { cause })
  }
  throw new KeyFileError('too-large', { path, most: bounds.keyFile.most })
}

export const parsePrivateKey = (path: string, file: string): KeyObject => {
  const block = pemBlocks(file).find(isPrivate)
  if (!block) throw new KeyFileError('not-private', { path })
  if (isEncrypted(block)) throw new KeyFileError('passphrase', { path })
  return soundRsaKey(
    path,
    parsed(() => createPrivateKey(block.text), 'not-private', { path }),
  )
}

const parsePublicKey = (half: { readonly path: string; readonly other: string }, file: string): KeyObject => {
  const blocks = pemBlocks(file)
  // Node would derive the public key from it; PHP would not, and the file may be readable by many.
  if (blocks.some(isPrivate)) throw new KeyFileError('private-as-public', half)
  const block = publicBlock(blocks)
  if (!block) throw new KeyFileError('not-public', half)
  return soundRsaKey(
    half.path,
    parsed(() => createPublicKey(block.text), 'not-public', half),
  )
}

const parsed = (parse: () => KeyObject, fault: KeyFault, details: KeyFaultDetails): KeyObject => {
  try {
    return parse()
  } catch {
    // The cause stays out: OpenSSL's messages help nobody here, and the text beside them is a key.
    throw new KeyFileError(fault, details)
  }
}

const soundRsaKey = (path: string, key: KeyObject): KeyObject => {
  if (key.asymmetricKeyType !== 'rsa') throw new KeyFileError('not-rsa', { path, type: String(key.asymmetricKeyType) })
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < minBits) throw new KeyFileError('too-short', { path, bits, least: minBits })
  return key
}

export const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }) as string
