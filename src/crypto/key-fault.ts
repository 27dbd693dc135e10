// What can be wrong with key files: one name and one sentence each, so that a command can say it in another language too.
import { SetupError } from '../oauth/errors.ts'

/** `{path}` and the like are filled in from the details of a KeyFileError. */
export const keyFaults = {
  missing:
    '{path} does not exist. Make the key files with oauth2:keys, or set KEYS_PATH to the folder that holds them.',
  forbidden: '{path} may not be read by this user. Give it mode 660 and the group of the web server.',
  unreadable:
    '{path} cannot be read ({code}). Restore it from a backup, or make new key files with oauth2:keys --force.',
  passphrase: '{path} is protected by a passphrase. Store it without one, as Stud.IP needs it too.',
  'not-private':
    '{path} is not a private key in PEM format. Restore it from a backup, or make new key files with oauth2:keys --force.',
  'not-public':
    '{path} is not a public key in PEM format. Restore it from a backup, or make new key files with oauth2:keys --force.',
  'private-as-public':
    '{path} holds a private key. Replace it by the public one, and make new key files if others could read it.',
  'not-rsa': '{path} is not an RSA key ({type}). Make new key files with oauth2:keys --force.',
  'too-short': '{path} has {bits} bits, at least {least} are needed. Make new key files with oauth2:keys --force.',
  mismatch:
    '{path} does not belong to {other}. Restore both from the same backup, or make new ones with oauth2:keys --force.',
  'encryption-key-form':
    "{path} is not of the form <?php return '…'; with one plain string. Restore it from a backup, or make new key files with oauth2:keys --force.",
  'encryption-key-short':
    '{path} returns a key of {length} characters, at least {least} are needed. Make new key files with oauth2:keys --force.',
  'encryption-key-damaged':
    '{path} holds a damaged Defuse key: its header, length or checksum is wrong. Restore it from a backup.',
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

/** A fault of the key files or their folder. Neither message nor details hold anything of a key. */
export class KeyFileError extends SetupError {
  readonly fault: KeyFault
  readonly details: KeyFaultDetails

  constructor(fault: KeyFault, details: KeyFaultDetails, options?: ErrorOptions) {
    super(
      keyFaults[fault].replace(/\{(\w+)\}/g, (_, name: string) => String(details[name])),
      options,
    )
    this.fault = fault
    this.details = details
  }
}
