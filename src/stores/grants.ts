// Grants as users and operators see them: one per connected application (D10).
import type { Knex } from 'knex'
import { isGrantId } from '../oauth/grant-id.ts'
import type { Now } from '../oauth/ports.ts'
import { revokeGrants } from './revoke-grants.ts'
import { rowsOf, scopesOf } from './rows.ts'
import { inTransaction } from './transaction.ts'

export interface ConnectedApplication {
  /** 32 hex characters (D2). */
  readonly grantId: string
  readonly userId: string
  readonly clientId: string
  readonly clientName: string
  readonly description: string
  readonly owner: string
  readonly homepage: string
  readonly scopes: readonly string[]
  /** Unix seconds of the consent, as far back as rows remain. */
  readonly connectedAt: number
  /** Unix seconds of the last issue or refresh. */
  readonly lastUsedAt: number
}

export interface Grants {
  listByUser(userId: string): Promise<readonly ConnectedApplication[]>
  /** Live grants of a client, newest use first, at most `limit`. Walks the token tables: for operators, not for pages. */
  listByClient(clientId: string, limit: number): Promise<readonly ConnectedApplication[]>
  /** Undefined unless the grant is live. */
  find(grantId: string): Promise<ConnectedApplication | undefined>
  revoke(grantId: string): Promise<void>
  /** Codes that wait for their redemption end, too. @returns how many live grants ended */
  revokeAllOf(userId: string): Promise<number>
}

interface GrantRow {
  grant_id: string
  user_id: string
  client_id: string
  name: string
  description: string | null
  owner: string | null
  homepage: string | null
  scopes: string | null
  last_used_at: number
}

const liveGrants = (condition: string, limit: string): string => `
  SELECT g.*, c.name, c.description, c.owner, c.homepage
    FROM (SELECT LEFT(r.id, 32) AS grant_id, MAX(a.user_id) AS user_id, MAX(a.client_id) AS client_id, MAX(a.scopes) AS scopes, MAX(a.mkdate) AS last_used_at
            FROM oauth2_access_tokens a JOIN oauth2_refresh_tokens r ON r.access_token_id = a.id
           WHERE ${condition} AND r.revoked = 0 AND r.expires_at > ? GROUP BY LEFT(r.id, 32) ORDER BY last_used_at DESC ${limit}) g
    JOIN oauth2_clients c ON c.id = g.client_id
   ORDER BY g.last_used_at DESC, g.grant_id`

/** First date of each grant. The prefixes are constants of the statement, because only then does LIKE walk the index. */
const beginnings = async (db: Knex, grantIds: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  if (grantIds.length === 0) return new Map()
  const first = 'SELECT ? AS grant_id, MIN(mkdate) AS begun_at FROM ?? WHERE id LIKE ?'
  const tables = ['oauth2_auth_codes', 'oauth2_access_tokens']
  const rows = await rowsOf<{ grant_id: string; begun_at: number | null }>(
    db.raw(
      grantIds.flatMap(() => tables.map(() => first)).join(' UNION ALL '),
      grantIds.flatMap((id) => tables.flatMap((table) => [id, table, `${id}%`])),
    ),
  )
  const dates = new Map<string, number>()
  for (const { grant_id: id, begun_at: at } of rows) if (at !== null) dates.set(id, Math.min(at, dates.get(id) ?? at))
  return dates
}

const toApplication = (row: GrantRow, begun: ReadonlyMap<string, number>): ConnectedApplication => ({
  grantId: row.grant_id,
  userId: row.user_id,
  clientId: row.client_id,
  clientName: row.name,
  description: row.description ?? '',
  owner: row.owner ?? '',
  homepage: row.homepage ?? '',
  scopes: scopesOf(row.scopes),
  connectedAt: begun.get(row.grant_id) ?? row.last_used_at,
  lastUsedAt: row.last_used_at,
})

export const createGrants = (db: Knex, now: Now): Grants => {
  const select = async (
    condition: string,
    bindings: readonly (string | number)[],
    limit = '',
  ): Promise<readonly ConnectedApplication[]> => {
    const rows = await rowsOf<GrantRow>(db.raw(liveGrants(condition, limit), [...bindings, now()]))
    const begun = await beginnings(
      db,
      rows.map((row) => row.grant_id),
    )
    return rows.map((row) => toApplication(row, begun))
  }
  const listByUser = (userId: string) => select('a.user_id = ?', [userId])
  const end = (table: 'oauth2_auth_codes' | 'oauth2_access_tokens', userId: string) =>
    inTransaction(db, (trx) =>
      trx.raw('UPDATE ?? SET revoked = 1, chdate = ? WHERE user_id = ? AND revoked = 0', [table, now(), userId]),
    )
  const revoke = (grantId: string) => inTransaction(db, (trx) => revokeGrants(trx, [grantId], now()))
  return {
    listByUser,
    listByClient: (clientId, limit) => select('a.client_id = ?', [clientId], `LIMIT ${Math.trunc(limit)}`),
    find: async (grantId) => (isGrantId(grantId) ? (await select('r.id LIKE ?', [`${grantId}%`]))[0] : undefined),
    revoke,
    revokeAllOf: async (userId) => {
      // Codes first: one that is being redeemed meanwhile has become a grant when the lock is passed.
      await end('oauth2_auth_codes', userId)
      const grants = await listByUser(userId)
      for (const { grantId } of grants) await revoke(grantId)
      await end('oauth2_access_tokens', userId)
      return grants.length
    },
  }
}
