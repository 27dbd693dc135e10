// What a check of oauth2:doctor is, and what it finds.
import type { Knex } from 'knex'
import type { Resolution } from '../config.ts'
import type { Now } from '../oauth/ports.ts'
import type { SettingName } from '../config/table.ts'
import type { Settings } from '../settings.ts'
import type { TextKey, Translate } from './translate.ts'

export type Level = 'ok' | 'note' | 'warning' | 'fault'
/** One line of the report. Only faults make the exit code 1. */
export interface Finding {
  readonly level: Level
  readonly text: string
}

export interface Patient {
  readonly resolution: Resolution
  /** With defaults in the place of what `resolution.unknown` names. */
  readonly settings: Settings
  readonly db: Knex
  readonly now: Now
  readonly t: Translate
  /** The sentence for an error of the database, which names the settings it came from. */
  readonly databaseSentence: (error: unknown) => string
  /** Make the row of the way back where it is missing; else it is looked for only. */
  readonly fixWayBack: boolean
}

export interface Check {
  readonly name: Extract<TextKey, `check.${string}`>
  /** What must be without fault before: asking a database that is away would only say so again. */
  readonly needs: readonly Check['name'][]
  /** Settings that it cannot do without. The others may be unknown or wrong. */
  readonly settings: readonly SettingName[]
  readonly run: (patient: Patient) => Promise<readonly Finding[]>
}

export const ok = (text: string): readonly Finding[] => [{ level: 'ok', text }]
export const fault = (text: string): Finding => ({ level: 'fault', text })
export const warning = (text: string): Finding => ({ level: 'warning', text })
export const note = (text: string): Finding => ({ level: 'note', text })

/** The findings, or the good news when there are none. */
export const foundOr = (findings: readonly Finding[], good: string): readonly Finding[] =>
  findings.length > 0 ? findings : ok(good)

/** A short reason without values: the code of the system, the driver or the cause. */
export const codeOf = (error: unknown): string => {
  const { code, cause, name } = error as { code?: unknown; cause?: unknown; name?: string }
  return typeof code === 'string' ? code : cause ? codeOf(cause) : (name ?? 'error')
}

/** Numbers of MySQL and MariaDB for a table that is missing, or may not be read. */
const missing = new Set([1146])
const refused = new Set([1142, 1143, 1044])
const errnoOf = (error: unknown): number => Number((error as { errno?: unknown } | null)?.errno ?? 0)
export const isMissing = (error: unknown): boolean => missing.has(errnoOf(error))
export const isRefused = (error: unknown): boolean => refused.has(errnoOf(error))
/** An error that the server itself sent, not the system on the way to it. */
export const isFromDatabase = (error: unknown): boolean => errnoOf(error) > 0
