// The least rights that the database user needs, asked from the server without changing anything (contract §12).
import type { Knex } from 'knex'
import type { Settings } from '../settings.ts'
import { rowsOf } from '../stores/rows.ts'
import { fault, foundOr, type Check, type Finding } from './check.ts'

type Right = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE'

const read: readonly Right[] = ['SELECT']
const all: readonly Right[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE']

/** Table → rights. `session_data` and `cache` only where sessions are. */
export const neededRights = ({ sessionStore }: Pick<Settings, 'sessionStore'>): ReadonlyMap<string, readonly Right[]> =>
  new Map<string, readonly Right[]>([
    [sessionStore === 'cache' ? 'cache' : 'session_data', read],
    ...['auth_user_md5', 'user_info', 'users_tfa', 'config', 'config_values', 'schema_version'].map(
      (table) => [table, read] as const,
    ),
    ['personal_notifications', ['SELECT', 'INSERT', 'DELETE']],
    ['personal_notifications_user', ['SELECT', 'INSERT']],
    ...['oauth2_clients', 'oauth2_auth_codes', 'oauth2_access_tokens', 'oauth2_refresh_tokens'].map(
      (table) => [table, all] as const,
    ),
  ])

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``
const text = (value: string): string => `'${value.replaceAll(/['\\]/g, '\\$&')}'`

/** `user@host` as the server knows this connection. */
const currentUser = async (db: Knex): Promise<readonly [user: string, host: string]> => {
  const [row] = await rowsOf<{ account: string }>(db.raw('SELECT CURRENT_USER() AS account'))
  const account = row?.account ?? ''
  const at = account.lastIndexOf('@')
  return [account.slice(0, at), account.slice(at + 1)]
}

/** The statements that give this user what it needs and no more. */
export const grantStatements = async (db: Knex, settings: Settings): Promise<string[]> => {
  const [user, host] = await currentUser(db)
  return [...neededRights(settings)].map(
    ([table, rights]) =>
      `GRANT ${rights.join(', ')} ON ${quoted(settings.database.database)}.${quoted(table)} TO ${text(user)}@${text(host)};`,
  )
}

// Each is refused before a row is looked at when the right is missing, and changes none when it is there.
const trials: Readonly<Record<Right, (table: string, column: string) => string>> = {
  SELECT: (table, column) => `SELECT ${column} FROM ${table} WHERE 1 = 0`,
  INSERT: (table, column) => `INSERT INTO ${table} (${column}) SELECT 1 FROM DUAL WHERE 1 = 0`,
  UPDATE: (table, column) => `UPDATE ${table} SET ${column} = NULL WHERE 1 = 0`,
  DELETE: (table) => `DELETE FROM ${table} WHERE 1 = 0`,
}
const keyColumns: Readonly<Record<string, string>> = {
  personal_notifications: 'personal_notification_id',
  personal_notifications_user: 'personal_notification_id',
}
const refused = new Set([1142, 1143, 1044])

const lacks = async (db: Knex, table: string, right: Right): Promise<boolean> => {
  const column = table.startsWith('oauth2_') ? 'id' : (keyColumns[table] ?? '1')
  try {
    await db.raw(trials[right](quoted(table), column))
    return false
  } catch (error) {
    return refused.has(Number((error as { errno?: number }).errno))
  }
}

export const rightsCheck: Check = {
  name: 'check.rights',
  needs: ['check.database'],
  run: async ({ db, settings, t }) => {
    const findings: Finding[] = []
    for (const [table, rights] of neededRights(settings)) {
      const missing: Right[] = []
      for (const right of rights) if (await lacks(db, table, right)) missing.push(right)
      if (missing.length > 0)
        findings.push(
          fault(t('doctor.rights.missing', { user: settings.database.user, rights: missing.join(', '), table })),
        )
    }
    return foundOr(findings, t('doctor.rights.ok', { user: settings.database.user }))
  },
}
