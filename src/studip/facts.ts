// Reads all that a decision depends on, afresh and in one round trip: session, user, second factor, configuration (D6).
import type { Settings } from '../settings.ts'
import type { LookUp } from '../stores/lookups.ts'
import type { Rules, UserFacts } from './decision.ts'
import { fullName } from './full-name.ts'
import { effectiveValue, globalValueSql, type GlobalField } from './global-config.ts'
import { isTruthy, toInteger, toList } from './php-values.ts'
import type { JoinedStore, SessionRow, StoredSession } from './session-store.ts'

const fields = [
  'MAINTENANCE_MODE_ENABLE',
  'SHOW_TERMS_ON_FIRST_LOGIN',
  'TERMS_ACCEPTED',
  'USER_VISIBILITY_CHECK',
  'DOZENT_ALWAYS_VISIBLE',
  'TFA_PERMS',
  'DEFAULT_LANGUAGE',
] as const satisfies readonly GlobalField[]

// Each table by its primary key and bound values: a comparison of columns could meet two collations.
const userSql =
  'SELECT user_id AS asked, username, perms, Vorname, Nachname, locked, auth_plugin, visible FROM auth_user_md5 WHERE user_id IN (?)'
const detailsSql =
  'SELECT user_id AS asked, title_front, title_rear, preferred_language FROM user_info WHERE user_id IN (?)'
const factorSql = 'SELECT user_id AS asked, secret, confirmed, type FROM users_tfa WHERE user_id IN (?)'
const ownValueSql = (field: string) =>
  `SELECT range_id AS asked, value FROM config_values WHERE field = '${field}' AND range_id IN (?)`
const ownValues = ['EXPIRATION_DATE', 'TERMS_ACCEPTED', 'USER_HIGH_CONTRAST'].map(ownValueSql)
const userStatements = [userSql, detailsSql, factorSql, ...ownValues]
const globalColumns = fields.map((field) => `${globalValueSql(field)} AS ${field}`).join(', ')
// Everybody's, and so asked once for all requests of a moment.
const rulesKey = 'rules'
const rulesSql = `SELECT '${rulesKey}' AS asked, ${globalColumns} FROM DUAL WHERE '${rulesKey}' IN (?)`

type Row = { readonly asked: string; readonly [column: string]: string | number | null }

export interface FactsRead {
  readonly stored: StoredSession | undefined
  readonly user: UserFacts | undefined
  readonly rules: Rules
  readonly defaultLanguage: string
}

const text = (value: Row[string] | undefined): string | undefined =>
  value === null || value === undefined ? undefined : String(value)

const fullNameOf = (row: Row, details: Row | undefined): string =>
  fullName({
    titleFront: text(details?.title_front),
    firstName: text(row.Vorname),
    lastName: text(row.Nachname),
    titleRear: text(details?.title_rear),
  })

const secondFactorOf = (row: Row | undefined): UserFacts['secondFactor'] =>
  row && { secret: text(row.secret) ?? '', confirmed: Number(row.confirmed) !== 0, type: text(row.type) ?? '' }

const readUser = async (lookUp: LookUp, id: string): Promise<UserFacts | undefined> => {
  const [row, details, factor, expirationDate, termsAccepted, contrast] = await Promise.all(
    userStatements.map((sql) => lookUp<Row>(sql, id)),
  )
  if (!row) return undefined
  return {
    id,
    username: text(row.username) ?? '',
    fullName: fullNameOf(row, details),
    perms: text(row.perms) ?? '',
    locked: Number(row.locked) !== 0,
    authPlugin: text(row.auth_plugin) ?? null,
    visible: text(row.visible) ?? 'unknown',
    expirationDate: toInteger(text(expirationDate?.value)),
    termsAccepted: text(termsAccepted?.value),
    preferredLanguage: text(details?.preferred_language),
    highContrast: contrast && isTruthy(text(contrast.value) ?? ''),
    secondFactor: secondFactorOf(factor),
  }
}

interface SessionQuery {
  readonly store: JoinedStore
  readonly id: string
  readonly now: number
}

const readSession = async (lookUp: LookUp, { store, id, now }: SessionQuery): Promise<StoredSession | undefined> => {
  const row = await lookUp<SessionRow>(store.sql, store.keyOf(id))
  return row?.bytes ? store.open({ ...row, bytes: row.bytes }, now) : undefined
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
  readonly session?: SessionQuery
}

export type ReadFacts = (query: FactsQuery) => Promise<FactsRead>

/** One round trip, shared by all who ask at the same moment (D22). What is not there is undefined. */
export const createFactsReader =
  ({
    lookUp,
    settings,
  }: {
    lookUp: LookUp
    settings: Pick<Settings, 'studipVersion' | 'configOverrides'>
  }): ReadFacts =>
  async ({ userId, session }) => {
    const [stored, user, rules] = await Promise.all([
      session && readSession(lookUp, session),
      userId === undefined ? undefined : readUser(lookUp, userId),
      lookUp<Row>(rulesSql, rulesKey),
    ])
    const value = (field: (typeof fields)[number]) => effectiveValue(field, text(rules?.[field]), settings)
    return { stored, user, rules: rulesOf(value), defaultLanguage: value('DEFAULT_LANGUAGE') }
  }
