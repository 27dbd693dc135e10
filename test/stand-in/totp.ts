// One-time codes as Stud.IP makes them (contract §2.3), written from the contract alone.
import { createHmac, randomBytes } from 'node:crypto'

/** Seconds of a time step: apps 30 everywhere, e-mails 5 in 5.x. */
export const periodOf = (type: 'email' | 'app', version: '6.0' | '5.4'): bigint =>
  type === 'email' && version === '5.4' ? 5n : 30n

/** Six digits for that time; whole quotients are exact, others go through a double, as in PHP. */
export function totp(secret: string, time: bigint, period: bigint): string {
  const quotient = time % period === 0n ? Number(time / period) : Math.floor(Number(time) / Number(period))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(quotient))
  const mac = createHmac('sha1', base32(secret)).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

function base32(text: string): Buffer {
  const bits = [...text.replace(/=+$/, '')]
    .map((character) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(character).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((octet) => parseInt(octet, 2)))
}

/** What the session keeps of a passed second factor: a code for a random time that has nothing to do with the clock. */
export function confirmation(secret: string, period: bigint): { code: string; timeslice: bigint } {
  const timeslice = randomBytes(8).readBigUInt64BE() >> 1n
  return { code: totp(secret, timeslice, period), timeslice }
}
