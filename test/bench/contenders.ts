// Who runs: our service and its peers, each started as its users would start it, each with the same pool, processes and keys.
import { join } from 'node:path'
import { startProcess } from '../support/child-process.ts'
import { freePort } from '../support/free-port.ts'
import { publicClient } from './environment.ts'
import type { Environment, KeyKind } from './environment.ts'
import { issueRefreshTokens } from './issuing.ts'
import { cores, cpuOf } from './machine.ts'
import { startLeague } from './peers/league.ts'
import type { PeerSettings } from './peers/peer.ts'

/** Database connections of a contender; as many as load connections, so that nobody queues for one. */
export const poolSize = 16
export const connections = 16
/** Live grants that a contender on Stud.IP's tables rotates in turn, so that none is rotated more than twenty times a minute (A14). */
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

export const repository = join(import.meta.dirname, '../..')
export const ourName = 'this service'
export const leagueName = 'league, php-fpm'

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
    name: leagueName,
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
/** Those that can give access tokens that nobody signs. */
export const opaquePeerNames = peerNames.filter((name) => peers[name].file === 'oidc-provider.ts')
export const isDurable = (name: PeerName): boolean => peers[name].store === 'mariadb'

export const startPeer = async (
  environment: Environment,
  kind: KeyKind,
  name: PeerName,
  format: PeerSettings['format'] = 'jwt',
): Promise<Contender> => {
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
    format,
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
