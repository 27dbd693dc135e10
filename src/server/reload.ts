// SIGHUP: what an operator changed takes effect without a lost request, and a line says what did (D16).
import { resolveSettings, type Resolution } from '../config.ts'
import type { RenewedEnvironment } from '../config/renewed-environment.ts'
import { changedSettings, settingValues, type SettingValues } from '../config/setting-changes.ts'
import type { SettingName } from '../config/table.ts'
import type { Log } from '../log.ts'
import { enterWorkingDirectory } from './working-directory.ts'
import type { Workers } from './workers.ts'

/** Names of settings. */
export interface Reloaded {
  readonly changed: readonly string[]
  /** Changed since the start, and bound by then: only a restart takes them. */
  readonly needRestart: readonly string[]
}

const bound: readonly SettingName[] = ['LISTEN', 'METRICS_LISTEN']

/** New workers come before old ones go. The first that cannot start ends it, and the old ones stay. */
const replaceAll = async (workers: Workers, count: number): Promise<void> => {
  const old = workers.ready()
  for (let at = 0; at < Math.max(count, old.length); at++) {
    if (at < count) await workers.start()
    const gone = old[at]
    if (gone) await workers.drain(gone)
  }
}

export interface Reloading {
  readonly log: Log
  readonly workers: Workers
  readonly environment: RenewedEnvironment
  /** What the running workers were started with. */
  readonly started: Resolution
  /** Told of the number that is now wanted. */
  readonly onCount: (workers: number) => void
}

/**
 * Reads everything anew and replaces the workers. Rejects when one cannot start, or the file of settings is gone: then the
 * settings of the running workers go on. A setting that only a newer version knows is taken by its workers, unnamed here.
 */
export const createReload = ({ log, workers, environment, started, onCount }: Reloading): (() => Promise<Reloaded>) => {
  const atStart: SettingValues = settingValues(started)
  let applied = atStart
  return async () => {
    enterWorkingDirectory()
    const takeBack = await environment.renew()
    if (environment.unseen)
      log.warn(`${environment.unseen} may not be read by the service: what changed there needs a restart.`)
    const resolution = await resolveSettings(environment.current())
    const { workers: count, logLevel } = resolution.partial
    await replaceAll(workers, count).catch((error: unknown) => {
      takeBack()
      throw error
    })
    onCount(count)
    log.level = logLevel
    const next = settingValues(resolution)
    const changed = changedSettings(applied, next).filter((name) => !bound.some((each) => each === name))
    const needRestart = bound.filter((name) => next.has(name) && next.get(name) !== atStart.get(name))
    applied = next
    return { changed, needRestart }
  }
}
