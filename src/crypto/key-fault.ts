// What can be wrong with key files: one name and one sentence each, so that a command can say it in another language too.
import { SetupError } from '../oauth/errors.ts'

/** `{path}` and the like are filled in from the details of a KeyFileError. */
export const keyFaults = {
  'missing-all':
    'There are no key files in {path}. Make them with oauth2:keys, or set KEYS_PATH to the folder that holds them.',
  missing:
    '{path} does not exist, although other key files do. Restore it from the backup. Only where there is none: oauth2:keys --force makes new key files, which ends every code and token.',
  'missing-public':
    '{path} does not exist, although other key files do. Restore it from the backup, or make it anew: openssl pkey -in {other} -pubout -out {path}',
  forbidden: '{path} may not be read by this user. Give it mode 660 and the group of the web server.',
  unreadable: '{path} cannot be read ({code}). Restore it from the backup.',
  'too-large': '{path} is larger than {most} bytes, which no key file is. Restore it from the backup.',
  passphrase: '{path} is protected by a passphrase. Store it without one, as Stud.IP needs it too.',
  'not-private':
    '{path} is not a private key in PEM format. Restore it from the backup. Only where there is none: oauth2:keys --force makes new key files, which ends every code and token.',
  'not-public':
    '{path} is not a public key in PEM format. Restore it from the backup, or make it anew: openssl pkey -in {other} -pubout -out {path}',
  'private-as-public':
    '{path} holds a private key. Replace it by the public one. If others could read it, no token can be trusted any more: make new key files.',
  'not-rsa':
    '{path} is not an RSA key ({type}), which Stud.IP cannot use. Restore the right one from the backup. Only where there is none: oauth2:keys --force makes new key files, which ends every code and token.',
  'too-short':
    '{path} has {bits} bits, at least {least} are needed; Stud.IP refuses it as well. Restore the right one from the backup. Only where there is none: oauth2:keys --force makes new key files, which ends every code and token.',
  mismatch:
    '{path} does not belong to {other}. Restore both from the same backup. If only {other} is right: openssl pkey -in {other} -pubout -out {path}',
  'encryption-key-form':
    "{path} does not return a text that can be known without running it. Restore it from the backup, or let it return the key itself: <?php return '…';",
  'encryption-key-unread':
    "{path} asks for more than can be read without running it ({file}, line {line}). Restore it from the backup, or let it return the key itself: <?php return '…';",
  'encryption-key-syntax':
    '{path} is not PHP that can be read ({file}, line {line}). Restore it from the backup, or check it with: php -l {path}',
  'encryption-key-short':
    '{path} returns a key of {length} characters, at least {least} are needed. Restore it from the backup. Only where there is none: oauth2:keys --force makes new key files, which ends every code and token.',
  'encryption-key-damaged':
    '{path} holds a damaged Defuse key: its header, length or checksum is wrong. Restore it from the backup.',
  'folder-closed':
    'This user may not look into the folder {path}. Give it the group of the web server and mode 750; the files in it need no change.',
  'sign-in-key':
    '{path} cannot be read or is no RSA key of at least {least} bits of its own without a passphrase, so nobody can sign in. Restore it from the backup. Where there is none, oauth2:keys --oidc replaces it once the file is gone; every other token stays.',
  'folder-missing':
    'The folder {path} does not exist. Set STUDIP_PATH or KEYS_PATH to the right one, or make the folder.',
  'folder-forbidden': 'This user may not write into {path}. Run the command as the owner of that folder.',
  'folder-read-only':
    '{path} is on a read-only file system. Make the key files where it can be written, or mount it writable.',
  'folder-full': 'There is no space left for the key files in {path}.',
  'folder-unwritable': 'The key files could not be written into {path} ({code}).',
  'four-primes-size': 'A key of four primes needs 4096 bits, not {bits}.',
  'openssl-missing':
    'A key of four primes is made by the openssl command, which is not installed. Install it, or leave out --primes 4.',
  'openssl-failed': 'The openssl command could not make a key of four primes (exit {code}). Leave out --primes 4.',
} as const

export type KeyFault = keyof typeof keyFaults
export type KeyFaultDetails = Readonly<Record<string, string | number>>

/** The sentence of one language with its details. */
export const keyFaultSentence = (
  sentences: Readonly<Record<KeyFault, string>>,
  fault: KeyFault,
  details: KeyFaultDetails,
): string => sentences[fault].replace(/\{(\w+)\}/g, (_, name: string) => String(details[name]))

/** A fault of the key files or their folder. Neither message nor details hold anything of a key. */
export class KeyFileError extends SetupError {
  readonly fault: KeyFault
  readonly details: KeyFaultDetails

  constructor(fault: KeyFault, details: KeyFaultDetails, options?: ErrorOptions) {
    super(keyFaultSentence(keyFaults, fault, details), options)
    this.fault = fault
    this.details = details
  }
}

/** Several key files are faulty: every one of them is named, in the order of the files. */
export class KeyFilesError extends SetupError {
  readonly faults: readonly KeyFileError[]

  constructor(faults: readonly KeyFileError[]) {
    super(faults.map(({ message }) => message).join(' '))
    this.faults = faults
  }
}
