// Many at once, over HTTP, on two instances that share one database: what a mobile app and an attacker do (D8).
import { expect } from 'chai'
import {
  addClient,
  post,
  credentialsOf,
  redeem,
  refresh,
  testApp,
  type TestApp,
  type TestClient,
  type Tokens,
} from '../support/app.ts'
import { inParallel } from '../support/in-parallel.ts'
import { issueCode, issueTokens, orphans, rowsOfGrant } from '../support/issuing.ts'

const rounds = Number(process.env['ROUNDS'] ?? 200)
const longer = 600_000 + rounds * 300

describe('two instances on one database', () => {
  let graceful: TestApp[]
  let strict: TestApp[]
  let client: TestClient
  before(async () => {
    const first = await testApp()
    const second = await testApp({ database: first.database })
    const settings = { refreshGraceSeconds: 0 }
    graceful = [first, second]
    strict = [
      await testApp({ database: first.database, settings }),
      await testApp({ database: first.database, settings }),
    ]
    client = await addClient(first)
    // bcrypt once a process, not twenty times at once.
    for (const app of [...graceful, ...strict])
      await post(app, 'introspect', { ...credentialsOf(client), token: 'x' }).expect(200)
  })
  after(async () => {
    for (const app of [...strict, ...graceful.slice(1), ...graceful.slice(0, 1)]) await app.close()
  })
  const of = (apps: TestApp[], i = 0): TestApp => apps[i % apps.length] as TestApp
  const db = () => of(graceful).database.knex
  const twenty = Array.from({ length: 20 }, (_, i) => i)

  it('S-034 of twenty parallel redemptions of one code at most one answers 200, and one pair exists', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { text, code } = await issueCode(of(graceful), client)
      const answers = await Promise.all(twenty.map((i) => redeem(of(graceful, i), client, text)))
      const statuses = answers.map(({ status }) => status).sort()
      expect(statuses).to.deep.equal([200, ...Array.from({ length: 19 }, () => 400)])
      const { access, refresh: rows } = await rowsOfGrant(db(), code.id.slice(0, 32))
      expect([access.length, rows.length]).to.deep.equal([1, 1])
    }
  })

  it(`S-034 ${rounds} times, of two parallel redemptions of one code exactly one succeeds`, async function () {
    this.timeout(longer)
    await inParallel(rounds, 10, async (round) => {
      const { text } = await issueCode(of(graceful), client)
      const answers = await Promise.all([redeem(of(graceful), client, text), redeem(of(graceful, 1), client, text)])
      expect(answers.map(({ status }) => status).sort(), `round ${round}`).to.deep.equal([200, 400])
    })
    expect(await orphans(db())).to.equal(0)
  })

  it('S-052 of twenty parallel refreshes without a grace window at most one answers 200', async () => {
    for (let round = 0; round < 5; round += 1) {
      const tokens = await issueTokens(of(strict), client)
      const answers = await Promise.all(twenty.map((i) => refresh(of(strict, i), client, tokens.refresh_token)))
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, ...Array.from({ length: 19 }, () => 400)])
      expect((await rowsOfGrant(db(), tokens.grantId)).refresh).to.have.length(2)
    }
  })

  it('S-051 three refreshes of one token at once, as a mobile app may send them, all end with a working session', async () => {
    for (let round = 0; round < 3; round += 1) {
      const tokens = await issueTokens(of(graceful), client)
      const answers = await Promise.all([0, 1, 2].map((i) => refresh(of(graceful, i), client, tokens.refresh_token)))
      expect(answers.map(({ status, text }) => (status === 200 ? 200 : text))).to.deep.equal([200, 200, 200])
      const pairs = answers.map(({ body }) => body as Tokens)
      expect(new Set(pairs.map(({ refresh_token }) => refresh_token)).size).to.equal(3)
      for (const [i, { access_token, refresh_token }] of pairs.entries()) {
        expect(
          (await post(of(graceful, i), 'introspect', { ...credentialsOf(client), token: access_token }).expect(200))
            .body.active,
        ).to.equal(true)
        await refresh(of(graceful), client, refresh_token).expect(200)
      }
    }
    expect(await orphans(db())).to.equal(0)
  })

  it('A11 of twenty refreshes of one token at once three are answered, the others refused, and the session lives', async () => {
    const tokens = await issueTokens(of(graceful), client)
    const answers = await Promise.all(twenty.map((i) => refresh(of(graceful, i), client, tokens.refresh_token)))
    const pairs = answers.filter(({ status }) => status === 200).map(({ body }) => body as Tokens)
    expect(pairs).to.have.length(3)
    for (const { status, body } of answers)
      if (status !== 200) expect([status, body.error]).to.deep.equal([400, 'invalid_grant'])
    for (const { refresh_token } of pairs) await refresh(of(graceful), client, refresh_token).expect(200)
    expect(await orphans(db())).to.equal(0)
  })

  it('S-051 a revocation in the middle of twenty refreshes leaves no session', async () => {
    for (let round = 0; round < 5; round += 1) {
      const tokens = await issueTokens(of(graceful), client)
      const answers = await Promise.all(
        twenty.map((i) =>
          i === 10
            ? post(of(graceful, i), 'revoke', { ...credentialsOf(client), token: tokens.refresh_token })
            : refresh(of(graceful, i), client, tokens.refresh_token),
        ),
      )
      for (const { status } of answers) expect([200, 400]).to.include(status)
      const { access, refresh: rows } = await rowsOfGrant(db(), tokens.grantId)
      expect([...access, ...rows].filter(({ revoked }) => revoked === 0)).to.deep.equal([])
      for (const { status, body } of answers) {
        if (status === 200 && body.refresh_token)
          await refresh(of(graceful), client, (body as Tokens).refresh_token).expect(400)
      }
    }
  })
})
