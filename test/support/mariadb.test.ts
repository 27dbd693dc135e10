// The private MariaDB and its databases.
import { expect } from 'chai'
import { startMariaDb, testDatabase } from './mariadb.ts'
import { users } from '../fixtures/users.ts'

describe('testDatabase', () => {
  it('gives every caller a database of its own with schema, configuration and users', async () => {
    const [a, b] = await Promise.all([testDatabase(), testDatabase({ studip: '5.4', users: false, oauth2: false })])
    expect(a.url).not.to.equal(b.url)
    const [user] = await a.knex('auth_user_md5').where({ user_id: users.unicode.user_id })
    expect(user).to.include({
      username: users.unicode.username,
      Nachname: users.unicode.Nachname,
      Vorname: users.unicode.Vorname,
    })
    expect(await a.knex('oauth2_clients')).to.deep.equal([])
    expect(await b.knex('auth_user_md5')).to.deep.equal([])
    expect(await b.knex.schema.hasTable('oauth2_clients')).to.equal(false)
    expect((await b.knex('config').where({ field: 'API_OAUTH_AUTH_PLUGIN' }))[0]).to.include({ value: 'Standard' })
    await Promise.all([a.drop(), b.drop()])
  })
})

describe('startMariaDb', () => {
  it('comes back after SIGKILL at the same address with what was committed', async () => {
    const server = await startMariaDb({ durable: true })
    try {
      const { knex } = await testDatabase({ server })
      await knex('cache').insert({ cache_key: 'k', content: 'v', expires: 1 })
      await server.kill()
      expect(
        await knex.raw('SELECT 1').then(
          () => 'answered',
          () => 'away',
        ),
      ).to.equal('away')
      await server.start()
      expect(await knex('cache').pluck('cache_key')).to.deep.equal(['k'])
      await knex.destroy()
    } finally {
      await server.stop()
    }
  })
})
