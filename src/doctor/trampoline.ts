// Is the row there that leads people back after the login (contract §4.3)? Made on request only, here.
import { createTrampoline } from '../studip/trampoline.ts'
import { codeOf, fault, note, ok, type Check } from './check.ts'

export const trampolineCheck: Check = {
  name: 'check.trampoline',
  needs: ['check.database'],
  settings: [],
  run: async ({ db, t, fixWayBack }) => {
    const trampoline = createTrampoline({ db, onFault: (error) => void (code = codeOf(error)) })
    let code = ''
    if ((await trampoline.find()) !== undefined) return ok(t('doctor.trampoline.ok'))
    if (!fixWayBack) return [note(t('doctor.trampoline.missing'))]
    return (await trampoline.ensure()) === undefined
      ? [fault(t('doctor.trampoline.impossible', { code }))]
      : ok(t('doctor.trampoline.made'))
  },
}
