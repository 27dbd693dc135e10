// Remembered consent in the database: what it answers, what ends it, and that it opens nothing (D25).
import { expect } from 'chai'
import { hashClientSecret } from '../../src/crypto/client-secret.ts'
import { randomHex } from '../../src/crypto/random.ts'
import type { AuthorizationCode, Client } from '../../src/oauth/types.ts'
import { approvalLifetime } from '../../src/stores/approvals.ts'
import { purge } from '../../src/stores/purge.ts'
import { users } from '../fixtures/users.ts'
import { addClient, connect, redeem, testApp, type TestApp, type TestClient } from '../support/app.ts'
import { issueCode, sealedByStudip, stoppedClock } from '../support/issuing.ts'
import { writeCode } from '../../src/crypto/payloads.ts'

const userId = users.autor.user_id

describe('remembered approvals', () => {
  const clock = stoppedClock()
  let app: TestApp
  let registered: TestClient
  let client: Client
  const now = async (id = registered.id) => (await app.deps.clients.find(id)) as Client
  before(async () => {
    app = await testApp({ now: clock.now, settings: { apiRead: true } })
  })
  beforeEach(async () => {
    registered = await addClient(app)
    client = await now()
  })
  after(() => app.close())

  const { autor, root } = users
  const find = (of = client, user = autor) => app.deps.approvals.find(user.user_id, of)
  const codeOf = async (scopes: readonly string[], of = client, user = autor) =>
    (await issueCode(app, { ...registered, id: of.id }, { scopes, userId: user.user_id })).code
  const remember = async (scopes: readonly string[], of = client, user = autor) => {
    const code = await codeOf(scopes, of, user)
    await app.deps.approvals.remember(code, of)
    await app.deps.codes.withdraw(code.id)
  }
  const rows = () =>
    app.database.knex<{ id: string; scopes: string | null; revoked: number; expires_at: number; chdate: number }>(
      'oauth2_auth_codes',
    )

  it('are what this user approved for this client, and add up', async () => {
    const other = await now((await addClient(app)).id)
    expect(await find()).to.deep.equal([])
    await remember(['api.read'])
    expect(await find()).to.deep.equal(['api.read'])
    await remember(['openid', 'api.read'])
    expect(await find()).to.deep.equal(['api.read', 'openid'])
    expect([await find(other), await find(client, root)]).to.deep.equal([[], []])
    const [row, ...more] = await rows().where({ client_id: registered.id } as never)
    expect(more).to.deep.equal([])
    expect(row).to.include({ revoked: 1, expires_at: clock.now() + approvalLifetime })
    expect(row?.id).to.match(/^[0-9a-f]{80}$/)
  })

  it('come to the same when they are given at the same moment', async () => {
    await Promise.all(Array.from({ length: 12 }, () => remember(['api'])))
    expect(await find()).to.deep.equal(['api'])
  })

  it('end a year after the last one, and begin anew then', async () => {
    await remember(['api'])
    clock.pass(approvalLifetime - 1)
    expect(await find()).to.deep.equal(['api'])
    clock.pass(1)
    expect(await find()).to.deep.equal([])
    await remember(['openid'])
    expect(await find()).to.deep.equal(['openid'])
  })

  it('S-130 end with whatever changes the client, here or in Stud.IP, in the same second too', async () => {
    const { administration } = app.deps
    const table = () => app.database.knex('oauth2_clients').where({ id: registered.id })
    const changes: Record<string, () => PromiseLike<unknown>> = {
      'suspended and resumed': async () => {
        await administration.suspend(registered.id)
        await administration.resume(registered.id)
      },
      'a new secret': async () => administration.renewSecret(registered.id, await hashClientSecret('x'.repeat(40))),
      'other redirect URIs': () => table().update({ redirect: 'https://other.example.org/' }),
      'another name': () => table().update({ name: 'Stud.IP' }),
      'saved in Stud.IP': () => table().update({ chdate: clock.now() + 5 }),
    }
    for (const [title, change] of Object.entries(changes)) {
      const before = await now()
      await remember(['api'], before)
      expect(await find(before), title).to.deep.equal(['api'])
      await change()
      expect(await find(await now()), title).to.deep.equal([])
    }
  })

  it('S-130 end when they are forgotten, for one client or all, of this user alone', async () => {
    const other = await now((await addClient(app)).id)
    for (const of of [client, other]) for (const user of [autor, root]) await remember(['api'], of, user)
    const tokens = await connect(app, registered)
    await app.deps.approvals.forget(userId, registered.id)
    expect([await find(), await find(other), await find(client, root)]).to.deep.equal([[], ['api'], ['api']])
    await app.deps.approvals.forgetAllOf(userId)
    expect([await find(other), await find(other, root)]).to.deep.equal([[], ['api']])
    const opened = await app.deps.credentials.openAccessToken(tokens.access_token)
    const used = await rows().where('id', 'like', `${opened?.id.slice(0, 32)}%`)
    expect(used, 'codes are no approvals').to.have.length(1)
    await app.deps.administration.delete(registered.id)
    expect(await find(client, root)).to.deep.equal([])
  })

  const freshCode = (scopes: readonly string[]): AuthorizationCode => ({
    id: randomHex(40),
    clientId: registered.id,
    userId,
    scopes,
    redirectUri: registered.redirectUris[0],
    codeChallenge: undefined,
    expiresAt: clock.now() + 600,
  })
  const liveCodes = () => rows().where({ client_id: registered.id, revoked: 0 } as never)

  it('S-131 answer with a code only while they hold all of it, and only for the client as it was', async () => {
    await remember(['api.read', 'openid'])
    const pass = (scopes: readonly string[], of = client) => app.deps.approvals.pass(freshCode(scopes), of)
    expect(await pass(['api.read'])).to.equal(true)
    expect(await pass(['openid', 'api.read']), 'twice in a second').to.equal(true)
    expect(await liveCodes()).to.have.length(2)
    for (const scopes of [['api'], ['api.read', 'api'], ['API.READ']]) expect(await pass(scopes)).to.equal(false)
    await app.database
      .knex('oauth2_clients')
      .where({ id: registered.id })
      .update({ chdate: client.changedAt + 1 })
    expect(await pass(['api.read']), 'of a client that changed since it was looked up').to.equal(false)
    expect(await pass(['api.read'], await now()), 'of the client as it is now').to.equal(false)
    await app.database
      .knex('oauth2_clients')
      .where({ id: registered.id })
      .update({ chdate: client.changedAt, revoked: 1 })
    expect(await pass(['api.read']), 'of a suspended client').to.equal(false)
    await app.database.knex('oauth2_clients').where({ id: registered.id }).update({ revoked: 0 })
    clock.pass(approvalLifetime)
    expect(await pass(['api.read']), 'after a year').to.equal(false)
    expect(await liveCodes()).to.have.length(2)
  })

  it('S-130 who revokes while others pass leaves neither a code that is good nor an approval, whoever was first', async () => {
    for (let round = 0; round < 12; round += 1) {
      await remember(['api'])
      const passing = Array.from({ length: 4 }, () => app.deps.approvals.pass(freshCode(['api']), client))
      await Promise.all([...passing, app.deps.grants.revokeAllOf(userId)])
      expect([await find(), await liveCodes()], String(round)).to.deep.equal([[], []])
    }
  })

  it('S-130 who allows while everything is revoked is remembered only if the code is good, too', async () => {
    for (let round = 0; round < 12; round += 1) {
      const code = freshCode(['api'])
      const allow = async () => {
        await app.deps.codes.insert(code)
        await app.deps.approvals.remember(code, client)
      }
      await Promise.all([allow(), app.deps.grants.revokeAllOf(userId)])
      expect((await liveCodes()).length, String(round)).to.be.at.least((await find()).length)
      await app.deps.grants.revokeAllOf(userId)
    }
  })

  it('S-130 a code that was revoked or withdrawn is not remembered, and what was forgotten meanwhile does not come back', async () => {
    const code = await codeOf(['api'])
    await app.deps.codes.withdraw(code.id)
    await app.deps.approvals.remember(code, client)
    expect(await find()).to.deep.equal([])
    const revoked = await codeOf(['api'])
    await rows().where({ id: revoked.id }).update({ revoked: 1 })
    await app.deps.approvals.remember(revoked, client)
    expect(await find()).to.deep.equal([])
  })

  it('say nothing when their row does not', async () => {
    await remember(['api'])
    for (const scopes of [null, '', '[]', '{}', '"api"', 'api', '[1]']) {
      await rows()
        .where({ client_id: registered.id } as never)
        .update({ scopes })
      expect(await find(), String(scopes)).to.deep.equal([])
    }
  })

  it('S-132 the row cannot be redeemed, not even with a code that names it', async () => {
    for (const scopes of [['api'], ['api.read']]) {
      await remember(scopes)
      const [row] = await rows().where({ client_id: registered.id } as never)
      const code = {
        id: row!.id,
        clientId: registered.id,
        userId,
        scopes,
        redirectUri: registered.redirectUris[0],
        codeChallenge: undefined,
        expiresAt: clock.now() + 600,
      }
      for (const text of [await app.deps.credentials.sealCode(code), await sealedByStudip(app, writeCode(code))]) {
        const { body } = await redeem(app, registered, text).expect(400)
        expect(body).to.include({ error: 'invalid_grant' }).and.not.have.any.keys('access_token')
      }
      expect(await find()).to.include.members(scopes)
    }
  })

  for (const flags of [
    { revoked: false, expired: false },
    { revoked: true, expired: false },
    { revoked: false, expired: true },
    { revoked: true, expired: true },
  ])
    it(`our purge spares them until they end: ${JSON.stringify(flags)}`, async () => {
      const take = () => {
        const cut = clock.now() - 7 * 86_400
        return purge(app.database.knex, clock.now, { ...flags, cut, batch: 100, pause: 0, dryRun: false })
      }
      await remember(['api'])
      clock.pass(30 * 86_400)
      await take()
      expect(await find()).to.deep.equal(['api'])
      clock.pass(approvalLifetime)
      await take()
      expect(await rows().where({ client_id: registered.id } as never)).to.deep.equal([])
    })
})
