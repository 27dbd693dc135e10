// Slots of people for their open requests: rows of oauth2_auth_codes that are no codes. Their primary key lets nobody have more,
// whatever happens at the same moment, on whichever node of a cluster (D35).
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { isDuplicate } from './database-errors.ts'
import { openRequestBinding } from './request-notes.ts'
import { changedBy, rowsOf } from './rows.ts'

const slotsOf = (userId: string): string[] =>
  Array.from({ length: bounds.openRequests.most }, (_, index) => `client-request ${userId} ${index + 1}`)
/** The last second that the column holds. */
const endOfTime = 2_147_483_647
/** In the place of a user, so that nothing that ends what a user has ends this. */
const nobody = '-'

const takeFree = async (trx: Knex, id: string, clientId: string, time: number): Promise<boolean> => {
  try {
    await trx.raw(
      'INSERT INTO oauth2_auth_codes (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate) VALUES (?, ?, ?, NULL, 0, ?, ?, ?)',
      [id, nobody, clientId, endOfTime, time, time],
    )
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

const takeOver = async (trx: Knex, id: string, clientId: string, time: number): Promise<boolean> =>
  (await changedBy(
    trx.raw(
      `UPDATE oauth2_auth_codes SET client_id = ?, chdate = ? WHERE id = ? AND NOT EXISTS
         (SELECT 1 FROM oauth2_clients c WHERE c.id = oauth2_auth_codes.client_id AND c.revoked = 1 AND c.admin_notes LIKE ?)`,
      [clientId, time, id, openRequestBinding],
    ),
  )) === 1

/** Takes one that is free, or that of a request that is decided or gone, for the requested client. @returns false when there is none */
export const takeSlot = async (trx: Knex, userId: string, clientId: string, time: number): Promise<boolean> => {
  for (const take of [takeFree, takeOver])
    for (const id of slotsOf(userId)) if (await take(trx, id, clientId, time)) return true
  return false
}

export const freeSlot = async (trx: Knex, userId: string, clientId: string): Promise<void> => {
  await trx.raw('DELETE FROM oauth2_auth_codes WHERE id IN (?) AND client_id = ?', [slotsOf(userId), clientId])
}

/** Ids of the rows of this person. */
export const heldSlots = async (db: Knex, userId: string): Promise<readonly string[]> =>
  (
    await rowsOf<{ id: string }>(
      db.raw('SELECT id FROM oauth2_auth_codes WHERE id IN (?) ORDER BY id', [slotsOf(userId)]),
    )
  ).map(({ id }) => id)

export const freeAllSlots = async (trx: Knex, userId: string): Promise<void> => {
  await trx.raw('DELETE FROM oauth2_auth_codes WHERE id IN (?)', [slotsOf(userId)])
}
