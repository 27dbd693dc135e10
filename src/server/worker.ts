// One worker process: the application behind its HTTP server, until it is told to drain.
import { existsSync } from 'node:fs'
import path from 'node:path'
import cluster from 'node:cluster'
import { AggregatorRegistry } from 'prom-client'
import { createApp } from '../app.ts'
import { followSessions } from '../config/follow-sessions.ts'
import { listenText } from '../config/show.ts'
import { SetupError } from '../oauth/errors.ts'
import type { Settings } from '../settings.ts'
import { createStandstill } from '../standstill.ts'
import { wire } from '../wire.ts'
import type { Deps } from '../wire/deps.ts'
import { createHttpServer, listen, type HttpServer } from './http.ts'
import { isOurs, type ToPrimary, type ToWorker } from './messages.ts'
import { readinessOf } from './readiness.ts'
import { isPassing } from './start-error.ts'

// The callback takes what is wrong: a primary that has left hears nothing, and that is no fault of the worker (R16).
const tell = (message: ToPrimary): void =>
  void (process.connected && process.send?.(message, undefined, undefined, () => undefined))

const sentenceOf = (error: unknown, listen: Settings['listen']): string => {
  const code = (error as NodeJS.ErrnoException).code
  if (error instanceof SetupError) return error.message
  if (code === 'EADDRINUSE')
    return `${listenText(listen)} is in use by another process. Stop that one, or set LISTEN to another address.`
  // libuv says EACCES for both.
  if (code === 'EACCES' && 'path' in listen && !existsSync(path.dirname(listen.path)))
    return `There is no folder for ${listenText(listen)}. Make it, or set LISTEN to another address.`
  if (code === 'EACCES')
    return `This user may not listen at ${listenText(listen)}. Set LISTEN to another address, or start the service by systemd.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `This machine has no address ${listenText(listen)} (${code}). Set LISTEN to one of its own.`
  return `The service could not start (${code ?? (error as Error).name}).`
}

/** Ends this worker; the primary hears the reason and tells the operator. */
export const failWorker = (sentence: string, mayPass = false): void => {
  const message: ToPrimary = { kind: 'failed', sentence, mayPass }
  process.send?.(message, () => process.exit(1))
}

const obey = (deps: Deps, stop: () => void): void => {
  process.on('message', (message: unknown) => {
    if (!isOurs<ToWorker>(message, ['drain', 'readiness', 'alive'])) return
    if (message.kind === 'drain') stop()
    else if (message.kind === 'alive') tell(message)
    else void readinessOf(deps).then((readiness) => tell({ kind: 'readiness', id: message.id, readiness }))
  })
  process.on('SIGTERM', stop).on('disconnect', stop)
  // Ctrl-C reaches the whole group: the primary decides.
  process.on('SIGINT', () => undefined).on('SIGHUP', () => undefined)
}

const end = async (deps: Deps, { drain }: HttpServer, code: number): Promise<void> => {
  await drain()
  await deps.close().catch(() => undefined)
  process.exit(code)
}

/** Runs until the primary says drain. Resolves when it listens. */
export const runWorker = async (settings: Settings): Promise<void> => {
  try {
    const deps = await wire(settings, { followSessions: followSessions(settings), standstill: createStandstill() })
    const answer = createApp(deps).callback()
    const http = createHttpServer((request, response) => void answer(request, response), deps.audit)
    new AggregatorRegistry()
    AggregatorRegistry.setRegistries(deps.metrics.registry)
    obey(deps, () => void end(deps, http, 0))
    const onFault = (error: unknown) => {
      deps.log.fatal({ err: error }, 'worker failed')
      void end(deps, http, 1)
    }
    process.on('uncaughtException', onFault).on('unhandledRejection', onFault)
    await listen(http.server, settings.listen)
    // The first answer would otherwise pay for reading the keys and for a connection. While both are waited for, the templates are
    // compiled; a fault in one of them ends the start.
    const readiness = readinessOf(deps)
    deps.views.compileAll()
    await readiness
    tell({ kind: 'ready' })
    deps.log.debug({ worker: cluster.worker?.id }, 'worker listens')
  } catch (error) {
    failWorker(sentenceOf(error, settings.listen), isPassing(error))
  }
}
