// What docs/operations.md says of copies and of another host name: which tokens are believed where.
import { expect } from 'chai'
import {
  addClient,
  connect,
  credentialsOf,
  post,
  refresh,
  testApp,
  type TestApp,
  type TestClient,
} from '../support/app.ts'
import { freshKeys } from '../support/keys.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'

const tables = ['oauth2_clients', 'oauth2_auth_codes', 'oauth2_access_tokens', 'oauth2_refresh_tokens']

describe('another installation with the same rows', () => {
  let production: TestApp
  let client: TestClient
  let copied: TestDatabase
  const others: TestApp[] = []
  beforeEach(async () => {
    production = await testApp()
    client = await addClient(production)
    copied = await testDatabase()
  })
  afterEach(async () => {
    for (const app of [...others.splice(0), production]) await app.close()
    await copied.drop()
  })

  const other = async (database: TestDatabase, settings: NonNullable<Parameters<typeof testApp>[0]>['settings']) => {
    const app = await testApp({ database, settings: { baseUrl: 'https://other.example.org/', ...settings } })
    others.push(app)
    return app
  }
  const copyRows = async () => {
    for (const table of tables) {
      const rows: object[] = await production.database.knex(table).select('*')
      if (rows.length > 0) await copied.knex(table).insert(rows)
    }
  }
  const isActive = async (app: TestApp, token: string) =>
    (await post(app, 'introspect', { ...credentialsOf(client), token })).body as { readonly active: boolean }

  it('O9 goes on under another host name: no token names the host', async () => {
    const tokens = await connect(production, client)
    const renamed = await other(production.database, {})
    expect(await isActive(renamed, tokens.access_token)).to.include({ active: true })
    await refresh(renamed, client, tokens.refresh_token).expect(200)
  })

  it('O9 a copy with the same keys believes the tokens of production, and what it renews ends them there', async () => {
    const tokens = await connect(production, client)
    await copyRows()
    const copy = await other(copied, {})
    expect(await isActive(copy, tokens.access_token)).to.include({ active: true })
    const { body } = await refresh(copy, client, tokens.refresh_token).expect(200)
    await refresh(production, client, (body as { refresh_token: string }).refresh_token).expect(400)
    await refresh(production, client, tokens.refresh_token).expect(400)
  })

  it('O9 a copy with keys of its own believes none of them', async () => {
    const tokens = await connect(production, client)
    await copyRows()
    const copy = await other(copied, { keysPath: await freshKeys() })
    expect(await isActive(copy, tokens.access_token)).to.deep.equal({ active: false })
    await refresh(copy, client, tokens.refresh_token).expect(400)
    await refresh(production, client, tokens.refresh_token).expect(200)
  })
})
