// Are all settings known and sound, do they agree with Stud.IP's own, and does BASE_URL keep secrets on their way? (S-086)
import { databaseAddress } from '../config/show.ts'
import type { DatabaseSettings } from '../settings.ts'
import { isPublic, isUnencrypted } from '../server/warnings.ts'
import { fault, foundOr, note, ok, warning, type Check, type Finding, type Patient } from './check.ts'

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`)

/** Another scheme may be a proxy's work; another host or path sends people and cookies elsewhere. */
const baseUrlFinding = ({ resolution, settings, t }: Patient): Finding | undefined => {
  const native = resolution.native.baseUrl
  if (resolution.unknown.has('BASE_URL') || native === undefined || !URL.canParse(native)) return undefined
  const [own, theirs] = [new URL(settings.baseUrl), new URL(withSlash(native))]
  if (own.href === theirs.href) return undefined
  const text = t('doctor.settings.base-url', { own: own.href, theirs: theirs.href })
  return own.host === theirs.host && own.pathname === theirs.pathname ? warning(text) : fault(text)
}

const sessionFindings = ({ resolution, settings, t }: Patient): Finding[] => {
  const { sessionCookie: cookie, sessionLifetime: lifetime } = resolution.native
  return [
    ...(cookie !== undefined && cookie !== settings.sessionCookie
      ? [fault(t('doctor.settings.cookie', { own: settings.sessionCookie, theirs: cookie }))]
      : []),
    ...(lifetime !== undefined && Number(lifetime) > 0 && Number(lifetime) !== settings.sessionLifetime
      ? [warning(t('doctor.settings.lifetime', { own: settings.sessionLifetime, theirs: lifetime }))]
      : []),
  ]
}

const isHere = ({ socketPath, host = '' }: DatabaseSettings): boolean =>
  socketPath !== undefined || /^(localhost$|127\.|::1$)/.test(host)

/**
 * Two installations on a machine, or a copy for tests, may have one's settings and the other's Stud.IP. Another server may be another
 * node, or a proxy before the same one.
 */
const databaseFinding = ({ resolution, settings: { database: own }, t }: Patient): Finding | undefined => {
  const { database: theirs } = resolution.native
  if (resolution.unknown.has('DATABASE_URL') || theirs === undefined) return undefined
  // Some servers take no notice of the case.
  if (own.database.toLowerCase() !== theirs.database.toLowerCase())
    return fault(t('doctor.settings.database', { own: own.database, theirs: theirs.database }))
  const isSame = isHere(own) === isHere(theirs) && (isHere(own) || own.host === theirs.host)
  const addresses = { own: databaseAddress(own), theirs: databaseAddress(theirs) }
  return isSame ? undefined : warning(t('doctor.settings.database-server', addresses))
}

export const settingsCheck: Check = {
  name: 'check.settings',
  needs: [],
  settings: [],
  run: (patient) => {
    const { resolution, t } = patient
    const others = [baseUrlFinding(patient), databaseFinding(patient)].filter((found) => found !== undefined)
    return Promise.resolve(
      foundOr(
        [
          ...resolution.faults.map((found) => fault(t.setting(found))),
          ...others,
          ...sessionFindings(patient),
          ...resolution.idle.map((found) => warning(t.setting(found))),
        ],
        t('doctor.settings.ok'),
      ),
    )
  },
}

export const transportCheck: Check = {
  name: 'check.transport',
  needs: [],
  settings: ['BASE_URL'],
  run: ({ settings, t }) =>
    Promise.resolve([
      ...(isUnencrypted(settings)
        ? [fault(t('doctor.transport.http', { url: settings.baseUrl }))]
        : ok(t('doctor.transport.ok'))),
      ...(isPublic(settings.listen) ? [warning(t('doctor.transport.listen'))] : []),
      ...(isPublic(settings.metricsListen) ? [warning(t('doctor.transport.metrics'))] : []),
    ]),
}

export const pkceCheck: Check = {
  name: 'check.pkce',
  needs: [],
  settings: ['PKCE_PLAIN'],
  run: ({ settings, t }) => Promise.resolve(ok(t('doctor.pkce.ok', { value: settings.pkcePlain ? 'on' : 'off' }))),
}

/** Seconds that nginx/locations.conf waits for an answer of `token`. */
const nginxWait = 8

export const graceCheck: Check = {
  name: 'check.grace',
  needs: [],
  settings: ['REFRESH_GRACE'],
  run: ({ settings: { refreshGraceSeconds: seconds }, t }) => {
    if (seconds === 0) return Promise.resolve([note(t('doctor.grace.off'))])
    return Promise.resolve(
      seconds > nginxWait
        ? ok(t('doctor.grace.ok', { seconds }))
        : [warning(t('doctor.grace.short', { seconds, wait: nginxWait }))],
    )
  },
}
