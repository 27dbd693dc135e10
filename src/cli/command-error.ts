// Errors that a command ends with, and the exit codes that tell them apart for scripts.

/** docs/operations.md lists them. */
export const exitCodes = {
  done: 0,
  /** It could not be done, or the doctor found faults. */
  failed: 1,
  /** The command line itself is wrong: nothing was tried. */
  usage: 2,
  /** Settings, credentials or key files are wrong: trying again does not help. */
  settings: 3,
  /** The database does not answer, or the address to listen at is taken or not there: trying again may help. */
  away: 4,
} as const

export type Failure = Exclude<keyof typeof exitCodes, 'done'>

/** Something that the operator can mend; `message` is the whole sentence, in their language. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly failure: Failure

  constructor(message: string, failure: Failure = 'failed', options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}
