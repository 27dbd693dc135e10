// oauth2_access_tokens and oauth2_refresh_tokens as the protocol uses them. What comes at the same moment is stored together
// (issue-together.ts); alone goes who comes alone, and who is unusual (redeem.ts, rotate.ts).
import type { Knex } from 'knex'
import { createOneAtATime } from '../one-at-a-time.ts'
import type { Now, Redemption, Rotation, Tokens } from '../oauth/ports.ts'
import { alwaysThere } from '../oauth/recipient.ts'
import { isGrantId } from '../oauth/grant-id.ts'
import { createContinuedByStudip } from './continued-by-studip.ts'
import { forgetApprovalOfGrant } from './forget-approvals.ts'
import { redeemTogether, rotateTogether, type Redeeming, type Rotating } from './issue-together.ts'
import { endOldestGrants } from './limit-grants.ts'
import { redeem } from './redeem.ts'
import { revokeGrants } from './revoke-grants.ts'
import { rotate } from './rotate.ts'
import { createLiveAccessTokens } from './live-access-tokens.ts'
import { createLookUp, type LookUp } from './lookups.ts'
import { createRead, type Read } from './reads.ts'
import { rowsOf } from './rows.ts'
import { inGroups } from './together.ts'
import { takeBackRedemption, takeBackRotation } from './take-back.ts'
import { inTransaction } from './transaction.ts'

/** `read` and `lookUp` are shared with whoever asks at the same moment. */
export const createTokens = (
  db: Knex,
  now: Now,
  read: Read = createRead(db),
  lookUp: LookUp = createLookUp(read),
): Tokens => {
  const continued = createContinuedByStudip(db)
  // Rivals for the same rows would only wait for each other, with a connection each (A5).
  const ending = createOneAtATime<void>()
  const redeemInGroup = inGroups<Redeeming, Redemption>({
    together: async (all) => ((await redeemTogether(db, all)) ? 'redeemed' : undefined),
    alone: (redeeming) => redeem(db, redeeming),
  })
  const rotateInGroup = inGroups<Rotating, Rotation>({
    together: async (all) => ((await rotateTogether(db, all)) ? 'rotated' : undefined),
    alone: (rotating) => rotate(db, rotating, continued),
  })
  return {
    redeem: (code, pair, recipient = alwaysThere) => redeemInGroup({ code, pair, recipient }),
    rotate: (presented, pair, graceSeconds, recipient = alwaysThere) =>
      rotateInGroup({ presented, pair, graceSeconds, recipient }),
    takeBackRedemption: (code, pair) => takeBackRedemption(db, code, pair),
    takeBackRotation: (presented, pair) => takeBackRotation(db, presented, pair),
    revokeGrant: (grantId) =>
      ending(grantId, async () => {
        if (isGrantId(grantId)) await forgetApprovalOfGrant(db, grantId)
        await inTransaction(db, (trx) => revokeGrants(trx, [grantId], now()))
      }),
    revokeReplayed: (presented) => continued.revokeReplayed(presented, now()),
    endOldestGrants: (of) => endOldestGrants({ db, read }, of, now()).catch(() => []),
    revokeAccessToken: async (id, clientId) => {
      await db.raw(
        'UPDATE oauth2_access_tokens SET revoked = 1, chdate = ? WHERE id = ? AND client_id = ? AND revoked = 0',
        [now(), id, clientId],
      )
    },
    findLiveAccessToken: createLiveAccessTokens(lookUp),
    isLiveRefreshToken: async (id) =>
      (await rowsOf(db.raw('SELECT 1 FROM oauth2_refresh_tokens WHERE id = ? AND revoked = 0', [id]))).length === 1,
  }
}
