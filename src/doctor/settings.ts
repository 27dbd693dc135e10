// Are all settings known and sound, and does BASE_URL keep secrets on their way? (S-086)
import { isUnencrypted } from '../server/warnings.ts'
import { fault, foundOr, ok, type Check } from './check.ts'

export const settingsCheck: Check = {
  name: 'check.settings',
  needs: [],
  run: ({ resolution, t }) =>
    Promise.resolve(
      foundOr(
        resolution.faults.map((found) => fault(t.setting(found))),
        t('doctor.settings.ok'),
      ),
    ),
}

export const transportCheck: Check = {
  name: 'check.transport',
  needs: ['check.settings'],
  run: ({ settings, t }) =>
    Promise.resolve(
      isUnencrypted(settings)
        ? [fault(t('doctor.transport.http', { url: settings.baseUrl }))]
        : ok(t('doctor.transport.ok')),
    ),
}

export const pkceCheck: Check = {
  name: 'check.pkce',
  needs: ['check.settings'],
  run: ({ settings, t }) => Promise.resolve(ok(t('doctor.pkce.ok', { value: settings.pkcePlain ? 'on' : 'off' }))),
}
