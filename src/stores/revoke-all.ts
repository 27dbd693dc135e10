// Ends everything of a user or of a client, in short transactions and without a list of it, so that it works at any size (S-115).
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { grantOf } from '../oauth/grant-id.ts'
import type { Now } from '../oauth/ports.ts'
import { forgetApprovals } from './forget-approvals.ts'
import { liveGrantsOfClient } from './live-grants.ts'
import { revokeGrants } from './revoke-grants.ts'
import { changedBy, rowsOf } from './rows.ts'
import { inTransaction } from './transaction.ts'
import { everyTokenOfUser, isLive, type TokenOfUser } from './user-tokens.ts'

const inParts = async (db: Knex, grantIds: Iterable<string>, now: Now): Promise<void> => {
  const ids = [...grantIds]
  for (let at = 0; at < ids.length; at += bounds.grantsOfTransaction.most) {
    const some = ids.slice(at, at + bounds.grantsOfTransaction.most)
    await inTransaction(db, (trx) => revokeGrants(trx, some, now()))
  }
}

/** Of one client, or of all. */
interface Whose {
  readonly userId: string
  readonly clientId?: string | undefined
}

const endCodesWith = (db: Knex, ids: readonly string[], now: Now): Promise<number> =>
  inTransaction(db, (trx) =>
    changedBy(
      trx.raw(
        'UPDATE oauth2_auth_codes FORCE INDEX (PRIMARY) SET revoked = 1, chdate = ? WHERE id IN (?) AND revoked = 0',
        [now(), [...ids]],
      ),
    ),
  )

const endCodes = async (db: Knex, { userId, clientId }: Whose, now: Now): Promise<void> => {
  const ofClient = clientId === undefined ? '' : 'AND client_id = ?'
  for (let after: string | undefined = ''; after !== undefined;) {
    const rows: readonly { id: string }[] = await rowsOf<{ id: string }>(
      db.raw(
        `SELECT id FROM oauth2_auth_codes IGNORE INDEX (PRIMARY) WHERE user_id = ? AND id > ? ${ofClient} ORDER BY id LIMIT ?`,
        [userId, after, ...(clientId === undefined ? [] : [clientId]), bounds.rowsOfStatement.most],
      ),
    )
    const ids = rows.map(({ id }) => id)
    if (ids.length > 0) await endCodesWith(db, ids, now)
    after = ids.length < bounds.rowsOfStatement.most ? undefined : ids.at(-1)
  }
}

const isUnrevoked = (token: TokenOfUser): boolean =>
  !token.revoked || (token.refreshTokenId !== null && !token.refreshTokenRevoked)

/** One walk over the user's tokens. @returns the grants that were not over yet, and how many of them could still be used */
const endTokens = async (db: Knex, { userId, clientId }: Whose, now: Now): Promise<{ ended: number; live: number }> => {
  const isMeant = (token: TokenOfUser) => isUnrevoked(token) && (clientId === undefined || token.clientId === clientId)
  const seen = { ended: new Set<string>(), live: new Set<string>() }
  const some = { rows: bounds.rowsOfStatement.most, most: Number.POSITIVE_INFINITY }
  for await (const tokens of everyTokenOfUser(db, userId, some)) {
    const grants = new Set<string>()
    for (const token of tokens.filter(isMeant)) {
      for (const id of [token.id, token.refreshTokenId ?? token.id]) grants.add(grantOf(id))
      if (isLive(token, now())) seen.live.add(grantOf(token.refreshTokenId ?? ''))
    }
    await inParts(db, grants, now)
    for (const grantId of grants) seen.ended.add(grantId)
  }
  return { ended: seen.ended.size, live: seen.live.size }
}

// A grant that is refreshed during a walk may hide behind it; the next walk finds it, and nothing grows out of what has ended.
const mostWalks = 5

/** @returns how many live grants ended @throws the database's error; what ended before stays so */
export const revokeAllOfUser = async (db: Knex, whose: Whose, now: Now): Promise<number> => {
  // Codes first: one that is being redeemed meanwhile has become a grant when the lock is passed.
  await forgetApprovals(db, whose)
  await endCodes(db, whose, now)
  let live = 0
  for (let walk = 0; walk < mostWalks; walk += 1) {
    const found = await endTokens(db, whose, now)
    live += found.live
    if (found.ended === 0) break
  }
  // What was allowed a moment before the codes ended may have been remembered a moment after.
  await forgetApprovals(db, whose)
  return live
}

const endCodesOfClient = async (db: Knex, clientId: string, now: Now): Promise<void> => {
  for (let after: string | undefined = ''; after !== undefined;) {
    const rows: readonly { id: string; client_id: string; revoked: number }[] = await rowsOf(
      db.raw('SELECT id, client_id, revoked FROM oauth2_auth_codes WHERE id > ? ORDER BY id LIMIT ?', [
        after,
        bounds.rowsOfWalk.most,
      ]),
    )
    const ids = rows.filter((row) => row.client_id === clientId && row.revoked === 0).map(({ id }) => id)
    for (let at = 0; at < ids.length; at += bounds.rowsOfStatement.most)
      await endCodesWith(db, ids.slice(at, at + bounds.rowsOfStatement.most), now)
    after = rows.length < bounds.rowsOfWalk.most ? undefined : rows.at(-1)?.id
  }
}

/** Walks the tables of codes and access tokens. @returns how many live grants ended @throws the database's error */
export const revokeAllOfClient = async (db: Knex, clientId: string, now: Now): Promise<number> => {
  // Approvals hang on the client as it is now (D25): one row, where everybody's would be a walk.
  await db.raw('UPDATE oauth2_clients SET chdate = GREATEST(?, chdate + 1) WHERE id = ?', [now(), clientId])
  // One that is being redeemed meanwhile has become a grant when the lock is passed.
  await endCodesOfClient(db, clientId, now)
  const ended = new Set<string>()
  for await (const grants of liveGrantsOfClient(db, clientId, now())) {
    const ids = grants.map(({ grantId }) => grantId)
    await inParts(db, ids, now)
    for (const id of ids) ended.add(id)
  }
  return ended.size
}
