// The real service as a process, for tests of the process itself.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { freePort } from '../support/free-port.ts'
import { startProcess, type RunningProcess } from '../support/child-process.ts'
import type { TestDatabase } from '../support/mariadb.ts'
import { bareEnvironment, environmentOf, studip } from '../cli/studip.ts'

export interface RunningService {
  readonly process: RunningProcess
  /** Without trailing slash. */
  readonly url: string
  readonly monitoring: string
  readonly port: number
  readonly api: string
  readonly env: Readonly<Record<string, string>>
}

/** Starts `bin/studip oauth2:serve` on free loopback ports; end it with `process.stop()`. */
export const startService = async (
  database: Pick<TestDatabase, 'url'>,
  more: Readonly<Record<string, string>> = {},
): Promise<RunningService> => {
  const [port, monitoringPort] = [await freePort(), await freePort()]
  const env = await environmentOf(database, {
    LISTEN: `127.0.0.1:${port}`,
    METRICS_LISTEN: `127.0.0.1:${monitoringPort}`,
    WORKERS: '1',
    ...more,
  })
  const running = await startProcess({
    command: studip,
    args: ['oauth2:serve'],
    cwd: '/',
    env: bareEnvironment(env),
    ready: (log) => log.includes('"msg":"started"'),
  })
  const url = `http://127.0.0.1:${port}`
  return {
    process: running,
    url,
    port,
    monitoring: `http://127.0.0.1:${monitoringPort}`,
    api: `${url}/dispatch.php/api/oauth2`,
    env,
  }
}

/** JSON lines of the log so far. */
export const logLines = ({ process: { log } }: RunningService): Record<string, unknown>[] =>
  log()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** Waits until the condition holds; rejects after `within` milliseconds: half of what Mocha gives a test, for a busy machine is slow, not wrong. */
export const until = async (condition: () => boolean | Promise<boolean>, within = 300_000): Promise<void> => {
  const deadline = Date.now() + within
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Process ids of the workers of a primary. */
export const workersOf = async (primary: number): Promise<readonly number[]> =>
  // It fails where there is none.
  (
    await promisify(execFile)('ps', ['-o', 'pid=,args=', '--ppid', String(primary)]).catch(() => ({ stdout: '' }))
  ).stdout
    .split('\n')
    .filter((line) => line.includes('worker-start'))
    .map((line) => Number(line.trim().split(' ')[0]))
