// While Stud.IP's own server stands in for us it goes on with grants of ours under ids of its own. A replay ends those, too.
import { expect } from 'chai'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  idOf,
  redeem,
  refresh,
  testApp,
  type TestApp,
  type TestClient,
  type Tokens,
} from '../support/app.ts'
import { issueCode, issueTokens, liveIds, stoppedClock, tokensOfStudip } from '../support/issuing.ts'

const graceSeconds = 10

describe('a grant that Stud.IP continued', () => {
  const clock = stoppedClock()
  let app: TestApp
  let client: TestClient
  before(async () => {
    app = await testApp({ now: clock.now, settings: { refreshGraceSeconds: graceSeconds } })
    client = await addClient(app)
  })
  after(() => app.close())
  afterEach(() => clock.pass(100))

  /** Stud.IP's server rotates: both rows revoked, a pair with two unrelated ids. */
  const rotatedByStudip = async (accessTokenId: string, of = client) => {
    const { knex } = app.database
    await knex('oauth2_access_tokens').where({ id: accessTokenId }).update({ revoked: 1, chdate: clock.now() })
    await knex('oauth2_refresh_tokens').where({ access_token_id: accessTokenId }).update({ revoked: 1 })
    return tokensOfStudip(app, of)
  }
  const isAlive = async (accessTokenId: string) =>
    Number((await app.database.knex('oauth2_access_tokens').where({ id: accessTokenId }).first('revoked')).revoked) ===
    0
  const replay = (token: string) => refresh(app, client, token).expect(400)

  it('A8 ends when the token is replayed that Stud.IP rotated', async () => {
    const first = await issueTokens(app, client)
    clock.pass(60)
    const next = await rotatedByStudip(idOf(first.access_token))
    clock.pass(graceSeconds + 1)
    await replay(first.refresh_token)
    expect(await isAlive(next.token.accessTokenId)).to.equal(false)
    await replay(next.text)
  })

  it('A8 ends when an older token is replayed, and with what grew from it here', async () => {
    const first = await issueTokens(app, client)
    const second = (await refresh(app, client, first.refresh_token).expect(200)).body as Tokens
    clock.pass(60)
    const next = await rotatedByStudip(idOf(second.access_token))
    const ours = (await refresh(app, client, next.text).expect(200)).body as Tokens
    clock.pass(graceSeconds + 1)
    await replay(first.refresh_token)
    expect(await liveIds(app.database.knex, next.token.id.slice(0, 32))).to.deep.equal([])
    await replay(ours.refresh_token)
  })

  it('A8 ends when the rows of the replayed token were purged', async () => {
    const first = await issueTokens(app, client)
    clock.pass(60)
    const next = await rotatedByStudip(idOf(first.access_token))
    clock.pass(700)
    for (const table of ['oauth2_refresh_tokens', 'oauth2_access_tokens'])
      await app.database.knex(table).where('id', 'like', `${first.grantId}%`).delete()
    await replay(first.refresh_token)
    await replay(next.text)
  })

  it('A8 ends when its code is replayed', async () => {
    const { text } = await issueCode(app, client)
    const first = (await redeem(app, client, text).expect(200)).body as Tokens
    clock.pass(30)
    const next = await rotatedByStudip(idOf(first.access_token))
    clock.pass(30)
    await redeem(app, client, text).expect(400)
    await replay(next.text)
  })

  it('A8 a grant of Stud.IP that we continued and Stud.IP after us ends alike', async () => {
    const begun = await tokensOfStudip(app, client)
    clock.pass(60)
    const ours = (await refresh(app, client, begun.text).expect(200)).body as Tokens
    clock.pass(60)
    const next = await rotatedByStudip(idOf(ours.access_token))
    clock.pass(graceSeconds + 1)
    await replay(begun.text)
    await replay(next.text)
  })

  it('A8 within the window nothing ends: the answer of Stud.IP may have been lost', async () => {
    const first = await issueTokens(app, client)
    clock.pass(60)
    const next = await rotatedByStudip(idOf(first.access_token))
    clock.pass(graceSeconds)
    await replay(first.refresh_token)
    await refresh(app, client, next.text).expect(200)
  })

  it('A8 what Stud.IP issued before, to others or to other applications goes on', async () => {
    const other = await addClient(app)
    const before = await tokensOfStudip(app, client)
    clock.pass(60)
    const [first, neighbour] = [await issueTokens(app, client), await issueTokens(app, client)]
    clock.pass(60)
    const next = await rotatedByStudip(idOf(first.access_token))
    const elsewhere = await tokensOfStudip(app, other)
    const somebody = await tokensOfStudip(app, client)
    await app.database
      .knex('oauth2_access_tokens')
      .where({ id: somebody.token.accessTokenId })
      .update({ user_id: users.tutor.user_id })
    clock.pass(graceSeconds + 1)
    await replay(first.refresh_token)
    expect(await isAlive(next.token.accessTokenId)).to.equal(false)
    for (const { token } of [before, elsewhere, somebody]) expect(await isAlive(token.accessTokenId)).to.equal(true)
    await refresh(app, client, neighbour.refresh_token).expect(200)
  })

  it('A8 a token that Stud.IP alone issued and rotated ends nothing, as it never did', async () => {
    const begun = await tokensOfStudip(app, client)
    clock.pass(60)
    const next = await rotatedByStudip(begun.token.accessTokenId)
    clock.pass(graceSeconds + 1)
    await replay(begun.text)
    await refresh(app, client, next.text).expect(200)
  })
})
