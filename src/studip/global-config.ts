// The global configuration values of Stud.IP that we use: what is shipped, and what counts (contract §6.2).
import type { Settings } from '../settings.ts'

/** Values as shipped, for installations whose tables lack the field. */
const shipped = {
  UNI_NAME_CLEAN: 'Stud.IP',
  STUDIP_SHORT_NAME: 'Stud.IP',
  STUDIP_INSTALLATION_ID: '',
  DEFAULT_LANGUAGE: 'de_DE',
  DEFAULT_TIMEZONE: 'Europe/Berlin',
  MAINTENANCE_MODE_ENABLE: '0',
  SHOW_TERMS_ON_FIRST_LOGIN: '1',
  TERMS_ACCEPTED: '0',
  USER_VISIBILITY_CHECK: '1',
  DOZENT_ALWAYS_VISIBLE: '1',
  TFA_PERMS: 'root',
  SYSTEMCACHE: '',
  CRONJOBS_ENABLE: '0',
  API_OAUTH_AUTH_PLUGIN: 'Standard',
} as const

export type GlobalField = keyof typeof shipped
export const globalFields = Object.keys(shipped) as readonly GlobalField[]

/** SQL for the value in the tables, null when neither has the field. One primary key look-up each, no bindings. */
export const globalValueSql = (field: GlobalField): string =>
  `COALESCE((SELECT value FROM config_values WHERE field = '${field}' AND range_id = 'studip'), (SELECT value FROM config WHERE field = '${field}'))`

/** The environment wins in 6.x, raw as it is; then the tables; then what is shipped. */
export const effectiveValue = (
  field: GlobalField,
  stored: string | null | undefined,
  settings: Pick<Settings, 'studipVersion' | 'configOverrides'>,
): string =>
  (settings.studipVersion.major >= 6 ? settings.configOverrides[field] : undefined) ?? stored ?? shipped[field]
