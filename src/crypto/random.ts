// Identifiers and secrets, from the system's CSPRNG.
import { randomBytes, randomFillSync, randomInt } from 'node:crypto'

// A draw costs the same whether few bytes are wanted or many, so many are drawn for the next requests. Nothing else can see them.
const stock = Buffer.allocUnsafeSlow(4096)
let used = stock.length

/** `count` random bytes that nobody else gets: what is handed out is wiped from the stock. */
export const freshBytes = (count: number): Buffer => {
  if (count > stock.length) return randomBytes(count)
  if (used + count > stock.length) {
    randomFillSync(stock)
    used = 0
  }
  const bytes = Buffer.from(stock.subarray(used, used + count))
  stock.fill(0, used, used + count)
  used += count
  return bytes
}

/** `bytes` random bytes as lower-case hex: twice as many characters. */
export const randomHex = (bytes: number): string => freshBytes(bytes).toString('hex')

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** The first `length` characters of [A-Za-z0-9] that these bytes make, each equally likely: one of 32 makes none, so that 64 are plenty for 40. */
export const alphanumericOf = (bytes: Buffer, length: number): string =>
  Array.from(
    bytes.filter((byte) => byte < 4 * alphanumeric.length),
    (byte) => alphanumeric[byte % alphanumeric.length],
  )
    .slice(0, length)
    .join('')

/** `length` characters of [A-Za-z0-9], each equally likely: 5.95 bits a character. */
export const randomAlphanumeric = (length: number): string =>
  Array.from({ length }, () => alphanumeric[randomInt(alphanumeric.length)]).join('')
