// Why the service could not start, and whether trying again may help.
import { SetupError } from '../oauth/errors.ts'

/** `message` is a sentence for the operator. */
export class StartError extends SetupError {
  /** True where nothing has to be mended for it: the next attempt may find it gone. */
  readonly mayPass: boolean

  constructor(message: string, mayPass: boolean) {
    super(message)
    this.mayPass = mayPass
  }
}

const passing = new Set(['EADDRINUSE', 'EADDRNOTAVAIL'])

/** True for an address that another process may give up, or that the network may bring, as at the start of a machine. */
export const isPassing = (error: unknown): boolean => passing.has((error as NodeJS.ErrnoException).code ?? '')
