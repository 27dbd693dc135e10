// Runs the checks in order; what depends on something faulty is not asked.
import type { Check, Finding, Patient } from './check.ts'
import { codeOf, fault, note } from './check.ts'
import { clientsCheck } from './clients.ts'
import { clockCheck, databaseCheck } from './database.ts'
import { frontCheck } from './front.ts'
import { keysCheck } from './key-files.ts'
import { rightsCheck } from './rights.ts'
import { roundTripCheck } from './round-trip.ts'
import { serviceCheck } from './running.ts'
import { sessionsCheck, versionCheck } from './sessions.ts'
import { pkceCheck, settingsCheck, transportCheck } from './settings.ts'
import { signInCheck } from './sign-in.ts'
import { tablesCheck } from './tables.ts'
import { trampolineCheck } from './trampoline.ts'

export const allChecks: readonly Check[] = [
  settingsCheck,
  transportCheck,
  databaseCheck,
  clockCheck,
  rightsCheck,
  tablesCheck,
  versionCheck,
  sessionsCheck,
  keysCheck,
  trampolineCheck,
  clientsCheck,
  pkceCheck,
  serviceCheck,
  frontCheck,
  signInCheck,
  roundTripCheck,
]

export interface CheckResult {
  readonly name: Check['name']
  readonly findings: readonly Finding[]
}

/** Never rejects: a check that breaks is a fault of its own. */
export const examine = async (
  patient: Patient,
  checks: readonly Check[] = allChecks,
): Promise<readonly CheckResult[]> => {
  const results: CheckResult[] = []
  const faulty = new Set<Check['name']>()
  for (const { name, needs, run } of checks) {
    const blocked = needs.some((need) => faulty.has(need))
    const findings = blocked
      ? [note(patient.t('doctor.skipped'))]
      : await run(patient).catch((error: unknown) => [fault(patient.t('doctor.crashed', { message: codeOf(error) }))])
    if (blocked || findings.some(({ level }) => level === 'fault')) faulty.add(name)
    results.push({ name, findings })
  }
  return results
}
