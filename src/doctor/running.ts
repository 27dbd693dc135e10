// Is the service running and ready?
import { listenText } from '../config/show.ts'
import { ask, jsonOf } from './ask.ts'
import { fault, note, ok, type Check } from './check.ts'

export const serviceCheck: Check = {
  name: 'check.service',
  needs: ['check.settings'],
  run: async ({ settings: { metricsListen }, t }) => {
    if (!metricsListen) return [note(t('doctor.service.off'))]
    const where = listenText(metricsListen)
    try {
      const answer = await ask(`http://${'path' in metricsListen ? 'localhost' : where}/readyz`, {}, metricsListen)
      if (answer.status === 200) return ok(t('doctor.service.ok'))
      const { database, keys } = jsonOf(answer) ?? {}
      const reasons = [database, keys].filter((reason) => typeof reason === 'string' && reason !== 'ok')
      return [fault(t('doctor.service.not-ready', { reason: reasons.join('; ') || answer.status }))]
    } catch {
      return [fault(t('doctor.service.down', { where }))]
    }
  },
}
