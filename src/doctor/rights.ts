// The least rights that the database user needs, asked from the server without changing anything (contract §12).
import type { Knex } from 'knex'
import type { Settings } from '../settings.ts'
import { rowsOf } from '../stores/rows.ts'
import { createStudipConfig } from '../studip/config.ts'
import { systemCache } from '../studip/system-cache.ts'
import { fault, foundOr, isRefused, type Check, type Finding } from './check.ts'

type Right = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE'

const read: readonly Right[] = ['SELECT']
const all: readonly Right[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE']

/** The table that holds sessions; undefined where they are in files or in another program. */
export const sessionTable = async (db: Knex, settings: Settings): Promise<string | undefined> => {
  if (settings.sessionStore === 'database') return 'session_data'
  try {
    const text = await createStudipConfig({ db, settings }).global('SYSTEMCACHE')
    return systemCache(text, settings).kind === 'database' ? 'cache' : undefined
  } catch {
    // Which one it is cannot be told, which the check of the sessions says.
    return undefined
  }
}

/** Table → rights, the one of the sessions first. */
export const neededRights = (sessions: string | undefined): ReadonlyMap<string, readonly Right[]> =>
  new Map<string, readonly Right[]>([
    ...(sessions === undefined ? [] : [[sessions, read] as const]),
    ...['auth_user_md5', 'user_info', 'users_tfa', 'config', 'config_values', 'schema_version'].map(
      (table) => [table, read] as const,
    ),
    // For the frame of the pages: the theme's age, and which legal pages are there.
    ...['plugin_assets', 'siteinfo_details'].map((table) => [table, read] as const),
    ['personal_notifications', ['SELECT', 'INSERT', 'DELETE']],
    ['personal_notifications_user', ['SELECT', 'INSERT']],
    ...['oauth2_clients', 'oauth2_auth_codes', 'oauth2_access_tokens', 'oauth2_refresh_tokens'].map(
      (table) => [table, all] as const,
    ),
  ])

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``
const text = (value: string): string => `'${value.replaceAll(/['\\]/g, '\\$&')}'`

interface Account {
  readonly user: string
  readonly host: string
}

/** The account that the server knows this connection by. */
const currentAccount = async (db: Knex): Promise<Account> => {
  const [row] = await rowsOf<{ account: string }>(db.raw('SELECT CURRENT_USER() AS account'))
  const account = row?.account ?? ''
  const at = account.lastIndexOf('@')
  return { user: account.slice(0, at), host: account.slice(at + 1) }
}

const isHere = ({ host, socketPath }: Settings['database']): boolean =>
  socketPath !== undefined || /^(localhost|127\.|::1$)/.test(host ?? '')

/** Whom to grant: the user of DATABASE_URL; where Stud.IP's own user is borrowed, or none gets in, a new one of our own. */
const grantee = async (
  db: Knex,
  settings: Settings,
  borrowed: boolean,
): Promise<Account & { readonly isNew: boolean }> => {
  const account = await currentAccount(db).catch(() => undefined)
  const host = account?.host ?? (isHere(settings.database) ? 'localhost' : '%')
  if (borrowed) return { user: 'studip_oauth2', host, isNew: true }
  return { user: account?.user ?? settings.database.user, host, isNew: account === undefined }
}

export interface Grants {
  /** Undefined where the user is there already. */
  readonly createUser: string | undefined
  readonly grants: readonly string[]
}

/** The statements that give the service's user what it needs and no more. `borrowed`: the user is Stud.IP's own. */
export const grantStatements = async (db: Knex, settings: Settings, borrowed: boolean): Promise<Grants> => {
  const { user, host, isNew } = await grantee(db, settings, borrowed)
  const account = `${text(user)}@${text(host)}`
  const sessions = await sessionTable(db, settings)
  const grants = [...neededRights(sessions)].map(
    ([table, rights]) =>
      `GRANT ${rights.join(', ')} ON ${quoted(settings.database.database)}.${quoted(table)} TO ${account};`,
  )
  return { createUser: isNew ? `CREATE USER ${account} IDENTIFIED BY` : undefined, grants }
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
const lacks = async (db: Knex, table: string, right: Right): Promise<boolean> => {
  const column = table.startsWith('oauth2_') ? 'id' : (keyColumns[table] ?? '1')
  try {
    await db.raw(trials[right](quoted(table), column))
    return false
  } catch (error) {
    return isRefused(error)
  }
}

export const rightsCheck: Check = {
  name: 'check.rights',
  needs: ['check.database'],
  settings: [],
  run: async ({ db, settings, t }) => {
    const findings: Finding[] = []
    for (const [table, rights] of neededRights(await sessionTable(db, settings))) {
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
