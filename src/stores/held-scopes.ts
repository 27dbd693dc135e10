// What a user has allowed a client that is connected now: the scopes of its live grants.
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { scopesOf } from './rows.ts'
import { everyTokenOfUser, isLive, type TokenOfUser } from './user-tokens.ts'

/** Names of the scopes, each once. Of a user with more rows than a page reads, those of the first ones. @throws the database's error */
export const heldScopes = async (
  db: Knex,
  { userId, clientId }: { readonly userId: string; readonly clientId: string },
  now: number,
): Promise<readonly string[]> => {
  const held = new Set<string>()
  const isHeld = (token: TokenOfUser) => token.clientId === clientId && isLive(token, now)
  const some = { rows: bounds.rowsOfStatement.most, most: bounds.rowsOfPage.most }
  for await (const tokens of everyTokenOfUser(db, userId, some))
    for (const name of tokens.filter(isHeld).flatMap(({ scopes }) => scopesOf(scopes))) held.add(name)
  return [...held]
}
