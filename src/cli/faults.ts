// One sentence for every error that an operator can meet, in their language.
import path from 'node:path'
import { keyFileNames } from '../crypto/key-files.ts'
import { KeyFilesExistError } from '../crypto/whole-files.ts'
import { SettingsError } from '../config/settings-error.ts'
import { SetupError } from '../oauth/errors.ts'
import type { DatabaseSettings } from '../settings.ts'
import { isDatabaseAway } from '../stores/database-errors.ts'
import { CommandError } from './command.ts'
import type { Translate } from './texts.ts'

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

export const addressOf = ({ socketPath, host, port }: DatabaseSettings): string => socketPath ?? `${host}:${port}`

const tableOf = (message: string): string => /table\s+[`'"]?(?:[\w-]+[`'"]?\.[`'"]?)?(\w+)/i.exec(message)?.[1] ?? '?'

// Error numbers of MySQL and MariaDB.
const refusedLogin = new Set([1045, 1251, 1698, 1862])
const refusedDatabase = new Set([1044, 1049])
const refusedRight = new Set([1142, 1143, 1227, 1370])

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
  if (isDatabaseAway(error)) return t('fault.away', { where: addressOf(settings), code: error.code ?? 'timeout' })
  // The statement stays out: its values may be secret.
  return t('fault.unexpected', { message: message || error.code || 'database' })
}

const folderKeys = {
  ENOENT: 'keys.folder-missing',
  ENOTDIR: 'keys.folder-missing',
  EACCES: 'keys.folder-forbidden',
  EPERM: 'keys.folder-forbidden',
  EROFS: 'keys.folder-read-only',
} as const

/** The sentence for a key folder that cannot be written; undefined when the error is another one. */
export const folderSentence = (t: Translate, error: unknown, folder: string): string | undefined => {
  const code = error instanceof SetupError ? (error.cause as NodeJS.ErrnoException | undefined)?.code : undefined
  return code && code in folderKeys ? t(folderKeys[code as keyof typeof folderKeys], { folder }) : undefined
}

const existingKeysSentence = (t: Translate, paths: readonly string[]): string => {
  const folder = path.dirname(paths[0] ?? '')
  const missing = keyFileNames.map((name) => path.join(folder, name)).filter((file) => !paths.includes(file))
  const values = { paths: paths.join(', '), missing: missing.join(', ') }
  return missing.length > 0 ? t('keys.some-exist', values) : t('keys.exist', values)
}

/** What to tell the operator; several lines only when several settings or fields are wrong. */
export const sentenceOf = (t: Translate, error: unknown): string => {
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
