// Where Stud.IP keeps sessions, under which cookie, and for how long (contract §1.1, §1.2, §1.6).
import type { StudipVersion } from '../settings.ts'
import type { FaultKey } from './fault-texts.ts'
import { phpText, truthy, type Reading } from './php-value.ts'
import { byDefault, oneOf, wholeNumber, type Sourced, type Sources } from './reading.ts'
import type { SettingName } from './table.ts'

type Store = 'database' | 'cache'
type Switch = { readonly on: boolean; readonly source: string } | 'unsure'

/** A switch of Stud.IP; `unsure` when the value may be another one in PHP. */
const switchOf = ({ studip }: Sources, variable: string, environment: string, fallback: boolean): Switch => {
  const found = studip?.variable(variable)
  if (found)
    return !found.reading || found.reading.assumed
      ? 'unsure'
      : { on: truthy(found.reading), source: `$${variable} in ${found.source}` }
  const text = studip?.environment[environment]
  return text === undefined
    ? { on: fallback, source: "Stud.IP's default" }
    : { on: truthy({ value: text, assumed: false }), source: `${environment} of Stud.IP's environment` }
}

const detect = (sources: Sources): Sourced<Store> | FaultKey => {
  if (!sources.studip) return 'store-without-path'
  if (sources.studip.faults.length > 0) return 'store-unread'
  const caching = switchOf(sources, 'CACHING_ENABLE', 'STUDIP_CACHING_ENABLE', true)
  const inCache = switchOf(sources, 'CACHE_IS_SESSION_STORAGE', 'STUDIP_CACHE_IS_SESSION_STORAGE', false)
  if (caching === 'unsure' || inCache === 'unsure') return 'store-computed'
  if (sources.studip.includesOthers) return 'store-included'
  return { value: caching.on && inCache.on ? 'cache' : 'database', source: inCache.source }
}

/** What Stud.IP's files say, whatever SESSION_STORE says; undefined when they do not tell for certain. */
export const detectedSessionStore = (sources: Sources): Store | undefined => {
  const found = detect(sources)
  return typeof found === 'string' ? undefined : found.value
}

/** The session store. After a switch to the cache old rows stay in session_data for ever, so that guessing would let dead sessions in. */
export const resolveSessionStore = (sources: Sources): Sourced<Store> => {
  if (sources.own('SESSION_STORE')) return oneOf(sources, 'SESSION_STORE', ['database', 'cache'], 'database')
  const found = detect(sources)
  if (typeof found !== 'string') return found
  sources.fault(found, {}, 'SESSION_STORE')
  return byDefault<Store>('database')
}

const sessionOption = (
  sources: Sources,
  version: StudipVersion,
  option: string,
  instead: SettingName,
): Sourced<string> | undefined => {
  const found = version.major >= 6 ? sources.studip?.variable('SESSION_OPTIONS') : undefined
  if (!found) return undefined
  const entry =
    found.reading?.value instanceof Map ? (found.reading.value as ReadonlyMap<string, Reading>).get(option) : undefined
  if (!found.reading) sources.fault('computed', { variable: 'SESSION_OPTIONS', source: found.source, instead }, instead)
  const value = entry && phpText(entry)
  return value ? { value, source: `$SESSION_OPTIONS in ${found.source}` } : undefined
}

/** Name of Stud.IP's session cookie. */
export const resolveSessionCookie = (sources: Sources, version: StudipVersion): Sourced<string> => {
  const own = sources.own('SESSION_COOKIE')
  const found = own
    ? { value: own.text, source: own.source }
    : sessionOption(sources, version, 'name', 'SESSION_COOKIE')
  const result = found ?? byDefault(version.major >= 6 ? 'Studip_Session' : 'Seminar_Session')
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(result.value))
    sources.fault('cookie-malformed', { text: result.value, source: result.source })
  return result
}

/** Seconds after which a session counts as stale. */
export const resolveSessionLifetime = (sources: Sources, version: StudipVersion): Sourced<number> => {
  const fallback = version.major >= 6 ? 7200 : 86400
  if (sources.own('SESSION_LIFETIME')) return wholeNumber(sources, 'SESSION_LIFETIME', 60, 31_536_000, fallback)
  const found = sessionOption(sources, version, 'lifetime', 'SESSION_LIFETIME')
  const seconds = Number(found?.value)
  return found && Number.isInteger(seconds) && seconds > 0
    ? { value: seconds, source: found.source }
    : byDefault(fallback)
}
