// Reads all that a decision depends on in one round trip: session, user, second factor, configuration (D6).
import type { Settings } from '../settings.ts'
import type { Read } from '../stores/reads.ts'
import type { Rules, UserFacts } from './decision.ts'
import { fullName } from './full-name.ts'
import { effectiveValue, globalValueSql, type GlobalField } from './global-config.ts'
import { isTruthy, toInteger, toList } from './php-values.ts'
import type { JoinedStore, StoredSession } from './session-store.ts'

const fields = [
  'MAINTENANCE_MODE_ENABLE',
  'SHOW_TERMS_ON_FIRST_LOGIN',
  'TERMS_ACCEPTED',
  'USER_VISIBILITY_CHECK',
  'DOZENT_ALWAYS_VISIBLE',
  'TFA_PERMS',
  'DEFAULT_LANGUAGE',
] as const satisfies readonly GlobalField[]

const userValueSql = (field: string) => `(SELECT value FROM config_values WHERE field = '${field}' AND range_id = ?)`

// Every table is found by its primary key and a bound value: a comparison of columns could meet two collations.
const userColumns = `u.user_id, u.username, u.perms, u.Vorname, u.Nachname, u.locked, u.auth_plugin, u.visible,
  i.title_front, i.title_rear, i.preferred_language, t.user_id AS tfa, t.secret, t.confirmed, t.type,
  ${userValueSql('EXPIRATION_DATE')} AS expiration_date, ${userValueSql('TERMS_ACCEPTED')} AS terms_accepted`
const userJoins = `LEFT JOIN auth_user_md5 u ON u.user_id = ?
  LEFT JOIN user_info i ON i.user_id = ?
  LEFT JOIN users_tfa t ON t.user_id = ?`
const globalColumns = fields.map((field) => `${globalValueSql(field)} AS ${field}`).join(', ')

type Row = { readonly [column: string]: string | number | null } & {
  readonly bytes?: Buffer | null
  readonly changed?: number | null
}

export interface FactsRead {
  readonly stored: StoredSession | undefined
  readonly user: UserFacts | undefined
  readonly rules: Rules
  readonly defaultLanguage: string
}

const text = (value: Row[string] | undefined): string | undefined =>
  value === null || value === undefined ? undefined : String(value)

const userOf = (row: Row, userId: string): UserFacts | undefined => {
  if (row.user_id !== userId) return undefined
  return {
    id: userId,
    username: text(row.username) ?? '',
    fullName: fullName({
      titleFront: text(row.title_front),
      firstName: text(row.Vorname),
      lastName: text(row.Nachname),
      titleRear: text(row.title_rear),
    }),
    perms: text(row.perms) ?? '',
    locked: Number(row.locked) !== 0,
    authPlugin: text(row.auth_plugin) ?? null,
    visible: text(row.visible) ?? 'unknown',
    expirationDate: toInteger(text(row.expiration_date)),
    termsAccepted: text(row.terms_accepted),
    preferredLanguage: text(row.preferred_language),
    secondFactor:
      row.tfa === null
        ? undefined
        : { secret: text(row.secret) ?? '', confirmed: Number(row.confirmed) !== 0, type: text(row.type) ?? '' },
  }
}

const rulesOf = (value: (field: (typeof fields)[number]) => string): Rules => ({
  maintenance: isTruthy(value('MAINTENANCE_MODE_ENABLE')),
  showTerms: isTruthy(value('SHOW_TERMS_ON_FIRST_LOGIN')),
  termsAccepted: value('TERMS_ACCEPTED'),
  visibilityCheck: isTruthy(value('USER_VISIBILITY_CHECK')),
  dozentAlwaysVisible: isTruthy(value('DOZENT_ALWAYS_VISIBLE')),
  secondFactorPerms: toList(value('TFA_PERMS')),
})

export interface FactsQuery {
  /** Whose rows; undefined reads the configuration alone. */
  readonly userId: string | undefined
  /** The session to read along. */
  readonly session?: { readonly store: JoinedStore; readonly id: string; readonly now: number }
}

export type ReadFacts = (query: FactsQuery) => Promise<FactsRead>

/** One SELECT of one row; every part that is not there is null in it. */
export const createFactsReader =
  ({ read, settings }: { read: Read; settings: Pick<Settings, 'studipVersion' | 'configOverrides'> }): ReadFacts =>
  async ({ userId, session }) => {
    const id = userId ?? ''
    const sql = `SELECT ${session ? `${session.store.columns}, ` : ''}${userColumns}, ${globalColumns}
      FROM (SELECT 1) one ${session?.store.join ?? ''} ${userJoins}`
    const [row] = (await read<Row>(sql, [
      id,
      id,
      ...(session?.store.bindings(session.id, session.now) ?? []),
      id,
      id,
      id,
    ])) as readonly [Row]
    const value = (field: (typeof fields)[number]) => effectiveValue(field, text(row[field]), settings)
    return {
      stored: session && row.bytes ? session.store.open({ bytes: row.bytes, changed: row.changed ?? null }) : undefined,
      user: userId === undefined ? undefined : userOf(row, userId),
      rules: rulesOf(value),
      defaultLanguage: value('DEFAULT_LANGUAGE'),
    }
  }
