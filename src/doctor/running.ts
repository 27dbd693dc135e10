// Is the service running and ready?
import { listenText } from '../config/show.ts'
import { ask, jsonOf } from './ask.ts'
import { fault, note, ok, type Check } from './check.ts'

export const serviceCheck: Check = {
  name: 'check.service',
  needs: [],
  settings: ['METRICS_LISTEN'],
  run: async ({ settings: { metricsListen }, t }) => {
    if (!metricsListen) return [note(t('doctor.service.off'))]
    const where = listenText(metricsListen)
    try {
      const answer = await ask(`http://${'path' in metricsListen ? 'localhost' : where}/readyz`, { at: metricsListen })
      const { database, keys } = jsonOf(answer) ?? {}
      const ours = [database, keys].every((word) => typeof word === 'string')
      if (!ours) return [fault(t('doctor.service.other', { where, status: answer.status }))]
      if (answer.status === 200) return ok(t('doctor.service.ok'))
      const reasons = [database, keys].filter((reason) => typeof reason === 'string' && reason !== 'ok')
      return [fault(t('doctor.service.not-ready', { reason: reasons.join('; ') || answer.status }))]
    } catch {
      return [fault(t('doctor.service.down', { where }))]
    }
  },
}
