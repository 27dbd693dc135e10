// The set of worker processes: started, replaced when they die, drained.
import type { Worker } from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log.ts'
import type { Settings } from '../settings.ts'
import { forkWorker } from './fork.ts'
import { isReady } from './readiness.ts'
import { isOurs, type HandOver, type Readiness, type ToPrimary, type ToWorker } from './messages.ts'
import { StartError } from './start-error.ts'

export interface Workers {
  /** Starts one. Resolves when it listens; rejects with a StartError, its own sentence, when it cannot. */
  readonly start: () => Promise<Worker>
  /** Workers that take requests. */
  readonly ready: () => readonly Worker[]
  /** Lets one end; resolves when it is gone. */
  readonly drain: (worker: Worker) => Promise<void>
  /** The first worker that is ready, else the last answer; undefined when none answers in time. */
  readonly readiness: () => Promise<Readiness | undefined>
  /** False when workers listen and none of them answers in time. Where none listens, new ones are on their way already. */
  readonly isAlive: () => Promise<boolean>
}

// Milliseconds. A worker gives itself nine seconds to drain.
const patience = { drain: 10_000, readiness: 4_000, longLife: 10_000, firstPause: 250, longestPause: 30_000 }

const send = (worker: Worker, message: HandOver | ToWorker): void =>
  void (worker.isConnected() && worker.send(message, () => undefined))

interface Answers {
  readonly readiness: Extract<ToPrimary, { readonly kind: 'readiness' }>
  readonly alive: Extract<ToPrimary, { readonly kind: 'alive' }>
}

/** Forked already; it loads its modules and waits for its settings. */
export interface FirstWorker {
  readonly worker: Worker
  readonly settings: Settings
}

export interface WorkersOptions {
  readonly log: Log
  readonly first: FirstWorker
  /** What each further one gets. */
  readonly environment: () => Readonly<Record<string, string | undefined>>
  /** Hears of every worker that ends without having been drained. */
  readonly onDeath: () => void
}

export const createWorkers = ({ log, first, environment, onDeath }: WorkersOptions): Workers => {
  const listening = new Set<Worker>()
  const expected = new WeakSet<Worker>()
  let asked = 0
  let waiting: FirstWorker | undefined = first

  const next = (): Worker => {
    const { worker, settings } = waiting ?? {}
    waiting = undefined
    if (!worker?.isConnected() || worker.isDead() || !settings) return forkWorker(environment())
    send(worker, { kind: 'settings', settings })
    return worker
  }

  const start = () =>
    new Promise<Worker>((resolve, reject) => {
      const worker = next()
      let fault = new StartError('The worker ended before it was ready.', false)
      worker.on('message', (message: unknown) => {
        if (!isOurs<ToPrimary>(message, ['ready', 'failed'])) return
        if (message.kind === 'failed') fault = new StartError(message.sentence, message.mayPass)
        else if (message.kind === 'ready') {
          listening.add(worker)
          resolve(worker)
        }
      })
      worker.once('exit', (code, signal) => {
        const served = listening.delete(worker)
        if (!served) reject(fault)
        else if (!expected.has(worker)) {
          log.error({ worker: worker.id, code, signal }, 'worker died')
          onDeath()
        }
      })
    })

  const drain = async (worker: Worker) => {
    const gone = new Promise<void>((resolve) =>
      worker.isDead() ? resolve() : void worker.once('exit', () => resolve()),
    )
    expected.add(worker)
    listening.delete(worker)
    send(worker, { kind: 'drain' })
    const timer = setTimeout(() => worker.process.kill('SIGKILL'), patience.drain)
    await gone.finally(() => clearTimeout(timer))
  }

  /** Never resolves when the worker does not answer in time. */
  const ask = <Kind extends keyof Answers>(worker: Worker, kind: Kind) =>
    new Promise<Answers[Kind]>((resolve) => {
      const id = ++asked
      const onMessage = (message: unknown) => {
        if (!isOurs<ToPrimary>(message, [kind]) || !('id' in message) || message.id !== id) return
        worker.off('message', onMessage)
        resolve(message as Answers[Kind])
      }
      worker.on('message', onMessage)
      setTimeout(() => worker.off('message', onMessage), patience.readiness).unref()
      send(worker, { kind, id })
    })

  const readiness = async () => {
    const asking = [...listening].map(async (worker) => (await ask(worker, 'readiness')).readiness)
    const first = Promise.any(
      asking.map(async (answer) => (isReady(await answer) ? answer : Promise.reject(new Error('not ready')))),
    )
    const all = Promise.all(asking).then((answers) => answers.at(-1))
    return Promise.race([first.catch(() => all), all, sleep(patience.readiness, undefined, { ref: false })])
  }

  const isAlive = async () => {
    if (listening.size === 0) return true
    const answers = [...listening].map((worker) => ask(worker, 'alive').then(() => true))
    return Promise.race([...answers, sleep(patience.readiness, false, { ref: false })])
  }

  return { start, drain, readiness, isAlive, ready: () => [...listening] }
}

/** Calls `start` again after a growing pause while workers die young. */
export const reviver = (start: () => Promise<unknown>, log: Log): (() => void) => {
  let pause = patience.firstPause
  let last = 0
  const revive = async (): Promise<void> => {
    pause =
      performance.now() - last > patience.longLife ? patience.firstPause : Math.min(pause * 2, patience.longestPause)
    await sleep(pause)
    last = performance.now()
    await start().catch((error: unknown) => {
      log.error({ err: error }, 'worker could not be replaced')
      return revive()
    })
  }
  return () => void revive()
}
