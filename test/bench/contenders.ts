// Who runs: our service and its peers, each started as its users would start it, each with the same pool, processes and keys.
import { join } from 'node:path'
import { startProcess } from '../support/child-process.ts'
import { answers, freePort } from '../support/free-port.ts'
import { publicClient } from './environment.ts'
import type { Environment, KeyKind } from './environment.ts'
import { issueRefreshTokens } from './issuing.ts'
import { cores, cpuOf } from './machine.ts'
import { startLeague } from './peers/league.ts'
import type { PeerSettings } from './peers/peer.ts'

/** Database connections of a contender; as many as load connections, so that nobody queues for one. */
export const poolSize = 16
export const connections = 16
/** Live grants that a contender on Stud.IP's tables rotates in turn: one that is rotated twenty times a minute is told to slow down. */
export const grants = 10_000

export interface Contender {
  readonly name: string
  readonly port: number
  readonly tokenPath: string
  /** Where its refresh chains stand; the runner puts them back after each round. */
  tokens: readonly string[]
  /** Milliseconds of CPU so far, of all its processes. */
  cpu(): number
  readonly pid: number
  /** Milliseconds from start to listening, to within 50. */
  readonly readyAfter: number
  stop(): Promise<void>
}

const repository = join(import.meta.dirname, '../..')

// Its log goes to a file, as under systemd to the journal; the runner does not read along.
const launch = (
  environment: Environment,
  port: number,
  options: { name: string; command: readonly string[]; env: NodeJS.ProcessEnv },
) => {
  const log = join(environment.folder, `${options.name}-${port}.log`)
  return startProcess({
    command: 'sh',
    args: ['-c', `exec "$@" > "${log}" 2>&1`, 'sh', ...options.command],
    cwd: repository,
    env: { ...process.env, ...options.env },
    ready: () => answers(port),
  })
}

/** e.g. BENCH_NODE_OPTIONS='--cpu-prof --cpu-prof-dir=/tmp/profile', to see where time goes. */
const nodeOptions = process.env.BENCH_NODE_OPTIONS?.split(' ') ?? []

/** Our service with as many workers as it takes by itself. Needs `npm run build`. */
export const startOurs = async (
  environment: Environment,
  kind: KeyKind,
  more: NodeJS.ProcessEnv = {},
): Promise<Contender> => {
  const port = await freePort()
  const { user, password, database, socketPath } = environment.settings
  const env = {
    NODE_ENV: 'production',
    STUDIP_VERSION: '6.0.2',
    REMEMBER_CONSENT: 'off',
    BASE_URL: `http://127.0.0.1:${port}/`,
    KEYS_PATH: await environment.keys(kind),
    LISTEN: `127.0.0.1:${port}`,
    DATABASE_URL: `mysql://${user}:${password}@localhost/${database}?socketPath=${socketPath}`,
    SESSION_STORE: 'database',
    METRICS_LISTEN: 'off',
    LOG_LEVEL: 'info',
    ...more,
  }
  const before = performance.now()
  const running = await launch(environment, port, {
    name: 'ours',
    command: ['node', ...nodeOptions, 'bin/studip', 'oauth2:serve'],
    env,
  })
  const readyAfter = performance.now() - before
  const tokens = await issueRefreshTokens(environment, { keys: kind, clientId: publicClient, count: grants })
  return {
    name: 'this service',
    port,
    tokenPath: '/dispatch.php/api/oauth2/token',
    tokens,
    cpu: () => cpuOf(running.pid),
    pid: running.pid,
    readyAfter,
    stop: () => running.stop(),
  }
}

/** undefined where league or php-fpm cannot be had. */
export const startLeagueContender = async (environment: Environment, kind: KeyKind): Promise<Contender | undefined> => {
  const autoload = process.env.LEAGUE_AUTOLOAD
  if (!autoload) return undefined
  const port = await freePort()
  const running = await startLeague({
    autoload,
    database: environment.settings,
    keysPath: await environment.keys(kind),
    port,
    children: poolSize,
  })
  const tokens = await issueRefreshTokens(environment, { keys: kind, clientId: publicClient, count: grants })
  return {
    name: 'league, php-fpm',
    port,
    tokenPath: '/token',
    tokens,
    cpu: () => cpuOf(running.pid),
    pid: running.pid,
    readyAfter: NaN,
    stop: () => running.stop(),
  }
}

const peers = {
  'oidc-provider, memory': { file: 'oidc-provider.ts', store: 'memory', processes: 1 },
  'oidc-provider, MariaDB': { file: 'oidc-provider.ts', store: 'mariadb', processes: cores },
  '@jmondi/oauth2-server': { file: 'jmondi.ts', store: 'mariadb', processes: cores },
  'bare signature': { file: 'bare.ts', store: 'memory', processes: cores },
} as const
export type PeerName = keyof typeof peers
/** No peer, but what a Node server can reach that does nothing but sign. */
export const bareName: PeerName = 'bare signature'
export const peerNames = (Object.keys(peers) as PeerName[]).filter((name) => name !== bareName)

export const startPeer = async (environment: Environment, kind: KeyKind, name: PeerName): Promise<Contender> => {
  const port = await freePort()
  const { file, store, processes } = peers[name]
  const settings: PeerSettings = {
    port,
    processes,
    pool: poolSize,
    database: environment.settings,
    keysPath: await environment.keys(kind),
    tokens: connections,
    store,
  }
  let tokens: string[] = []
  const running = await startProcess({
    command: 'node',
    args: ['--import', 'tsx', join(import.meta.dirname, 'peers', file)],
    cwd: repository,
    env: { ...process.env, NODE_ENV: 'production', PEER: JSON.stringify(settings) },
    ready: (log) => {
      tokens = JSON.parse(/^READY (.*)$/m.exec(log)?.[1] ?? '[]') as string[]
      return tokens.length > 0
    },
  })
  return {
    name,
    port,
    tokenPath: '/token',
    tokens,
    cpu: () => cpuOf(running.pid),
    pid: running.pid,
    readyAfter: NaN,
    stop: () => running.stop(),
  }
}
