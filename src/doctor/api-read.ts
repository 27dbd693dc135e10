// Does api.read read through the front, write nothing, and stand in nobody's way (D24)? Tried with tokens that live for the trial.
import { createLog } from '../log.ts'
import { api } from '../oauth/scopes/api.ts'
import { apiRead } from '../oauth/scopes/api-read.ts'
import { wire } from '../wire.ts'
import { ask, type Asked } from './ask.ts'
import { codeOf, fault, foundOr, note, ok, warning, type Check, type Finding, type Patient } from './check.ts'
import { anybody, withShortLivedTokens, type IssueToken } from './short-lived-token.ts'

/** The error of our own challenge; undefined where somebody else answered. */
const errorOf = ({ headers }: Asked): string | undefined => {
  const challenge = headers['www-authenticate'] ?? ''
  const isOurs = challenge.startsWith('Bearer ') && challenge.includes('resource_metadata="')
  return isOurs ? / error="(\w{1,40})"/.exec(challenge)?.[1] : undefined
}

const drill = { 'X-OAuth2-Drill': '1' }

/** A POST that no version of Stud.IP has, so that it would change nothing even if it passed. */
const writeFinding = (answer: Asked, url: string, { t }: Patient): Finding | undefined => {
  const [{ status }, error] = [answer, errorOf(answer)]
  if (error === 'insufficient_scope') return undefined
  if (error !== undefined) return fault(t('doctor.api-read.refused', { error }))
  if (status === 503) return fault(t('doctor.api-read.unavailable', { status }))
  return fault(t(status === 401 ? 'doctor.api-read.not-asked' : 'doctor.api-read.writes', { url, status }))
}

const readFinding = (answer: Asked, url: string, { t }: Patient): Finding | undefined => {
  const [{ status }, error] = [answer, errorOf(answer)]
  if (status === 200) return undefined
  if (error !== undefined) return fault(t('doctor.api-read.refused', { error }))
  return fault(t('doctor.api-read.not-replaced', { url, status }))
}

const awayFinding = ({ status }: Asked, url: string, { t }: Patient): Finding | undefined => {
  if (status === 503) return undefined
  return status === 200 ? note(t('doctor.api-read.no-drill')) : fault(t('doctor.api-read.away', { url, status }))
}

const othersFinding = ({ status }: Asked, url: string, { t }: Patient): Finding | undefined =>
  status === 200 ? undefined : fault(t('doctor.api-read.others', { url, status }))

const outsideFinding = async (bearer: string, path: string, { settings, t }: Patient): Promise<Finding | undefined> => {
  const url = new URL('/.studip-oauth2/api-read', settings.baseUrl).href
  const { headers } = await ask(url, { headers: { Authorization: bearer, 'X-Api-Method': 'GET', 'X-Api-Path': path } })
  return headers['x-api-authorization'] === undefined ? undefined : fault(t('doctor.api-read.open', { url }))
}

const findings = async (url: string, issue: IssueToken, patient: Patient): Promise<readonly Finding[]> => {
  const [sealed, signed] = [`Bearer ${await issue([apiRead.name])}`, `Bearer ${await issue([api.name])}`]
  const get = (Authorization: string, more = {}) => ask(url, { headers: { Authorization, ...more } })
  const basic =
    writeFinding(await ask(url, { headers: { Authorization: sealed }, form: {} }), url, patient) ??
    readFinding(await get(sealed), url, patient)
  if (basic) return [basic]
  return [
    awayFinding(await get(sealed, drill), url, patient),
    othersFinding(await get(signed, drill), url, patient),
    await outsideFinding(sealed, new URL(url).pathname, patient),
  ].filter((finding) => finding !== undefined)
}

export const apiReadCheck: Check = {
  name: 'check.api-read',
  needs: ['check.database', 'check.tables', 'check.rights', 'check.keys', 'check.front', 'check.json-api'],
  settings: ['BASE_URL', 'DATABASE_URL', 'KEYS_PATH', 'STUDIP_VERSION', 'SESSION_STORE', 'API_READ'],
  run: async (patient) => {
    const { settings, t } = patient
    if (!settings.apiRead) return ok(t('doctor.api-read.off'))
    const userId = await anybody(patient)
    if (userId === undefined) return [note(t('doctor.json-api.nobody'))]
    const url = `${settings.baseUrl}jsonapi.php/v1/users/me`
    const deps = await wire(settings, { log: createLog('silent') })
    try {
      return foundOr(
        await withShortLivedTokens(userId, patient, deps, (issue) => findings(url, issue, patient)),
        t('doctor.api-read.ok'),
      )
    } catch (error) {
      return [warning(t('doctor.json-api.unreachable', { url, code: codeOf(error) }))]
    } finally {
      await deps.close()
    }
  },
}
