// Folders with key files, sound or faulty, for the tests of this directory; they go away with the run.
import { generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface PemPair {
  readonly privatePem: string
  readonly publicPem: string
}

const pemPair = ({ privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject }): PemPair => ({
  privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
})
export const rsaPair = (modulusLength: number): PemPair => pemPair(generateKeyPairSync('rsa', { modulusLength }))
export const rsaPssPair = (): PemPair => pemPair(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }))
export const ecPair = (): PemPair => pemPair(generateKeyPairSync('ec', { namedCurve: 'P-256' }))

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
