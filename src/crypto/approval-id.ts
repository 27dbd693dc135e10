// The id of the row that remembers an approval (D25): only who has the key can compute it, and no code ever carries it.
import { createHmac } from 'node:crypto'
import type { Client } from '../oauth/types.ts'

/**
 * 80 lower-case hex characters, as every id has. The client stands in it with all that an approval trusts, so that
 * whatever changes it, here or in Stud.IP, leads to another row.
 */
export const approvalId = (
  key: Buffer,
  userId: string,
  { id, changedAt, name, secretHash, redirectUris }: Client,
): string =>
  createHmac('sha512', key)
    .update(JSON.stringify([userId, id, changedAt, name, secretHash, redirectUris]))
    .digest('hex')
    .slice(0, 80)
