// What systemd hears of the service: ready, reloading, stopping, alive (sd_notify(3), systemd.service(5) Type=notify-reload).
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log.ts'

export interface Notify {
  readonly ready: (status: string) => Promise<void>
  readonly reloading: () => Promise<void>
  readonly stopping: () => Promise<void>
  /** Says so as often as systemd wants to hear it, for as long as `isAlive` resolves to true. */
  readonly watch: (isAlive: () => Promise<boolean>) => void
}

type Environment = Readonly<Record<string, string | undefined>>

/** Milliseconds that one try of a message may take. */
const patience = 4_000
/** Tries of a message that nobody repeats: without its READY=1 a service that runs well is ended. */
const tries = 5
/** Milliseconds before the second try; twice as long before each further one. */
const firstPause = 100

// Node has no datagram sockets of AF_UNIX, so systemd's own program sends them; NotifyAccess=all lets it.
const send = ({ NOTIFY_SOCKET, PATH }: Environment, assignments: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    execFile('systemd-notify', assignments, { env: { NOTIFY_SOCKET, PATH }, timeout: patience }, (error) =>
      error ? reject(new Error(`systemd-notify: ${error.message}`)) : resolve(),
    )
  })

/** Rejects with the fault of the last try. */
const sendPatiently = async (environment: Environment, assignments: readonly string[]): Promise<void> => {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await send(environment, assignments)
    } catch (error) {
      if (left === 0) throw error
      await sleep(firstPause * 2 ** (tries - 1 - left))
    }
  }
}

/** Milliseconds between two signs of life: half of what systemd waits for (sd_watchdog_enabled(3)). */
const pulse = ({ WATCHDOG_USEC, WATCHDOG_PID }: Environment): number | undefined => {
  const microseconds = Number(WATCHDOG_USEC)
  if (!(microseconds > 0) || (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(process.pid))) return undefined
  return microseconds / 2000
}

/** Does nothing where systemd does not listen. Messages arrive in order; one that cannot be sent leaves one line. */
export const createNotify = (log: Log, environment: Environment = process.env): Notify => {
  let last = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    if (!environment['NOTIFY_SOCKET']) return last
    last = last.then(work).catch((error: unknown) => log.error({ err: error }, 'systemd could not be told'))
    return last
  }
  const notify = (...assignments: readonly string[]): Promise<void> =>
    inTurn(() => sendPatiently(environment, assignments))
  // One try: the next sign of life comes soon.
  const beat = (): Promise<void> => inTurn(() => send(environment, ['WATCHDOG=1']))
  return {
    ready: (status) => notify('READY=1', `STATUS=${status.replaceAll(/\s+/g, ' ')}`),
    // The moment is that of the signal or later: process.hrtime counts CLOCK_MONOTONIC.
    reloading: () => notify('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`),
    stopping: () => notify('STOPPING=1'),
    watch: (isAlive) => {
      const every = pulse(environment)
      if (every === undefined || !environment['NOTIFY_SOCKET']) return
      setInterval(() => void isAlive().then((alive) => (alive ? beat() : undefined)), every).unref()
    },
  }
}
