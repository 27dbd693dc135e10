// oauth2:grants: lists and revokes by user, client or grant.
import { expect } from 'chai'
import { users } from '../fixtures/users.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { environmentOf, json, run } from './studip.ts'

const now = () => Math.floor(Date.now() / 1000)
const grantOf = (letter: string) => letter.repeat(32)

describe('oauth2:grants', () => {
  let database: TestDatabase
  let env: Record<string, string>
  let client: string
  beforeEach(async () => {
    database = await testDatabase()
    env = await environmentOf(database)
    const [id] = await database
      .knex('oauth2_clients')
      .insert({ name: 'App', redirect: 'https://a.example.org/cb', mkdate: now(), chdate: now() })
    client = String(id)
    await grant('a', users.autor.user_id)
    await grant('b', users.autor.user_id)
    await grant('c', users.tutor.user_id)
  })
  afterEach(() => database.drop())

  const grant = async (letter: string, userId: string) => {
    const id = grantOf(letter) + '0'.repeat(48)
    await database.knex('oauth2_access_tokens').insert({
      id,
      user_id: userId,
      client_id: client,
      scopes: '["api"]',
      revoked: 0,
      expires_at: now() + 3600,
      mkdate: now(),
      chdate: now(),
    })
    await database
      .knex('oauth2_refresh_tokens')
      .insert({ id, access_token_id: id, revoked: 0, expires_at: now() + 86400 })
  }
  const listed = async (...args: string[]) =>
    (await json<{ grants: { grantId: string }[] }>(['oauth2:grants', ...args], { env })).grants
      .map(({ grantId }) => grantId)
      .sort()
  const live = async () =>
    ((await database.knex('oauth2_refresh_tokens').where({ revoked: 0 }).select('id')) as { id: string }[])
      .map(({ id }) => id[0])
      .sort()
      .join('')

  it('lists by user name, user id, client and grant', async () => {
    expect(await listed('--user', 'autor')).to.deep.equal([grantOf('a'), grantOf('b')])
    expect(await listed('--user', users.tutor.user_id)).to.deep.equal([grantOf('c')])
    expect(await listed('--client', client)).to.have.length(3)
    expect(await listed('--grant', grantOf('b'))).to.deep.equal([grantOf('b')])
    expect(await listed('--grant', grantOf('d'))).to.deep.equal([])
  })

  it('revokes what it lists, and no more', async () => {
    expect(await json(['oauth2:grants', '--grant', grantOf('a'), '--revoke', '--force'], { env })).to.deep.equal({
      revoked: 1,
    })
    expect(await live()).to.equal('bc')
    expect(await json(['oauth2:grants', '--user', 'tutor', '--revoke', '--force'], { env })).to.deep.equal({
      revoked: 1,
    })
    expect(await live()).to.equal('b')
    expect(await json(['oauth2:grants', '--client', client, '--revoke', '--force'], { env })).to.deep.equal({
      revoked: 1,
    })
    expect(await live()).to.equal('')
  })

  for (const filter of ['--user', '--client'] as const)
    it(`S-130 with ${filter} it ends codes that wait and what is remembered, where no grant is left as well`, async () => {
      const row = { user_id: users.dozent.user_id, client_id: client, scopes: '["api"]', mkdate: now(), chdate: now() }
      const codes = () => database.knex<{ id: string; revoked: number }>('oauth2_auth_codes')
      await codes().insert([
        { id: 'd'.repeat(80), ...row, revoked: 0, expires_at: now() + 600 },
        { id: 'e'.repeat(80), ...row, revoked: 1, expires_at: now() + 365 * 86_400 },
      ] as never)
      const { chdate: before } = (await database.knex('oauth2_clients').first('chdate')) as { chdate: number }
      const which = filter === '--user' ? 'dozent' : client
      await json(['oauth2:grants', filter, which, '--revoke', '--force'], { env })
      const left = await codes().orderBy('id')
      expect(left[0]).to.include({ id: 'd'.repeat(80), revoked: 1 })
      // Approvals hang on the client as it is: of a user their rows go, of a client it is another one by then.
      const { chdate: after } = (await database.knex('oauth2_clients').first('chdate')) as { chdate: number }
      expect(filter === '--user' ? left.length === 1 : after > before).to.equal(true)
    })

  it('revokes nothing without --force where it cannot ask', async () => {
    expect((await run(['oauth2:grants', '--user', 'autor', '--revoke'], { env })).code).to.equal(1)
    expect(await live()).to.equal('abc')
  })

  it('O5 lists every client with its grants when no filter is given, and users by their names', async () => {
    const { stdout, code } = await run(['oauth2:grants'], { env })
    expect(code).to.equal(0)
    expect(stdout)
      .to.match(new RegExp(`${client} +App +3 `))
      .and.to.contain('--client, --user or --grant')
    const overview = await json<{ clients: { id: string; name: string; grants: number }[] }>(['oauth2:grants'], { env })
    expect(overview.clients).to.have.length(1)
    expect(overview.clients[0]).to.include({ id: client, name: 'App', grants: 3 })
    const of = await run(['oauth2:grants', '--client', client], { env })
    expect(of.stdout).to.contain(' autor ').and.to.contain(' tutor ')
  })

  const auditLines = async (args: readonly string[]) => {
    const { stderr } = await run(['oauth2:grants', ...args, '--revoke', '--force'], { env })
    return stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  it('O4 leaves a line for every grant that it revokes, and one for all that is not listed', async () => {
    const lines = await auditLines(['--user', 'autor'])
    expect(lines.map(({ grantId }) => grantId)).to.have.members([grantOf('a'), grantOf('b'), undefined])
    const userId = users.autor.user_id
    expect(lines[0]).to.include({ event: 'grant.revoked', actor: 'cli', clientId: client, userId })
    expect(lines.at(-1)).to.include({ event: 'grant.revoked', actor: 'cli', userId, reason: 'all of the user' })
    // Nothing is listed any more; a code that waits or a remembered consent may have ended all the same.
    expect(await auditLines(['--user', 'autor'])).to.have.length(1)
    const [, last] = await auditLines(['--client', client])
    expect(last).to.include({ event: 'grant.revoked', clientId: client, reason: 'all of the client' })
  })

  it('wants exactly one way to choose, and a user who exists', async () => {
    for (const args of [['--revoke'], ['--user', 'autor', '--client', client]])
      expect((await run(['oauth2:grants', ...args], { env: { ...env, LANG: 'de' } })).stderr).to.contain(
        'genau eine der Optionen',
      )
    expect((await run(['oauth2:grants', '--user', 'nobody-here'], { env })).stderr).to.equal(
      '[ERROR] There is no user nobody-here.\n',
    )
  })
})
