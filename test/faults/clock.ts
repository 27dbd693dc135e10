// A clock that a test can set while the process that looks at it runs (libfaketime, Debian's package faketime). Time that
// only counts on, such as that of timeouts, stays real, as it does on a machine whose clock is set.
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '../support/child-process.ts'

export interface Clock {
  /** What the process needs in its environment. */
  readonly env: NodeJS.ProcessEnv
  /** Its time in seconds. */
  now(): number
  /** Sets it to so many seconds ahead of the real time, or behind it; at once, in every process. */
  set(ahead: number): void
  remove(): void
}

const library = (): string => {
  const found = readdirSync('/usr/lib', { withFileTypes: true })
    .map(({ name }) => join('/usr/lib', name, 'faketime/libfaketime.so.1'))
    .find((path) => existsSync(path))
  if (!found) throw new Error('libfaketime is not installed (apt-get install faketime)')
  return found
}

/** A clock that shows the real time until it is set. */
export const startClock = async (): Promise<Clock> => {
  const directory = await temporaryDirectory('clock')
  const file = join(directory.path, 'offset')
  let offset = 0
  const set = (ahead: number): void => {
    offset = ahead
    // Moved into place: a process may look at any moment.
    writeFileSync(`${file}.new`, `${ahead < 0 ? '-' : '+'}${Math.abs(ahead)}\n`)
    renameSync(`${file}.new`, file)
  }
  set(0)
  return {
    env: {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
    now: () => Math.floor(Date.now() / 1000) + offset,
    set,
    remove: directory.remove,
  }
}
