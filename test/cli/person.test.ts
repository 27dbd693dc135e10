// oauth2:person:export and oauth2:person:delete: all that there is, and then nothing.
import { expect } from 'chai'
import { randomHex } from '../../src/crypto/random.ts'
import { findPersons } from '../../src/stores/personal-data.ts'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  connect,
  credentialsOf,
  logIn,
  post,
  refresh,
  testApp,
  type TestApp,
  type TestClient,
} from '../support/app.ts'
import { issueCode, tokensOfStudip } from '../support/issuing.ts'
import { environmentOf, json, run } from './studip.ts'

const { autor, tutor } = users
interface Exported {
  userId: string
  authorizationCodes: { id: string; user_id: string; client_name: string | null }[]
  accessTokens: { id: string; user_id: string }[]
  refreshTokens: { id: string; access_token_id: string }[]
}

describe('oauth2:person:*', () => {
  let app: TestApp
  let client: TestClient
  let env: Record<string, string>
  beforeEach(async () => {
    app = await testApp()
    client = await addClient(app, { name: 'Campus' })
    env = await environmentOf(app.database)
  })
  afterEach(() => app.close())

  const exported = (user: string) => json<Exported>(['oauth2:person:export', user], { env })
  const rowsOf = async (userId: string) => {
    const of = async (table: string) => (await app.database.knex(table).where({ user_id: userId })).length
    return (await of('oauth2_auth_codes')) + (await of('oauth2_access_tokens'))
  }
  const tablesHold = async (text: string) => {
    const tables = ['oauth2_clients', 'oauth2_auth_codes', 'oauth2_access_tokens', 'oauth2_refresh_tokens']
    const rows = await Promise.all(tables.map((table) => app.database.knex(table).select('*')))
    return JSON.stringify(rows).includes(text)
  }
  const connected = async (user: { readonly user_id: string }) =>
    connect(app, client, { cookie: await logIn(app, user) })

  it('S-151 nobody is no person: what waits for an answer stays', async () => {
    await app.deps.devices.insert({ id: randomHex(40), clientId: client.id, scopes: ['api'], expiresAt: 2e9 }, '::1')
    for (const user of ['-', '', ' ']) expect(await findPersons(app.database.knex, user), user).to.be.empty
    expect((await run(['oauth2:person:delete', '--yes', '-'], { env })).code).to.equal(1)
    expect(await rowsOf('-')).to.equal(1)
  })

  it('S-151 hands out every row of the person and of nobody else, by name or id', async () => {
    const tokens = await connected(autor)
    await refresh(app, client, tokens.refresh_token).expect(200)
    await issueCode(app, client)
    const { token } = await tokensOfStudip(app, client)
    await connected(tutor)
    const data = await exported('autor')
    expect(data).to.deep.equal(await exported(autor.user_id))
    expect(data.userId).to.equal(autor.user_id)
    expect([data.authorizationCodes, data.accessTokens, data.refreshTokens].map(({ length }) => length)).to.deep.equal([
      2, 3, 3,
    ])
    expect([...data.authorizationCodes, ...data.accessTokens].every((row) => row.user_id === autor.user_id)).to.equal(
      true,
    )
    expect(data.refreshTokens.map(({ id }) => id)).to.include(token.id)
    expect(data.authorizationCodes[0]).to.include({ client_name: 'Campus' })
    for (const quiet of [[], ['--quiet']]) {
      const plain = await run(['oauth2:person:export', 'autor', ...quiet], { env })
      expect(JSON.parse(plain.stdout), quiet[0]).to.deep.equal(data)
    }
  })

  it('S-151 leaves no row with their id, ends every token, and touches nobody else', async () => {
    const [tokens, others] = [await connected(autor), await connected(tutor)]
    await refresh(app, client, tokens.refresh_token).expect(200)
    await tokensOfStudip(app, client)
    // The access token of one refresh token was purged.
    const grantId = randomHex(16)
    const row = {
      user_id: autor.user_id,
      client_id: client.id,
      scopes: '[]',
      revoked: 1,
      expires_at: 1,
      mkdate: 1,
      chdate: 1,
    }
    await app.database.knex('oauth2_auth_codes').insert({ id: grantId + randomHex(24), ...row })
    const orphan = { id: grantId + randomHex(24), access_token_id: 'gone', revoked: 0, expires_at: app.deps.now() + 99 }
    await app.database.knex('oauth2_refresh_tokens').insert(orphan)
    expect(await tablesHold(autor.user_id)).to.equal(true)
    const { stdout, stderr } = await run(['oauth2:person:delete', 'autor', '--yes', '--json'], { env })
    const userId = autor.user_id
    expect(JSON.parse(stderr)).to.include({ event: 'grant.revoked', userId, reason: 'all of the user, deleted' })
    expect(JSON.parse(stdout)).to.deep.equal({
      userId: autor.user_id,
      authorizationCodes: 2,
      accessTokens: 3,
      refreshTokens: 4,
      clients: 0,
    })
    expect(await tablesHold(autor.user_id)).to.equal(false)
    expect(await tablesHold(orphan.id)).to.equal(false)
    await refresh(app, client, tokens.refresh_token).expect(400)
    const { body } = await post(app, 'introspect', { ...credentialsOf(client), token: tokens.access_token })
    expect(body).to.deep.equal({ active: false })
    await refresh(app, client, others.refresh_token).expect(200)
    expect(await exported('autor'))
      .to.include({ userId: autor.user_id })
      .and.deep.include({ accessTokens: [] })
  })

  it('S-151 works at any size, in short transactions', async () => {
    const ids = Array.from({ length: 2_500 }, () => randomHex(40))
    const row = {
      user_id: autor.user_id,
      client_id: client.id,
      scopes: '[]',
      revoked: 0,
      expires_at: 1,
      mkdate: 1,
      chdate: 1,
    }
    await app.database.knex.batchInsert(
      'oauth2_access_tokens',
      ids.map((id) => ({ id, ...row })),
    )
    await app.database.knex.batchInsert(
      'oauth2_refresh_tokens',
      ids.map((id) => ({ id, access_token_id: id, revoked: 0, expires_at: 1 })),
    )
    expect((await exported('autor')).refreshTokens).to.have.length(2_500)
    expect(await json(['oauth2:person:delete', 'autor', '--yes'], { env })).to.include({
      accessTokens: 2_500,
      refreshTokens: 2_500,
    })
    expect(await rowsOf(autor.user_id)).to.equal(0)
  })

  it('S-151 knows who asked for clients and who decided: hands it out, and takes the person out of it', async () => {
    const { requests } = app.deps
    const wanted = {
      redirectUris: ['https://a.example/cb'],
      description: '',
      owner: 'x',
      homepage: 'https://a.example',
    }
    const ask = async (name: string, by = autor) =>
      (await requests.ask(
        { ...wanted, name, secretHash: 'hash' },
        { id: by.user_id, username: by.username },
        `I am ${name}`,
      ))!
    const root = { id: users.root.user_id, username: 'root' }
    const ids = [await ask('Open'), await ask('Rejected'), await ask('Approved'), await ask('Other', tutor)] as const
    await requests.reject(ids[1], root, 'no')
    await requests.approve(ids[2], root)
    await requests.reject(ids[3], root, 'no')
    interface Requests {
      requestedClients: { name: string; admin_notes: string }[]
      decisions: { client_id: string }[]
      requestSlots: string[]
    }
    const data = await json<Requests>(['oauth2:person:export', 'autor'], { env })
    expect(data.requestedClients.map(({ name }) => name)).to.deep.equal(['Open', 'Rejected', 'Approved'])
    expect([data.requestSlots.length, data.decisions.length, JSON.stringify(data).includes('hash')]).to.deep.equal([
      1,
      0,
      false,
    ])
    const decider = await json<Requests>(['oauth2:person:export', 'root'], { env })
    expect(decider.decisions.map(({ client_id: id }) => id)).to.have.members(ids.slice(1))
    expect(JSON.stringify(decider)).not.to.include('I am').and.not.include(autor.user_id)
    await app.database.knex('auth_user_md5').where({ user_id: autor.user_id }).delete()
    expect(await json(['oauth2:person:delete', autor.user_id, '--yes'], { env })).to.include({ clients: 3 })
    for (const text of [autor.user_id, 'I am Approved']) expect(await tablesHold(text), text).to.equal(false)
    expect(await json(['oauth2:person:delete', 'root', '--yes'], { env })).to.include({ clients: 2 })
    expect(await tablesHold(root.id)).to.equal(false)
    expect((await requests.get(ids[2]))?.suspended).to.equal(false)
    expect((await requests.get(ids[3]))?.request).to.deep.include({ state: 'rejected', purpose: 'I am Other' })
    expect((await run(['oauth2:person:export', autor.user_id], { env })).code).to.equal(1)
  })

  it('S-151 finds a person whom Stud.IP has deleted, by the id', async () => {
    await connected(autor)
    await app.database.knex('auth_user_md5').where({ user_id: autor.user_id }).delete()
    expect((await exported(autor.user_id)).accessTokens).to.have.length(1)
    expect((await run(['oauth2:person:delete', autor.user_id, '--force'], { env })).code).to.equal(0)
    expect(await rowsOf(autor.user_id)).to.equal(0)
  })

  it('B18 a name in any alphabet is one that nobody has, or the one who has it', async () => {
    for (const [command, ...rest] of [
      ['oauth2:person:export'],
      ['oauth2:person:delete', '--force'],
      ['oauth2:grants', '--user'],
    ] as const)
      for (const name of ['李', 'Łukasz', '\u{1F989}', 'ä\u0301']) {
        const { code, stderr } = await run([command, ...rest, name], { env })
        expect([code, stderr], `${command} ${name}`).to.deep.equal([1, `[ERROR] There is no user ${name}.\n`])
      }
    await app.database.knex('auth_user_md5').where('user_id', tutor.user_id).update({ username: '李Ł' })
    expect((await exported('李Ł')).userId).to.equal(tutor.user_id)
  })

  it('its help says who is meant, by name or id', async () => {
    for (const command of ['oauth2:person:export', 'oauth2:person:delete'])
      for (const [LANG, words] of [
        ['en', 'User name or id of the person'],
        ['de', 'Benutzername oder ID der Person'],
      ] as const)
        expect((await run([command, '--help'], { env: { ...env, LANG } })).stdout).to.include(words)
  })

  it('S-151 deletes nothing unasked, nor of an unknown or ambiguous person', async () => {
    await connected(autor)
    const refused = async (args: readonly string[], pattern: RegExp, language = 'en') => {
      const { code, stderr } = await run(['oauth2:person:delete', ...args], { env: { ...env, LANG: language } })
      expect(code).to.equal(1)
      expect(stderr).to.match(pattern)
    }
    await refused(['autor'], /--force|--yes/)
    await refused(['nobody', '--yes'], /no user nobody/)
    await refused(['%', '--yes'], /no user %/)
    await app.database.knex('auth_user_md5').where({ user_id: tutor.user_id }).update({ username: autor.user_id })
    await refused([autor.user_id, '--yes'], /id of one user and the name of another/)
    await refused([autor.user_id, '--yes'], /Benutzername einer anderen/, 'de')
    const grants = await run(['oauth2:grants', '--user', autor.user_id, '--revoke', '--force'], { env })
    expect([grants.code, grants.stderr.includes('id of one user and the name of another')]).to.deep.equal([1, true])
    expect(await rowsOf(autor.user_id)).to.be.greaterThan(0)
  })
})
