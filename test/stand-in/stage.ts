// The whole stage on loopback: MariaDB, key files, stand-in, the service, nginx with the shipped snippet. For demo and tests.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startStandIn, type RunningStandIn } from './stand-in.ts'
import { temporaryDirectory } from '../support/child-process.ts'
import { freePort } from '../support/free-port.ts'
import { startMariaDb, testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { startNginx, type RunningNginx } from '../support/nginx.ts'
import { startSidecar, studipCommand, type RunningSidecar, type SidecarOptions } from '../support/sidecar.ts'

export interface StageOptions {
  readonly version?: '6.0' | '5.4'
  readonly base?: '/' | `/${string}/`
  /** Public port; a free one unless given. */
  readonly port?: number
  /** More settings of the service. */
  readonly env?: Readonly<Record<string, string>>
  /** The program as installed; this checkout's unless given. */
  readonly program?: string
  /** Told after each step with the milliseconds it took. */
  readonly onStep?: (what: string, milliseconds: number) => void
}

export interface Stage {
  /** Public URL of Stud.IP with base and trailing slash. */
  readonly url: string
  readonly issuer: string
  readonly database: TestDatabase
  readonly standIn: RunningStandIn
  readonly nginx: RunningNginx
  /** A registered public client whose redirect URI is http://127.0.0.1/callback, any port. */
  readonly clientId: string
  readonly keysPath: string
  sidecar(): RunningSidecar
  /** Ends the service, and starts it again at the same address. */
  stopSidecar(signal?: NodeJS.Signals): Promise<void>
  startSidecar(): Promise<void>
  /** `bin/studip` against this installation. */
  command<T>(...args: readonly string[]): Promise<T>
  stop(): Promise<void>
}

/** What the flow of check.ts is walked through on. */
export type Walked = Pick<Stage, 'url' | 'issuer' | 'clientId' | 'database' | 'standIn' | 'command'>

/** Sets it up from nothing; whatever has started is stopped again when a step fails. */
export async function startStage({
  version = '6.0',
  base = '/',
  port,
  env = {},
  program,
  onStep = () => undefined,
}: StageOptions = {}): Promise<Stage> {
  const undo: (() => Promise<void> | void)[] = []
  const stop = async (): Promise<void> => {
    for (const end of undo.splice(0).reverse()) await end()
  }
  const step = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const begin = performance.now()
    const result = await work()
    onStep(what, performance.now() - begin)
    return result
  }
  try {
    const server = await step('private MariaDB', startMariaDb)
    undo.push(server.stop)
    // Without Stud.IP's OAuth2 tables: the service's own migration makes them.
    const database = await step("Stud.IP's tables and demo users", () =>
      testDatabase({ studip: version, oauth2: false, server }),
    )
    undo.push(() => database.knex.destroy())
    const directory = await temporaryDirectory('stage')
    undo.push(directory.remove)
    const keysPath = join(directory.path, 'oauth2')
    await mkdir(keysPath)
    const [publicPort, sidecarPort] = [port ?? (await freePort()), await freePort()]
    const url = `http://127.0.0.1:${publicPort}${base}`
    const settings: SidecarOptions = {
      baseUrl: url,
      databaseUrl: database.url,
      keysPath,
      version,
      port: sidecarPort,
      env,
      ...(program !== undefined && { program }),
    }
    // Once the service runs, its commands know where.
    let addresses = {}
    const command = <T>(...args: readonly string[]): Promise<T> =>
      studipCommand<T>({ ...settings, env: { ...env, ...addresses } }, args)
    await step('bin/studip oauth2:migrate', () => command('oauth2:migrate'))
    await step('bin/studip oauth2:keys', () => command('oauth2:keys', '--bits', '2048'))
    const client = await step('bin/studip oauth2:client:add', () =>
      command<{ id: string }>(
        'oauth2:client:add',
        '--name',
        'Demo-App',
        '--public',
        '--redirect',
        'http://127.0.0.1/callback',
        '--owner',
        'Demo',
        '--homepage',
        'https://demo.example',
      ),
    )
    const standIn = await step(`stand-in for Stud.IP ${version}`, () =>
      startStandIn({ version, base, database: database.settings, keysPath }),
    )
    undo.push(standIn.stop)
    let sidecar = await step('bin/studip oauth2:serve', () => startSidecar(settings))
    undo.push(() => sidecar.stop())
    addresses = { LISTEN: sidecar.address, METRICS_LISTEN: new URL(sidecar.monitoring).host }
    const nginx = await step('nginx with the shipped snippet', () =>
      startNginx({ sidecar: sidecar.address, php: standIn.address, base, port: publicPort }),
    )
    undo.push(nginx.stop)
    return {
      url,
      issuer: `${url}dispatch.php/api/oauth2`,
      database,
      standIn,
      nginx,
      clientId: client.id,
      keysPath,
      command,
      stop,
      sidecar: () => sidecar,
      stopSidecar: (signal) => sidecar.stop(signal),
      async startSidecar() {
        sidecar = await startSidecar(settings)
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}
