// Clients as the protocol sees them (contract §8).
import type { Clients } from '../oauth/ports.ts'
import type { Client } from '../oauth/types.ts'
import { isConfidential, urisOf, type ClientRow } from './client-rows.ts'
import type { LookUp } from './lookups.ts'

export const toClient = (row: ClientRow): Client => ({
  id: row.id,
  name: row.name,
  secretHash: isConfidential(row.secret) ? row.secret : null,
  redirectUris: urisOf(row.redirect),
  description: row.description ?? '',
  owner: row.owner ?? '',
  homepage: row.homepage ?? '',
  changedAt: row.chdate,
})

const findSql =
  'SELECT id AS asked, id, name, secret, redirect, description, owner, homepage, chdate FROM oauth2_clients WHERE revoked = 0 AND id IN (?)'

/** A suspended client is unknown. */
export const createClients = (lookUp: LookUp): Clients => ({
  find: async (id) => {
    const row = await lookUp<ClientRow & { asked: string }>(findSql, id)
    return row && toClient(row)
  },
})
