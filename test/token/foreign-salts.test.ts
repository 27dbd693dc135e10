// What a flood of ciphertexts with foreign salts costs: each salt is 100,000 rounds of PBKDF2 (D4).
import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import {
  addClient,
  credentialsOf,
  post,
  redeem,
  refresh,
  testApp,
  type TestApp,
  type TestClient,
  type Tokens,
} from '../support/app.ts'
import { addUsers } from '../faults/population.ts'
import { codeOfStudip, issueCode, issueTokens, tokensOfStudip } from '../support/issuing.ts'
import { whileTimeStands } from '../support/standing-time.ts'

/** SWITCH_TOKENS=5000 for a campus; each costs 200,000 rounds of PBKDF2, here and in PHP's place. */
const switching = Number(process.env['SWITCH_TOKENS'] ?? 60)

const garbage = (): string => `def50200${randomBytes(200).toString('hex')}`

describe('foreign salts', () => {
  let app: TestApp
  let client: TestClient
  before(async () => {
    app = await testApp()
    await app.deps.credentials.prepare()
    client = await addClient(app)
    await issueTokens(app, client)
  })
  after(() => app.close())

  let lastAddress = 0
  const address = () => ({ 'X-Forwarded-For': `198.51.100.${(lastAddress += 1)}` })
  const derived = () => app.deps.credentials.stats().derivedKeys.derived
  const cost = async (work: () => Promise<{ status: number }>) => {
    const before = derived()
    const { status } = await work()
    return { status, derivations: derived() - before }
  }

  it('S-099 a request derives once at most, and a credential of our own salt never', async () => {
    const form = credentialsOf(client)
    const { text } = await issueCode(app, client)
    const own = (await redeem(app, client, text).expect(200)).body as Tokens
    expect(await cost(() => refresh(app, client, own.refresh_token))).to.deep.equal({ status: 200, derivations: 0 })
    expect(await cost(() => post(app, 'introspect', { ...form, token: own.refresh_token }))).to.deep.equal({
      status: 200,
      derivations: 0,
    })
    const foreignCode = await codeOfStudip(app, client)
    expect(await cost(() => redeem(app, client, foreignCode))).to.deep.equal({ status: 200, derivations: 1 })
    for (const path of ['introspect', 'revoke'] as const) {
      const { text: foreign } = await tokensOfStudip(app, client)
      expect(await cost(() => post(app, path, { ...form, token: foreign }, address()))).to.deep.equal({
        status: 200,
        derivations: 1,
      })
      expect(await cost(() => post(app, path, { ...form, token: foreign }, address()))).to.deep.equal({
        status: 200,
        derivations: 0,
      })
    }
    expect(
      await cost(() =>
        post(app, 'token', { ...form, grant_type: 'refresh_token', refresh_token: garbage() }, address()),
      ),
    ).to.deep.equal({ status: 400, derivations: 1 })
  })

  it('S-099 nothing is derived before the client is authenticated, nor for a text that is no ciphertext', async () => {
    for (const [path, name, more] of [
      ['token', 'refresh_token', { grant_type: 'refresh_token' }],
      ['token', 'code', { grant_type: 'authorization_code' }],
      ['revoke', 'token', {}],
      ['introspect', 'token', {}],
    ] as const) {
      const wrong = { client_id: client.id, client_secret: 'wrong', ...more, [name]: garbage() }
      expect(await cost(() => post(app, path, wrong, address()))).to.deep.equal({ status: 401, derivations: 0 })
      for (const text of [
        garbage().slice(0, 160),
        garbage().slice(0, -1),
        `def50201${garbage().slice(8)}`,
        `${garbage().slice(0, -2)}zz`,
        `def50200${'0'.repeat(16_384)}`,
      ]) {
        const answer = await cost(() => post(app, path, { ...credentialsOf(client), ...more, [name]: text }, address()))
        expect(answer.derivations, `${path} ${text.slice(0, 12)} ${text.length}`).to.equal(0)
        expect([200, 400]).to.include(answer.status)
      }
    }
  })

  for (const [path, name, more] of [
    ['token', 'refresh_token', { grant_type: 'refresh_token' }],
    ['revoke', 'token', {}],
    ['introspect', 'token', {}],
  ] as const) {
    it(`S-099 ${path} holds off who sends many foreign salts at once, but not their tokens of our own`, () =>
      whileTimeStands(async () => {
        const sender = address()
        const before = derived()
        const answers = await Promise.all(
          Array.from({ length: 60 }, () =>
            post(app, path, { ...credentialsOf(client), ...more, [name]: garbage() }, sender),
          ),
        )
        const held = answers.filter(({ status }) => status === 429)
        expect(held.length).to.be.greaterThan(5)
        for (const { headers } of held) expect(Number(headers['retry-after'])).to.be.within(1, 60)
        expect(derived() - before).to.equal(60 - held.length)
        const own = await issueTokens(app, client)
        await post(app, 'introspect', { ...credentialsOf(client), token: own.refresh_token }, sender).expect(200)
        await post(
          app,
          'token',
          { ...credentialsOf(client), grant_type: 'refresh_token', refresh_token: own.refresh_token },
          sender,
        ).expect(200)
      }))
  }

  it('A7 tokens of PHP are served to an address whose neighbour sent nothing but junk', () =>
    whileTimeStands(async () => {
      const sender = address()
      const junk = () =>
        post(app, 'introspect', { ...credentialsOf(client), token: garbage() }, sender).then(({ status }) => status)
      for (let i = 0; i < 35; i += 1) expect(await junk()).to.equal(200)
      const { text } = await tokensOfStudip(app, client)
      await Promise.all([
        post(app, 'introspect', { ...credentialsOf(client), token: text }, sender).expect(200, /"active":true/),
        ...Array.from({ length: 5 }, junk),
      ])
    }))

  it(`A7 S-116 on the day of the switch ${switching} tokens of PHP come from one address, one in twenty is junk, all are served`, async function () {
    this.timeout(600_000 + switching * 1000)
    const sender = address()
    const userIds = await addUsers(app.database.knex, switching)
    let sent = 0
    const statuses = { good: [] as number[], junk: [] as number[] }
    const oneByOne = async (): Promise<void> => {
      while (sent < switching) {
        const userId = userIds[sent]
        const isJunk = (sent += 1) % 20 === 0
        const text = isJunk ? garbage() : (await tokensOfStudip(app, client, { userId })).text
        const form = { ...credentialsOf(client), grant_type: 'refresh_token', refresh_token: text }
        statuses[isJunk ? 'junk' : 'good'].push((await post(app, 'token', form, sender)).status)
      }
    }
    await whileTimeStands(() => Promise.all(Array.from({ length: 16 }, oneByOne)))
    expect(statuses.good.filter((status) => status !== 200)).to.deep.equal([])
    expect(statuses.good.length).to.be.at.least((switching * 19) / 20 - 1)
    expect(new Set(statuses.junk)).to.deep.equal(new Set([400]))
  })

  it('A7 junk of one /64 does not fill the queue for others', () =>
    whileTimeStands(async () => {
      const flood = Promise.all(
        Array.from({ length: 300 }, (_, i) =>
          post(
            app,
            'introspect',
            { ...credentialsOf(client), token: garbage() },
            { 'X-Forwarded-For': `2001:db8:1:2:${i.toString(16)}::${i}` },
          ),
        ),
      )
      while (app.deps.credentials.stats().derivedKeys.waiting < 200)
        await new Promise((resolve) => setImmediate(resolve))
      const { text } = await tokensOfStudip(app, client)
      const before = derived()
      await post(app, 'introspect', { ...credentialsOf(client), token: text }, address()).expect(200, /"active":true/)
      expect(derived() - before, 'before its turn').to.be.lessThan(10)
      const refused = (await flood).filter(({ status }) => status !== 200)
      expect(refused.length, 'of the /64').to.be.greaterThan(200)
    }))

  it('S-099 a flood from many addresses does not keep codes of our own from being answered', () =>
    whileTimeStands(async () => {
      const mobile = await addClient(app, { confidential: false })
      let flooding = true
      let sent = 0
      const flood = Promise.all(
        Array.from({ length: 40 }, async (_, i) => {
          while (flooding) {
            sent += 1
            await post(
              app,
              'token',
              { grant_type: 'refresh_token', client_id: mobile.id, refresh_token: garbage() },
              { 'X-Forwarded-For': `203.0.${i}.${sent % 250}` },
            )
          }
        }),
      )
      const { credentials } = app.deps
      while (credentials.stats().derivedKeys.waiting < 30) await new Promise((resolve) => setImmediate(resolve))
      const passedBy: number[] = []
      for (let i = 0; i < 30; i += 1) {
        const { text } = await issueCode(app, client)
        const before = derived()
        await redeem(app, client, text).expect(200)
        passedBy.push(derived() - before)
      }
      flooding = false
      await flood
      // Who waits in the queue waits for those thirty and more.
      passedBy.sort((a, b) => a - b)
      expect(passedBy[15], `derivations during a redemption: ${passedBy.join()}`).to.be.lessThan(15)
    }))
})
