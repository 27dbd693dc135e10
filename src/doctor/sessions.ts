// Is Stud.IP of the version that the settings say, and are its sessions where and how we read them (contract §0, §1.2, §14)?
import type { Knex } from 'knex'
import { SetupError } from '../oauth/errors.ts'
import { rowsOf } from '../stores/rows.ts'
import { createStudipConfig } from '../studip/config.ts'
import { openSessionStore } from '../studip/open-session-store.ts'
import { parseSession } from '../studip/session.ts'
import { codeOf, fault, foundOr, note, ok, warning, type Check, type Finding, type Patient } from './check.ts'

const compareBranches = (a: string, b: string): number => {
  const [x, y] = [a, b].map((branch) => branch.split('.').map(Number))
  return (x?.[0] ?? 0) - (y?.[0] ?? 0) || (x?.[1] ?? 0) - (y?.[1] ?? 0)
}

export const versionCheck: Check = {
  name: 'check.version',
  needs: ['check.database'],
  settings: ['STUDIP_VERSION'],
  run: async ({ db, settings: { studipVersion }, t }) => {
    const branches = (
      await rowsOf<{ branch: string }>(db.raw("SELECT branch FROM schema_version WHERE domain = 'studip'"))
    ).map(({ branch }) => branch)
    const branch = branches
      .filter((name) => /^\d+\.\d+$/.test(name))
      .sort(compareBranches)
      .at(-1)
    const major = Number(branch?.split('.')[0])
    // A branch without migrations of its own leaves no trace, so only the major version is certain.
    const differs = branch !== undefined && major !== studipVersion.major
    return foundOr(
      differs ? [fault(t('doctor.version.branch', { version: studipVersion.text, branch }))] : [],
      t('doctor.version.ok', { version: studipVersion.text }),
    )
  },
}

interface SessionRow {
  readonly val: Buffer
  readonly changed: string | number
}

// By its key: `changed` alone would be the number of the same name, for which the server sorts millions of sessions.
const latest = (db: Knex): Promise<readonly SessionRow[]> =>
  rowsOf<SessionRow>(
    db.raw('SELECT val, UNIX_TIMESTAMP(s.changed) AS changed FROM session_data s ORDER BY s.changed DESC LIMIT 20'),
  )

/** The major version whose shape a session has: 6.x keeps `auth` as an array, 5.x as an object. */
const majorOf = ({ val }: SessionRow): 5 | 6 | undefined => {
  const text = val.toString('latin1')
  return /(^|[;}])auth\|a:/.test(text) ? 6 : /(^|[;}])auth\|O:/.test(text) ? 5 : undefined
}

const shapeFindings = (
  rows: readonly SessionRow[],
  {
    settings: {
      studipVersion: { major },
    },
    t,
  }: Patient,
): Finding[] => {
  const shaped = rows.filter((row) => majorOf(row) !== undefined)
  if (shaped.length === 0) return rows.length === 0 ? [] : [fault(t('doctor.sessions.undecodable'))]
  const found = majorOf(shaped[0]!)
  if (found !== undefined && found !== major) return [fault(t('doctor.sessions.shape', { found, major }))]
  const legible = shaped.some(
    ({ val }) => parseSession(val, major).language !== undefined || parseSession(val, major).userId !== undefined,
  )
  return legible ? [] : [fault(t('doctor.sessions.undecodable'))]
}

/** When the newest session of Stud.IP's cache table was written, in unix seconds; 0 when there is none or no table. */
const newestCached = async (db: Knex, lifetime: number): Promise<number> => {
  const [row] = await rowsOf<{ expires: string | number | null }>(
    db.raw("SELECT MAX(expires) AS expires FROM cache WHERE cache_key LIKE 'session\\_data/%'"),
  ).catch(() => [])
  return row?.expires ? Number(row.expires) - lifetime : 0
}

const newestOf = (rows: readonly SessionRow[]): number => Math.max(0, ...rows.map(({ changed }) => Number(changed)))

/** What Stud.IP's files say decides; where they are silent, which store has the newer session. */
const inDatabase = async (patient: Patient): Promise<readonly Finding[]> => {
  const { db, settings, resolution, now, t } = patient
  const rows = await latest(db)
  const [newest, cached] = [newestOf(rows), await newestCached(db, settings.sessionLifetime)]
  if (resolution.detectedStore === 'cache') return [fault(t('doctor.sessions.in-cache'))]
  if (resolution.detectedStore === undefined && cached > newest) return [fault(t('doctor.sessions.in-cache'))]
  const shape = shapeFindings(rows, patient)
  if (shape.length > 0) return shape
  if (rows.length === 0) return [note(t('doctor.sessions.none'))]
  return newest >= now() - settings.sessionLifetime
    ? ok(t('doctor.sessions.ok', { major: settings.studipVersion.major }))
    : [warning(t('doctor.sessions.stale', { seconds: settings.sessionLifetime }))]
}

/** Opens Stud.IP's cache and asks it for a session that nobody has. True when it is another program than the database. */
const askCache = async ({ db, settings, now }: Patient): Promise<boolean> => {
  const store = await openSessionStore({ settings, config: createStudipConfig({ db, settings }) })
  const current = await store.current()
  if (current.kind === 'separate') await current.read('0'.repeat(32), now())
  await store.close()
  return current.kind === 'separate'
}

/** Rows of session_data stay behind a switch to the cache: they prove nothing for as long as sessions live. */
const besideCache = async (
  { db, settings, resolution, now, t }: Patient,
  separate: boolean,
): Promise<Finding | undefined> => {
  if (resolution.detectedStore === 'cache') return undefined
  if (resolution.detectedStore === 'database') return fault(t('doctor.sessions.in-database'))
  const newest = newestOf(await latest(db).catch(() => []))
  if (newest < now() - settings.sessionLifetime) return undefined
  if (separate) return warning(t('doctor.sessions.both', { seconds: settings.sessionLifetime }))
  const cached = await newestCached(db, settings.sessionLifetime)
  return newest > cached ? fault(t('doctor.sessions.in-database')) : undefined
}

const inCache = async (patient: Patient): Promise<readonly Finding[]> => {
  const { t } = patient
  try {
    const finding = await besideCache(patient, await askCache(patient))
    return finding ? [finding] : ok(t('doctor.sessions.cache'))
  } catch (error) {
    return [fault(error instanceof SetupError ? error.message : t('doctor.sessions.away', { code: codeOf(error) }))]
  }
}

export const sessionsCheck: Check = {
  name: 'check.sessions',
  needs: ['check.database'],
  settings: ['SESSION_STORE', 'STUDIP_VERSION', 'SESSION_LIFETIME'],
  run: (patient) => (patient.settings.sessionStore === 'cache' ? inCache(patient) : inDatabase(patient)),
}
