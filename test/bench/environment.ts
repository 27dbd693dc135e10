// What every contender shares: one durable MariaDB, Stud.IP's tables, users, the clients, and keys of each size.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { hashBcrypt } from '../../src/crypto/bcrypt.ts'
import { generateKeyFiles } from '../../src/crypto/key-generation.ts'
import type { DatabaseSettings } from '../../src/settings.ts'
import { temporaryDirectory } from '../support/child-process.ts'
import { startMariaDb, testDatabase } from '../support/mariadb.ts'
import type { MariaDb, TestDatabase } from '../support/mariadb.ts'
import { insertUsers } from '../fixtures/users.ts'
import { people } from './people.ts'

export type KeyKind = 'rsa2048' | 'rsa4096' | 'rsa4096-4-primes'

export const publicClient = '2'
export const confidentialClient = '1'
export const clientSecret = 'YFXkKbYVv7zGGXuRbx26ksRsYTMQuLdGRTtwqwTM'
export const redirectUri = 'https://app.example.org/callback'

export interface Environment {
  readonly server: MariaDb
  readonly database: TestDatabase
  /** Over the socket: the same for every contender. */
  readonly settings: DatabaseSettings
  /** Folder of the three key files, made at first use. */
  keys(kind: KeyKind): Promise<string>
  folder: string
  stop(): Promise<void>
}

const insertClients = async ({ knex }: TestDatabase) => {
  const common = {
    redirect: redirectUri,
    revoked: 0,
    description: '',
    owner: '',
    homepage: '',
    admin_notes: '',
    mkdate: 1,
    chdate: 1,
  }
  await knex('oauth2_clients').insert([
    {
      ...common,
      id: confidentialClient,
      name: 'Confidential',
      secret: await hashBcrypt(clientSecret, 10),
    },
    { ...common, id: publicClient, name: 'Public', secret: null },
  ])
}

const createDatabase = async (server: MariaDb): Promise<Pick<Environment, 'database' | 'settings'>> => {
  const database = await testDatabase({ server })
  await insertClients(database)
  await insertUsers(database.knex, people)
  const { user, password, database: name } = database.settings
  return { database, settings: { socketPath: server.socketPath, user, password, database: name } }
}

/** Another database on the same server, with the same keys; `stop` of the first ends the server. */
export const beside = async (environment: Environment): Promise<Environment> => {
  const other = await createDatabase(environment.server)
  return { ...environment, ...other, stop: () => other.database.drop() }
}

export const createEnvironment = async (): Promise<Environment> => {
  const { path: folder, remove } = await temporaryDirectory('bench')
  const server = await startMariaDb({
    durable: true,
    options: ['--innodb-buffer-pool-size=4G', '--innodb-log-file-size=1G'],
  })
  const { database, settings } = await createDatabase(server)
  const made = new Map<KeyKind, Promise<string>>()
  const make = async (kind: KeyKind): Promise<string> => {
    const dir = join(folder, kind)
    await mkdir(dir)
    await generateKeyFiles(
      dir,
      kind === 'rsa2048' ? { bits: 2048 } : { bits: 4096, primes: kind === 'rsa4096' ? 2 : 4 },
    )
    return dir
  }
  return {
    server,
    database,
    folder,
    settings,
    keys: (kind) => {
      const dir = made.get(kind) ?? make(kind)
      made.set(kind, dir)
      return dir
    },
    stop: async () => {
      await database.knex.destroy()
      await server.stop()
      remove()
    },
  }
}
