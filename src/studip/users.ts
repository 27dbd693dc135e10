// May this user hold tokens? Asked again at code redemption and refresh (contract §2.4, last paragraph).
import type { Now, Usernames, Users } from '../oauth/ports.ts'
import type { Settings } from '../settings.ts'
import type { LookUp } from '../stores/lookups.ts'
import { mayHoldTokens } from './decision.ts'
import { effectiveValue, globalValueSql } from './global-config.ts'
import { isTruthy, toInteger } from './php-values.ts'
import { isUserId } from './session.ts'

interface UserRow {
  readonly asked: string
  readonly username: string | null
  readonly perms: string | null
  readonly locked: number | string | null
  readonly auth_plugin: string | null
}
interface ValueRow {
  readonly asked: string
  readonly value: string | null
}

// Each table by its primary key and bound values: a comparison of columns could meet two collations.
const userSql = 'SELECT user_id AS asked, username, perms, locked, auth_plugin FROM auth_user_md5 WHERE user_id IN (?)'
const expirySql =
  "SELECT range_id AS asked, value FROM config_values WHERE field = 'EXPIRATION_DATE' AND range_id IN (?)"
const maintenanceField = 'MAINTENANCE_MODE_ENABLE'
const maintenanceSql = `SELECT '${maintenanceField}' AS asked, ${globalValueSql(maintenanceField)} AS value FROM DUAL WHERE '${maintenanceField}' IN (?)`

/** One round trip: user, lock, expiry and maintenance as they are now. */
export const createUsers = ({
  lookUp,
  settings,
  now,
}: {
  lookUp: LookUp
  settings: Pick<Settings, 'studipVersion' | 'configOverrides'>
  now: Now
}): Users & Usernames => ({
  async stateOf(userId) {
    if (!isUserId(userId)) return 'refused'
    const [user, expiry, maintenance] = await Promise.all([
      lookUp<UserRow>(userSql, userId),
      lookUp<ValueRow>(expirySql, userId),
      lookUp<ValueRow>(maintenanceSql, maintenanceField),
    ])
    if (!user || !mayHoldTokens(userOf(user, expiry?.value), now())) return 'refused'
    return isTruthy(effectiveValue(maintenanceField, maintenance?.value, settings)) && user.perms !== 'root'
      ? 'maintenance'
      : 'active'
  },
  usernameOf: async (userId) =>
    isUserId(userId) ? ((await lookUp<UserRow>(userSql, userId))?.username ?? undefined) : undefined,
})

const userOf = (row: UserRow, expirationDate: string | null | undefined): Parameters<typeof mayHoldTokens>[0] => ({
  username: row.username ?? '',
  perms: row.perms ?? '',
  locked: Number(row.locked) !== 0,
  authPlugin: row.auth_plugin,
  expirationDate: toInteger(expirationDate ?? undefined),
})
