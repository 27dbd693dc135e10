// The live grants of a user, each a connection of an application: a browser, or a device (D25).
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { grantOf } from '../oauth/grant-id.ts'
import { scopesOf } from './rows.ts'
import { isLive, tokensOfUser, type TokenOfUser } from './user-tokens.ts'

export interface Connection {
  readonly grantId: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** Unix seconds of the first row that is left. */
  readonly connectedAt: number
  readonly lastUsedAt: number
}

const note = (found: Map<string, Connection>, token: TokenOfUser): void => {
  const grantId = grantOf(token.refreshTokenId ?? '')
  const before = found.get(grantId)
  if (before && before.lastUsedAt >= token.issuedAt) return
  const { clientId, issuedAt } = token
  found.set(grantId, { grantId, clientId, scopes: scopesOf(token.scopes), connectedAt: issuedAt, lastUsedAt: issuedAt })
}

/**
 * Those in the rows after the id `from`, as many rows as are read for one page. @returns `next`, from which to go on;
 * undefined when these were all @throws the database's error
 */
export const connectionsOf = async (
  db: Knex,
  userId: string,
  { from, now }: { readonly from: string; readonly now: number },
): Promise<{ readonly connections: readonly Connection[]; readonly next: string | undefined }> => {
  const live = new Map<string, Connection>()
  const begun = new Map<string, number>()
  let after: string | undefined = from
  for (let taken = 0; after !== undefined && taken < bounds.rowsOfPage.most; taken += bounds.rowsOfStatement.most) {
    const { tokens, last }: Awaited<ReturnType<typeof tokensOfUser>> = await tokensOfUser(db, userId, {
      after,
      rows: bounds.rowsOfStatement.most,
    })
    for (const token of tokens) {
      const grantId = grantOf(token.refreshTokenId ?? token.id)
      begun.set(grantId, Math.min(token.issuedAt, begun.get(grantId) ?? token.issuedAt))
      if (isLive(token, now)) note(live, token)
    }
    after = last
  }
  const connections = [...live.values()].map((each) => ({ ...each, connectedAt: begun.get(each.grantId)! }))
  // Not in the middle of a grant that is shown already.
  const isHalf = after !== undefined && live.has(grantOf(after))
  return { connections, next: after !== undefined && isHalf ? `${grantOf(after)}${'f'.repeat(48)}` : after }
}
