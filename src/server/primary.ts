// The primary process: starts workers, replaces them one by one on SIGHUP, ends them on SIGTERM (D16).
import { once } from 'node:events'
import type { Server } from 'node:net'
import { listenText } from '../config/show.ts'
import { createLog } from '../log.ts'
import { SetupError } from '../oauth/errors.ts'
import type { Listen, Settings } from '../settings.ts'
import { version } from '../version.ts'
import { listen } from './http.ts'
import { createNotify } from './notify.ts'
import { prepareSocketFile } from './socket-file.ts'
import { startWarnings } from './warnings.ts'
import { createWorkers, reviver, type Workers } from './workers.ts'

const startMonitoring = async (at: Listen, monitoring: Server): Promise<void> => {
  await prepareSocketFile(at)
  await listen(monitoring, at).catch((error: NodeJS.ErrnoException) => {
    throw new SetupError(
      `Health and metrics cannot listen at ${listenText(at)} (${error.code}). Set METRICS_LISTEN to another address, or to off.`,
    )
  })
}

/** New workers come before old ones go. The first that cannot start ends the reload, and the old ones stay. */
const reload = async (workers: Workers): Promise<void> => {
  for (const old of workers.ready()) {
    await workers.start()
    await workers.drain(old)
  }
}

/** Does `work` once at a time; calls in between lead to one more run. */
const oneAtATime = (work: () => Promise<void>): (() => void) => {
  let running = false
  let again = false
  const run = async (): Promise<void> => {
    running = true
    do {
      again = false
      await work()
    } while (again)
    running = false
  }
  return () => void (running ? (again = true) : run())
}

const startAll = async ({ start }: Workers, count: number): Promise<void> => {
  await Promise.all(Array.from({ length: count }, start)).catch((error: unknown) => {
    throw new SetupError((error as Error).message, { cause: error })
  })
}

/** Runs the service until SIGTERM or SIGINT; SIGHUP replaces the workers without losing a request. Rejects with SetupError when it cannot start. */
export const runPrimary = async (settings: Settings): Promise<void> => {
  const log = createLog(settings.logLevel)
  const notify = createNotify(log)
  let stopping = false
  const workers: Workers = createWorkers(log, () => void (stopping || revive()))
  const revive = reviver(() => (stopping ? Promise.resolve() : workers.start()), log)
  for (const warning of startWarnings(settings)) log.warn(warning)
  await prepareSocketFile(settings.listen)
  const { metricsListen } = settings
  // Imported beside the workers' start: the primary has nothing else to do, and they need not wait for it.
  const [monitoring] = await Promise.all([
    metricsListen && import('./monitoring.ts'),
    startAll(workers, settings.workers),
  ])
  if (metricsListen && monitoring) await startMonitoring(metricsListen, monitoring.createMonitoring(workers))
  log.info(
    {
      version,
      node: process.versions.node,
      listen: listenText(settings.listen),
      metrics: listenText(metricsListen),
      workers: settings.workers,
      studip: settings.studipVersion.text,
      baseUrl: settings.baseUrl,
    },
    'started',
  )
  await notify.ready(`${settings.workers} workers`)
  notify.watch(workers.isAlive)
  process.on(
    'SIGHUP',
    oneAtATime(async () => {
      log.info('reloading')
      await notify.reloading()
      const failure = await reload(workers).then(
        () => void log.info('reloaded'),
        (error: unknown) => {
          log.error({ err: error }, 'reload failed, the old workers go on')
          return (error as Error).message
        },
      )
      if (!stopping)
        await notify.ready(failure === undefined ? `${workers.ready().length} workers` : `reload failed: ${failure}`)
    }),
  )
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  stopping = true
  log.info('stopping')
  await Promise.all([notify.stopping(), ...workers.ready().map(workers.drain)])
  log.info('stopped')
}
