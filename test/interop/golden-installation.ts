// An installation as it was when league made the golden corpus: its user, clients, rows and encryption key, the clock stopped at that moment.
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { leagueDir, league } from '../fixtures/league/golden.ts'
import { insertUsers } from '../fixtures/users.ts'
import type { DemoUser } from '../fixtures/users.ts'
import { testApp } from '../support/app.ts'
import type { TestApp, TestAppOptions } from '../support/app.ts'
import { temporaryDirectory } from '../support/child-process.ts'
import { testKeys } from '../support/keys.ts'
import { testDatabase } from '../support/mariadb.ts'
import type { TestDatabase } from '../support/mariadb.ts'

type Row = Record<string, string | number | null>
const tables = (league as unknown as { tables: Record<string, Row[]> }).tables

export const goldenUser: DemoUser = {
  user_id: league.user_id,
  username: 'golden',
  perms: 'autor',
  Vorname: 'Gerda',
  Nachname: 'Golden',
}

/** The rows of league, with the two dates that Stud.IP adds. */
export const insertGoldenRows = async ({ knex }: TestDatabase): Promise<void> => {
  await insertUsers(knex, [goldenUser])
  await knex('oauth2_clients').insert(
    Object.values(league.clients).map((client) => ({ ...client, mkdate: 1, chdate: 1 })),
  )
  for (const [table, rows] of Object.entries(tables)) {
    const dates = table === 'oauth2_refresh_tokens' ? {} : { mkdate: league.generated_at, chdate: league.generated_at }
    await knex(table).insert(rows.map((row) => ({ ...row, ...dates })))
  }
}

/** Key files with league's encryption key. Its private key was not kept, so the pair is another one. */
export const goldenKeys = async (): Promise<{ path: string; remove(): void }> => {
  const directory = await temporaryDirectory('golden-keys')
  for (const name of ['private.key', 'public.key'])
    await copyFile(join(await testKeys(), name), join(directory.path, name))
  await writeFile(join(directory.path, 'encryption_key.php'), await readFile(join(leagueDir, 'encryption_key.php')), {
    mode: 0o600,
  })
  return directory
}

/** Our application on that installation; `close` drops everything. */
export const goldenApp = async (options: TestAppOptions = {}): Promise<TestApp & { readonly keysPath: string }> => {
  const database = await testDatabase({ users: false })
  await insertGoldenRows(database)
  const keys = await goldenKeys()
  const app = await testApp({
    database,
    now: () => league.generated_at,
    ...options,
    settings: { keysPath: keys.path, ...options.settings },
  })
  return {
    ...app,
    keysPath: keys.path,
    close: async () => {
      await app.close()
      await database.drop()
      keys.remove()
    },
  }
}
