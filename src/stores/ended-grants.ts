// What a user had connected and has not any more, as far as rows are left of it.
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { isClientId, isGrantId } from '../oauth/grant-id.ts'
import { rowsOf } from './rows.ts'

interface Row {
  readonly name: string
}

/** The name of its client, for the id of a grant or of a client that was this user's; undefined for whatever was not. */
export const findEnded = async (db: Knex, userId: string, id: string): Promise<string | undefined> => {
  const rows = isClientId(id) ? await ofClient(db, userId, id) : isGrantId(id) ? await ofGrant(db, userId, id) : []
  return rows.at(0)?.name
}

const ofGrant = (db: Knex, userId: string, grantId: string) =>
  rowsOf<Row>(
    db.raw(
      `SELECT c.name FROM (SELECT client_id FROM oauth2_access_tokens WHERE id LIKE ? AND user_id = ? LIMIT 1) some
       JOIN oauth2_clients c ON c.id = some.client_id`,
      [`${grantId}%`, userId],
    ),
  )

const ofClient = (db: Knex, userId: string, clientId: string) =>
  rowsOf<Row>(
    db.raw(
      `SELECT c.name FROM
         (SELECT client_id FROM oauth2_access_tokens IGNORE INDEX (PRIMARY) WHERE user_id = ? LIMIT ?) some
       JOIN oauth2_clients c ON c.id = some.client_id WHERE c.id = ? LIMIT 1`,
      [userId, bounds.rowsOfPage.most, clientId],
    ),
  )
