// bcrypt under the name that PHP gives it: `$2y$` is the same algorithm as `$2b$` (contract §16-17).
import { compare, hash } from 'bcrypt'

/** `$2y$<cost>$…` of a text of at most 72 bytes, made in the thread pool. */
export const hashBcrypt = async (text: string, cost: number): Promise<string> =>
  (await hash(text, cost)).replace(/^\$2b\$/, '$2y$')

/** Whether the text belongs to the hash, found out in the thread pool; false for what is no hash. */
export const verifyBcrypt = (text: string, stored: string): Promise<boolean> =>
  compare(text, stored.replace(/^\$2y\$/, '$2b$'))
