// What a user has allowed a client that is connected now: the scopes of its live grants.
import { bounds } from '../bounds.ts'
import type { Read } from './reads.ts'
import { scopesOf } from './rows.ts'
import { tokenIdsSql } from './user-tokens.ts'

const liveSql = `SELECT a.scopes FROM (${tokenIdsSql}) some
  JOIN oauth2_access_tokens a ON a.id = some.id
  JOIN oauth2_refresh_tokens r ON r.access_token_id = a.id
 WHERE a.client_id = ? AND r.revoked = 0 AND r.expires_at > ?`
/** The last one of so many rows, where there are as many. */
const lastSql = `${tokenIdsSql} OFFSET ?`

/**
 * Names of the scopes, each once. Of a user with more rows than a page reads, those of the first ones. A step of the walk may
 * travel with what others ask at the moment. @throws the database's error
 */
export const heldScopes = async (
  read: Read,
  { userId, clientId }: { readonly userId: string; readonly clientId: string },
  now: number,
): Promise<readonly string[]> => {
  const held = new Set<string>()
  const rows = bounds.rowsOfStatement.most
  let after: string | undefined = ''
  for (let taken = 0; after !== undefined && taken < bounds.rowsOfPage.most; taken += rows) {
    const [live, last]: [readonly { readonly scopes: string | null }[], readonly { readonly id: string }[]] =
      await Promise.all([
        read<{ scopes: string | null }>(liveSql, [userId, after, rows, clientId, now]),
        read<{ id: string }>(lastSql, [userId, after, 1, rows - 1]),
      ])
    for (const name of live.flatMap(({ scopes }) => scopesOf(scopes))) held.add(name)
    after = last[0]?.id
  }
  return [...held]
}
