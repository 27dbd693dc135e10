// What each fault did, for docs/reliability.md: one line of JSON a fault, in the file that FAULT_RESULTS names.
import { appendFileSync } from 'node:fs'
import type { Answer } from './apps.ts'

export interface FaultResult {
  readonly fault: string
  readonly how: string
  readonly runs: number
  readonly violations: number
  /** What applications and people met. */
  readonly seen: string
}

/** Notes a result; prints nothing where nobody asked. */
export const note = (result: FaultResult): void => {
  const file = process.env['FAULT_RESULTS']
  if (file) appendFileSync(file, `${JSON.stringify(result)}\n`)
}

/** `812 × 200, 14 × 503 temporarily_unavailable` */
export const tally = (answers: readonly Answer[]): string => {
  const kinds = new Map<string, number>()
  for (const { status, error } of answers) {
    const kind = status === 0 ? 'no answer' : error === undefined ? `${status}` : `${status} ${error}`
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  return [...kinds]
    .sort(([, a], [, b]) => b - a)
    .map(([kind, times]) => `${times} × ${kind}`)
    .join(', ')
}
