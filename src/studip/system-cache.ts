// Which cache Stud.IP uses: the configuration entry SYSTEMCACHE, understood or refused (contract §1.2).
import { SetupError } from '../oauth/errors.ts'
import type { Settings } from '../settings.ts'
import type { RedisAddress } from './redis-sessions.ts'

export type SystemCache =
  | { readonly kind: 'database' }
  | { readonly kind: 'redis'; readonly address: RedisAddress }
  | { readonly kind: 'file'; readonly directory: string }

const classNames = {
  5: {
    database: 'StudipDbCache',
    redis: 'StudipRedisCache',
    file: 'StudipFileCache',
    memcached: 'StudipMemcachedCache',
  },
  6: {
    database: 'Studip\\Cache\\DbCache',
    redis: 'Studip\\Cache\\RedisCache',
    file: 'Studip\\Cache\\FileCache',
    memcached: 'Studip\\Cache\\MemcachedCache',
  },
} as const

const wayOut =
  'Choose the database, Redis or file cache in Stud.IP, or keep sessions in the database (CACHE_IS_SESSION_STORAGE false, SESSION_STORE=database).'

type Entry = { readonly type?: unknown; readonly config?: unknown }

const parseEntry = (text: string): Entry => {
  try {
    const entry: unknown = JSON.parse(text)
    if (typeof entry === 'object' && entry !== null) return entry
  } catch {
    /* told below */
  }
  throw new SetupError(
    `Stud.IP's configuration SYSTEMCACHE is not readable, so it is unknown where sessions are kept. ${wayOut}`,
  )
}

const textOf = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

const redisOf = (config: Readonly<Record<string, unknown>>): SystemCache => {
  const address = { hostname: textOf(config.hostname), port: Number(textOf(config.port)), auth: textOf(config.auth) }
  if (address.hostname !== '' && Number.isInteger(address.port) && address.port > 0 && address.port < 65_536)
    return { kind: 'redis', address }
  throw new SetupError(
    `SYSTEMCACHE names Redis without a usable hostname and port. Correct it on Stud.IP's cache administration page.`,
  )
}

const fileOf = (config: Readonly<Record<string, unknown>>, fallback: string | undefined): SystemCache => {
  const directory = textOf(config.path) || fallback
  if (directory) return { kind: 'file', directory }
  throw new SetupError(
    "Stud.IP keeps sessions in its file cache, whose folder is unknown. Set the path on Stud.IP's cache administration page.",
  )
}

/**
 * Understands the JSON of SYSTEMCACHE; empty means the shipped default, the database cache.
 * @throws SetupError with what to do, for Memcached, a plugin's class, or anything not understood: never a guess
 */
export const systemCache = (text: string, settings: Pick<Settings, 'studipVersion' | 'fileCachePath'>): SystemCache => {
  if (text === '') return { kind: 'database' }
  const { type, config } = parseEntry(text)
  const names = classNames[settings.studipVersion.major >= 6 ? 6 : 5]
  const className = textOf(type).replace(/^\\/, '')
  const values = (typeof config === 'object' && config !== null ? config : {}) as Readonly<Record<string, unknown>>
  if (className === names.database) return { kind: 'database' }
  if (className === names.redis) return redisOf(values)
  if (className === names.file) return fileOf(values, settings.fileCachePath)
  const what =
    className === names.memcached ? 'Memcached' : `the cache class ${JSON.stringify(className.slice(0, 100))}`
  throw new SetupError(`Stud.IP keeps sessions in ${what}, which this service cannot read. ${wayOut}`)
}
