// Forms that made a client, so that the same form makes no second one, whichever worker gets it: rows of oauth2_auth_codes that
// are no codes. The primary key lets one of two win, and the purge takes them like used codes.
import type { Knex } from 'knex'
import type { Now } from '../oauth/ports.ts'
import { isDuplicate } from './database-errors.ts'
import { rowsOf } from './rows.ts'

/** Seconds in which a form that is sent again is a double click or a reload, and gets the whole answer once more. */
const moment = 120
/** In the place of a user, so that nothing that ends what a user has ends this. */
const nobody = '-'
const rowOf = (formId: string): string => `client-form ${formId}`

/** This form made a client before; everything of this time was taken back. */
export class FormSentBefore extends Error {
  override readonly name = 'FormSentBefore'
}

/** In the transaction that makes the client. @throws FormSentBefore, or the database's error */
export const markForm = async (trx: Knex, formId: string, clientId: string, time: number): Promise<void> => {
  try {
    await trx.raw(
      'INSERT INTO oauth2_auth_codes (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate) VALUES (?, ?, ?, NULL, 1, ?, ?, ?)',
      [rowOf(formId), nobody, clientId, time, time, time],
    )
  } catch (error) {
    throw isDuplicate(error) ? new FormSentBefore('The form was sent before.', { cause: error }) : error
  }
}

export interface SentForms {
  /** The client that this form made. `isFresh`: a moment ago, and nobody changed it since. */
  find(formId: string): Promise<{ readonly clientId: string; readonly isFresh: boolean } | undefined>
}

export const createSentForms = (db: Knex, now: Now): SentForms => ({
  find: async (formId) => {
    const [row] = await rowsOf<{ client_id: string | number; mkdate: number; unchanged: number | null }>(
      db.raw(
        `SELECT f.client_id, f.mkdate, c.chdate = f.mkdate AS unchanged
           FROM oauth2_auth_codes f LEFT JOIN oauth2_clients c ON c.id = f.client_id WHERE f.id = ?`,
        [rowOf(formId)],
      ),
    )
    return row && { clientId: String(row.client_id), isFresh: row.unchanged === 1 && now() - row.mkdate <= moment }
  },
})
