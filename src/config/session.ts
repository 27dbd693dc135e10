// Where Stud.IP keeps sessions, under which cookie, and for how long (contract §1.1, §1.2, §1.6).
import { isArray, isRead, phpText, truthy, utf8Of, type Place } from '../php/value.ts'
import type { StudipVersion } from '../settings.ts'
import type { FaultKey, FaultValues } from './fault-texts.ts'
import { byDefault, oneOf, wholeNumber, type Sourced, type Sources } from './reading.ts'
import type { SettingName } from './table.ts'

type Store = 'database' | 'cache'
type Switch =
  { readonly on: boolean; readonly source: string } | { readonly unsure: Partial<Place> & { readonly file: string } }

/** A switch of Stud.IP; `unsure` when the value may be another one in PHP. */
const switchOf = ({ studip }: Sources, variable: string, environment: string, fallback: boolean): Switch => {
  const found = studip?.variable(variable)
  if (found) {
    const { outcome, source } = found
    if (!isRead(outcome)) return { unsure: outcome.unread }
    return outcome.assumed
      ? { unsure: { file: source } }
      : { on: truthy(outcome.value), source: `$${variable} in ${source}` }
  }
  const text = studip?.environment[environment]
  return text === undefined
    ? { on: fallback, source: "Stud.IP's default" }
    : { on: truthy(text), source: `${environment} of Stud.IP's environment` }
}

/** Why the store cannot be told for certain, and which file is in the way. */
interface Doubt {
  readonly why: FaultKey
  readonly values: FaultValues
}

const doubt = (why: FaultKey, place?: Partial<Place>): Doubt => ({
  why,
  values: place ? { file: `${place.file}${place.line === undefined ? '' : `:${place.line}`}` } : {},
})

const detect = (sources: Sources): Sourced<Store> | Doubt => {
  if (!sources.studip) return doubt('store-without-path')
  if (sources.studip.faults.length > 0) return doubt('store-unread')
  const caching = switchOf(sources, 'CACHING_ENABLE', 'STUDIP_CACHING_ENABLE', true)
  const inCache = switchOf(sources, 'CACHE_IS_SESSION_STORAGE', 'STUDIP_CACHE_IS_SESSION_STORAGE', false)
  if ('unsure' in caching) return doubt('store-computed', caching.unsure)
  if ('unsure' in inCache) return doubt('store-computed', inCache.unsure)
  if (sources.studip.opaque) return doubt('store-included', sources.studip.opaque)
  return { value: caching.on && inCache.on ? 'cache' : 'database', source: inCache.source }
}

/** What Stud.IP's files say, whatever SESSION_STORE says; undefined when they do not tell for certain. */
export const detectedSessionStore = (sources: Sources): Store | undefined => {
  const found = detect(sources)
  return 'why' in found ? undefined : found.value
}

/** The session store. After a switch to the cache old rows stay in session_data for ever, so that guessing would let dead sessions in. */
export const resolveSessionStore = (sources: Sources): Sourced<Store> => {
  if (sources.own('SESSION_STORE')) return oneOf(sources, 'SESSION_STORE', ['database', 'cache'], 'database')
  const found = detect(sources)
  if (!('why' in found)) return found
  sources.fault(found.why, found.values, 'SESSION_STORE')
  return byDefault<Store>('database')
}

/** An entry of `$SESSION_OPTIONS` of 6.x as text; undefined where Stud.IP's default applies. What is there and not understood is a fault. */
export const sessionOption = (
  { studip, fault }: Sources,
  version: StudipVersion,
  option: string,
  instead: SettingName,
): Sourced<string> | undefined => {
  const found = version.major >= 6 ? studip?.variable('SESSION_OPTIONS') : undefined
  if (!found) return undefined
  const { outcome, source } = found
  if (!isRead(outcome)) {
    fault('computed', { variable: 'SESSION_OPTIONS', ...outcome.unread, instead }, instead)
    return undefined
  }
  const entry = isArray(outcome.value) ? outcome.value.get(option) : outcome.value
  if (entry === undefined || entry === null) return undefined
  const bytes = phpText(entry)
  const text = bytes === undefined ? undefined : utf8Of(bytes)
  if (text === undefined || !isArray(outcome.value)) {
    fault('not-text', { variable: 'SESSION_OPTIONS', file: source, instead }, instead)
    return undefined
  }
  return { value: text, source: `$SESSION_OPTIONS in ${source}` }
}

/** Name of Stud.IP's session cookie. */
export const resolveSessionCookie = (sources: Sources, version: StudipVersion): Sourced<string> => {
  const own = sources.own('SESSION_COOKIE')
  const found = own
    ? { value: own.text, source: own.source }
    : sessionOption(sources, version, 'name', 'SESSION_COOKIE')
  const result = found ?? byDefault(version.major >= 6 ? 'Studip_Session' : 'Seminar_Session')
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(result.value))
    sources.fault('cookie-malformed', { text: result.value, source: result.source, setting: 'SESSION_COOKIE' })
  return result
}

/** Seconds after which a session counts as stale. */
export const resolveSessionLifetime = (sources: Sources, version: StudipVersion): Sourced<number> => {
  const fallback = version.major >= 6 ? 7200 : 86400
  if (sources.own('SESSION_LIFETIME')) return wholeNumber(sources, 'SESSION_LIFETIME', 60, 31_536_000, fallback)
  const found = sessionOption(sources, version, 'lifetime', 'SESSION_LIFETIME')
  if (!found) return byDefault(fallback)
  const seconds = /^\d{1,9}$/.test(found.value) ? Number(found.value) : 0
  if (seconds > 0) return { value: seconds, source: found.source }
  sources.fault('lifetime-malformed', { text: found.value, source: found.source }, 'SESSION_LIFETIME')
  return byDefault(fallback)
}
