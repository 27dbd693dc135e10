// Can the row be made that leads people back after the login (contract §4.3)?
import { createTrampoline } from '../studip/trampoline.ts'
import { codeOf, fault, ok, type Check } from './check.ts'

export const trampolineCheck: Check = {
  name: 'check.trampoline',
  needs: ['check.tables'],
  run: async ({ db, t }) => {
    let code = ''
    const id = await createTrampoline({ db, onFault: (error) => void (code = codeOf(error)) }).ensure()
    return id === undefined ? [fault(t('doctor.trampoline.impossible', { code }))] : ok(t('doctor.trampoline.ok'))
  },
}
