// Slots of people for their open requests: rows of oauth2_auth_codes that are no codes. Their primary key lets nobody have more,
// whatever happens at the same moment, on whichever node of a cluster (D35).
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { isOpenRequestSql, openRequestBinding } from './request-notes.ts'
import { rowsOf } from './rows.ts'

const slotsOf = (userId: string): string[] =>
  Array.from({ length: bounds.openRequests.most }, (_, index) => `client-request ${userId} ${index + 1}`)
/** The last second that the column holds. */
const endOfTime = 2_147_483_647
/** In the place of a user, so that nothing that ends what a user has ends this. */
const nobody = '-'

// One statement that locks for writing at once. With a lock for reading first, as a failed INSERT leaves it, people's own forms
// that arrive together would wait for each other until the database ends some of them.
const takeSql = `INSERT INTO oauth2_auth_codes (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate)
  VALUES (?, ?, ?, NULL, 0, ?, ?, ?)
  ON DUPLICATE KEY UPDATE client_id = IF(EXISTS (SELECT 1 FROM oauth2_clients c
    WHERE c.id = oauth2_auth_codes.client_id AND ${isOpenRequestSql}), oauth2_auth_codes.client_id, VALUES(client_id))`

const take = async (trx: Knex, id: string, clientId: string, time: number): Promise<boolean> => {
  await trx.raw(takeSql, [id, nobody, clientId, endOfTime, time, time, openRequestBinding])
  const mine = trx.raw('SELECT 1 FROM oauth2_auth_codes WHERE id = ? AND client_id = ?', [id, clientId])
  return (await rowsOf(mine)).length === 1
}

/** Takes one that is free, or that of a request that is decided or gone, for the requested client. @returns false when there is none */
export const takeSlot = async (trx: Knex, userId: string, clientId: string, time: number): Promise<boolean> => {
  for (const id of slotsOf(userId)) if (await take(trx, id, clientId, time)) return true
  return false
}

// Only the row that is there: a DELETE that finds none locks the gap, and who asks would wait for it.
export const freeSlot = async (trx: Knex, userId: string, clientId: string): Promise<void> => {
  const held = trx.raw('SELECT id FROM oauth2_auth_codes WHERE id IN (?) AND client_id = ?', [
    slotsOf(userId),
    clientId,
  ])
  for (const { id } of await rowsOf<{ id: string }>(held))
    await trx.raw('DELETE FROM oauth2_auth_codes WHERE id = ? AND client_id = ?', [id, clientId])
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
