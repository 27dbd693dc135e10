// Loads the cases that a real Stud.IP answered (test/fixtures/sessions) into a test database.
import { readFileSync } from 'node:fs'
import type { Knex } from 'knex'
import type { Settings } from '../../src/settings.ts'
import type { Verdict } from '../../src/studip/verdict.ts'

type Row = Readonly<Record<string, string>>
interface Rows {
  readonly auth_user_md5: readonly Row[]
  readonly user_info: readonly Row[]
  readonly users_tfa: readonly Row[]
  readonly config_values: readonly Row[]
  readonly config: readonly Row[]
}
export interface GoldenCase {
  readonly name: string
  readonly description: string
  readonly taken_at: number
  readonly cookie: Readonly<Record<string, string>>
  readonly other_cookies: Readonly<Record<string, string>>
  readonly session: { readonly sid: string; readonly changed: number; readonly val_hex: string } | null
  readonly rows: Rows | null
  readonly expected: string
}
export interface GoldenFile {
  readonly studip: string
  readonly cookie_name: string
  readonly base: string
  readonly session_lifetime: number
  readonly cases: readonly GoldenCase[]
}

export const readFixture = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../fixtures/sessions/${name}`, import.meta.url), 'utf8')) as T
export const goldenFiles = ['6.0.2.json', '5.4.11.json'].map((name) => readFixture<GoldenFile>(name))

export type GateSettings = Pick<
  Settings,
  | 'studipVersion'
  | 'configOverrides'
  | 'sessionCookie'
  | 'sessionLifetime'
  | 'baseUrl'
  | 'sessionStore'
  | 'cacheKeyPrefix'
  | 'fileCachePath'
>

/** Settings of the gate for a version such as `6.0.2`. */
export const gateSettings = (version: string, more: Partial<GateSettings> = {}): GateSettings => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return {
    studipVersion: { major, minor, text: version },
    configOverrides: {},
    baseUrl: 'https://studip.example.org/',
    sessionCookie: major >= 6 ? 'Studip_Session' : 'Seminar_Session',
    sessionLifetime: major >= 6 ? 7200 : 86_400,
    sessionStore: 'database',
    cacheKeyPrefix: { host: 'localhost', database: 'studip' },
    fileCachePath: undefined,
    ...more,
  }
}

const tables = ['auth_user_md5', 'user_info', 'users_tfa', 'config_values'] as const

/** Puts the rows of a case, and nothing else, into the tables that the gate reads. */
export const loadCase = async (db: Knex, { rows, session }: Pick<GoldenCase, 'rows' | 'session'>): Promise<void> => {
  for (const table of [...tables, 'session_data', 'cache'] as const) await db(table).del()
  if (session) {
    await db('session_data').insert({
      sid: session.sid,
      val: Buffer.from(session.val_hex, 'hex'),
      changed: db.raw('FROM_UNIXTIME(?)', [session.changed]),
    })
  }
  if (!rows) return
  await db('config').del()
  for (const table of [...tables, 'config'] as const) if (rows[table].length > 0) await db(table).insert(rows[table])
}

export const cookieHeader = (cookies: Readonly<Record<string, string>>): string =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')

/** A verdict as the fixtures spell it. */
export const spelled = (verdict: Verdict): string =>
  verdict.kind === 'bounce' ? `bounce:${verdict.reason}` : verdict.kind
