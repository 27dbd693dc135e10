// The real service as its operator starts it: `bin/studip oauth2:serve` with workers, in processes of its own.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DatabaseSettings } from '../../src/settings.ts'
import { startProcess, type RunningProcess } from '../support/child-process.ts'
import { answers, freePort } from '../support/free-port.ts'

export interface SidecarOptions {
  readonly database: DatabaseSettings
  readonly keysPath: string
  readonly workers?: number
  readonly port?: number
  readonly env?: NodeJS.ProcessEnv
}

export interface Sidecar extends RunningProcess {
  /** Without trailing slash. */
  readonly origin: string
  /** host:port for nginx. */
  readonly address: string
  readonly port: number
  /** Of /healthz, /readyz and /metrics. */
  readonly metricsPort: number
}

const repository = join(import.meta.dirname, '../..')

/** `mysql://…` over TCP; `port` replaces the server's own by a proxy's. */
export const databaseUrl = ({ host = '127.0.0.1', port = 3306, user, password, database }: DatabaseSettings): string =>
  `mysql://${user}:${password}@${host}:${port}/${database}`

/** Needs `npm run build`. Ready when it answers. */
export const startSidecar = async ({
  database,
  keysPath,
  workers = 1,
  env,
  ...options
}: SidecarOptions): Promise<Sidecar> => {
  const port = options.port ?? (await freePort())
  const metricsPort = await freePort()
  const running = await startProcess({
    command: process.execPath,
    args: ['bin/studip', 'oauth2:serve'],
    cwd: repository,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      STUDIP_VERSION: '6.0.2',
      REMEMBER_CONSENT: 'off',
      SESSION_STORE: 'database',
      BASE_URL: `http://127.0.0.1:${port}/`,
      KEYS_PATH: keysPath,
      DATABASE_URL: databaseUrl(database),
      LISTEN: `127.0.0.1:${port}`,
      METRICS_LISTEN: `127.0.0.1:${metricsPort}`,
      WORKERS: `${workers}`,
      LOG_LEVEL: 'warn',
      ...env,
    },
    ready: async () => (await answers(port)) && (await answers(metricsPort)),
  })
  return { ...running, origin: `http://127.0.0.1:${port}`, address: `127.0.0.1:${port}`, port, metricsPort }
}

/** Process ids of its workers. */
export const workersOf = async (pid: number): Promise<readonly number[]> => {
  const { stdout } = await promisify(execFile)('pgrep', ['-P', String(pid)])
  return stdout.trim().split('\n').map(Number)
}

/** SIGKILL for the primary and its workers, before any of them can do anything about it. */
export const killWhole = async ({ pid, ended }: Pick<RunningProcess, 'pid' | 'ended'>): Promise<void> => {
  for (const one of [pid, ...(await workersOf(pid))]) process.kill(one, 'SIGKILL')
  await ended
}
