// SettingsError: everything that is wrong with the settings, at once.
import { faultSentence, type SettingFault } from './fault-texts.ts'

/** Thrown when a service or command cannot start with these settings; every fault is a sentence that says what to do. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly faults: readonly SettingFault[]

  constructor(faults: readonly SettingFault[]) {
    super(faults.map((fault) => faultSentence(fault, 'en')).join('\n'))
    this.faults = faults
  }
}
