// Grants as their users see them: what is live, since when, and without walking tables of any size.
import { expect } from 'chai'
import { randomHex } from '../../src/crypto/random.ts'
import { createGrants } from '../../src/stores/grants.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'

const now = 1_800_000_000
const userId = 'u'.repeat(32)

describe('grants of a user', () => {
  let database: TestDatabase
  before(async () => {
    database = await testDatabase({ users: false })
    await database
      .knex('oauth2_clients')
      .insert({ id: 7, name: 'App', redirect: 'https://a.example/cb', owner: 'O', homepage: '', mkdate: 1, chdate: 1 })
  })
  after(() => database.drop())

  const issue = async (
    grantId: string,
    mkdate: number,
    row: { revoked?: number; refreshRevoked?: number; expires?: number; user?: string } = {},
  ) => {
    const accessTokenId = grantId + randomHex(24)
    await database.knex('oauth2_access_tokens').insert({
      id: accessTokenId,
      user_id: row.user ?? userId,
      client_id: 7,
      scopes: '["api"]',
      revoked: row.revoked ?? 0,
      expires_at: mkdate + 3600,
      mkdate,
      chdate: mkdate,
    })
    await database.knex('oauth2_refresh_tokens').insert({
      id: grantId + randomHex(24),
      access_token_id: accessTokenId,
      revoked: row.refreshRevoked ?? 0,
      expires_at: row.expires ?? now + 1000,
    })
  }

  it('are one per connected application, since the consent, last used at the last refresh', async () => {
    const grantId = randomHex(16)
    await database.knex('oauth2_auth_codes').insert({
      id: grantId + randomHex(24),
      user_id: userId,
      client_id: 7,
      scopes: '["api"]',
      revoked: 1,
      expires_at: now - 90_000,
      mkdate: now - 100_000,
      chdate: now - 100_000,
    })
    await issue(grantId, now - 50_000, { revoked: 1, refreshRevoked: 1 })
    await issue(grantId, now - 500)
    const list = await createGrants(database.knex, () => now).listByUser(userId)
    expect(list).to.have.length(1)
    expect(list[0]).to.include({
      grantId,
      clientId: '7',
      clientName: 'App',
      connectedAt: now - 100_000,
      lastUsedAt: now - 500,
    })
  })

  it('leave out what is revoked, expired or of others', async () => {
    const other = 'v'.repeat(32)
    await issue(randomHex(16), now - 10, { user: other, refreshRevoked: 1 })
    await issue(randomHex(16), now - 10, { user: other, expires: now - 1 })
    expect(await createGrants(database.knex, () => now).listByUser(other)).to.deep.equal([])
  })

  it('cost rows of the user and of its grants only, however many others there are', async () => {
    const reader = 'w'.repeat(32)
    await issue(randomHex(16), now - 20, { user: reader })
    const others = Array.from({ length: 3000 }, () => randomHex(40))
    await database.knex.batchInsert(
      'oauth2_access_tokens',
      others.map((id) => ({
        id,
        user_id: 'x'.repeat(32),
        client_id: 7,
        scopes: '[]',
        revoked: 0,
        expires_at: now,
        mkdate: now,
        chdate: now,
      })),
      1000,
    )
    await database.knex.batchInsert(
      'oauth2_refresh_tokens',
      others.map((id) => ({ id: randomHex(40), access_token_id: id, revoked: 0, expires_at: now + 1000 })),
      1000,
    )
    await database.knex.raw('ANALYZE TABLE oauth2_access_tokens, oauth2_refresh_tokens')
    const rowsRead = async (work: (db: typeof database.knex) => Promise<unknown>) =>
      database.knex.transaction(async (trx) => {
        const handlers = async () => {
          const [rows] = (await trx.raw("SHOW SESSION STATUS LIKE 'Handler_read%'")) as [
            { Variable_name: string; Value: string }[],
          ]
          return rows.reduce((sum, { Value }) => sum + Number(Value), 0)
        }
        const before = await handlers()
        await work(trx as never)
        return (await handlers()) - before
      })
    // Reading the counters costs some rows itself.
    expect(await rowsRead((db) => createGrants(db, () => now).listByUser(reader))).to.be.below(100)
  })
})
