// Which rows of the token tables are over (contract §8, D11).
import { bounds } from '../bounds.ts'
import { nobody } from './devices.ts'
import { isApprovalSql } from './forget-approvals.ts'

export type PurgedTable = 'oauth2_refresh_tokens' | 'oauth2_access_tokens' | 'oauth2_auth_codes'

export interface Chosen {
  /** Everything revoked, and nothing else unless `expired` is chosen as well. */
  readonly revoked: boolean
  /** Everything that expired before `cut`, and nothing else unless `revoked` is chosen as well. */
  readonly expired: boolean
  /** Unix seconds: local midnight seven days ago (contract §8). */
  readonly cut: number
}

/** SQL with `?` for each binding. */
export interface Condition {
  readonly sql: string
  readonly bindings: readonly number[]
}

const never: Condition = { sql: 'FALSE', bindings: [] }
const join = (word: 'AND' | 'OR', conditions: readonly Condition[]): Condition => ({
  sql: conditions.map(({ sql }) => `(${sql})`).join(` ${word} `),
  bindings: conditions.flatMap(({ bindings }) => bindings),
})
export const all = (...conditions: readonly Condition[]): Condition => join('AND', conditions)
export const any = (...conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? never : join('OR', conditions)

/** The table as `t`, in the conditions below. Refresh tokens have no date: their access token, `d`, tells when they changed. */
export const dated: Readonly<Record<PurgedTable, string>> = {
  oauth2_refresh_tokens: 'oauth2_refresh_tokens t LEFT JOIN oauth2_access_tokens d ON d.id = t.access_token_id',
  oauth2_access_tokens: 'oauth2_access_tokens t',
  oauth2_auth_codes: 'oauth2_auth_codes t',
}

const isRevoked: Condition = { sql: 't.revoked = 1', bindings: [] }
const expiredBefore = (time: number): Condition => ({ sql: 't.expires_at < ?', bindings: [time] })
const changedBefore = (table: PurgedTable, time: number): Condition => ({
  sql: `${table === 'oauth2_refresh_tokens' ? 'd' : 't'}.chdate < ?`,
  bindings: [time],
})

/** What was changed less than ten minutes ago stays whatever is asked for: the grace window and the consent form need it. */
const settledBefore = (table: PurgedTable, now: number): Condition =>
  changedBefore(table, now - bounds.secondsBeforePurge.most)

// Without its row a used code would be made once more by its consent form, which may be sent again for a while (D7).
const formIsOver = (now: number): Condition =>
  any(expiredBefore(now), { sql: 't.mkdate < ?', bindings: [now - bounds.secondsOfConsentRow.most] })

// A device asks no more about what nobody approved within its ten minutes, and anybody may leave such rows by the million. Forms that
// were sent (sent-forms.ts) belong to nobody either, and have no scopes.
const unapproved = (now: number): Condition =>
  all({ sql: `t.user_id = '${nobody}' AND t.scopes IS NOT NULL`, bindings: [] }, expiredBefore(now))

/** Over, whatever became of the grant. */
export const isOver = (table: PurgedTable, { revoked, expired, cut }: Chosen, now: number): Condition => {
  const conditions: Condition[] = []
  if (revoked)
    conditions.push(
      all(isRevoked, settledBefore(table, now), ...(table === 'oauth2_auth_codes' ? [formIsOver(now)] : [])),
    )
  if (expired || !revoked)
    // An expired refresh token is refused without a look at its row; an old access token may have been rotated a moment ago.
    conditions.push(
      table === 'oauth2_refresh_tokens' ? expiredBefore(cut) : all(expiredBefore(cut), settledBefore(table, now)),
    )
  if (!revoked && !expired) conditions.push(all(isRevoked, changedBefore(table, cut)))
  if (!revoked && !expired && table === 'oauth2_auth_codes')
    conditions.push(all(unapproved(now), settledBefore(table, now)))
  return any(...conditions)
}

/** Over while the grant lives on: rotated, so that its absence tells the same as its presence (D8). */
export const isRotated = (table: PurgedTable, { revoked, expired }: Chosen, now: number): Condition =>
  revoked || expired || table === 'oauth2_auth_codes' ? never : all(isRevoked, settledBefore(table, now))

/**
 * What has not ended: the grant list, Stud.IP's own refresh and replay detection find user and client of a refresh token in
 * the row of its access token; an approval is remembered in the row of a used code (D25).
 */
export const isNeeded = (table: PurgedTable, now: number): Condition => {
  if (table === 'oauth2_auth_codes') return { sql: `${isApprovalSql} AND expires_at >= ?`, bindings: [now] }
  return table === 'oauth2_access_tokens'
    ? {
        sql: `EXISTS (SELECT 1 FROM oauth2_refresh_tokens r
               WHERE r.access_token_id = t.id AND r.revoked = 0 AND (r.expires_at IS NULL OR r.expires_at >= ?))`,
        bindings: [now],
      }
    : never
}
