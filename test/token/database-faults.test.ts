// The database goes away, comes back, or is lost at the commit: nothing is issued that is not stored, nothing is consumed that was not answered.
import { setTimeout as sleep } from 'node:timers/promises'
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
import { startDatabaseProxy, type DatabaseProxy, type Fault } from '../support/database-proxy.ts'
import { issueCode, issueTokens, liveIds, orphans, rowsOfGrant } from '../support/issuing.ts'
import { startMariaDb, testDatabase, type MariaDb, type TestDatabase } from '../support/mariadb.ts'

interface Answer {
  readonly status: number
  readonly text: string
  readonly body: { error?: string }
  readonly headers: Record<string, string>
}

const isAway = ({ status, body, headers, text }: Answer) => {
  expect([status, body.error], text).to.deep.equal([503, 'temporarily_unavailable'])
  expect(Number(headers['retry-after'])).to.be.greaterThan(0)
  expect(text).not.to.match(/token"|ECONN|mysql|SELECT|127\.0\.0\.1/)
}

describe('a database that is away', () => {
  let server: MariaDb
  let database: TestDatabase
  let app: TestApp
  let client: TestClient
  let mobile: TestClient
  before(async () => {
    server = await startMariaDb({ durable: true })
    database = await testDatabase({ server })
    app = await testApp({ database })
    client = await addClient(app)
    mobile = await addClient(app, { confidential: false })
  })
  after(async () => {
    await app.close()
    await database.knex.destroy()
    await server.stop()
  })

  const everyCall = (code: string, tokens: Tokens): Promise<Answer>[] => [
    redeem(app, client, code),
    redeem(app, client, tokens.refresh_token),
    refresh(app, client, tokens.refresh_token),
    post(app, 'revoke', { ...credentialsOf(client), token: tokens.refresh_token }),
    post(app, 'revoke', { ...credentialsOf(client), token: tokens.access_token }),
    post(app, 'revoke', { client_id: mobile.id, token: 'x' }),
    post(app, 'introspect', { ...credentialsOf(client), token: tokens.access_token }),
  ]

  it('S-092 stopped and started: 503 everywhere, and afterwards code and tokens are as before', async () => {
    const { text, code } = await issueCode(app, client)
    const tokens = await issueTokens(app, client)
    await server.kill()
    for (let i = 0; i < 2; i += 1) for (const answer of await Promise.all(everyCall(text, tokens))) isAway(answer)
    await server.start()
    const first = await redeem(app, client, text)
    expect(first.status, first.text).to.equal(200)
    const next = (await refresh(app, client, tokens.refresh_token).expect(200)).body as Tokens
    expect(
      (await post(app, 'introspect', { ...credentialsOf(client), token: next.access_token }).expect(200)).body.active,
    ).to.equal(true)
    expect((await liveIds(database.knex, code.id.slice(0, 32))).length).to.equal(2)
  })

  it('S-092 stopped under load: whoever was not answered with 200 can try again', async () => {
    const codes = await Promise.all(Array.from({ length: 60 }, () => issueCode(app, client)))
    const answers = codes.map(async ({ text }, i) => {
      await sleep(i * 4)
      return redeem(app, client, text)
    })
    await sleep(100)
    await server.kill()
    const first = await Promise.all(answers)
    await server.start()
    for (const [i, answer] of first.entries()) {
      if (answer.status === 200) continue
      isAway(answer)
      // The answer to a commit may have been lost with the server: then the code counts as used, and what it issued is revoked.
      const again = await redeem(app, client, codes[i]?.text ?? null)
      expect([200, 400]).to.include(again.status)
      if (again.status === 400)
        expect(await liveIds(database.knex, codes[i]?.code.id.slice(0, 32) ?? '')).to.deep.equal([])
    }
    expect(await orphans(database.knex)).to.equal(0)
    expect(
      first.some(({ status }) => status === 503),
      'some met the fault',
    ).to.equal(true)
  })

  it('S-092 a server that says nothing any more counts as away', async () => {
    const { text } = await issueCode(app, client)
    const tokens = await issueTokens(app, client)
    await server.standStill()
    try {
      // That they come at all, while it says nothing, shows that nobody waits for it.
      const answers = await Promise.all(everyCall(text, tokens))
      for (const answer of answers) isAway(answer)
    } finally {
      server.goOn()
    }
    // Connections that were being made end a little later and may take a request along: 503 once more, which uses nothing up.
    let answer = await redeem(app, client, text)
    for (; answer.status === 503; answer = await redeem(app, client, text)) await sleep(100)
    expect(answer.status, answer.text).to.equal(200)
  })
})

describe('a commit that is lost', () => {
  let proxy: DatabaseProxy
  let app: TestApp
  let client: TestClient
  let database: TestDatabase
  before(async () => {
    database = await testDatabase()
    proxy = await startDatabaseProxy(database.settings)
    app = await testApp({ database, settings: { database: proxy.settings } })
    client = await addClient(app)
  })
  after(async () => {
    await app.close()
    await proxy.stop()
    await database.drop()
  })

  const rowsAfter = async (grantId: string, fault: Fault, work: () => Promise<Answer>) => {
    const before = await rowsOfGrant(database.knex, grantId)
    const lost = proxy.lost()
    proxy.failNextCommit(fault)
    isAway(await work())
    expect(proxy.lost(), 'the fault happened').to.equal(lost + 1)
    const after = await rowsOfGrant(database.knex, grantId)
    return { before, after }
  }

  it('S-047 S-037 before the server saw it: no token, no row, and the code still works', async () => {
    const { text, code } = await issueCode(app, client)
    const { before, after } = await rowsAfter(code.id.slice(0, 32), 'before', () => redeem(app, client, text))
    expect(after).to.deep.equal(before)
    await redeem(app, client, text).expect(200)
  })

  it('S-047 before the server saw it: a refresh token is not consumed', async () => {
    const tokens = await issueTokens(app, client)
    const { before, after } = await rowsAfter(tokens.grantId, 'before', () =>
      refresh(app, client, tokens.refresh_token),
    )
    expect(after).to.deep.equal(before)
    await refresh(app, client, tokens.refresh_token).expect(200)
  })

  it('S-047 after the server committed: the answer holds no token, and the lost pair of a code dies with its second use', async () => {
    const { text, code } = await issueCode(app, client)
    await rowsAfter(code.id.slice(0, 32), 'after', () => redeem(app, client, text))
    await redeem(app, client, text).expect(400)
    expect(await liveIds(database.knex, code.id.slice(0, 32))).to.deep.equal([])
  })

  it('S-047 after the server committed: the grace window gives the refresh another pair', async () => {
    const tokens = await issueTokens(app, client)
    await rowsAfter(tokens.grantId, 'after', () => refresh(app, client, tokens.refresh_token))
    const next = (await refresh(app, client, tokens.refresh_token).expect(200)).body as Tokens
    await refresh(app, client, next.refresh_token).expect(200)
  })

  it('S-047 a connection killed while the redemption waits for a lock takes its transaction along', async () => {
    const { text, code } = await issueCode(app, client)
    const holder = await database.knex.transaction()
    await holder.raw('SELECT * FROM oauth2_auth_codes WHERE id = ? FOR UPDATE', [code.id])
    const answer = redeem(app, client, text).then((value) => value as unknown as Answer)
    let waiting: { ID: number }[] = []
    while (waiting.length === 0) {
      await sleep(20)
      ;[waiting] = (await database.knex.raw(
        "SELECT ID FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%oauth2_auth_codes%FOR UPDATE%' AND id <> CONNECTION_ID()",
      )) as [{ ID: number }[]]
    }
    for (const { ID } of waiting) await database.knex.raw(`KILL ${Number(ID)}`)
    isAway(await answer)
    await holder.rollback()
    expect((await rowsOfGrant(database.knex, code.id.slice(0, 32))).access).to.deep.equal([])
    await redeem(app, client, text).expect(200)
  })
})
