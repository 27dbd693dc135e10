// Runs the checks in order; what depends on something faulty is not asked.
import type { Check, Finding, Patient } from './check.ts'
import { codeOf, fault, isFromDatabase, isMissing, isRefused, note } from './check.ts'
import { clientsCheck } from './clients.ts'
import { clockCheck, databaseCheck } from './database.ts'
import { frontCheck } from './front.ts'
import { keysCheck } from './key-files.ts'
import { rightsCheck } from './rights.ts'
import { roundTripCheck } from './round-trip.ts'
import { serviceCheck } from './running.ts'
import { sessionsCheck, versionCheck } from './sessions.ts'
import { signInCheck } from './sign-in.ts'
import { graceCheck, pkceCheck, settingsCheck, transportCheck } from './settings.ts'
import { tablesCheck } from './tables.ts'
import { trampolineCheck } from './trampoline.ts'
import { failoverCheck } from './failover.ts'
import { apiReadCheck } from './api-read.ts'
import { jsonApiCheck } from './json-api.ts'
import { maintenanceCheck } from './maintenance.ts'

export const allChecks: readonly Check[] = [
  settingsCheck,
  transportCheck,
  databaseCheck,
  clockCheck,
  rightsCheck,
  tablesCheck,
  versionCheck,
  maintenanceCheck,
  sessionsCheck,
  keysCheck,
  trampolineCheck,
  clientsCheck,
  pkceCheck,
  graceCheck,
  serviceCheck,
  frontCheck,
  signInCheck,
  failoverCheck,
  jsonApiCheck,
  apiReadCheck,
  roundTripCheck,
]

export interface CheckResult {
  readonly name: Check['name']
  readonly findings: readonly Finding[]
}

/** Why a check is not run: a setting that it needs is not known, or what it asks is known to be faulty. */
const obstacle = ({ needs, settings }: Check, { resolution, t }: Patient, faulty: ReadonlySet<Check['name']>) => {
  const unknown = settings.filter((name) => resolution.unknown.has(name))
  if (unknown.length > 0) return t('doctor.skipped.setting', { names: unknown.join(', ') })
  const cause = needs.find((need) => faulty.has(need))
  return cause && t('doctor.skipped', { check: t(cause) })
}

/** A table or right that is missing has its own fault elsewhere: here it only stands in the way. */
const broken = (error: unknown, { t, databaseSentence }: Patient): Finding => {
  if (isMissing(error) || isRefused(error))
    return note(t('doctor.skipped', { check: t(isMissing(error) ? 'check.tables' : 'check.rights') }))
  // A database that answered a moment ago, and now has no connection left or only reads.
  return fault(isFromDatabase(error) ? databaseSentence(error) : t('doctor.crashed', { message: codeOf(error) }))
}

/** Never rejects: a check that breaks is a fault of its own. Only what cannot be asked is not asked. */
export const examine = async (
  patient: Patient,
  checks: readonly Check[] = allChecks,
): Promise<readonly CheckResult[]> => {
  const results: CheckResult[] = []
  const faulty = new Set<Check['name']>()
  for (const check of checks) {
    const { name } = check
    const inTheWay = obstacle(check, patient, faulty)
    const findings = inTheWay
      ? [note(inTheWay)]
      : await check.run(patient).catch((error: unknown) => [broken(error, patient)])
    if (inTheWay || findings.some(({ level }) => level === 'fault')) faulty.add(name)
    results.push({ name, findings })
  }
  return results
}
