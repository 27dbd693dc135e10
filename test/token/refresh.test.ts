// grant_type=refresh_token: rotation, replay, grace window, scope, expiry (RFC 6749 §6, RFC 9700 §4.14.2).
import { expect } from 'chai'
import {
  addClient,
  clientSecret,
  idOf,
  post,
  refresh,
  testApp,
  type Query,
  type TestApp,
  type TestClient,
  type Tokens,
} from '../support/app.ts'
import { issueTokens, liveIds, rowsOfGrant, stoppedClock, tokensOfStudip } from '../support/issuing.ts'

const graceSeconds = 10

describe('POST token, grant_type=refresh_token', () => {
  const clock = stoppedClock()
  let app: TestApp
  let strict: TestApp
  let client: TestClient
  before(async () => {
    app = await testApp({ now: clock.now, settings: { refreshGraceSeconds: graceSeconds } })
    strict = await testApp({ now: clock.now, database: app.database, settings: { refreshGraceSeconds: 0 } })
    client = await addClient(app)
  })
  after(async () => {
    await strict.close()
    await app.close()
  })

  const rotated = async (token: string, at = app, more: Query = {}) =>
    (await refresh(at, client, token, more).expect(200)).body as Tokens & { scope: string }
  const refused = async (token: string, error = 'invalid_grant', at = app, by = client, more: Query = {}) => {
    const answer = await refresh(at, by, token, more)
    expect([answer.status, answer.body.error]).to.deep.equal([400, error])
  }
  const active = async (token: string) =>
    (
      (await post(app, 'introspect', { client_id: client.id, client_secret: clientSecret, token }).expect(200))
        .body as { active: boolean }
    ).active

  it('S-049 every refresh gives another refresh token and ends the access token before it', async () => {
    const first = await issueTokens(app, client)
    const second = await rotated(first.refresh_token)
    expect(second.refresh_token).not.to.equal(first.refresh_token)
    expect([await active(first.access_token), await active(second.access_token)]).to.deep.equal([false, true])
    clock.pass(100)
    const third = await rotated(second.refresh_token)
    expect([await active(second.access_token), await active(third.access_token)]).to.deep.equal([false, true])
    const { access, refresh: rows } = await rowsOfGrant(app.database.knex, first.grantId)
    expect([access.length, rows.length]).to.deep.equal([3, 3])
    expect((await liveIds(app.database.knex, first.grantId)).length).to.equal(2)
  })

  it('S-050 a rotated token used after the window ends the whole grant', async () => {
    const first = await issueTokens(app, client)
    const second = await rotated(first.refresh_token)
    clock.pass(graceSeconds + 1)
    await refused(first.refresh_token)
    expect(await liveIds(app.database.knex, first.grantId)).to.deep.equal([])
    expect([await active(second.access_token), await active(second.refresh_token)]).to.deep.equal([false, false])
    await refused(second.refresh_token)
  })

  it('S-050 without a window the second use ends the grant at once', async () => {
    const first = await issueTokens(strict, client)
    const second = await rotated(first.refresh_token, strict)
    await refused(first.refresh_token, 'invalid_grant', strict)
    await refused(second.refresh_token, 'invalid_grant', strict)
    expect(await liveIds(app.database.knex, first.grantId)).to.deep.equal([])
  })

  it('S-050 an older ancestor is a replay too, also where the rotation was purged', async () => {
    const first = await issueTokens(app, client)
    const second = await rotated(first.refresh_token)
    clock.pass(graceSeconds + 1)
    const third = await rotated(second.refresh_token)
    await app.database
      .knex('oauth2_access_tokens')
      .where({ id: idOf(second.access_token) })
      .delete()
    clock.pass(graceSeconds + 1)
    await refused(second.refresh_token)
    await refused(third.refresh_token)
    expect(await liveIds(app.database.knex, first.grantId)).to.deep.equal([])
  })

  it('S-051 within the window the same token gives another working pair of the same grant', async () => {
    const first = await issueTokens(app, client)
    const second = await rotated(first.refresh_token)
    clock.pass(graceSeconds)
    const again = await rotated(first.refresh_token)
    expect(idOf(again.access_token).slice(0, 32)).to.equal(first.grantId)
    expect(again.refresh_token).not.to.equal(second.refresh_token)
    for (const { access_token, refresh_token } of [second, again]) {
      expect(await active(access_token)).to.equal(true)
      await rotated(refresh_token)
    }
    await post(app, 'revoke', { client_id: client.id, client_secret: clientSecret, token: again.refresh_token }).expect(
      200,
    )
    expect(await liveIds(app.database.knex, first.grantId), 'both pairs are one grant').to.deep.equal([])
  })

  it('S-051 within the window a revoked grant stays revoked', async () => {
    const first = await issueTokens(app, client)
    const second = await rotated(first.refresh_token)
    await app.deps.grants.revoke(first.grantId)
    await refused(first.refresh_token)
    await refused(second.refresh_token)
    expect(await liveIds(app.database.knex, first.grantId)).to.deep.equal([])
  })

  it('S-051 using the window does not lengthen it', async () => {
    const first = await issueTokens(app, client)
    await rotated(first.refresh_token)
    clock.pass(graceSeconds - 1)
    await rotated(first.refresh_token)
    clock.pass(2)
    await refused(first.refresh_token)
    expect(await liveIds(app.database.knex, first.grantId)).to.deep.equal([])
  })

  it('S-051 a revoked access token neither opens nor moves the window', async () => {
    const first = await issueTokens(app, client)
    clock.pass(60)
    await post(app, 'revoke', { client_id: client.id, client_secret: clientSecret, token: first.access_token }).expect(
      200,
    )
    const second = await rotated(first.refresh_token)
    clock.pass(graceSeconds)
    await rotated(first.refresh_token)
    await post(app, 'revoke', { client_id: client.id, client_secret: clientSecret, token: first.access_token }).expect(
      200,
    )
    clock.pass(1)
    await refused(first.refresh_token)
    expect(await active(second.access_token)).to.equal(false)
  })

  it('A11 S-120 within the window a token yields nothing more once its successor was used, and nothing is revoked', async () => {
    const first = await issueTokens(app, client)
    const second = await rotated(first.refresh_token)
    const again = await rotated(first.refresh_token)
    const third = await rotated(second.refresh_token)
    for (let i = 0; i < 3; i += 1) await refused(first.refresh_token)
    expect([await active(again.access_token), await active(third.access_token)]).to.deep.equal([true, true])
    for (const { refresh_token } of [again, third]) await rotated(refresh_token)
    clock.pass(graceSeconds + 1)
    await refused(first.refresh_token)
    expect(await liveIds(app.database.knex, first.grantId), 'after it, it is a replay').to.deep.equal([])
  })

  it('A11 a token yields three pairs at most, each of which may lose its answer as well', async () => {
    const first = await issueTokens(app, client)
    const pairs = [first, first, first].map(({ refresh_token }) => refresh_token)
    const given: Tokens[] = []
    for (const token of pairs) given.push(await rotated(token))
    await refused(first.refresh_token)
    expect(await liveIds(app.database.knex, first.grantId)).to.have.length(6)
    const last = given[2]!
    for (let i = 0; i < 3; i += 1) await rotated(last.refresh_token)
    await refused(last.refresh_token)
  })

  it('A11 a token of Stud.IP yields three pairs at most, too', async () => {
    const { text } = await tokensOfStudip(app, client)
    for (let i = 0; i < 3; i += 1) await rotated(text)
    await refused(text)
  })

  for (const tables of [
    ['oauth2_refresh_tokens', 'oauth2_access_tokens'],
    ['oauth2_access_tokens'],
    ['oauth2_refresh_tokens'],
  ])
    it(`A9 a purge of Stud.IP, which spares nothing, changes nothing within the window: ${tables.join(', ')}`, async () => {
      const purged = () =>
        Promise.all(tables.map((table) => app.database.knex(table).where({ revoked: 1 }).delete())).then(
          () => undefined,
        )
      const first = await issueTokens(app, client)
      const second = await rotated(first.refresh_token)
      await purged()
      clock.pass(graceSeconds)
      const again = await rotated(first.refresh_token)
      expect([await active(second.access_token), await active(again.access_token)]).to.deep.equal([true, true])
      await rotated(second.refresh_token)
      await refused(first.refresh_token)
      clock.pass(1)
      await refused(first.refresh_token)
      expect(await liveIds(app.database.knex, first.grantId), 'after it, it is a replay').to.deep.equal([])
    })

  it('S-053 presented by another client it is refused and keeps working for its own', async () => {
    const first = await issueTokens(app, client)
    const others = [await addClient(app), await addClient(app, { confidential: false })]
    for (const other of others) await refused(first.refresh_token, 'invalid_grant', app, other)
    const second = await rotated(first.refresh_token)
    clock.pass(graceSeconds + 1)
    for (const other of others) await refused(first.refresh_token, 'invalid_grant', app, other)
    await rotated(second.refresh_token)
  })

  it('S-054 a scope beyond the grant is refused and consumes nothing', async () => {
    const [read, api] = [await issueTokens(app, client, { scopes: ['api.read'] }), await issueTokens(app, client)]
    for (const scope of ['api', 'api api.read', 'api.read openid', 'API.READ'])
      await refused(read.refresh_token, 'invalid_scope', app, client, { scope })
    for (const scope of ['admin', 'api admin', 'API', 'api\tapi', 'api.read'])
      await refused(api.refresh_token, 'invalid_scope', app, client, { scope })
    expect(await rotated(read.refresh_token, strict)).to.include({ scope: 'api.read' })
    expect(await rotated(api.refresh_token, strict)).to.include({ scope: 'api' })
  })

  it('C4 S-046 every answer to a refresh names the scope, whether or not one was asked for', async () => {
    let { refresh_token: token } = await issueTokens(app, client)
    for (const scope of [undefined, '', 'api', 'api  api', ' ']) {
      const answer = await rotated(token, app, { scope })
      expect(answer).to.include({ scope: 'api', expires_in: 3600 })
      token = answer.refresh_token
    }
  })

  it('C4 what Stud.IP issued without any scope has the full power, and is said to have it', async () => {
    for (const form of [{}, { scope: 'api' }, { scope: '' }]) {
      const { text, token } = await tokensOfStudip(app, client, { scopes: [] })
      const answer = await rotated(text, app, form)
      expect(answer).to.include({ scope: 'api' })
      const { access } = await rowsOfGrant(app.database.knex, token.id.slice(0, 32))
      expect(access.map((row) => (row as unknown as { scopes: string }).scopes)).to.deep.equal(['["api"]'])
    }
  })

  it('B6 C4 S-123 a sign-in may repeat names that nobody here knows, and gets no more than it was granted', async () => {
    const signIn = await issueTokens(app, client, { scopes: ['openid', 'profile', 'offline_access'] })
    const again = await rotated(signIn.refresh_token, app, { scope: 'openid profile address groups offline_access' })
    expect(again).to.include({ scope: 'openid profile offline_access' })
    const less = await rotated(again.refresh_token, app, { scope: 'openid address' })
    expect(less).to.include({ scope: 'openid' })
    for (const scope of ['address', 'openid email', 'openid email address', 'api', 'api address', 'openid api.read'])
      await refused(less.refresh_token, 'invalid_scope', app, client, { scope })
    const whole = await issueTokens(app, client, { scopes: ['openid', 'api', 'email'] })
    for (const scope of ['address', 'openid', 'email address', 'openid api.read', 'openid api profile'])
      await refused(whole.refresh_token, 'invalid_scope', app, client, { scope })
    expect(await rotated(whole.refresh_token, app, { scope: 'openid email api groups' })).to.include({
      scope: 'openid email api',
    })
    const api = await issueTokens(app, client)
    for (const scope of ['api groups', 'api openid', 'api api.read'])
      await refused(api.refresh_token, 'invalid_scope', app, client, { scope })
  })
  it('S-123 no refresh widens, an empty scope counts as absent, and a grant never changes its kind', async () => {
    const sealed = await issueTokens(app, client, { scopes: ['api.read', 'profile'] })
    for (const scope of ['api', 'api.read profile email', 'api.read api'])
      await refused(sealed.refresh_token, 'invalid_scope', app, client, { scope })
    const same = await rotated(sealed.refresh_token, app, { scope: '' })
    expect(same).to.include({ scope: 'api.read profile' })
    const less = await rotated(same.refresh_token, app, { scope: 'api.read' })
    expect(less).to.include({ scope: 'api.read' })
    for (const { access_token, refresh_token } of [sealed, same, less])
      for (const text of [access_token, refresh_token]) expect(text.split('.')).to.have.length(5)
    await refused(less.refresh_token, 'invalid_scope', app, client, { scope: 'api.read profile' })

    const whole = await issueTokens(app, client, { scopes: ['api', 'api.read', 'profile'] })
    for (const scope of ['api.read', 'profile', 'profile api.read'])
      await refused(whole.refresh_token, 'invalid_scope', app, client, { scope })
    const api = await rotated(whole.refresh_token, app, { scope: 'profile api' })
    expect(api).to.include({ scope: 'profile api' })
    expect(api.refresh_token).to.match(/^def50200/)
    expect(api.access_token.split('.')).to.have.length(3)
  })

  it('S-055 a refresh token unused for a calendar month is refused, used in time it lives on', async () => {
    clock.set(Date.UTC(2027, 0, 31, 12) / 1000) // + P1M is 3 March, as PHP counts (contract §9.1)
    const [unused, used] = [await issueTokens(app, client), await issueTokens(app, client)]
    clock.set(Date.UTC(2027, 2, 3, 12) / 1000)
    const next = await rotated(used.refresh_token)
    clock.pass(1)
    await refused(unused.refresh_token)
    clock.set(Date.UTC(2027, 3, 3, 10) / 1000)
    await rotated(next.refresh_token)
  })

  it('S-056 a refresh token of Stud.IP has the same window and the same protection', async () => {
    const { text, token } = await tokensOfStudip(app, client)
    const first = await rotated(text)
    expect(idOf(first.access_token).slice(0, 32), 'its grant begins with the id of the refresh token').to.equal(
      token.id.slice(0, 32),
    )
    const again = await rotated(text)
    expect([await active(first.access_token), await active(again.access_token)]).to.deep.equal([true, true])
    clock.pass(graceSeconds + 1)
    await refused(text)
    for (const { access_token, refresh_token } of [first, again]) {
      expect(await active(access_token)).to.equal(false)
      await refused(refresh_token)
    }
  })

  it('S-056 revoking a refresh token of Stud.IP ends its access token, whose id has another prefix', async () => {
    const { text, token } = await tokensOfStudip(app, client)
    await post(app, 'revoke', { client_id: client.id, client_secret: clientSecret, token: text }).expect(200)
    expect(await app.database.knex('oauth2_access_tokens').where({ id: token.accessTokenId }).first()).to.include({
      revoked: 1,
    })
    await refused(text)
  })

  it('S-057 the id of a refresh token is no refresh token', async () => {
    const first = await issueTokens(app, client)
    const {
      refresh: [row],
    } = await rowsOfGrant(app.database.knex, first.grantId)
    for (const id of [
      row?.id ?? '',
      `def50200${row?.id ?? ''}`,
      row?.access_token_id ?? '',
      first.access_token,
      first.code,
    ])
      await refused(id)
    await rotated(first.refresh_token)
  })
})
