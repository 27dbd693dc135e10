// Where the program stands, and where it was called from: an upgrade may change both under a service that runs.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of the program, by the link that it was called by. */
export const program = join(dirname(process.argv[1] ?? ''), '..')

// Asked while it is there: once it is gone, `process.cwd()` throws.
const atStart = process.cwd()

/** Enters the working directory again, or that of the program where it is gone: nothing starts, and no file is found, in none. */
export const enterWorkingDirectory = (): void => process.chdir(existsSync(atStart) ? atStart : program)
