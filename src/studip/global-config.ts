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

/** What the frame of the pages depends on (contract §13, §18.5). A field that is not there is off, as for Stud.IP. */
const ofFrame = [
  'ACCESSIBILITY_DISCLAIMER_URL',
  'API_ENABLED',
  'BLUBBER_GLOBAL_MESSENGER_ACTIVATE',
  'CALENDAR_ENABLE',
  'DEPUTIES_DEFAULTENTRY_ENABLE',
  'DEPUTIES_ENABLE',
  'EASY_READ_URL',
  'ELEARNING_INTERFACE_ENABLE',
  'LOG_ENABLE',
  'MAIL_NOTIFICATION_ENABLE',
  'OERCAMPUS_ENABLED',
  'OER_PUBLIC_STATUS',
  'PERSONALDOCUMENT_ENABLE',
  'PRIVACY_URL',
  'REPORT_BARRIER_MODE',
  'RESOURCES_ENABLE',
  'RESTRICTED_USER_MANAGEMENT',
  'SCHEDULE_ENABLE',
  'SMILEYADMIN_ENABLE',
  'TERMS_OF_USE_URL',
  'TOURS_ENABLE',
  'USER_HIGH_CONTRAST',
  'WEBSERVICES_ENABLE',
] as const

export type GlobalField = keyof typeof shipped | (typeof ofFrame)[number]
export const globalFields = [...Object.keys(shipped), ...ofFrame] as readonly GlobalField[]

/** SQL for the value in the tables, null when neither has the field. One primary key look-up each, no bindings. */
export const globalValueSql = (field: GlobalField): string =>
  `COALESCE((SELECT value FROM config_values WHERE field = '${field}' AND range_id = 'studip'), (SELECT value FROM config WHERE field = '${field}'))`

/** The environment wins in 6.x, raw as it is; then the tables; then what is shipped. */
export const effectiveValue = (
  field: GlobalField,
  stored: string | null | undefined,
  settings: Pick<Settings, 'studipVersion' | 'configOverrides'>,
): string =>
  (settings.studipVersion.major >= 6 ? settings.configOverrides[field] : undefined) ??
  stored ??
  (field in shipped ? shipped[field as keyof typeof shipped] : '')
