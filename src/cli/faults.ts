// One sentence for every error that an operator can meet, in their language.
import path from 'node:path'
import { KeyFileError } from '../crypto/key-fault.ts'
import { keyFileNames } from '../crypto/key-files.ts'
import { KeyFilesExistError } from '../crypto/whole-files.ts'
import { databaseAddress } from '../config/show.ts'
import { SettingsError } from '../config/settings-error.ts'
import { SetupError } from '../oauth/errors.ts'
import { StartError } from '../server/start-error.ts'
import type { DatabaseSettings } from '../settings.ts'
import { isDatabaseAway } from '../stores/database-errors.ts'
import { CommandError, type Failure } from './command-error.ts'
import type { TextKey, Translate } from './texts.ts'

interface DriverError {
  readonly errno?: number
  readonly code?: string
  readonly sqlMessage?: string
  readonly message?: string
}

/** An error of the database with the settings it came from, so that the sentence can name them. */
export class DatabaseFault extends Error {
  override readonly name = 'DatabaseFault'
  readonly database: DatabaseSettings

  constructor(database: DatabaseSettings, cause: unknown) {
    super('database', { cause })
    this.database = database
  }
}

const tableOf = (message: string): string => /table\s+[`'"]?(?:[\w-]+[`'"]?\.[`'"]?)?(\w+)/i.exec(message)?.[1] ?? '?'

// Error numbers of MySQL and MariaDB.
const refusedLogin = new Set([1045, 1251, 1698, 1862])
const refusedDatabase = new Set([1044, 1049])
const refusedRight = new Set([1142, 1143, 1227, 1370])

/** A database that is there and still cannot serve, by what mends it. */
const unable = new Map<number, TextKey>([
  ...[1040, 1203, 1226].map((errno) => [errno, 'fault.connections'] as const),
  ...[1290, 1792, 1836].map((errno) => [errno, 'fault.read-only'] as const),
  ...[1205, 1213, 1020].map((errno) => [errno, 'fault.locked'] as const),
  ...[1021, 1114].map((errno) => [errno, 'fault.disk'] as const),
  [1047, 'fault.cluster'],
  [1129, 'fault.blocked'],
])

const awaySentence = (t: Translate, settings: DatabaseSettings, { errno = 0, code = 'timeout' }: DriverError): string =>
  t(unable.get(errno) ?? 'fault.away', { where: databaseAddress(settings), code })

const databaseSentence = (t: Translate, settings: DatabaseSettings, error: DriverError): string => {
  const { user, database } = settings
  const message = error.sqlMessage ?? ''
  const table = tableOf(message)
  const errno = error.errno ?? 0
  if (refusedLogin.has(errno)) return t('fault.login', { user })
  if (refusedDatabase.has(errno)) return t('fault.no-database', { user, database })
  if (errno === 1146)
    return t(table.startsWith('oauth2_') ? 'fault.no-oauth2-table' : 'fault.no-table', { table, database })
  if (refusedRight.has(errno)) return t('fault.no-right', { user, table })
  if (isDatabaseAway(error)) return awaySentence(t, settings, error)
  // The statement stays out: its values may be secret.
  return t('fault.unexpected', { message: message || error.code || 'database' })
}

const existingKeysSentence = (t: Translate, paths: readonly string[]): string => {
  const folder = path.dirname(paths[0] ?? '')
  const missing = keyFileNames.map((name) => path.join(folder, name)).filter((file) => !paths.includes(file))
  const values = { paths: paths.join(', '), missing: missing.join(', ') }
  // The key for signing in stands alone: no code or token depends on it.
  if (missing.length === keyFileNames.length) return t('keys.oidc.exist', values)
  return missing.length > 0 ? t('keys.some-exist', values) : t('keys.exist', values)
}

/** What to tell the operator; several lines only when several settings or fields are wrong. */
export const sentenceOf = (t: Translate, error: unknown): string => {
  const keyFiles = t.keyFiles(error)
  if (keyFiles !== undefined) return keyFiles
  if (error instanceof CommandError || error instanceof SetupError) return error.message
  if (error instanceof SettingsError)
    return [
      t('fault.settings', { count: error.faults.length }),
      ...error.faults.map((fault) => `  - ${t.setting(fault)}`),
    ].join('\n')
  if (error instanceof KeyFilesExistError) return existingKeysSentence(t, error.paths)
  if (error instanceof DatabaseFault) return databaseSentence(t, error.database, error.cause as DriverError)
  return t('fault.unexpected', { message: error instanceof Error ? error.message : String(error) })
}

const databaseFailure = (cause: unknown): Failure => {
  if (isDatabaseAway(cause)) return 'away'
  const errno = (cause as DriverError).errno ?? 0
  return refusedLogin.has(errno) || refusedDatabase.has(errno) ? 'settings' : 'failed'
}

/** How a command failed, for its exit code. */
export const failureOf = (error: unknown): Failure => {
  if (error instanceof CommandError) return error.failure
  if (error instanceof KeyFileError && error.fault === 'four-primes-size') return 'usage'
  if (error instanceof StartError && error.mayPass) return 'away'
  if (error instanceof SettingsError || error instanceof SetupError) return 'settings'
  return error instanceof DatabaseFault ? databaseFailure(error.cause) : 'failed'
}
