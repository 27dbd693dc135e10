// Starts league/oauth2-server where it can be had: `composer install` in test/interop/league has run, or LEAGUE_AUTOLOAD
// (LEAGUE9_AUTOLOAD for the newest 9) names an autoload file of a copy outside the project.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DatabaseSettings } from '../../src/settings.ts'
import { startProcess } from '../support/child-process.ts'
import { answers, freePort } from '../support/free-port.ts'

const folder = join(import.meta.dirname, 'league')

/** The version that Stud.IP 6.0 pins, and the newest. */
export type LeagueVersion = '8.5.4' | '9'

const autoloadOf = (version: LeagueVersion): string | undefined => {
  const named = process.env[version === '9' ? 'LEAGUE9_AUTOLOAD' : 'LEAGUE_AUTOLOAD']
  if (named) return named
  const installed = join(folder, version === '9' ? 'newest/vendor/autoload.php' : 'vendor/autoload.php')
  return existsSync(installed) ? installed : undefined
}

/** Why league cannot run here; undefined when it can. */
export const leagueMissing = async (version: LeagueVersion): Promise<string | undefined> => {
  const autoload = autoloadOf(version)
  if (!autoload)
    return `no league/oauth2-server ${version}: run composer install in test/interop/league, or set ${version === '9' ? 'LEAGUE9_AUTOLOAD' : 'LEAGUE_AUTOLOAD'}`
  if (!existsSync(autoload)) return `${autoload} does not exist`
  const modules = await promisify(execFile)('php', ['-m']).then(
    ({ stdout }) => stdout,
    () => undefined,
  )
  if (modules === undefined) return 'php is not installed'
  return /^pdo_mysql$/m.test(modules) ? undefined : 'PHP has no pdo_mysql (Debian: php-mysql)'
}

export interface LeagueAnswer {
  readonly status: number
  readonly location: string | null
  readonly body: Readonly<Record<string, unknown>>
}

export interface LeagueServer {
  /** host:port for nginx. */
  readonly address: string
  /** Posts to its token endpoint. */
  token(form: Record<string, string>): Promise<LeagueAnswer>
  /** Asks for authorization and approves at once; the code is in the answer's `location`. */
  authorize(query: Record<string, string>, userId: string): Promise<LeagueAnswer>
  /** What its ResourceServer says to an access token. */
  resource(accessToken: string): Promise<LeagueAnswer>
  stop(): Promise<void>
}

/** PHP's own web server (one process: its workers would outlive it), on the database and key files of our service. */
export const startLeagueServer = async (
  version: LeagueVersion,
  database: DatabaseSettings,
  keysPath: string,
): Promise<LeagueServer> => {
  const port = await freePort()
  const running = await startProcess({
    command: 'php',
    args: ['-d', 'display_errors=stderr', '-S', `127.0.0.1:${port}`, join(folder, 'index.php')],
    env: {
      ...process.env,
      LEAGUE_AUTOLOAD: autoloadOf(version),
      LEAGUE_KEYS: keysPath,
      LEAGUE_DSN: `mysql:host=${database.host};port=${database.port};dbname=${database.database}`,
      LEAGUE_DB_USER: database.user,
      LEAGUE_DB_PASSWORD: database.password,
    },
    ready: () => answers(port),
  })
  const ask = async (path: string, init: RequestInit = {}): Promise<LeagueAnswer> => {
    const response = await fetch(`http://127.0.0.1:${port}/${path}`, { redirect: 'manual', ...init })
    const text = await response.text()
    try {
      return {
        status: response.status,
        location: response.headers.get('location'),
        body: JSON.parse(text || '{}') as Record<string, unknown>,
      }
    } catch {
      throw new Error(`league answered ${response.status}: ${text}\n${running.log()}`)
    }
  }
  return {
    address: `127.0.0.1:${port}`,
    token: (form) => ask('token', { method: 'POST', body: new URLSearchParams(form) }),
    authorize: (query, userId) => ask(`authorize?${new URLSearchParams(query)}`, { headers: { 'X-User': userId } }),
    resource: (accessToken) => ask('resource', { headers: { Authorization: `Bearer ${accessToken}` } }),
    stop: () => running.stop(),
  }
}
