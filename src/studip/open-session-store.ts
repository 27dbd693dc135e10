// Opens the store that holds Stud.IP's sessions, or refuses with what to do (contract §1.2).
import { access, constants } from 'node:fs/promises'
import type { Knex } from 'knex'
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

/** Follows SYSTEMCACHE while the service runs: entries of a cache that Stud.IP has left must never be believed. */
const followSystemCache = (settings: StoreSettings, config: StudipConfig): SessionStore => {
  let opened: (Opened & { readonly text: string }) | undefined
  return {
    async current() {
      const text = await config.global('SYSTEMCACHE')
      if (opened?.text !== text) {
        const next = { text, ...(await openCache(systemCache(text, settings), settings)) }
        await opened?.close()
        opened = next
      }
      return opened.store
    },
    close: async () => opened?.close(),
  }
}

/** @throws SetupError when sessions are kept where we cannot read them; with a sentence that says what to do */
export const openSessionStore = async ({
  settings,
  config,
}: {
  db?: Knex
  settings: StoreSettings
  config: StudipConfig
}): Promise<SessionStore> => {
  if (settings.sessionStore === 'database') return { current: () => Promise.resolve(databaseSessions), close: nothing }
  const store = followSystemCache(settings, config)
  await store.current()
  return store
}
