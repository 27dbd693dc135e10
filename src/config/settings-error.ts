// SettingsError: everything that is wrong with the settings, at once.

/** Thrown when a service or command cannot start with these settings; every fault is a sentence that says what to do. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.faults = faults
  }
}
