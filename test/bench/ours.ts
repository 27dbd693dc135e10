// Our service as an operator would start it.
import { join } from 'node:path'
import { startProcess } from '../support/child-process.ts'
import { answers, freePort } from '../support/free-port.ts'
import { grants, ourName, repository } from './contenders.ts'
import type { Contender } from './contenders.ts'
import { publicClient } from './environment.ts'
import type { Environment, KeyKind } from './environment.ts'
import { issueRefreshTokens } from './issuing.ts'
import { cpuOf } from './machine.ts'

// Its log goes to a file, as under systemd to the journal; the runner does not read along.
const launch = (
  environment: Environment,
  port: number,
  options: { command: readonly string[]; env: NodeJS.ProcessEnv; askEvery: number },
) => {
  const log = join(environment.folder, `ours-${port}.log`)
  return startProcess({
    command: 'sh',
    args: ['-c', `exec "$@" > "${log}" 2>&1`, 'sh', ...options.command],
    cwd: repository,
    env: { ...process.env, ...options.env },
    ready: () => answers(port),
    askEvery: options.askEvery,
  })
}

/** What an operator would set; the rest is as the service takes it by itself. */
export const environmentOfOurs = ({ settings }: Environment, port: number, keysPath: string): NodeJS.ProcessEnv => ({
  NODE_ENV: 'production',
  STUDIP_VERSION: '6.0.2',
  BASE_URL: `http://127.0.0.1:${port}/`,
  KEYS_PATH: keysPath,
  LISTEN: `127.0.0.1:${port}`,
  DATABASE_URL: `mysql://${settings.user}:${settings.password}@localhost/${settings.database}?socketPath=${settings.socketPath}`,
  SESSION_STORE: 'database',
  METRICS_LISTEN: 'off',
  LOG_LEVEL: 'info',
})

/** e.g. BENCH_NODE_OPTIONS='--cpu-prof --cpu-prof-dir=/tmp/profile', to see where time goes. */
const nodeOptions = process.env.BENCH_NODE_OPTIONS?.split(' ') ?? []

interface Ours {
  /** Live grants to begin with; 10,000 unless given. */
  readonly count?: number
  readonly env?: NodeJS.ProcessEnv
  /** Milliseconds between two looks whether it listens; 50 unless given. */
  readonly askEvery?: number
}

/** Our service with as many workers as it takes by itself. Needs `npm run build`. */
export const startOurs = async (
  environment: Environment,
  kind: KeyKind,
  { count = grants, env = {}, askEvery = 50 }: Ours = {},
): Promise<Contender> => {
  const port = await freePort()
  const keysPath = await environment.keys(kind)
  const tokens = count === 0 ? [] : await issueRefreshTokens(environment, { keys: kind, clientId: publicClient, count })
  const before = performance.now()
  const running = await launch(environment, port, {
    command: ['node', ...nodeOptions, 'bin/studip', 'oauth2:serve'],
    env: { ...environmentOfOurs(environment, port, keysPath), ...env },
    askEvery,
  })
  return {
    name: ourName,
    port,
    tokenPath: '/dispatch.php/api/oauth2/token',
    tokens,
    cpu: () => cpuOf(running.pid),
    pid: running.pid,
    readyAfter: performance.now() - before,
    stop: () => running.stop(),
  }
}
