// The resource owner is looked at again whenever tokens are issued (contract §2.4).
import { expect } from 'chai'
import { users } from '../fixtures/users.ts'
import { addClient, redeem, refresh, testApp, type TestApp, type TestClient } from '../support/app.ts'
import { issueCode, issueTokens, liveIds, stoppedClock } from '../support/issuing.ts'

describe('users whose tokens end', () => {
  const clock = stoppedClock()
  let app: TestApp
  let client: TestClient
  before(async () => {
    app = await testApp({ now: clock.now })
    client = await addClient(app)
  })
  after(() => app.close())
  const db = () => app.database.knex

  const never = {
    locked: users.locked,
    expired: users.expired,
    provisional: users.provisional,
    nameless: users.nameless,
    missing: { user_id: 'f'.repeat(32) },
  }
  for (const [kind, { user_id: userId }] of Object.entries(never)) {
    it(`S-104 a ${kind} user gets no token for a code`, async () => {
      const { text, code } = await issueCode(app, client, { userId })
      const answer = await redeem(app, client, text)
      expect([answer.status, answer.body.error]).to.deep.equal([400, 'invalid_grant'])
      expect(await liveIds(db(), code.id.slice(0, 32)), 'the code alone').to.deep.equal([code.id])
    })
  }

  const { user_id: userId } = users.expiring
  const changes: Record<string, () => Promise<unknown>> = {
    locked: () => db()('auth_user_md5').where({ user_id: userId }).update({ locked: 1 }),
    expired: () =>
      db()('config_values')
        .where({ field: 'EXPIRATION_DATE', range_id: userId })
        .update({ value: String(clock.now() - 1) }),
    provisional: () => db()('auth_user_md5').where({ user_id: userId }).update({ auth_plugin: null }),
    nameless: () => db()('auth_user_md5').where({ user_id: userId }).update({ username: '  '.trim() }),
    deleted: () => db()('auth_user_md5').where({ user_id: userId }).delete(),
  }
  for (const [change, apply] of Object.entries(changes)) {
    it(`S-104 a user who was ${change} after the consent gets neither redemption nor refresh, and both once mended`, async () => {
      const row = (await db()('auth_user_md5').where({ user_id: userId }).first()) as object
      const tokens = await issueTokens(app, client, { userId })
      const { text } = await issueCode(app, client, { userId })
      // A user without a name exists once in the fixture, and names are unique.
      if (change === 'nameless') await db()('auth_user_md5').where({ user_id: users.nameless.user_id }).delete()
      await apply()
      for (const answer of [await redeem(app, client, text), await refresh(app, client, tokens.refresh_token)]) {
        expect([answer.status, answer.body.error]).to.deep.equal([400, 'invalid_grant'])
      }
      await db()('auth_user_md5').where({ user_id: userId }).delete()
      await db()('auth_user_md5').insert(row)
      await db()('config_values').where({ field: 'EXPIRATION_DATE', range_id: userId }).update({ value: '4102444800' })
      await redeem(app, client, text).expect(200)
      await refresh(app, client, tokens.refresh_token).expect(200)
    })
  }

  it('S-105 in maintenance mode everybody but root is told to wait, and nothing is consumed', async () => {
    const [mine, roots] = [
      await issueTokens(app, client),
      await issueTokens(app, client, { userId: users.root.user_id }),
    ]
    const [code, rootCode] = [
      await issueCode(app, client),
      await issueCode(app, client, { userId: users.root.user_id }),
    ]
    await db()('config_values').insert({ field: 'MAINTENANCE_MODE_ENABLE', range_id: 'studip', value: '1' })
    try {
      for (const answer of [await redeem(app, client, code.text), await refresh(app, client, mine.refresh_token)]) {
        expect([answer.status, answer.body.error]).to.deep.equal([503, 'temporarily_unavailable'])
        expect(Number(answer.headers['retry-after'])).to.be.greaterThan(0)
      }
      await redeem(app, client, rootCode.text).expect(200)
      await refresh(app, client, roots.refresh_token).expect(200)
    } finally {
      await db()('config_values').where({ field: 'MAINTENANCE_MODE_ENABLE' }).delete()
    }
    await redeem(app, client, code.text).expect(200)
    await refresh(app, client, mine.refresh_token).expect(200)
  })
})
