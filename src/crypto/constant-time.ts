// The only way secrets, MACs, challenges and CSRF values are compared (S-097).
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const key = randomBytes(32)
const digest = (value: string | Buffer) => createHmac('sha256', key).update(value).digest()

/** Equality in a time that tells neither where the values differ nor how long the expected one is. */
export const equalConstantTime = (a: string | Buffer, b: string | Buffer): boolean =>
  timingSafeEqual(digest(a), digest(b))
