// Does Stud.IP let people in at all?
import { createStudipConfig } from '../studip/config.ts'
import { isTruthy } from '../studip/php-values.ts'
import { ok, warning, type Check } from './check.ts'

export const maintenanceCheck: Check = {
  name: 'check.maintenance',
  needs: ['check.database'],
  settings: ['STUDIP_VERSION'],
  run: async ({ db, settings, t }) =>
    isTruthy(await createStudipConfig({ db, settings }).global('MAINTENANCE_MODE_ENABLE'))
      ? [warning(t('doctor.maintenance.on'))]
      : ok(t('doctor.maintenance.ok')),
}
