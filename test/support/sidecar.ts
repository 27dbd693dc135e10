// The service and its command line as an operator runs them: bin/studip with settings from the environment (needs a build).
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startProcess, type RunningProcess } from './child-process.ts'
import { freePort } from './free-port.ts'
import type { StudipVersionName } from '../fixtures/schema.ts'

export interface SidecarOptions {
  /** Public URL of Stud.IP with trailing slash. */
  readonly baseUrl: string
  readonly databaseUrl: string
  readonly keysPath: string
  readonly version?: StudipVersionName
  /** Its port on 127.0.0.1; a free one unless given. */
  readonly port?: number
  /** More settings, or others. */
  readonly env?: Readonly<Record<string, string>>
  /** The program as installed; this checkout's unless given. */
  readonly program?: string
}

export interface RunningSidecar extends RunningProcess {
  /** host:port for nginx. */
  readonly address: string
  /** URL of /healthz, /readyz and /metrics, without trailing slash. */
  readonly monitoring: string
}

export const studip = fileURLToPath(new URL('../../bin/studip', import.meta.url))
const run = promisify(execFile)

/** Nothing of the caller's own settings gets in. */
const environment = ({ baseUrl, databaseUrl, keysPath, version = '6.0', env }: SidecarOptions): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  LANG: 'C.UTF-8',
  STUDIP_VERSION: version,
  BASE_URL: baseUrl,
  DATABASE_URL: databaseUrl,
  KEYS_PATH: keysPath,
  SESSION_STORE: 'database',
  WORKERS: '1',
  // Most stories begin with the page, again and again.
  REMEMBER_CONSENT: 'off',
  ...env,
})

/** `bin/studip <command>` with --json; answers the parsed result, rejects with what it wrote to stderr. */
export async function studipCommand<T>(options: SidecarOptions, args: readonly string[]): Promise<T> {
  const { stdout } = await run(process.execPath, [options.program ?? studip, ...args, '--json'], {
    env: environment(options),
    cwd: options.keysPath,
  })
  return JSON.parse(stdout) as T
}

/** `bin/studip oauth2:serve`, ready when /readyz says so. */
export async function startSidecar(options: SidecarOptions): Promise<RunningSidecar> {
  const [port, monitoringPort] = [options.port ?? (await freePort()), await freePort()]
  const monitoring = `http://127.0.0.1:${monitoringPort}`
  const service = await startProcess({
    command: process.execPath,
    args: [options.program ?? studip, 'oauth2:serve'],
    cwd: options.keysPath,
    env: {
      ...environment(options),
      LISTEN: `127.0.0.1:${port}`,
      METRICS_LISTEN: `127.0.0.1:${monitoringPort}`,
      ...options.env,
    },
    ready: async () => (await fetch(`${monitoring}/readyz`)).ok,
  })
  return { ...service, address: `127.0.0.1:${port}`, monitoring }
}
