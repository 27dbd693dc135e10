// Identifiers and secrets, from the system's CSPRNG.
import { randomBytes, randomInt } from 'node:crypto'

/** `bytes` random bytes as lower-case hex: twice as many characters. */
export const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex')

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** `length` characters of [A-Za-z0-9], each equally likely: 5.95 bits a character. */
export const randomAlphanumeric = (length: number): string =>
  Array.from({ length }, () => alphanumeric[randomInt(alphanumeric.length)]).join('')
