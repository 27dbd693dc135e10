// The salts that we encrypt with: the same for a calendar month on all instances, so that a token costs no PBKDF2 (D4).
import { createHmac } from 'node:crypto'
import type { Now } from '../oauth/ports.ts'
import type { MessageKeys } from './defuse.ts'
import type { EncryptionKey } from './encryption-key.ts'

export interface Month {
  readonly salt: Buffer
  /** The salt in hex. */
  readonly id: string
  readonly keys: Promise<MessageKeys>
}

/** This month first. Its neighbours too: tokens live a month, and an instance whose clock is ahead may already be in the next. */
const offsets = [0, -1, 1] as const

const nameOf = (seconds: number, offset: number): string => {
  const date = new Date(seconds * 1000)
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1)).toISOString().slice(0, 7)
}

// Not secret, only the same on every instance and another one for every key and month.
const saltOf = (encryption: EncryptionKey, name: string): Buffer =>
  createHmac('sha256', encryption.kind === 'password' ? encryption.password : encryption.raw)
    .update(`studip-oauth2-sidecar|defuse-salt|${name}`)
    .digest()

/** What asks for the months around now, this one first. `derive` is called once for each, ahead of its first use. */
export const createMonths = (
  encryption: EncryptionKey,
  now: Now,
  derive: (salt: Buffer) => Promise<MessageKeys>,
): (() => readonly Month[]) => {
  const begin = (name: string): Month => {
    const salt = saltOf(encryption, name)
    const keys = derive(salt)
    keys.catch(() => undefined) // nobody awaits what is derived ahead; who uses it later still sees its fault
    return { salt, id: salt.toString('hex'), keys }
  }
  let known = new Map<string, Month>()
  const turn = (time: number): readonly Month[] => {
    const names = offsets.map((offset) => nameOf(time, offset))
    known = new Map(names.map((name) => [name, known.get(name) ?? begin(name)]))
    return [...known.values()]
  }
  let asked = now()
  let months = turn(asked)
  return () => {
    const time = now()
    if (time !== asked) [asked, months] = [time, turn(time)] // names take longer than everything else here
    return months
  }
}
