// Access tokens that count now, looked up in the company of whoever else is looked up at the moment.
import type { Tokens } from '../oauth/ports.ts'
import type { LookUp } from './lookups.ts'
import { scopesOf } from './rows.ts'

interface TokenRow {
  readonly asked: string
  readonly user_id: string | null
  readonly client_id: string
  readonly scopes: string | null
  readonly expires_at: number | null
}

const findSql =
  'SELECT id AS asked, user_id, client_id, scopes, expires_at FROM oauth2_access_tokens WHERE revoked = 0 AND id IN (?)'

export const createLiveAccessTokens =
  (lookUp: LookUp): Tokens['findLiveAccessToken'] =>
  async (id) => {
    const row = await lookUp<TokenRow>(findSql, id)
    return row && row.user_id !== null && row.expires_at !== null
      ? { id, userId: row.user_id, clientId: row.client_id, scopes: scopesOf(row.scopes), expiresAt: row.expires_at }
      : undefined
  }
