// Grants as users and operators see them: one per connected application (D10). Whatever somebody has piled up, a statement takes
// so many rows as it says (S-115), along the keys that Stud.IP's tables have.
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { isGrantId } from '../oauth/grant-id.ts'
import type { Now } from '../oauth/ports.ts'
import { describeGrants, type ConnectedApplication, type LiveGrant } from './described-grants.ts'
import { findEnded } from './ended-grants.ts'
import { forgetApprovalOfGrant } from './forget-approvals.ts'
import { liveGrantsOfClient, liveTokensOf, pageOfLiveGrants } from './live-grants.ts'
import { revokeAllOfClient, revokeAllOfUser } from './revoke-all.ts'
import { revokeGrants } from './revoke-grants.ts'
import { inTransaction } from './transaction.ts'

export type { ConnectedApplication }

export interface GrantPage {
  /** Last used first. */
  readonly applications: readonly ConnectedApplication[]
  /** Where the next page begins; undefined when there is none. A page may be short, or even empty, and not be the last. */
  readonly next: string | undefined
}

export interface Grants {
  /** A page of the user's live grants, from the start or from the `next` of another page. */
  pageOfUser(userId: string, from?: string): Promise<GrantPage>
  /** The user's live grants, at most `limit`, last used first; by default as many as a page has. */
  listByUser(userId: string, limit?: number): Promise<readonly ConnectedApplication[]>
  /** Live grants of a client, at most `limit`, last used first. Walks the token table: for operators, not for pages. */
  listByClient(clientId: string, limit: number): Promise<readonly ConnectedApplication[]>
  /** Undefined unless the grant is live. */
  find(grantId: string): Promise<ConnectedApplication | undefined>
  /** The name of the client, where this grant or client of the user's is connected no more; undefined where it never was. */
  findEnded(userId: string, id: string): Promise<string | undefined>
  revoke(grantId: string): Promise<void>
  /** Of one client, or of all, in many short transactions. Codes that wait for their redemption end, too. @returns how many live grants ended */
  revokeAllOf(userId: string, clientId?: string): Promise<number>
  /** The same for a client, by a walk over the tables. */
  revokeAllOfClient(clientId: string): Promise<number>
}

const byLastUse = (a: ConnectedApplication, b: ConnectedApplication): number =>
  b.lastUsedAt - a.lastUsedAt || (a.grantId < b.grantId ? -1 : 1)

export const createGrants = (db: Knex, now: Now): Grants => {
  const described = async (grants: readonly LiveGrant[]) => [...(await describeGrants(db, grants))].sort(byLastUse)
  const pageOfUser = async (userId: string, from = '') => {
    const { grants, next } = await pageOfLiveGrants(db, userId, { from, now: now() })
    return { applications: await described(grants), next }
  }
  return {
    pageOfUser,
    listByUser: async (userId, limit = bounds.grantsOfPage.most) => {
      const found: ConnectedApplication[] = []
      for (let from: string | undefined = ''; from !== undefined && found.length < limit;) {
        const page: GrantPage = await pageOfUser(userId, from)
        found.push(...page.applications)
        from = page.next
      }
      return found.sort(byLastUse).slice(0, limit)
    },
    listByClient: async (clientId, limit) => {
      const found = new Map<string, LiveGrant>()
      for await (const grants of liveGrantsOfClient(db, clientId, now())) {
        for (const grant of grants) found.set(grant.grantId, grant)
        if (found.size >= limit) break
      }
      return described([...found.values()].slice(0, limit))
    },
    find: async (grantId) =>
      isGrantId(grantId) ? (await described(await liveTokensOf(db, grantId, now()))).at(0) : undefined,
    findEnded: (userId, id) => findEnded(db, userId, id),
    revoke: async (grantId) => {
      if (!isGrantId(grantId)) return
      await forgetApprovalOfGrant(db, grantId)
      await inTransaction(db, (trx) => revokeGrants(trx, [grantId], now()))
    },
    revokeAllOf: (userId, clientId) => revokeAllOfUser(db, { userId, clientId }, now),
    revokeAllOfClient: (clientId) => revokeAllOfClient(db, clientId, now),
  }
}
