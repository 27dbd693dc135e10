// Whatever a server's defaults are, and whatever it does to a connection first: ours behave alike.
import { expect } from 'chai'
import { openDatabase } from '../../src/stores/database.ts'
import { migrate } from '../../src/stores/migration.ts'
import { startMariaDb, testDatabase, type MariaDb, type TestDatabase } from '../support/mariadb.ts'
import { addClient, credentialsOf, post, refresh, testApp, type TestApp, type TestClient } from '../support/app.ts'
import { issueTokens, liveIds } from '../support/issuing.ts'

const user = { name: 'plain', password: 'plain' }
// Set when the schema is there: Stud.IP's own tables could not be made with them.
const odd = {
  autocommit: 0,
  completion_type: 'CHAIN',
  sql_mode: 'ANSI,NO_BACKSLASH_ESCAPES,NO_ZERO_IN_DATE,HIGH_NOT_PRECEDENCE',
  tx_isolation: 'SERIALIZABLE',
  character_set_server: 'latin1',
  time_zone: '+05:45',
  wait_timeout: 1,
  default_storage_engine: 'MyISAM',
  // Runs for users without SUPER, as every sensible one is.
  init_connect:
    'SET NAMES latin1, sql_safe_updates = 1, sql_select_limit = 1, SESSION tx_read_only = 1, max_statement_time = 0.001',
}

describe('a connection to a server with odd defaults', () => {
  let server: MariaDb
  let database: TestDatabase
  /** For a migration. */
  let empty: TestDatabase
  let app: TestApp
  let client: TestClient
  before(async () => {
    server = await startMariaDb({ options: ['--skip-character-set-client-handshake'] })
    database = await testDatabase({ server })
    empty = await testDatabase({ server })
    const { host, port, database: name } = database.settings
    for (const sql of [
      'ALTER TABLE oauth2_clients CONVERT TO CHARACTER SET utf8mb4',
      `CREATE USER ${user.name}@'%' IDENTIFIED BY '${user.password}'`,
      ...[name, empty.settings.database].map((one) => `GRANT ALL ON ${one}.* TO ${user.name}@'%'`),
      ...Object.entries(odd).map(([variable, value]) => `SET GLOBAL ${variable} = ${JSON.stringify(value)}`),
    ])
      await database.knex.raw(sql)
    const settings = { host: host!, port: port!, user: user.name, password: user.password, database: name }
    app = await testApp({ database, settings: { database: settings } })
    client = await addClient(app)
  })
  after(async () => {
    await app?.close()
    await server?.stop()
  })

  it('B17 writes at once, revokes for good and reads everything', async () => {
    const tokens = await issueTokens(app, client)
    const next = await refresh(app, client, tokens.refresh_token).expect(200)
    await post(app, 'revoke', { ...credentialsOf(client), token: next.body.refresh_token as string }).expect(200)
    // Another connection sees it: nothing waited for a COMMIT.
    const other = openDatabase(app.deps.settings.database)
    expect(await liveIds(other, tokens.grantId)).to.deep.equal([])
    await other.destroy()
  })

  it('B17 makes tables that know transactions', async () => {
    const tables = ['oauth2_clients', 'oauth2_auth_codes', 'oauth2_access_tokens', 'oauth2_refresh_tokens']
    for (const table of tables) await empty.knex.schema.dropTable(table)
    const db = openDatabase({ ...app.deps.settings.database, database: empty.settings.database })
    await migrate(db)
    await db.destroy()
    const [rows] = (await empty.knex.raw(
      'SELECT table_name AS name, engine AS engine FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?)',
      [tables],
    )) as [{ name: string; engine: string }[]]
    expect(rows.map(({ engine }) => engine)).to.deep.equal(tables.map(() => 'InnoDB'))
  })

  it('B17 keeps every character, quotes and backslashes as they are', async () => {
    const name = `Ä\\'"\`😀%_`
    const { id } = await addClient(app, { name })
    expect(await app.deps.administration.get(id)).to.include({ name })
  })

  it('B17 does so again after the pool lost its connections', async () => {
    const variables = async () => {
      const [[row]] = (await app.deps.db.raw(
        `SELECT CONNECTION_ID() AS id, @@autocommit AS autocommit, @@completion_type AS completion, @@sql_mode AS mode, @@tx_isolation AS isolation,
          @@tx_read_only AS readOnly, @@character_set_client AS charset, @@sql_safe_updates AS safe, @@time_zone AS zone, @@wait_timeout AS wait`,
      )) as [[Record<string, unknown>]]
      return row
    }
    const { id, ...before } = await variables()
    await database.knex.raw(`KILL CONNECTION ${Number(id)}`)
    // Until the news has arrived the pool may hand out what is lost.
    let fresh: Record<string, unknown> | undefined
    while (!fresh) fresh = await variables().catch(() => undefined)
    const { id: other, ...after } = fresh
    expect(other).not.to.equal(id)
    expect(after).to.deep.equal(before)
    expect(Object.values(after).map(String)).to.deep.equal([
      '1',
      'NO_CHAIN',
      'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
      'REPEATABLE-READ',
      '0',
      'utf8mb4',
      '0',
      '+00:00',
      '600',
    ])
  })
})
