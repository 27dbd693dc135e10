// A new row of oauth2_clients (contract §8).
import type { Knex } from 'knex'
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

/** @returns the id that the database gave @throws UnstorableError */
export const insertClient = async (
  db: Knex,
  client: NewClient,
  { time, suspended }: { readonly time: number; readonly suspended: boolean },
): Promise<string> => {
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
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [...Object.values(texts), client.secretHash, suspended ? 1 : 0, time, time],
  )
  const [result] = await inserted.catch((error: unknown) => {
    throw asUnstorable(error, texts)
  })
  return String(result?.insertId)
}
