// Verifies that a session passed Stud.IP's second factor, as PHP computes it (contract §2.3).
import { createHmac } from 'node:crypto'
import { equalConstantTime } from '../crypto/constant-time.ts'
import type { Confirmation } from './session.ts'

/** A row of users_tfa. */
export interface SecondFactor {
  readonly secret: string
  readonly confirmed: boolean
  readonly type: string
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const largestPhpInteger = 2n ** 63n - 1n

const withoutPadding = (text: string): string => {
  let end = text.length
  while (text[end - 1] === '=') end -= 1
  return text.slice(0, end)
}

/** RFC 4648 §6; undefined when a character is not of its alphabet or nothing is left. */
const decodeBase32 = (text: string): Buffer | undefined => {
  const bytes: number[] = []
  let [value, bits] = [0, 0]
  for (const character of withoutPadding(text)) {
    const index = alphabet.indexOf(character)
    if (index < 0) return undefined
    value = ((value << 5) | index) & 0xfff
    bits += 5
    if (bits >= 8) bytes.push((value >> (bits -= 8)) & 0xff)
  }
  return bytes.length > 0 ? Buffer.from(bytes) : undefined
}

/** PHP's `(int) floor($timeslice / $period)`: exact where it divides, else a double; floor always makes a double. */
export const totpCounter = (timeslice: bigint, period: bigint): bigint =>
  BigInt(timeslice % period === 0n ? Number(timeslice / period) : Math.floor(Number(timeslice) / Number(period)))

/** RFC 6238 with SHA-1, six digits, epoch 0 (RFC 4226 §5.3). Undefined when the secret is not Base32. */
export const totp = (secret: string, timeslice: bigint, period: bigint): string | undefined => {
  const key = decodeBase32(secret)
  if (!key) return undefined
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(totpCounter(timeslice, period))
  const mac = createHmac('sha1', key).update(counter).digest()
  const offset = mac[mac.length - 1]! & 0x0f
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** Seconds: mails live five in 5.x (contract §2.3). */
const periodOf = (type: string, major: number): bigint => (type === 'email' && major < 6 ? 5n : 30n)

/**
 * True when the confirmation in the session verifies against the user's secret. `timeslice` is a random number that
 * plays the clock, so there is no window; its presence alone proves nothing.
 */
export const confirms = (confirmation: Confirmation, factor: SecondFactor, major: number): boolean => {
  const { code, timeslice } = confirmation
  if (!/^\d{6}$/.test(code) || timeslice < 0n || timeslice > largestPhpInteger) return false
  const expected = totp(factor.secret, timeslice, periodOf(factor.type, major))
  return expected !== undefined && equalConstantTime(code, expected)
}
