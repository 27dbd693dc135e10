// What a root admin does with clients (contract §8).
import type { Knex } from 'knex'
import type { Now } from '../oauth/ports.ts'
import { deleteTokensOf } from './client-tokens.ts'
import { createRegisteredClients, type RegisteredClients } from './registered-clients.ts'
import { changedBy } from './rows.ts'
import { asUnstorable } from './unstorable.ts'

export interface NewClient {
  readonly name: string
  readonly redirectUris: readonly string[]
  readonly description: string
  readonly owner: string
  readonly homepage: string
  readonly adminNotes: string
  /** bcrypt hash; null for a public client. */
  readonly secretHash: string | null
}

export interface ClientAdministration extends RegisteredClients {
  /** @returns the id that the database gave @throws UnstorableError */
  add(client: NewClient): Promise<string>
  /** Removes the client, which ends its tokens everywhere at once, then their rows in batches. @returns grants ended; undefined if unknown */
  delete(id: string, onProgress?: (done: number, total: number) => void): Promise<number | undefined>
  suspend(id: string): Promise<boolean>
  resume(id: string): Promise<boolean>
  renewSecret(id: string, hash: string): Promise<boolean>
}

const insert = async (db: Knex, client: NewClient, time: number): Promise<string> => {
  const texts = {
    name: client.name,
    redirect: client.redirectUris.join(','),
    description: client.description,
    owner: client.owner,
    homepage: client.homepage,
    admin_notes: client.adminNotes,
  }
  const inserted = db.raw<readonly { insertId: number | string }[]>(
    `INSERT INTO oauth2_clients (name, redirect, description, owner, homepage, admin_notes, secret, revoked, mkdate, chdate)
     VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)`,
    [...Object.values(texts), client.secretHash, time, time],
  )
  const [result] = await inserted.catch((error: unknown) => {
    throw asUnstorable(error, texts)
  })
  return String(result?.insertId)
}

export const createClientAdministration = (db: Knex, now: Now): ClientAdministration => {
  const setRevoked = async (id: string, revoked: 0 | 1) =>
    (await changedBy(
      db.raw('UPDATE oauth2_clients SET revoked = ?, chdate = GREATEST(chdate + 1, ?) WHERE id = ? AND revoked <> ?', [
        revoked,
        now(),
        id,
        revoked,
      ]),
    )) === 1
  const registered = createRegisteredClients(db, now)
  return {
    ...registered,
    add: (client) => insert(db, client, now()),
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
          "UPDATE oauth2_clients SET secret = ?, chdate = ? WHERE id = ? AND secret IS NOT NULL AND secret <> ''",
          [hash, now(), id],
        ),
      )) === 1,
  }
}
