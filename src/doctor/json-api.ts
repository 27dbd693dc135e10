// Does Stud.IP's JSON:API take a token of ours? Tried for real, with a client and a token that live for this one request.
import { createLog } from '../log.ts'
import { wire } from '../wire.ts'
import { ask } from './ask.ts'
import { codeOf, fault, note, ok, warning, type Check, type Finding, type Patient } from './check.ts'
import { anybody, withShortLivedTokens } from './short-lived-token.ts'

const judge = (url: string, status: number, { t }: Patient): readonly Finding[] => {
  if (status === 200) return ok(t('doctor.json-api.ok'))
  if (status === 401) return [fault(t('doctor.json-api.refused', { url }))]
  if (status === 404) return [warning(t('doctor.json-api.missing', { url }))]
  return [fault(t('doctor.json-api.failed', { url, status }))]
}

export const jsonApiCheck: Check = {
  name: 'check.json-api',
  needs: ['check.database', 'check.tables', 'check.rights', 'check.keys'],
  settings: ['BASE_URL', 'DATABASE_URL', 'KEYS_PATH', 'STUDIP_VERSION', 'SESSION_STORE'],
  run: async (patient) => {
    const { settings, t } = patient
    const url = `${settings.baseUrl}jsonapi.php/v1/users/me`
    const userId = await anybody(patient)
    if (userId === undefined) return [note(t('doctor.json-api.nobody'))]
    const deps = await wire(settings, { log: createLog('silent') })
    try {
      const { status } = await withShortLivedTokens(userId, patient, deps, async (issue) =>
        ask(url, { headers: { Authorization: `Bearer ${await issue(['api'])}` } }),
      )
      return judge(url, status, patient)
    } catch (error) {
      return [warning(t('doctor.json-api.unreachable', { url, code: codeOf(error) }))]
    } finally {
      await deps.close()
    }
  },
}
