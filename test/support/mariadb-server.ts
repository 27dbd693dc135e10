// A private MariaDB in a temporary directory: own data, own socket, own loopback port, gone with the run.
import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { startProcess, temporaryDirectory, type RunningProcess } from './child-process.ts'
import { randomBytes } from 'node:crypto'
import type { DatabaseSettings } from '../../src/settings.ts'

export interface MariaDbOptions {
  /** True: every commit reaches the disk, as on a production server. False, the default: fast, and lost with the machine only. */
  readonly durable?: boolean
  /** More options of mariadbd, e.g. `--max-connections=20`; they win over ours. */
  readonly options?: readonly string[]
}

export interface MariaDb {
  readonly socketPath: string
  readonly port: number
  /** mysql:// URL over TCP of a user who may do everything, without a database. */
  readonly adminUrl: string
  /** mysql:// URL over TCP of the same user for that database. */
  url(database: string): string
  settings(database: string): DatabaseSettings
  /** SIGKILL, as a crash would. The data stay; `start` brings the server back at the same address. */
  kill(): Promise<void>
  start(): Promise<void>
  /** SIGSTOP: says nothing any more and closes nothing. Whoever is answered after this is answered by nobody of the server. */
  standStill(): Promise<void>
  /** SIGCONT */
  goOn(): void
  /** Stops the server and deletes its data. */
  stop(): Promise<void>
}

const user = 'studip'
// PATH without /usr/sbin is usual for people who are not root.
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin` }

const owner = process.getuid?.() === 0 ? ['--user=root'] : []

/**
 * The system tables of a server, in a fresh folder `data`. With a folder for temporary files of its own: they carry process ids,
 * which in the common one may be those of somebody who was killed. Tried three times, for a machine that is short of everything.
 */
export async function installMariaDb(data: string, temporary: string, account: readonly string[]): Promise<void> {
  for (let left = 2; ; left -= 1) {
    const install = await startProcess({
      command: 'mariadb-install-db',
      env,
      args: [
        '--no-defaults',
        `--datadir=${data}`,
        `--tmpdir=${temporary}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        '--innodb-buffer-pool-size=32M',
        ...account,
      ],
    })
    const code = await install.ended
    if (code === 0) return
    if (left === 0) throw new Error(`mariadb-install-db ended with ${code}:\n${install.log()}`)
    await rm(data, { recursive: true, force: true })
  }
}

// The signal counts when a thread comes to run, which on a busy machine others of the process may do before it: those still answer.
async function everyThreadStopped(pid: number): Promise<void> {
  const stateOf = async (thread: string): Promise<string | undefined> => {
    // A thread may end between the list and the look.
    const text = await readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8').catch(() => '')
    return /.*\) (\w)/s.exec(text)?.[1]
  }
  const isRunning = async () =>
    (await Promise.all((await readdir(`/proc/${pid}/task`)).map(stateOf))).some(
      (state) => state !== undefined && state !== 'T',
    )
  while (await isRunning()) await sleep(5)
}

/** Installs and starts a server; takes about a second. */
export async function startMariaDb(options: MariaDbOptions = {}): Promise<MariaDb> {
  const directory = await temporaryDirectory('mariadb')
  const password = randomBytes(12).toString('hex')
  const data = join(directory.path, 'data')
  const socketPath = join(directory.path, 'sock')
  const initFile = join(directory.path, 'init.sql')
  // Both spellings: an anonymous or localhost entry would otherwise win over '%' on the socket.
  await writeFile(
    initFile,
    ['%', 'localhost']
      .map(
        (host) =>
          `CREATE USER IF NOT EXISTS '${user}'@'${host}' IDENTIFIED BY '${password}';\nGRANT ALL ON *.* TO '${user}'@'${host}' WITH GRANT OPTION;\n`,
      )
      .join(''),
    { mode: 0o600 },
  )
  await installMariaDb(data, directory.path, owner)

  const launch = async (port: number): Promise<RunningProcess> => {
    const server = await startProcess({
      command: 'mariadbd',
      env,
      args: [
        '--no-defaults',
        ...owner,
        `--datadir=${data}`,
        `--socket=${socketPath}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        `--init-file=${initFile}`,
        `--pid-file=${join(directory.path, 'pid')}`,
        `--tmpdir=${directory.path}`,
        ...tuning(options.durable ?? false),
        ...(options.options ?? []),
      ],
      // Its own words come after the init file has run; a port alone may be somebody else's.
      ready: (log) => /ready for connections/.test(log),
    })
    return server
  }
  let port = await freePort()
  let server = await launch(port).catch(async () => launch((port = await freePort())))
  const base = { host: '127.0.0.1', port, user, password }
  return {
    socketPath,
    port,
    adminUrl: `mysql://${user}:${password}@127.0.0.1:${port}/`,
    url: (database) => `mysql://${user}:${password}@127.0.0.1:${port}/${database}`,
    settings: (database) => ({ ...base, database }),
    kill: () => server.stop('SIGKILL'),
    async start() {
      server = await launch(port)
    },
    async standStill() {
      process.kill(server.pid, 'SIGSTOP')
      await everyThreadStopped(server.pid)
    },
    goOn: () => void process.kill(server.pid, 'SIGCONT'),
    async stop() {
      // SIGKILL: nobody needs the data any more, and a clean shutdown takes a second.
      await server.stop('SIGKILL')
      directory.remove()
    },
  }
}

const tuning = (durable: boolean): string[] => [
  '--skip-name-resolve',
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_unicode_ci',
  '--performance-schema=OFF',
  '--innodb-buffer-pool-size=64M',
  '--innodb-log-file-size=64M',
  '--max-connections=400',
  '--max-allowed-packet=32M',
  ...(durable
    ? ['--innodb-flush-log-at-trx-commit=1']
    : ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--innodb-flush-method=nosync']),
]
