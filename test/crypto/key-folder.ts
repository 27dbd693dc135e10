// Folders with key files, sound or faulty, for the tests of this directory; they go away with the run.
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface PemPair { readonly privatePem: string; readonly publicPem: string }

const pem = { privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } } as const

export const rsaPair = (modulusLength: number): PemPair => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength, ...pem })
  return { privatePem: privateKey, publicPem: publicKey }
}
export const ecPair = (): PemPair => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256', ...pem })
  return { privatePem: privateKey, publicPem: publicKey }
}

/** Made once: generating takes its time, and most tests need only some sound pair. */
export const soundPair = rsaPair(2048)
export const otherPair = rsaPair(2048)
export const password = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV'

export interface Folder {
  readonly dir: string
  readonly write: (name: 'private.key' | 'public.key' | 'encryption_key.php', text: string) => void
}

const made: string[] = []
process.once('exit', () => made.forEach((dir) => rmSync(dir, { recursive: true, force: true })))

export const emptyFolder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'studip-oauth2-keys-'))
  made.push(dir)
  return dir
}

/** A folder with three sound files, or with what is given instead. */
export const keyFolder = ({ privatePem, publicPem, php }: Partial<PemPair> & { php?: string } = {}): Folder => {
  const dir = emptyFolder()
  const write: Folder['write'] = (name, text) => writeFileSync(join(dir, name), text, { mode: 0o660 })
  write('private.key', privatePem ?? soundPair.privatePem)
  write('public.key', publicPem ?? soundPair.publicPem)
  write('encryption_key.php', php ?? `<?php return '${password}';`)
  return { dir, write }
}
