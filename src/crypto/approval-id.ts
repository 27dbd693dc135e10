// The id of the row that remembers an approval (D25): only who has the key can compute it, and no code ever carries it.
import { createHmac } from 'node:crypto'
import type { Client } from '../oauth/types.ts'

/** Who approved, and what the page said that comes to (contract §3). */
export interface Approving {
  readonly userId: string
  /** Undefined for somebody whom Stud.IP does not know. */
  readonly perms: string | undefined
}

/**
 * 80 lower-case hex characters, as every id has. The client stands in it with all that an approval trusts, and the user with the
 * permission level, so that whatever changes them, here or in Stud.IP, leads to another row.
 */
export const approvalId = (
  key: Buffer,
  { userId, perms }: Approving,
  { id, changedAt, name, secretHash, redirectUris }: Client,
): string =>
  createHmac('sha512', key)
    .update(JSON.stringify([userId, perms, id, changedAt, name, secretHash, redirectUris]))
    .digest('hex')
    .slice(0, 80)
