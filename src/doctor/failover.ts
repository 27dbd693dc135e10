// Does Stud.IP's own server answer token requests while no instance of ours does? Tried through the front, before the first outage (R14).
import { issuer } from '../settings.ts'
import { ask, jsonOf, type Asked } from './ask.ts'
import { codeOf, fault, note, ok, type Check, type Finding, type Patient } from './check.ts'

/** Stud.IP's own server refuses a grant type that nobody has, 5.x in JSON, 6.x by a page with status 500. Both start a session. */
const isStudip = (answer: Asked, { settings }: Patient): boolean =>
  (answer.headers['set-cookie'] ?? []).some((cookie) => cookie.startsWith(`${settings.sessionCookie}=`)) ||
  (answer.status >= 400 && answer.status < 500 && typeof jsonOf(answer)?.['error'] === 'string')

const judge = (answer: Asked, patient: Patient): Finding | undefined => {
  const { t } = patient
  // Our own answer: the front knows no drill, or does not know this machine for its own.
  if (answer.headers['x-request-id'] !== undefined) return note(t('doctor.failover.old'))
  if (answer.status === 503 && jsonOf(answer)?.['error'] === 'temporarily_unavailable')
    return note(t('doctor.failover.off'))
  return isStudip(answer, patient) ? undefined : fault(t('doctor.failover.broken', { status: answer.status }))
}

/** nginx/http.conf sends a drill from the machine itself to an instance that does not exist. */
export const failoverCheck: Check = {
  name: 'check.failover',
  needs: ['check.front'],
  settings: ['BASE_URL', 'SESSION_COOKIE'],
  run: async (patient) => {
    const { settings, t } = patient
    try {
      const answer = await ask(`${issuer(settings)}/token`, {
        headers: { 'X-OAuth2-Drill': '1' },
        form: { grant_type: 'urn:studip-oauth2:drill', client_id: '0' },
      })
      const finding = judge(answer, patient)
      return finding ? [finding] : ok(t('doctor.failover.ok'))
    } catch (error) {
      return [fault(t('doctor.failover.none', { code: codeOf(error) }))]
    }
  },
}
