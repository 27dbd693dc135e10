// May this user hold tokens? Asked again at code redemption and refresh (contract §2.4, last paragraph).
import type { Now, Users } from '../oauth/ports.ts'
import type { Settings } from '../settings.ts'
import type { Read } from '../stores/reads.ts'
import { mayHoldTokens } from './decision.ts'
import { effectiveValue } from './global-config.ts'
import { isTruthy, toInteger } from './php-values.ts'
import { isUserId } from './session.ts'

interface Row {
  readonly user_id: string
  readonly username: string | null
  readonly perms: string | null
  readonly locked: number | string | null
  readonly auth_plugin: string | null
  readonly expiration_date: string | null
  readonly own_maintenance: string | null
  readonly shipped_maintenance: string | null
}

// Asked at every refresh, so it reads nothing beside what the answer needs: joins by primary key and bound values, not one sub-select a field.
const sql = `SELECT u.user_id, u.username, u.perms, u.locked, u.auth_plugin,
    e.value AS expiration_date, v.value AS own_maintenance, c.value AS shipped_maintenance
  FROM auth_user_md5 u
  LEFT JOIN config_values e ON e.field = 'EXPIRATION_DATE' AND e.range_id = ?
  LEFT JOIN config_values v ON v.field = 'MAINTENANCE_MODE_ENABLE' AND v.range_id = 'studip'
  LEFT JOIN config c ON c.field = 'MAINTENANCE_MODE_ENABLE'
  WHERE u.user_id = ?`

/** One round trip: user, lock, expiry and maintenance as they are now. */
export const createUsers = ({ read, settings, now }: { read: Read; settings: Pick<Settings, 'studipVersion' | 'configOverrides'>; now: Now }): Users => ({
  async stateOf(userId) {
    if (!isUserId(userId)) return 'refused'
    const [row] = await read<Row>(sql, [userId, userId])
    if (row?.user_id !== userId || !mayHoldTokens(userOf(row), now())) return 'refused'
    const maintenance = effectiveValue('MAINTENANCE_MODE_ENABLE', row.own_maintenance ?? row.shipped_maintenance, settings)
    return isTruthy(maintenance) && row.perms !== 'root' ? 'maintenance' : 'active'
  },
})

const userOf = (row: Row): Parameters<typeof mayHoldTokens>[0] => ({
  username: row.username ?? '', perms: row.perms ?? '', locked: Number(row.locked) !== 0, authPlugin: row.auth_plugin,
  expirationDate: toInteger(row.expiration_date ?? undefined),
})
