// The primary process: starts workers, has them replaced on SIGHUP, ends them on SIGTERM (D16).
import type { Worker } from 'node:cluster'
import { once } from 'node:events'
import type { Server } from 'node:net'
import { resolveSettings, SettingsError } from '../config.ts'
import type { RenewedEnvironment } from '../config/renewed-environment.ts'
import { listenText } from '../config/show.ts'
import { createLog } from '../log.ts'
import { createOneAtATime } from '../one-at-a-time.ts'
import type { Listen } from '../settings.ts'
import { version } from '../version.ts'
import { listen } from './http.ts'
import { createNotify } from './notify.ts'
import { createReload } from './reload.ts'
import { prepareSocketFile } from './socket-file.ts'
import { isPassing, StartError } from './start-error.ts'
import { startWarnings } from './warnings.ts'
import { createWorkers, reviver, type Workers } from './workers.ts'

const startMonitoring = async (at: Listen, monitoring: Server): Promise<void> => {
  await prepareSocketFile(at)
  await listen(monitoring, at).catch((error: NodeJS.ErrnoException) => {
    throw new StartError(
      `Health and metrics cannot listen at ${listenText(at)} (${error.code}). Set METRICS_LISTEN to another address, or to off.`,
      isPassing(error),
    )
  })
}

const startAll = async ({ start }: Workers, count: number): Promise<void> => {
  await Promise.all(Array.from({ length: count }, start))
}

const statusOf = (workers: Workers, needRestart: readonly string[] = []): string =>
  `${workers.ready().length} workers${needRestart.length > 0 ? `; restart for ${needRestart.join(', ')}` : ''}`

/**
 * Runs the service until SIGTERM or SIGINT; SIGHUP reads the settings anew. `first` is a worker that waits for its settings.
 * Rejects with SettingsError or StartError when it cannot start.
 */
export const runPrimary = async (first: Worker, environment: RenewedEnvironment): Promise<void> => {
  const resolution = await resolveSettings()
  const { settings } = resolution
  if (!settings) throw new SettingsError(resolution.faults)
  const log = createLog(settings.logLevel)
  const notify = createNotify(log)
  let stopping = false
  let wanted = settings.workers
  // Where the first ones listen, all do: a new address takes a restart.
  const workers: Workers = createWorkers({
    log,
    first: { worker: first, settings },
    environment: () => ({ ...environment.current(), LISTEN: listenText(settings.listen) }),
    onDeath: () => void (stopping || revive()),
  })
  const enough = () => stopping || workers.ready().length >= wanted
  const revive = reviver(() => (enough() ? Promise.resolve() : workers.start()), log)
  for (const warning of startWarnings(settings)) log.warn(warning)
  await prepareSocketFile(settings.listen)
  const { metricsListen } = settings
  const reload = createReload({
    log,
    workers,
    environment,
    started: resolution,
    onCount: (count) => void (wanted = count),
  })
  // Imported beside the workers' start: the primary has nothing else to do, and they need not wait for it.
  const [monitoring] = await Promise.all([metricsListen && import('./monitoring.ts'), startAll(workers, wanted)])
  if (metricsListen && monitoring) await startMonitoring(metricsListen, monitoring.createMonitoring(workers))
  log.info(
    {
      version,
      node: process.versions.node,
      listen: listenText(settings.listen),
      metrics: listenText(metricsListen),
      workers: wanted,
      studip: settings.studipVersion.text,
      baseUrl: settings.baseUrl,
    },
    'started',
  )
  await notify.ready(statusOf(workers))
  notify.watch(workers.isAlive)
  const onHangup = async () => {
    log.info('reloading')
    await notify.reloading()
    const status = await reload().then(
      (reloaded) => {
        log.info(reloaded, 'reloaded')
        return statusOf(workers, reloaded.needRestart)
      },
      (error: unknown) => {
        log.error({ err: error }, 'reload failed, the old workers go on')
        return `reload failed: ${(error as Error).message}`
      },
    )
    if (!stopping) await notify.ready(status)
  }
  const oneAtATime = createOneAtATime<void>()
  process.on('SIGHUP', () => void oneAtATime('reload', onHangup))
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  stopping = true
  log.info('stopping')
  await Promise.all([notify.stopping(), ...workers.ready().map(workers.drain)])
  log.info('stopped')
}
