// What a user connected, by application: its connections, what is remembered, and what it costs to look (D25).
import { expect } from 'chai'
import { bounds } from '../../src/bounds.ts'
import { randomHex } from '../../src/crypto/random.ts'
import { openDatabase } from '../../src/stores/database.ts'
import { createApplications, type Application } from '../../src/stores/applications.ts'
import { users } from '../fixtures/users.ts'
import { addClient, connect, logIn, testApp, type TestApp, type TestClient } from '../support/app.ts'
import { issueCode, issueTokens, stoppedClock } from '../support/issuing.ts'

const userId = users.autor.user_id

describe('applications of a user', () => {
  const clock = stoppedClock()
  let app: TestApp
  before(async () => {
    app = await testApp({ now: clock.now, settings: { apiRead: true, rememberConsent: true } })
  })
  after(() => app.close())

  const list = async (user: { readonly user_id: string } = users.autor) =>
    (await app.deps.applications.ofUser(user.user_id)).applications
  const of = async ({ id }: TestClient): Promise<Application | undefined> =>
    (await list()).find(({ clientId }) => clientId === id)
  const remember = async (client: TestClient, scopes = ['api.read']) => {
    const { code } = await issueCode(app, client, { scopes })
    await app.deps.approvals.remember(code, (await app.deps.clients.find(client.id))!)
    await app.deps.codes.withdraw(code.id)
  }

  it('D25 are one for each client, with every connection, since the first and up to the last use', async () => {
    const client = await addClient(app)
    const begun = clock.now()
    const first = await issueTokens(app, client, { scopes: ['api.read'] })
    clock.pass(100)
    const second = await issueTokens(app, client)
    clock.pass(100)
    await issueTokens(app, client, { userId: users.root.user_id })
    const application = await of(client)
    expect(application).to.deep.include({
      clientId: client.id,
      connectedAt: begun,
      lastUsedAt: begun + 100,
      rememberedUntil: undefined,
    })
    expect(application?.scopes).to.have.members(['api', 'api.read'])
    expect(
      application?.connections.map(({ grantId, scopes, connectedAt }) => ({ grantId, scopes, connectedAt })),
    ).to.deep.equal([
      { grantId: second.grantId, scopes: ['api'], connectedAt: begun + 100 },
      { grantId: first.grantId, scopes: ['api.read'], connectedAt: begun },
    ])
  })

  it('D25 are there while they are only remembered, and end with one revocation', async () => {
    const client = await addClient(app)
    await remember(client)
    const application = await of(client)
    expect(application).to.deep.include({ scopes: ['api.read'], connections: [], connectedAt: clock.now() })
    expect(application?.rememberedUntil).to.equal(clock.now() + 365 * 86_400)
    expect(await app.deps.grants.revokeAllOf(userId, client.id)).to.equal(0)
    expect(await of(client)).to.equal(undefined)
  })

  it('D25 are remembered only as long as a sign-in would pass: not of a client that changed, is suspended, or with REMEMBER_CONSENT=off', async () => {
    const [changed, suspended, kept] = [await addClient(app), await addClient(app), await addClient(app)]
    for (const client of [changed, suspended, kept]) await remember(client)
    await app.database.knex('oauth2_clients').where({ id: changed.id }).update({ redirect: 'https://other.example/' })
    await app.deps.administration.suspend(suspended.id)
    expect([await of(changed), await of(suspended)]).to.deep.equal([undefined, undefined])
    expect(await of(kept)).to.not.equal(undefined)
    const off = createApplications({ db: app.database.knex, now: clock.now, idOf: undefined })
    const { applications } = await off.ofUser(userId)
    expect(applications.map(({ clientId }) => clientId)).to.not.include(kept.id)
    clock.pass(365 * 86_400)
    expect(await of(kept)).to.equal(undefined)
  })

  it('D25 ending one leaves the others, codes that wait and other people alone', async () => {
    const [client, other] = [await addClient(app), await addClient(app)]
    for (const user of [users.autor, users.root])
      for (const each of [client, other]) await issueTokens(app, each, { userId: user.user_id })
    for (const each of [client, other]) await remember(each)
    const waiting = [(await issueCode(app, client)).code.id, (await issueCode(app, other)).code.id]
    expect(await app.deps.grants.revokeAllOf(userId, client.id)).to.equal(1)
    expect(await of(client)).to.equal(undefined)
    expect((await of(other))?.rememberedUntil).to.not.equal(undefined)
    expect((await of(other))?.connections).to.have.length(1)
    expect((await list(users.root)).map(({ clientId }) => clientId)).to.include(client.id)
    const codes = await app.database.knex<{ id: string; revoked: number }>('oauth2_auth_codes').whereIn('id', waiting)
    expect(codes.map(({ id, revoked }) => [id, revoked]).sort()).to.deep.equal(
      [
        [waiting[0], 1],
        [waiting[1], 0],
      ].sort(),
    )
  })

  it('D25 count a device among them', async () => {
    const client = await addClient(app, { confidential: false, redirectUris: ['org.example.app:/cb'] })
    await connect(app, client, { cookie: await logIn(app) })
    const asked = await app.http
      .post(app.api('device_authorization'))
      .type('form')
      .send({ client_id: client.id, scope: 'api.read' })
      .expect(200)
    const { device_code: deviceCode, user_code: userCode } = asked.body as Record<string, string>
    const id = await app.deps.deviceCodes.idOf(userCode!.replace('-', ''))
    expect(await app.deps.devices.approve(id, userId, undefined)).to.equal(true)
    const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
    await app.http
      .post(app.api('token'))
      .type('form')
      .send({ grant_type: grantType, client_id: client.id, device_code: deviceCode })
      .expect(200)
    const application = await of(client)
    expect(application?.connections.map(({ scopes }) => scopes)).to.have.deep.members([['api'], ['api.read']])
  })

  it('A5 S-115 read only so many rows of whoever has piled up more, and go on where they ended', async () => {
    const user = 'p'.repeat(32)
    const db = openDatabase(app.database.settings)
    const [many, few] = [await addClient(app), await addClient(app)]
    const now = clock.now()
    const rows = Array.from({ length: 2 * bounds.rowsOfPage.most + 1_000 }, (_, index) => ({
      id: randomHex(40),
      user_id: user,
      client_id: index % 1_000 === 0 ? few.id : many.id,
      scopes: '["api"]',
      revoked: 0,
      expires_at: now + 99,
      mkdate: now,
      chdate: now,
    }))
    await db.batchInsert('oauth2_access_tokens', rows, 2_000)
    // Ours begin as their access token does, those of PHP with anything.
    const refresh = rows.map(({ id }, index) => ({
      id: index % 2 === 0 ? id.slice(0, 32) + randomHex(24) : randomHex(40),
      access_token_id: id,
      revoked: 0,
      expires_at: now + 999,
    }))
    await db.batchInsert('oauth2_refresh_tokens', refresh, 2_000)
    const taken: number[] = []
    db.on('query', ({ bindings = [] }: { bindings?: unknown[] }) => void taken.push(bindings.flat().length))
    const store = createApplications({ db, now: clock.now, idOf: undefined })
    const found: string[] = []
    for (let from: string | undefined = ''; from !== undefined;) {
      const before = taken.length
      const page: Awaited<ReturnType<typeof store.ofUser>> = await store.ofUser(user, from)
      expect(taken.length - before).to.be.at.most((2 * bounds.rowsOfPage.most) / bounds.rowsOfStatement.most + 2)
      const shown = page.applications.flatMap(({ connections }) => connections)
      expect(shown.length).to.be.lessThan(2 * bounds.connectionsOfPage.most)
      expect(page.applications.length).to.be.at.most(2)
      found.push(...page.applications.flatMap(({ connections }) => connections.map(({ grantId }) => grantId)))
      from = page.next
    }
    expect(new Set(found).size).to.equal(found.length)
    expect(found).to.have.length(rows.length)
    await db.destroy()
  })

  it('A5 are read for a crowd of one user no more often than twice, and the second time as they are then', async () => {
    const db = openDatabase(app.database.settings)
    let statements = 0
    db.on('query', () => void (statements += 1))
    const store = createApplications({ db, now: clock.now, idOf: undefined })
    const client = await addClient(app)
    await issueTokens(app, client, { userId: users.tutor.user_id })
    await store.ofUser(users.tutor.user_id)
    const once = statements
    const first = store.ofUser(users.tutor.user_id)
    await app.database.knex('oauth2_refresh_tokens').update({ revoked: 1 })
    statements = 0
    const crowd = await Promise.all(Array.from({ length: 30 }, () => store.ofUser(users.tutor.user_id)))
    await first
    expect(statements).to.be.at.most(2 * once)
    expect(new Set(crowd.map(({ applications }) => applications.length))).to.deep.equal(new Set([0]))
    await db.destroy()
  })

  it('A5 hide no approval behind however many codes, and read only so many of them for a page', async () => {
    const user = 'q'.repeat(32)
    const db = openDatabase(app.database.settings)
    const now = clock.now()
    const clients = await Promise.all(Array.from({ length: 5 }, () => addClient(app)))
    const scopes = '["api.read"]'
    const code = (client: TestClient) => ({
      id: randomHex(40),
      user_id: user,
      client_id: client.id,
      scopes,
      revoked: 1,
      expires_at: now + 600,
      mkdate: now,
      chdate: now,
    })
    // Wherever among the codes they happen to be, and the last one after all of them.
    const ids = ['00', '7f', '80', 'c0', 'ff'].map((start) => start.padEnd(32, '0') + randomHex(24))
    const idOf = (_: string, { id }: { readonly id: string }) =>
      Promise.resolve(ids[clients.findIndex((client) => client.id === id)]!)
    const approvals = clients.map((client, at) => ({ ...code(client), id: ids[at], expires_at: now + 365 * 86_400 }))
    const codes = Array.from({ length: 2 * bounds.rowsOfPage.most + 500 }, (_, at) => code(clients[at % 5]!))
    await db.batchInsert('oauth2_auth_codes', [...codes, ...approvals], 2_000)
    const grants = codes.slice(0, 30).map(({ id }) => id.slice(0, 32))
    const tokens = grants.map((grantId) => ({ ...code(clients[0]!), id: grantId + randomHex(24), revoked: 0 }))
    await db.batchInsert('oauth2_access_tokens', tokens)
    const refresh = tokens.map(({ id }) => ({ id, access_token_id: id, revoked: 0, expires_at: now + 999 }))
    await db.batchInsert('oauth2_refresh_tokens', refresh)
    let statements = 0
    db.on('query', () => void (statements += 1))
    const store = createApplications({ db, now: clock.now, idOf })
    const [found, connected]: [string[], string[]] = [[], []]
    for (let from: string | undefined = ''; from !== undefined;) {
      const before = statements
      const page: Awaited<ReturnType<typeof store.ofUser>> = await store.ofUser(user, from)
      expect(statements - before).to.be.at.most(bounds.rowsOfPage.most / bounds.rowsOfStatement.most + 4)
      for (const { clientId, rememberedUntil, connections } of page.applications) {
        if (rememberedUntil !== undefined) found.push(clientId)
        connected.push(...connections.map(({ grantId }) => grantId))
      }
      from = page.next
    }
    expect(found.toSorted()).to.deep.equal(clients.map(({ id }) => id).toSorted())
    expect(connected.toSorted()).to.deep.equal(grants.toSorted())
    await db.destroy()
  })
})
