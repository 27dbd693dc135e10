// Token introspection (RFC 7662): confidential clients about access tokens and their own refresh tokens, and nobody about anything else.
import { expect } from 'chai'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  credentialsOf,
  idOf,
  post,
  refresh,
  testApp,
  type TestApp,
  type TestClient,
  type Tokens,
} from '../support/app.ts'
import { issueCode, issueTokens, rowsOfGrant, stoppedClock, tokensOfStudip } from '../support/issuing.ts'

describe('POST introspect', () => {
  const clock = stoppedClock()
  let app: TestApp
  let client: TestClient
  before(async () => {
    app = await testApp({ now: clock.now })
    client = await addClient(app)
  })
  after(() => app.close())

  const introspect = (token: string, by = client) => post(app, 'introspect', { ...credentialsOf(by), token })
  const inactive = async (token: string, by = client) => {
    const answer = await introspect(token, by).expect(200)
    expect(answer.text).to.equal('{"active":false}')
    expect(answer.headers).to.include({ 'cache-control': 'no-store' })
  }

  it('S-069 without client authentication or as a public client it says nothing', async () => {
    const mobile = await addClient(app, { confidential: false })
    const [own, foreign] = [await issueTokens(app, mobile), await issueTokens(app, client)]
    for (const { access_token } of [own, foreign]) {
      for (const form of [
        { client_id: mobile.id },
        { client_id: mobile.id, client_secret: 'x' },
        { client_id: client.id },
        { client_id: client.id, client_secret: 'wrong' },
        { client_id: '424242' },
      ]) {
        const answer = await post(
          app,
          'introspect',
          { ...form, token: access_token },
          { 'X-Forwarded-For': '192.0.2.1' },
        )
        expect([answer.status, answer.body.error]).to.deep.equal([401, 'invalid_client'])
        expect(answer.body).not.to.have.any.keys('active', 'sub', 'client_id')
      }
    }
    expect((await post(app, 'introspect', { token: foreign.access_token }).expect(400)).body.error).to.equal(
      'invalid_request',
    )
    const get = await app.http.get(`${app.api('introspect')}?token=${foreign.access_token}`).expect(405)
    expect(get.body).not.to.have.property('active')
  })

  it('S-069 a missing token is an invalid request', async () => {
    for (const token of [undefined, ''])
      expect((await post(app, 'introspect', { ...credentialsOf(client), token }).expect(400)).body.error).to.equal(
        'invalid_request',
      )
  })

  it('S-070 a sealed access token shows the scope of its row, but is none of the other kind, whatever the row says', async () => {
    const tokens = await issueTokens(app, client, { scopes: ['api.read', 'profile'] })
    expect((await introspect(tokens.access_token).expect(200)).body).to.include({
      active: true,
      scope: 'api.read profile',
      token_type: 'Bearer',
    })
    expect((await introspect(tokens.refresh_token).expect(200)).body).to.include({ active: true })
    const rows = app.database.knex('oauth2_access_tokens').where('id', 'like', `${tokens.grantId}%`)
    await rows.clone().update({ scopes: '["api.read"]' })
    expect((await introspect(tokens.access_token).expect(200)).body).to.include({ active: true, scope: 'api.read' })
    for (const scopes of ['[]', '["api"]', '["api","api.read"]', null, 'x']) {
      await rows.clone().update({ scopes })
      expect((await introspect(tokens.access_token).expect(200)).body, String(scopes)).to.deep.equal({ active: false })
    }
    const jwt = await issueTokens(app, client)
    await app.database
      .knex('oauth2_access_tokens')
      .where('id', 'like', `${jwt.grantId}%`)
      .update({ scopes: '["api.read"]' })
    expect((await introspect(jwt.access_token).expect(200)).body).to.deep.equal({ active: false })
  })

  it('S-070 a live access token shows the client, user, scope and expiry of its row', async () => {
    const tokens = await issueTokens(app, client)
    const {
      access: [row],
    } = await rowsOfGrant(app.database.knex, tokens.grantId)
    const { body } = await introspect(tokens.access_token).expect(200)
    const { expires_at: expiresAt } = row as unknown as { expires_at: number }
    expect(body).to.include({
      active: true,
      client_id: client.id,
      sub: users.autor.user_id,
      username: users.autor.username,
      scope: 'api',
      exp: expiresAt,
      iss: app.deps.issuer,
      token_type: 'Bearer',
    })
    expect(body.iat).to.be.within(clock.now() - 10, clock.now())
    await app.database
      .knex('oauth2_access_tokens')
      .where({ id: row?.id })
      .update({ expires_at: expiresAt - 100, scopes: '[]' })
    expect((await introspect(tokens.access_token).expect(200)).body).to.include({
      active: true,
      exp: expiresAt - 100,
      scope: 'api',
    })
  })

  it('S-070 a live refresh token is no bearer token, and a hint changes nothing', async () => {
    const tokens = await issueTokens(app, client)
    const {
      refresh: [row],
    } = await rowsOfGrant(app.database.knex, tokens.grantId)
    for (const token_type_hint of ['access_token', 'refresh_token', 'nonsense', undefined]) {
      const { body } = await post(app, 'introspect', {
        ...credentialsOf(client),
        token: tokens.refresh_token,
        token_type_hint,
      }).expect(200)
      expect(body).to.include({
        active: true,
        client_id: client.id,
        sub: users.autor.user_id,
        scope: 'api',
        exp: (row as unknown as { expires_at: number }).expires_at,
      })
      expect(body).not.to.have.property('token_type')
    }
    const { text } = await tokensOfStudip(app, client)
    expect((await introspect(text).expect(200)).body).to.include({ active: true, sub: users.autor.user_id })
  })

  it('C2 S-070 any confidential client may ask about any access token, also of a public client', async () => {
    const resourceServer = await addClient(app)
    for (const issuedTo of [client, await addClient(app, { confidential: false })]) {
      const tokens = await issueTokens(app, issuedTo)
      const { body } = await introspect(tokens.access_token, resourceServer).expect(200)
      expect(body).to.include({
        active: true,
        client_id: issuedTo.id,
        sub: users.autor.user_id,
        username: users.autor.username,
        token_type: 'Bearer',
      })
      expect(body).to.not.have.any.keys('jti', 'aud', 'email')
      await inactive(tokens.refresh_token, resourceServer)
    }
  })

  it('C2 the user name is that of today', async () => {
    const resourceServer = await addClient(app)
    const { user_id } = users.unlimited
    const tokens = await issueTokens(app, client, { userId: user_id })
    await app.database.knex('auth_user_md5').where({ user_id }).update({ username: 'renamed.user' })
    const { body } = await introspect(tokens.access_token, resourceServer).expect(200)
    expect(body).to.include({ active: true, sub: user_id, username: 'renamed.user' })
    await app.database.knex('auth_user_md5').where({ user_id }).update({ username: users.unlimited.username })
  })

  it('C2 S-071 a token of a suspended or deleted client is inactive for everybody', async () => {
    const resourceServer = await addClient(app)
    const issuedTo = await addClient(app)
    const { access_token: token } = await issueTokens(app, issuedTo)
    await app.deps.administration.suspend(issuedTo.id)
    await inactive(token, resourceServer)
    await app.deps.administration.resume(issuedTo.id)
    expect((await introspect(token, resourceServer).expect(200)).body.active).to.equal(true)
    await app.database.knex('oauth2_clients').where({ id: issuedTo.id }).delete()
    await inactive(token, resourceServer)
  })

  it('C2 a resource server that is asked about dead tokens all day is never held off', async () => {
    const resourceServer = await addClient(app)
    const { access_token: token } = await issueTokens(app, client)
    await app.database
      .knex('oauth2_access_tokens')
      .where({ id: idOf(token) })
      .update({ revoked: 1 })
    for (let i = 0; i < 60; i++) await inactive(token, resourceServer)
  })

  it('S-071 of what is not alive, and of refresh tokens that are not its own, a client learns nothing', async () => {
    const other = await addClient(app)
    const tokens = await issueTokens(app, client)
    await inactive(tokens.refresh_token, other)
    const next = (await refresh(app, client, tokens.refresh_token).expect(200)).body as Tokens
    for (const token of [tokens.access_token, tokens.refresh_token]) await inactive(token)
    const { text } = await issueCode(app, client)
    for (const token of [
      'x',
      '',
      ' ',
      '%',
      text,
      `${next.access_token}x`,
      next.access_token.slice(1),
      `${next.refresh_token}00`,
      'a.b.c',
      '{}',
      '\0',
    ].filter(Boolean))
      await inactive(token)
    await app.database.knex('oauth2_access_tokens').where('id', 'like', `${tokens.grantId}%`).delete()
    await app.database.knex('oauth2_refresh_tokens').where('id', 'like', `${tokens.grantId}%`).delete()
    for (const token of [next.access_token, next.refresh_token]) await inactive(token)
  })

  it('S-071 expired tokens are inactive to the second', async () => {
    const tokens = await issueTokens(app, client)
    clock.pass(3599)
    expect((await introspect(tokens.access_token).expect(200)).body.active).to.equal(true)
    clock.pass(1)
    await inactive(tokens.access_token)
    expect((await introspect(tokens.refresh_token).expect(200)).body.active).to.equal(true)
    clock.pass(40 * 86_400)
    await inactive(tokens.refresh_token)
  })

  it('S-071 tokens of a deleted, locked or expired user are inactive', async () => {
    const { user_id } = users.unlimited
    const tokens = await issueTokens(app, client, { userId: user_id })
    const row = (await app.database.knex('auth_user_md5').where({ user_id }).first()) as object
    const both = async (active: boolean) => {
      for (const token of [tokens.access_token, tokens.refresh_token])
        expect((await introspect(token).expect(200)).body.active).to.equal(active)
    }
    await both(true)
    await app.database.knex('auth_user_md5').where({ user_id }).update({ locked: 1 })
    await both(false)
    await app.database.knex('auth_user_md5').where({ user_id }).delete()
    await both(false)
    await app.database.knex('auth_user_md5').insert(row)
    await both(true)
    await app.database
      .knex('config_values')
      .where({ field: 'EXPIRATION_DATE', range_id: user_id })
      .update({ value: String(clock.now() - 1) })
    await both(false)
  })
})
