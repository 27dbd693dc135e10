// What a root admin does with clients (contract §8).
import type { Knex } from 'knex'
import type { Now } from '../oauth/ports.ts'
import { insertClient, type NewClient } from './insert-client.ts'
import { deleteTokensOf } from './client-tokens.ts'
import { createRegisteredClients, type RegisteredClients } from './registered-clients.ts'
import { isUnapprovedSql, unapprovedBindings } from './request-notes.ts'
import { changedBy } from './rows.ts'
import { markForm } from './sent-forms.ts'
import { inTransaction } from './transaction.ts'

export interface ClientAdministration extends RegisteredClients {
  /** `formId` is that of the form that it comes from. @returns the id that the database gave @throws UnstorableError, FormSentBefore */
  add(client: NewClient, formId?: string): Promise<string>
  /** Removes the client, which ends its tokens everywhere at once, then their rows in batches. @returns grants ended; undefined if unknown */
  delete(id: string, onProgress?: (done: number, total: number) => void): Promise<number | undefined>
  suspend(id: string): Promise<boolean>
  /** Not what somebody asked for and root has not approved (D35). */
  resume(id: string): Promise<boolean>
  renewSecret(id: string, hash: string): Promise<boolean>
}

export const createClientAdministration = (db: Knex, now: Now): ClientAdministration => {
  const setRevoked = async (id: string, revoked: 0 | 1) =>
    (await changedBy(
      db.raw(
        `UPDATE oauth2_clients SET revoked = ?, chdate = GREATEST(chdate + 1, ?)
          WHERE id = ? AND revoked <> ? AND (? = 1 OR NOT (${isUnapprovedSql}))`,
        [revoked, now(), id, revoked, revoked, ...unapprovedBindings],
      ),
    )) === 1
  const registered = createRegisteredClients(db, now)
  return {
    ...registered,
    add: (client, formId) =>
      inTransaction(db, async (trx) => {
        const time = now()
        const id = await insertClient(trx, client, { time, suspended: false })
        if (formId !== undefined) await markForm(trx, formId, id, time)
        return id
      }),
    delete: async (id, onProgress) => {
      const client = await registered.get(id)
      if (!client || (await changedBy(db.raw('DELETE FROM oauth2_clients WHERE id = ?', [id]))) === 0) return undefined
      await deleteTokensOf(db, id, onProgress)
      return client.liveGrants ?? 0
    },
    suspend: (id) => setRevoked(id, 1),
    resume: (id) => setRevoked(id, 0),
    renewSecret: async (id, hash) =>
      (await changedBy(
        db.raw(
          "UPDATE oauth2_clients SET secret = ?, chdate = GREATEST(chdate + 1, ?) WHERE id = ? AND secret IS NOT NULL AND secret <> ''",
          [hash, now(), id],
        ),
      )) === 1,
  }
}
