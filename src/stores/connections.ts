// The live grants of a user, each a connection of an application: a browser, or a device (D25).
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { grantOf } from '../oauth/grant-id.ts'
import { rowsOf, scopesOf } from './rows.ts'
import { tokenIdsSql } from './user-tokens.ts'

export interface Connection {
  readonly grantId: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** Unix seconds of the first row that is left. */
  readonly connectedAt: number
  readonly lastUsedAt: number
}

/** A connection, and the id of the access token among whose rows it has its place: what PHP issued begins with another id than its grant. */
export interface PlacedConnection extends Connection {
  readonly tokenId: string
}

interface Row {
  readonly id: string
  readonly client_id: string
  readonly scopes: string | null
  readonly mkdate: number
  /** Null where the access token has no refresh token. */
  readonly grant_id: string | null
  readonly live: number | null
}

// What the page needs and no more: of a user with many grants, hundreds of rows pass here. As in user-tokens.ts,
// the server sorts nothing.
const sql = `SELECT a.id, a.client_id, a.scopes, a.mkdate, LEFT(r.id, 32) AS grant_id, r.revoked = 0 AND r.expires_at > ? AS live
  FROM (${tokenIdsSql}) some
  JOIN oauth2_access_tokens a ON a.id = some.id
  LEFT JOIN oauth2_refresh_tokens r ON r.access_token_id = a.id`

// Where all are alive, the first statement is the last one.
const rowsOfStatement = bounds.connectionsOfPage.most

/** The greatest id of a full statement, from which to go on; undefined when these were all. An access token may have several rows. */
const lastOf = (rows: readonly Row[]): string | undefined =>
  new Set(rows.map(({ id }) => id)).size < rowsOfStatement
    ? undefined
    : rows.reduce((last, { id }) => (id > last ? id : last), '')

interface Found extends Omit<PlacedConnection, 'connectedAt' | 'scopes'> {
  readonly scopes: string | null
}

/** Rows as they come, gathered by grant. */
const createGathering = () => {
  const live = new Map<string, Found>()
  const begun = new Map<string, number>()
  // Most texts are the same few.
  const lists = new Map<string | null, readonly string[]>()
  const listOf = (text: string | null): readonly string[] => {
    const list = lists.get(text) ?? scopesOf(text)
    lists.set(text, list)
    return list
  }
  return {
    isLive: (grantId: string) => live.has(grantId),
    count: () => live.size,
    add: ({ id, client_id: clientId, scopes, mkdate, grant_id: ofRefreshToken, live: isLive }: Row): void => {
      const grantId = ofRefreshToken ?? grantOf(id)
      begun.set(grantId, Math.min(mkdate, begun.get(grantId) ?? mkdate))
      if (isLive !== 1 || mkdate <= (live.get(grantId)?.lastUsedAt ?? -1)) return
      live.set(grantId, { tokenId: id, grantId, clientId, scopes, lastUsedAt: mkdate })
    },
    connections: (): readonly PlacedConnection[] =>
      [...live.values()].map(({ tokenId, grantId, clientId, scopes, lastUsedAt }) => ({
        tokenId,
        grantId,
        clientId,
        scopes: listOf(scopes),
        connectedAt: begun.get(grantId)!,
        lastUsedAt,
      })),
  }
}

/**
 * Those in the rows after the id `from`, statement after statement, until there are as many, or as many rows were read, as a page
 * takes. @returns `next`, from which to go on; undefined when these were all @throws the database's error
 */
export const connectionsOf = async (
  db: Knex,
  userId: string,
  { from, now }: { readonly from: string; readonly now: number },
): Promise<{ readonly connections: readonly PlacedConnection[]; readonly next: string | undefined }> => {
  const gathering = createGathering()
  let after: string | undefined = from
  let read = 0
  while (after !== undefined && read < bounds.rowsOfPage.most && gathering.count() < bounds.connectionsOfPage.most) {
    const rows = await rowsOf<Row>(db.raw(sql, [now, userId, after, rowsOfStatement]))
    for (const row of rows) gathering.add(row)
    read += rows.length
    after = lastOf(rows)
  }
  // Not in the middle of a grant that is shown already.
  const isHalf = after !== undefined && gathering.isLive(grantOf(after))
  const next = after !== undefined && isHalf ? `${grantOf(after)}${'f'.repeat(48)}` : after
  return { connections: gathering.connections(), next }
}
