// Follows where Stud.IP keeps its sessions while the service runs: after a switch the old store still holds what Stud.IP itself
// believes no more (contract §1.2, R3).
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { resolveSettings, type LoadOptions } from '../config.ts'
import { SetupError } from '../oauth/errors.ts'
import type { Settings } from '../settings.ts'
import { faultSentence } from './fault-texts.ts'

/** What finds a session. */
export type SessionPlace = Pick<Settings, 'sessionStore' | 'studipVersion' | 'cacheKeyPrefix' | 'fileCachePath'>
/** Rejects with SetupError, and a sentence that says what to do, when it cannot be told for certain. */
export type FollowSessions = () => Promise<SessionPlace>

export interface Following extends LoadOptions {
  readonly env?: NodeJS.ProcessEnv
  /** Milliseconds between two looks at the files. */
  readonly every?: number
}

const restart = (what: string) =>
  new SetupError(`${what} while the service runs. Restart it: systemctl restart studip-oauth2.`)

/** The files that are read wherever there are some; others, which Stud.IP's PHP loads, come with what was read. */
const usualFiles = (root: string, cwd: string): readonly string[] => [
  ...['.env', 'config/config_local.inc.php', 'config/config_defaults.inc.php', 'VERSION', 'lib/bootstrap.php'].map(
    (name) => path.join(root, name),
  ),
  path.join(cwd, '.env'),
]

/** Tells files apart by what changes when one is written, replaced or given away. */
const stampOf = async (files: readonly string[]): Promise<string> => {
  const stats = await Promise.all(files.map((file) => stat(file, { bigint: true }).catch(() => undefined)))
  return stats.map((each) => (each ? `${each.ino}/${each.size}/${each.mtimeNs}/${each.ctimeNs}` : '-')).join(' ')
}

const compare = (next: Settings, settings: Settings): void => {
  if (next.studipVersion.major !== settings.studipVersion.major) throw restart('Stud.IP got another major version')
  if (next.sessionCookie !== settings.sessionCookie) throw restart("Stud.IP's session cookie got another name")
  if (next.configOverrides['SYSTEMCACHE'] !== settings.configOverrides['SYSTEMCACHE'])
    throw restart('STUDIP_CONFIG_SYSTEMCACHE changed')
}

/** Looks at most every two seconds, when somebody asks, and reads again only what has changed. */
export const followSessions = (
  settings: Settings,
  { env = process.env, cwd = process.cwd(), every = 2000 }: Following = {},
): FollowSessions => {
  const root = settings.studipPath
  if (root === undefined) return () => Promise.resolve(settings)
  let first: Settings['sessionStore'] | undefined
  let stamp: string | undefined
  let further: readonly string[] = []
  let latest: Promise<SessionPlace> = Promise.resolve(settings)
  let until = -Infinity
  const read = async (): Promise<SessionPlace> => {
    const {
      settings: next,
      faults,
      detectedStore,
      files,
    } = await resolveSettings(env, { cwd, needs: ['SESSION_STORE'] })
    further = files
    if (!next) throw new SetupError(faults.map((fault) => faultSentence(fault, 'en')).join('\n'))
    compare(next, settings)
    first ??= detectedStore
    // SESSION_STORE wins where the files cannot tell; not where they tell of a switch since the start.
    if (detectedStore !== undefined && detectedStore !== first && detectedStore !== next.sessionStore)
      throw new SetupError(
        `Stud.IP now keeps its sessions in the ${detectedStore}, but SESSION_STORE is ${next.sessionStore}. Remove or change SESSION_STORE, then restart the service.`,
      )
    return next
  }
  const look = async (before: Promise<SessionPlace>): Promise<SessionPlace> => {
    const [usual, known] = [await stampOf(usualFiles(root, cwd)), further]
    const now = `${usual}|${await stampOf(known)}`
    if (now === stamp) return before
    stamp = now
    const place = await read()
    if (further.join() !== known.join()) stamp = `${usual}|${await stampOf(further)}`
    return place
  }
  return () => {
    if (performance.now() < until) return latest
    until = performance.now() + every
    latest = look(latest)
    latest.catch(() => undefined)
    return latest
  }
}
