// The only reader of the environment: settings from our own variables, Stud.IP's files and defaults, all faults at once.
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { parse } from 'dotenv'
import { resolveAssetsUrl, resolveBaseUrl, resolveListen, resolveMetricsListen } from './config/addresses.ts'
import type { SettingFault } from './config/fault-texts.ts'
import { resolveCacheKeyPrefix, resolveDatabase } from './config/database.ts'
import { configOverrides, fileCachePath, resolveKeysPath, resolveVersion } from './config/installation.ts'
import { oneOf, wholeNumber, type Sources } from './config/reading.ts'
import {
  detectedSessionStore,
  resolveSessionCookie,
  resolveSessionLifetime,
  resolveSessionStore,
} from './config/session.ts'
import { SettingsError } from './config/settings-error.ts'
import { showSettings, type ShownSetting } from './config/show.ts'
import { readStudipFiles } from './config/studip-files.ts'
import type { SettingName } from './config/table.ts'
import type { Settings } from './settings.ts'

export { SettingsError } from './config/settings-error.ts'

/** `settings` is undefined as soon as there is a fault. */
export interface Resolution {
  readonly settings: Settings | undefined
  readonly faults: readonly SettingFault[]
  readonly shown: readonly ShownSetting[]
  /** Where Stud.IP's files say that sessions are, whatever SESSION_STORE says; undefined when they do not tell. */
  readonly detectedStore: Settings['sessionStore'] | undefined
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const ownDotenv = async (folder: string): Promise<Record<string, string>> =>
  parse(await readFile(path.join(folder, '.env'), 'utf8').catch(() => ''))

interface Fault extends SettingFault {
  readonly missing: SettingName | undefined
}

const sourcesOf = async (env: NodeJS.ProcessEnv, cwd: string, faults: Fault[]): Promise<Sources> => {
  const dotenv = await ownDotenv(cwd)
  const own: Sources['own'] = (name) =>
    env[name]
      ? { text: env[name], source: 'environment' }
      : dotenv[name]
        ? { text: dotenv[name], source: path.join(cwd, '.env') }
        : undefined
  const root = own('STUDIP_PATH')
  const studip = root && (await readStudipFiles(path.resolve(cwd, root.text), env))
  const fault: Sources['fault'] = (key, values = {}, missing) => {
    const same = (known: Fault) => known.key === key && JSON.stringify(known.values) === JSON.stringify(values)
    if (!faults.some(same)) faults.push({ key, values, missing })
  }
  studip?.faults.forEach(({ key, values }) => fault(key, values))
  return { own, studip, fault }
}

const resolveAll = (sources: Sources, cwd: string) => {
  const version = resolveVersion(sources)
  const baseUrl = resolveBaseUrl(sources)
  return {
    STUDIP_PATH: { value: sources.studip?.path, source: sources.own('STUDIP_PATH')?.source ?? 'default' },
    STUDIP_VERSION: version,
    BASE_URL: baseUrl,
    DATABASE_URL: resolveDatabase(sources),
    KEYS_PATH: resolveKeysPath(sources, cwd),
    LISTEN: resolveListen(sources),
    METRICS_LISTEN: resolveMetricsListen(sources),
    SESSION_STORE: resolveSessionStore(sources),
    SESSION_COOKIE: resolveSessionCookie(sources, version.value),
    SESSION_LIFETIME: resolveSessionLifetime(sources, version.value),
    ASSETS_URL: resolveAssetsUrl(sources, baseUrl.value),
    WORKERS: wholeNumber(sources, 'WORKERS', 1, 64, Math.min(Math.ceil(availableParallelism() / 2), 4)),
    LOG_LEVEL: oneOf(sources, 'LOG_LEVEL', logLevels, 'info'),
    REFRESH_GRACE: wholeNumber(sources, 'REFRESH_GRACE', 0, 300, 10),
    PKCE_PLAIN: oneOf(sources, 'PKCE_PLAIN', ['on', 'off'], 'on'),
    RESPONSE_ISS: oneOf(sources, 'RESPONSE_ISS', ['openid', 'always'], 'openid'),
    API_READ: oneOf(sources, 'API_READ', ['on', 'off'], 'off'),
  }
}
export type Resolved = ReturnType<typeof resolveAll>

const settingsOf = (found: Resolved, sources: Sources, env: NodeJS.ProcessEnv): Settings => ({
  studipPath: found.STUDIP_PATH.value,
  studipVersion: found.STUDIP_VERSION.value,
  baseUrl: found.BASE_URL.value,
  database: found.DATABASE_URL.value,
  keysPath: found.KEYS_PATH.value,
  listen: found.LISTEN.value,
  metricsListen: found.METRICS_LISTEN.value,
  sessionStore: found.SESSION_STORE.value,
  sessionCookie: found.SESSION_COOKIE.value,
  sessionLifetime: found.SESSION_LIFETIME.value,
  cacheKeyPrefix: resolveCacheKeyPrefix(sources, found.DATABASE_URL.value),
  fileCachePath: fileCachePath(sources),
  assetsUrl: found.ASSETS_URL.value,
  configOverrides: configOverrides(sources.studip, env, found.STUDIP_VERSION.value),
  workers: found.WORKERS.value,
  logLevel: found.LOG_LEVEL.value,
  refreshGraceSeconds: found.REFRESH_GRACE.value,
  pkcePlain: found.PKCE_PLAIN.value === 'on',
  responseIss: found.RESPONSE_ISS.value,
  apiRead: found.API_READ.value === 'on',
})

/** What a command needs; settings that it does not need may be missing, but none may be wrong. */
export interface LoadOptions {
  readonly cwd?: string
  readonly needs?: readonly SettingName[]
}

/** Resolves every setting; never throws. `cwd` is where .env is looked for and relative paths start. */
export const resolveSettings = async (
  env: NodeJS.ProcessEnv = process.env,
  { cwd = process.cwd(), needs }: LoadOptions = {},
): Promise<Resolution> => {
  const all: Fault[] = []
  const sources = await sourcesOf(env, cwd, all)
  const found = resolveAll(sources, cwd)
  const settings = Object.freeze(settingsOf(found, sources, env))
  const faults = all
    .filter(({ missing }) => !missing || !needs || needs.includes(missing))
    .map(({ key, values }) => ({ key, values }))
  return {
    settings: faults.length > 0 ? undefined : settings,
    faults,
    shown: showSettings(found),
    detectedStore: detectedSessionStore(sources),
  }
}

/** The settings, frozen. Throws SettingsError with every fault at once. */
export const loadSettings = async (
  env: NodeJS.ProcessEnv = process.env,
  options: LoadOptions = {},
): Promise<Settings> => {
  const { settings, faults } = await resolveSettings(env, options)
  if (!settings) throw new SettingsError(faults)
  return settings
}
