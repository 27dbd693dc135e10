// Does the web server bring our requests to us, as they are, and Stud.IP's to Stud.IP (D1)?
import { randomUUID } from 'node:crypto'
import { printable } from '../printable.ts'
import { createKeyRing } from '../crypto/key-ring.ts'
import { issuer } from '../settings.ts'
import { ask, jsonOf, type Asked } from './ask.ts'
import { codeOf, fault, foundOr, type Check, type Finding, type Patient } from './check.ts'

/** To another address of the site itself; Stud.IP leading to its own login page is not that. */
const leadsElsewhere = ({ status, headers: { location = '' } }: Asked, baseUrl: string): boolean =>
  status >= 300 &&
  status < 400 &&
  URL.canParse(location, baseUrl) &&
  !new URL(location, baseUrl).href.startsWith(baseUrl)

/** The answer, or why there is none. */
const askFront = async (url: string, { t }: Patient, id = randomUUID()): Promise<Asked | Finding> => {
  try {
    return await ask(url, { headers: { 'X-Request-Id': id } })
  } catch (error) {
    const code = codeOf(error)
    // TLS is no HTTP to whoever expects that.
    if (url.startsWith('http:') && code.startsWith('HPE_')) return fault(t('doctor.front.tls-port', { url }))
    return fault(
      t(/CERT|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(code) ? 'doctor.front.certificate' : 'doctor.front.unreachable', {
        url,
        code,
      }),
    )
  }
}

const identityFinding = async (
  url: string,
  answer: Asked,
  { settings, now, t }: Patient,
): Promise<Finding | undefined> => {
  const kid = (await createKeyRing({ dir: settings.keysPath, now }).current()).kid
  const { keys } = jsonOf(answer) ?? {}
  const kids = Array.isArray(keys) ? (keys as { kid?: unknown }[]).map((key) => key.kid) : []
  return kids.includes(kid) ? undefined : fault(t('doctor.front.other-keys', { url }))
}

/** What nginx and Apache answer to http at a port for https. */
const isTlsPort = ({ status, body }: Asked, url: string): boolean =>
  url.startsWith('http:') &&
  status === 400 &&
  /plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled/.test(body)

/** A password or list of addresses of the web server's own, which no application passes. */
const isGuarded = ({ status, headers }: Asked): boolean =>
  status === 403 || (status === 401 && /^(Basic|Digest|Negotiate|NTLM)\b/i.test(headers['www-authenticate'] ?? ''))

/** The request for our keys: refused, redirected, or answered by whom? */
const mountFindings = async (patient: Patient): Promise<readonly Finding[]> => {
  const { settings, t } = patient
  const url = `${issuer(settings)}/jwks`
  const answer = await askFront(url, patient)
  if ('level' in answer) return [answer]
  if (isTlsPort(answer, url)) return [fault(t('doctor.front.tls-port', { url }))]
  if (leadsElsewhere(answer, settings.baseUrl))
    return [fault(t('doctor.front.redirect', { url, location: String(answer.headers.location ?? '') }))]
  if ([502, 503, 504].includes(answer.status)) return [fault(t('doctor.front.bad-gateway', { status: answer.status }))]
  if (isGuarded(answer)) return [fault(t('doctor.front.guarded', { url, status: answer.status }))]
  if (answer.status !== 200 || !jsonOf(answer)?.['keys'])
    return [fault(t('doctor.front.not-ours', { url, status: answer.status }))]
  return [await identityFinding(url, answer, patient), await issuerFinding(patient)].filter(
    (finding) => finding !== undefined,
  )
}

const issuerFinding = async (patient: Patient): Promise<Finding | undefined> => {
  const { settings, t } = patient
  const url = `${issuer(settings)}/.well-known/oauth-authorization-server`
  const answer = await askFront(url, patient)
  if ('level' in answer) return answer
  const found = jsonOf(answer)?.['issuer']
  if (typeof found !== 'string') return fault(t('doctor.front.not-ours', { url, status: answer.status }))
  return found === issuer(settings) ? undefined : fault(t('doctor.front.other-issuer', { url, issuer: found }))
}

/** Our answers repeat the request's id; Stud.IP's do not know it. */
const neighbourFindings = async (patient: Patient): Promise<readonly Finding[]> => {
  const { settings, t } = patient
  const urls = ['dispatch.php/api/oauth2neighbour', 'dispatch.php/start'].map((path) => `${settings.baseUrl}${path}`)
  const ours = await Promise.all(
    urls.map(async (url) => {
      const id = randomUUID()
      const answer = await askFront(url, patient, id)
      return !('level' in answer) && answer.headers['x-request-id'] === id
    }),
  )
  return urls.filter((_, index) => ours[index]).map((url) => fault(t('doctor.front.neighbour', { url })))
}

const monitoringFindings = async (patient: Patient): Promise<readonly Finding[]> => {
  const url = new URL('/metrics', patient.settings.baseUrl).href
  const answer = await askFront(url, patient)
  return !('level' in answer) && answer.body.includes('studip_oauth2_')
    ? [fault(patient.t('doctor.front.monitoring', { url }))]
    : []
}

/** Stud.IP gives everybody who comes a session: under which name? */
const cookieFindings = async (patient: Patient): Promise<readonly Finding[]> => {
  const { settings, t } = patient
  const answer = await askFront(`${settings.baseUrl}index.php`, patient)
  if ('level' in answer) return []
  const names = (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split('=', 1)[0] ?? '')
  const sessions = names.filter((name) => /session/i.test(name))
  return sessions.length === 0 || sessions.includes(settings.sessionCookie)
    ? []
    : [fault(t('doctor.front.cookie', { own: settings.sessionCookie, theirs: sessions.map(printable).join(', ') }))]
}

export const frontCheck: Check = {
  name: 'check.front',
  needs: ['check.keys'],
  settings: ['BASE_URL', 'KEYS_PATH', 'SESSION_COOKIE'],
  run: async (patient) => {
    const mount = await mountFindings(patient)
    const others =
      mount.length > 0
        ? []
        : [
            ...(await neighbourFindings(patient)),
            ...(await monitoringFindings(patient)),
            ...(await cookieFindings(patient)),
          ]
    return foundOr([...mount, ...others], patient.t('doctor.front.ok', { url: patient.settings.baseUrl }))
  },
}
