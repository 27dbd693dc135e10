// Every setting, from whatever says it: its value and its source.
import { availableParallelism } from 'node:os'
import type { Environment } from '../php/dotenv.ts'
import type { Settings } from '../settings.ts'
import { levels } from '../studip/verdict.ts'
import { resolveAssetsUrl, resolveBaseUrl, resolveListen, resolveMetricsListen } from './addresses.ts'
import { resolveCacheKeyPrefix, resolveDatabase } from './database.ts'
import { configOverrides, fileCachePath, resolveKeysPath, resolveVersion } from './installation.ts'
import { oneOf, wholeNumber, type Sources } from './reading.ts'
import { resolveSessionCookie, resolveSessionLifetime, resolveSessionStore } from './session.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** `cwd` is where relative paths start. */
export const resolveAll = (sources: Sources, cwd: string) => {
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
    REMEMBER_CONSENT: oneOf(sources, 'REMEMBER_CONSENT', ['on', 'off'], 'on'),
    CLIENT_REQUESTS: oneOf(sources, 'CLIENT_REQUESTS', ['off', ...levels], 'off'),
  }
}
export type Resolved = ReturnType<typeof resolveAll>

/** The settings of the service; `env` is the environment that 6.x takes configuration values from. */
export const settingsOf = (found: Resolved, sources: Sources, env: Environment): Settings => ({
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
  rememberConsent: found.REMEMBER_CONSENT.value === 'on',
  clientRequests: found.CLIENT_REQUESTS.value,
})
