// Opens the store that holds Stud.IP's sessions, or refuses with what to do (contract §1.2).
import { access, constants } from 'node:fs/promises'
import { SetupError } from '../oauth/errors.ts'
import type { Settings } from '../settings.ts'
import type { StudipConfig } from './config.ts'
import { databaseCacheSessions } from './database-cache-sessions.ts'
import { databaseSessions } from './database-sessions.ts'
import { fileSessions } from './file-sessions.ts'
import type { JoinedStore, SeparateStore, SessionStore } from './session-store.ts'
import { systemCache, type SystemCache } from './system-cache.ts'

type StoreSettings = Pick<Settings, 'sessionStore' | 'studipVersion' | 'cacheKeyPrefix' | 'fileCachePath'>
type Opened = { readonly store: JoinedStore | SeparateStore; readonly close: () => Promise<void> }

const nothing = () => Promise.resolve()

const openFolder = async (directory: string, prefix: Settings['cacheKeyPrefix']): Promise<Opened> => {
  await access(directory, constants.R_OK | constants.X_OK).catch((cause: unknown) => {
    throw new SetupError(
      `Stud.IP keeps sessions in files below ${directory}, which this service cannot read. Run it as Stud.IP's user, on the same host.`,
      { cause },
    )
  })
  return { store: fileSessions(directory, prefix), close: nothing }
}

const openCache = async (cache: SystemCache, { cacheKeyPrefix }: StoreSettings): Promise<Opened> => {
  if (cache.kind === 'database') return { store: databaseCacheSessions, close: nothing }
  if (cache.kind === 'file') return openFolder(cache.directory, cacheKeyPrefix)
  // Imported here: most installations have no Redis, and the workers start sooner without its client.
  const { redisSessions } = await import('./redis-sessions.ts')
  const store = redisSessions(cache.address, cacheKeyPrefix)
  return { store, close: () => store.close() }
}

interface Opening {
  readonly settings: StoreSettings
  readonly config: Pick<StudipConfig, 'global'>
  /** What of the settings holds now; they themselves unless given. Rejects when that is not certain. */
  readonly follow?: () => Promise<StoreSettings>
}

/**
 * Follows Stud.IP while the service runs, its files and SYSTEMCACHE: entries of a store that Stud.IP has left must never be
 * believed.
 * @throws SetupError when sessions are kept where we cannot read them; with a sentence that says what to do
 */
export const openSessionStore = async ({
  settings,
  config,
  follow = () => Promise.resolve(settings),
}: Opening): Promise<SessionStore> => {
  let opened: (Opened & { readonly place: string }) | undefined
  const leave = async () => {
    const left = opened
    opened = undefined
    await left?.close()
  }
  const sessions: SessionStore = {
    async current() {
      const now = await follow()
      if (now.sessionStore === 'database') {
        if (opened) await leave()
        return databaseSessions
      }
      const text = await config.global('SYSTEMCACHE')
      const place = JSON.stringify([text, now.cacheKeyPrefix, now.fileCachePath])
      if (opened?.place === place) return opened.store
      const next = { place, ...(await openCache(systemCache(text, now), now)) }
      await leave()
      opened = next
      return next.store
    },
    close: leave,
  }
  // A database that is away names no cache yet: it may come back, and every request asks again.
  await sessions.current().catch((error: unknown) => {
    if (error instanceof SetupError) throw error
  })
  return sessions
}
