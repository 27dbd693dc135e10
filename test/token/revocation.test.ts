// Token revocation (RFC 7009), and every other way a token ends: grant, user, client.
import { expect } from 'chai'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  approve,
  authorizationQuery,
  clientSecret,
  consentPage,
  credentialsOf,
  logIn,
  post,
  redeem,
  refresh,
  testApp,
  type Query,
  type TestApp,
  type TestClient,
  type Tokens,
} from '../support/app.ts'
import { codeOfStudip, issueCode, issueTokens, liveIds, stoppedClock, tokensOfStudip } from '../support/issuing.ts'

describe('POST revoke', () => {
  const clock = stoppedClock()
  let app: TestApp
  let client: TestClient
  let mobile: TestClient
  before(async () => {
    app = await testApp({ now: clock.now })
    client = await addClient(app)
    mobile = await addClient(app, { confidential: false })
  })
  after(() => app.close())

  const revoke = (by: TestClient, token: string | undefined, more: Query = {}) =>
    post(app, 'revoke', { ...credentialsOf(by), token, ...more })
  const active = async (token: string) =>
    ((await post(app, 'introspect', { ...credentialsOf(client), token }).expect(200)).body as { active: boolean })
      .active
  const rowOf = async (table: string, id: string) =>
    (await app.database.knex(table).where({ id }).first()) as { revoked: number; chdate?: number } | undefined

  it('S-063 a refresh token takes every token of its grant along, at once', async () => {
    const first = await issueTokens(app, client)
    const second = (await refresh(app, client, first.refresh_token).expect(200)).body as Tokens
    const neighbour = await issueTokens(app, client)
    const answer = await revoke(client, second.refresh_token).expect(200)
    expect(answer.text, 'simple-oauth2 insists on JSON').to.equal('{}')
    expect(await liveIds(app.database.knex, first.grantId)).to.deep.equal([])
    for (const token of [first.access_token, second.access_token, first.refresh_token, second.refresh_token])
      expect(await active(token)).to.equal(false)
    for (const token of [first.refresh_token, second.refresh_token])
      expect((await refresh(app, client, token).expect(400)).body.error).to.equal('invalid_grant')
    expect(await active(neighbour.access_token), 'another grant of the same user and client').to.equal(true)
  })

  it('S-063 a rotated refresh token still ends its grant', async () => {
    const first = await issueTokens(app, client)
    await refresh(app, client, first.refresh_token).expect(200)
    await revoke(client, first.refresh_token).expect(200)
    expect(await liveIds(app.database.knex, first.grantId)).to.deep.equal([])
  })

  it('S-063 an access token ends alone, and its refresh token goes on', async () => {
    const first = await issueTokens(app, client)
    await revoke(client, first.access_token).expect(200)
    expect([await active(first.access_token), await active(first.refresh_token)]).to.deep.equal([false, true])
    const second = (await refresh(app, client, first.refresh_token).expect(200)).body as Tokens
    expect(await active(second.access_token)).to.equal(true)
  })

  it('S-064 a wrong secret or another client changes nothing, and is told', async () => {
    const tokens = await issueTokens(app, client)
    const other = await addClient(app)
    for (const token of [tokens.refresh_token, tokens.access_token]) {
      const wrong = await revoke(client, token, { client_secret: 'wrong' })
      expect([wrong.status, wrong.body.error]).to.deep.equal([401, 'invalid_client'])
      for (const by of [other, mobile]) {
        const foreign = await revoke(by, token)
        expect([foreign.status, foreign.body.error]).to.deep.equal([400, 'invalid_request'])
      }
      expect(await active(token)).to.equal(true)
    }
    await refresh(app, client, tokens.refresh_token).expect(200)
  })

  it('S-064 a public client revokes its own with its client_id alone', async () => {
    const tokens = await issueTokens(app, mobile)
    await revoke(mobile, tokens.refresh_token).expect(200)
    expect(await liveIds(app.database.knex, tokens.grantId)).to.deep.equal([])
  })

  it('A12 S-120 an expired token does nothing, and the grant that grew from it lives on', async () => {
    const first = await issueTokens(app, client)
    clock.pass(20 * 86_400)
    const second = (await refresh(app, client, first.refresh_token).expect(200)).body as Tokens
    clock.pass(14 * 86_400)
    for (const token of [first.refresh_token, first.access_token, second.access_token]) {
      expect((await revoke(client, token).expect(200)).text).to.equal('{}')
      expect((await revoke(client, token, { token_type_hint: 'refresh_token' })).status).to.equal(200)
    }
    await refresh(app, client, second.refresh_token).expect(200)
  })

  it('S-065 what is no token of ours is no error', async () => {
    const tokens = await issueTokens(app, client)
    const [header, claims, signature] = tokens.access_token.split('.')
    const forged = [
      header,
      Buffer.from(
        Buffer.from(claims ?? '', 'base64url')
          .toString()
          .replace('"aud"', '"oud"'),
      ).toString('base64url'),
      signature,
    ].join('.')
    const expired = await issueTokens(app, client)
    const purged = await issueTokens(app, client)
    await app.database.knex('oauth2_refresh_tokens').where('id', 'like', `${purged.grantId}%`).delete()
    await app.database.knex('oauth2_access_tokens').where('id', 'like', `${purged.grantId}%`).delete()
    for (const token of [
      'x',
      '%',
      forged,
      tokens.refresh_token.slice(0, -2),
      `${tokens.refresh_token}00`,
      tokens.code,
      purged.refresh_token,
      purged.access_token,
      'é',
      '\0',
    ]) {
      await revoke(client, token).expect(200)
    }
    expect(await active(tokens.access_token)).to.equal(true)
    expect(await active(tokens.refresh_token)).to.equal(true)
    clock.pass(40 * 86_400)
    for (const token of [expired.refresh_token, expired.access_token]) await revoke(client, token).expect(200)
  })

  it('S-065 a missing token is an invalid request, GET is 405, a hint changes nothing', async () => {
    for (const token of [undefined, ''])
      expect((await revoke(client, token).expect(400)).body.error).to.equal('invalid_request')
    await app.http.get(app.api('revoke')).expect(405)
    for (const token_type_hint of ['access_token', 'refresh_token', 'id_token', 'nonsense', '']) {
      const [one, two] = [await issueTokens(app, client), await issueTokens(app, client)]
      await revoke(client, one.refresh_token, { token_type_hint }).expect(200)
      expect(await liveIds(app.database.knex, one.grantId), token_type_hint).to.deep.equal([])
      await revoke(client, two.access_token, { token_type_hint }).expect(200)
      expect([await active(two.access_token), await active(two.refresh_token)], token_type_hint).to.deep.equal([
        false,
        true,
      ])
    }
  })

  it('S-067 a suspended client is refused at once, and its tokens sleep until it is resumed', async () => {
    const suspended = await addClient(app)
    const { text } = await issueCode(app, suspended)
    const tokens = await issueTokens(app, suspended)
    await app.deps.administration.suspend(suspended.id)
    const refused = [
      await redeem(app, suspended, text),
      await refresh(app, suspended, tokens.refresh_token),
      await revoke(suspended, tokens.access_token),
      await post(app, 'introspect', { ...credentialsOf(suspended), token: tokens.access_token }),
    ]
    for (const { status, body } of refused) expect([status, body.error]).to.deep.equal([401, 'invalid_client'])
    const page = await consentPage(app, await logIn(app), authorizationQuery(suspended))
    expect(page.status).to.equal(400)
    await app.deps.administration.resume(suspended.id)
    await redeem(app, suspended, text).expect(200)
    await refresh(app, suspended, tokens.refresh_token).expect(200)
  })

  it('S-067 a deleted client is refused while its rows still exist, and then they are gone', async () => {
    const [gone, kept] = [await addClient(app), await addClient(app)]
    const { text } = await issueCode(app, gone)
    const [tokens, others] = [await issueTokens(app, gone), await issueTokens(app, kept)]
    const row = (await app.database.knex('oauth2_clients').where({ id: gone.id }).first()) as object
    await app.database.knex('oauth2_clients').where({ id: gone.id }).delete()
    for (const { status, body } of [
      await redeem(app, gone, text),
      await refresh(app, gone, tokens.refresh_token),
      await revoke(gone, tokens.refresh_token),
    ]) {
      expect([status, body.error]).to.deep.equal([401, 'invalid_client'])
    }
    expect((await liveIds(app.database.knex, tokens.grantId)).length, 'its rows are there').to.equal(2)
    await app.database.knex('oauth2_clients').insert(row)
    expect(await app.deps.administration.delete(gone.id)).to.equal(1)
    expect(await app.database.knex('oauth2_access_tokens').where({ client_id: gone.id })).to.deep.equal([])
    expect(await app.database.knex('oauth2_auth_codes').where({ client_id: gone.id })).to.deep.equal([])
    expect(await app.database.knex('oauth2_refresh_tokens').where('id', 'like', `${tokens.grantId}%`)).to.deep.equal([])
    await refresh(app, kept, others.refresh_token).expect(200)
  })

  it('S-067 a client deleted while a code is being redeemed leaves no token behind', async () => {
    for (let round = 0; round < 30; round += 1) {
      const racing = await addClient(app)
      const codes = await Promise.all([1, 2, 3].map(() => issueCode(app, racing)))
      const statuses = await Promise.all([
        ...codes.map(async ({ text }) => (await redeem(app, racing, text)).status),
        app.deps.administration.delete(racing.id).then(() => 0),
      ])
      for (const status of statuses) expect([0, 200, 400, 401]).to.include(status)
      expect(
        await app.database.knex('oauth2_access_tokens').where({ client_id: racing.id }),
        `round ${round}`,
      ).to.deep.equal([])
    }
  })

  it('S-066 revoking all of a user ends codes that were not redeemed yet, and nobody else loses anything', async () => {
    const theirs = { userId: users.tutor.user_id }
    const cookie = await logIn(app, users.tutor)
    const pending = (await approve(app, client, { cookie })).searchParams.get('code')
    const [one, two, other] = [
      await issueTokens(app, client, theirs),
      await issueTokens(app, mobile, theirs),
      await issueTokens(app, client),
    ]
    expect(await app.deps.grants.revokeAllOf(users.tutor.user_id)).to.equal(2)
    for (const { grantId } of [one, two]) expect(await liveIds(app.database.knex, grantId)).to.deep.equal([])
    expect((await redeem(app, client, pending).expect(400)).body.error).to.equal('invalid_grant')
    expect(await active(other.access_token)).to.equal(true)
    await refresh(app, client, other.refresh_token).expect(200)
  })

  it('S-066 revoking all of a user leaves nothing alive, however much is going on', async () => {
    const userId = users.dozent.user_id
    for (let round = 0; round < 20; round += 1) {
      const codes = await Promise.all([1, 2, 3].map(() => issueCode(app, client, { userId })))
      const held = await issueTokens(app, client, { userId })
      await Promise.all([
        ...codes.map(({ text }) => redeem(app, client, text)),
        refresh(app, client, held.refresh_token),
        refresh(app, client, held.refresh_token),
        app.deps.grants.revokeAllOf(userId),
      ])
      const live = await app.database.knex('oauth2_access_tokens').where({ user_id: userId, revoked: 0 })
      expect(live, `round ${round}`).to.deep.equal([])
    }
  })

  it('S-056 codes and tokens of Stud.IP are revoked like ours', async () => {
    const { text, token } = await tokensOfStudip(app, client)
    const next = (await refresh(app, client, text).expect(200)).body as Tokens
    await revoke(client, text).expect(200)
    expect(await rowOf('oauth2_access_tokens', token.accessTokenId)).to.include({ revoked: 1 })
    expect([await active(next.access_token), await active(next.refresh_token)]).to.deep.equal([false, false])
    const code = await codeOfStudip(app, client)
    const redeemed = (await redeem(app, client, code).expect(200)).body as Tokens
    await redeem(app, client, code).expect(400)
    expect(await active(redeemed.access_token)).to.equal(false)
  })

  it('S-094 quotes, % and _ in a token or id are data', async () => {
    const tokens = await issueTokens(app, client)
    for (const id of [
      '%',
      '_'.repeat(32),
      `${'%'.repeat(32)}`,
      `${tokens.grantId.slice(0, 31)}_`,
      `${tokens.grantId.slice(0, 31)}%`,
      "' OR ''='",
      tokens.grantId.toUpperCase(),
      `${tokens.grantId}%`,
      '',
    ]) {
      await app.deps.grants.revoke(id)
      await app.deps.tokens.revokeGrant(id)
      await app.deps.tokens.revokeAccessToken(id, client.id)
      expect(await app.deps.grants.find(id)).to.equal(undefined)
      expect(await app.deps.tokens.findLiveAccessToken(id)).to.equal(undefined)
      expect(await app.deps.tokens.isLiveRefreshToken(id)).to.equal(false)
      await revoke(client, id || '%').expect(200)
      await app.deps.grants.revokeAllOf(id)
    }
    expect((await liveIds(app.database.knex, tokens.grantId)).length).to.equal(2)
    expect(clientSecret).to.have.length(40)
    await refresh(app, client, tokens.refresh_token).expect(200)
  })
})
