// A Galera cluster of three nodes on loopback, from Debian's packages: own data, own ports, gone with the run.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import type { DatabaseSettings } from '../../src/settings.ts'
import { startProcess, temporaryDirectory, type RunningProcess } from '../support/child-process.ts'
import { freePort } from '../support/free-port.ts'
import { installMariaDb } from '../support/mariadb-server.ts'

export interface GaleraNode {
  readonly settings: (database: string) => DatabaseSettings
  /** SIGKILL. */
  kill(): Promise<void>
  /** Back into the cluster, with whatever transfer of state it needs. */
  start(): Promise<void>
  /** Cuts the node off from the others, and joins it to them again. */
  isolate(on: boolean): Promise<void>
  /** One statement, as a user who may do everything. */
  query(sql: string): Promise<unknown>
}

export interface Galera {
  readonly nodes: readonly [GaleraNode, GaleraNode, GaleraNode]
  stop(): Promise<void>
}

const provider = ['/usr/lib/galera/libgalera_smm.so', '/usr/lib64/galera-4/libgalera_smm.so'].find((path) =>
  existsSync(path),
)
/** False where galera-4 is not installed (`apt-get install galera-4`). */
export const galeraIsInstalled = provider !== undefined

const user = 'studip'
const password = 'studip'
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/local/sbin:/usr/sbin:/sbin` }
// Not as root: rsync, which brings a new node its data, gives root's rights up and then may not read them.
const owner = process.getuid?.() === 0 ? ['--user=mysql'] : []

interface Ports {
  readonly sql: number
  readonly group: number
  readonly incremental: number
  readonly transfer: number
}

// Seconds instead of the half minutes that a real network wants: a dead node is given up soon.
const timing =
  'evs.keepalive_period=PT0.2S;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT5S;evs.inactive_check_period=PT0.2S;repl.causal_read_timeout=PT5S;gcache.size=64M'

const argumentsOf = (folder: string, ports: Ports, all: readonly Ports[], index: number): string[] => [
  '--no-defaults',
  ...owner,
  `--datadir=${folder}/data`,
  `--socket=${folder}/sock`,
  `--pid-file=${folder}/pid`,
  `--tmpdir=${folder}`,
  `--port=${ports.sql}`,
  '--bind-address=127.0.0.1',
  '--skip-name-resolve',
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_unicode_ci',
  '--performance-schema=OFF',
  '--innodb-buffer-pool-size=48M',
  '--innodb-log-file-size=32M',
  '--max-connections=200',
  '--innodb-flush-log-at-trx-commit=0',
  '--binlog-format=ROW',
  '--default-storage-engine=InnoDB',
  '--innodb-autoinc-lock-mode=2',
  '--wsrep-on=ON',
  `--wsrep-provider=${provider}`,
  '--wsrep-cluster-name=faults',
  `--wsrep-node-name=n${index}`,
  `--wsrep-node-address=127.0.0.1:${ports.group}`,
  `--wsrep-cluster-address=gcomm://${all.map(({ group }) => `127.0.0.1:${group}`).join(',')}`,
  '--wsrep-sst-method=rsync',
  `--wsrep-sst-receive-address=127.0.0.1:${ports.transfer}`,
  `--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:${ports.group};ist.recv_addr=127.0.0.1:${ports.incremental};${timing}`,
  '--wsrep-slave-threads=2',
]

const ask = async (port: number, sql: string): Promise<unknown> => {
  const connection = await createConnection({ host: '127.0.0.1', port, user, password, connectTimeout: 2000 })
  try {
    const [rows] = await connection.query(sql)
    return rows
  } finally {
    connection.destroy()
  }
}

const isSynced = async (port: number): Promise<boolean> => {
  const [row] = (await ask(port, "SHOW STATUS LIKE 'wsrep_local_state_comment'")) as { Value: string }[]
  return row?.Value === 'Synced'
}

/** Starts the cluster; takes about ten seconds. */
export const startGalera = async (): Promise<Galera> => {
  const directory = await temporaryDirectory('galera')
  const ports: Ports[] = []
  for (let node = 0; node < 3; node += 1)
    ports.push({
      sql: await freePort(),
      group: await freePort(),
      incremental: await freePort(),
      transfer: await freePort(),
    })
  const folders = ports.map((_, index) => join(directory.path, `n${index}`))
  const run = promisify(execFile)
  await run('mkdir', folders)
  if (owner.length > 0) await run('chown', ['-R', 'mysql', directory.path])
  await installMariaDb(`${folders[0]}/data`, folders[0]!, owner)
  for (const folder of folders.slice(1)) await run('cp', ['-a', `${folders[0]}/data`, `${folder}/data`])
  const initFile = join(directory.path, 'init.sql')
  await writeFile(
    initFile,
    ['%', 'localhost']
      .map(
        (host) =>
          `CREATE USER '${user}'@'${host}' IDENTIFIED BY '${password}';\nGRANT ALL ON *.* TO '${user}'@'${host}';\n`,
      )
      .join(''),
    { mode: 0o644 },
  )

  const running: (RunningProcess | undefined)[] = []
  const launch = async (index: number, ...more: string[]): Promise<void> => {
    running[index] = await startProcess({
      command: 'mariadbd',
      env,
      args: [...argumentsOf(folders[index]!, ports[index]!, ports, index), ...more],
      ready: () => isSynced(ports[index]!.sql),
    })
  }
  await launch(0, '--wsrep-new-cluster', `--init-file=${initFile}`)
  await Promise.all([launch(1), launch(2)])
  const node = (index: number): GaleraNode => {
    const { sql: port } = ports[index]!
    const query = (sql: string) => ask(port, sql)
    return {
      settings: (database) => ({ host: '127.0.0.1', port, user, password, database }),
      query,
      kill: async () => {
        await running[index]?.stop('SIGKILL')
      },
      start: () => launch(index),
      isolate: async (on) => {
        await query(`SET GLOBAL wsrep_provider_options = 'gmcast.isolate=${on ? 1 : 0}'`)
      },
    }
  }
  return {
    nodes: [node(0), node(1), node(2)],
    stop: async () => {
      await Promise.all(running.flatMap((process) => (process ? [process.stop('SIGKILL')] : [])))
      directory.remove()
    },
  }
}
