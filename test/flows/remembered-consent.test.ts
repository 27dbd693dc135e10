// Consent that is remembered (D25): when the page stays away, and everything that brings it back.
import { expect } from 'chai'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  approve,
  authorizationQuery,
  connect,
  credentialsOf,
  logIn,
  post,
  redeem,
  redirectUri,
  testApp,
  type Query,
  type TestApp,
  type TestClient,
} from '../support/app.ts'
import { isToldApart, mayPassSilently } from '../../src/oauth/remembered-consent.ts'

describe('remembered consent', () => {
  let app: TestApp
  let cookie: string
  const log: string[] = []
  before(async () => {
    app = await testApp({ settings: { rememberConsent: true, apiRead: true }, log })
    cookie = await logIn(app)
  })
  after(() => app.close())

  const ask = (client: TestClient, query: Query = {}, headers: Record<string, string> = {}) =>
    app.http.get(`${app.api('authorize')}?${authorizationQuery(client, query)}`).set({ Cookie: cookie, ...headers })
  const passes = async (client: TestClient, query: Query = {}, headers: Record<string, string> = {}) => {
    const answer = await ask(client, query, headers)
    expect(answer.status).to.be.oneOf([200, 302, 303])
    return answer.status !== 200
  }
  const remembered = async (options: Parameters<typeof addClient>[1] = {}) => {
    const client = await addClient(app, options)
    const tokens = await connect(app, client, { cookie })
    return { client, tokens }
  }

  it('S-078 who approved before goes on without the page, with a code of its own that is good for tokens', async () => {
    for (const confidential of [true, false]) {
      const { client } = await remembered({ confidential })
      log.length = 0
      const answer = await ask(client)
      const location = new URL(answer.headers['location'] as string)
      expect(location.searchParams.get('state')).to.equal('xyz')
      await redeem(app, client, location.searchParams.get('code')).expect(200)
      const line = log
        .map((text) => JSON.parse(text) as Record<string, string>)
        .find((each) => each['event'] === 'consent.passed')
      expect(line).to.include({ clientId: client.id, userId: users.autor.user_id, scope: 'api' })
    }
  })

  it('S-078 with REMEMBER_CONSENT=off nothing is remembered', async () => {
    const off = await testApp({ database: app.database })
    const client = await addClient(off)
    await approve(off, client, { cookie })
    await approve(off, client, { cookie })
    await off.close()
    expect(await passes(client)).to.equal(false)
  })

  for (const uri of ['org.example.app:/cb', 'http://127.0.0.1:7777/cb', 'http://[::1]/cb', 'https://localhost/cb'])
    for (const confidential of [true, false])
      it(`S-129 ${uri} of a ${confidential ? 'confidential' : 'public'} client is asked every time`, async () => {
        const { client } = await remembered({ confidential, redirectUris: [uri] })
        expect(await passes(client)).to.equal(false)
      })

  it('S-129 neither an approval at another redirect URI nor http without a secret helps', async () => {
    const [open, secret] = [{ secretHash: null }, { secretHash: '$2y$' }]
    expect(isToldApart(open, 'http://app.example.org/cb')).to.equal(false)
    expect(isToldApart(secret, 'http://app.example.org/cb')).to.equal(true)
    for (const uri of [
      'HTTPS://LOCALHOST./',
      'https://127.1/',
      'https://[::ffff:127.0.0.1]/',
      'https://a.localhost/',
      'nonsense',
    ])
      expect(isToldApart(secret, uri), uri).to.equal(false)
    const request = { redirectUri, scopes: ['api'] }
    const [all, none] = [() => Promise.resolve(['api', 'api.read']), () => Promise.resolve([])]
    expect(await mayPassSilently(request, open, all)).to.equal(true)
    expect(await mayPassSilently(request, open, none)).to.equal(false)
    expect(await mayPassSilently({ ...request, redirectUri: 'org.example:/cb' }, secret, all)).to.equal(false)
  })

  type Change = (of: { client: TestClient; refreshToken: string; grantId: string }) => Promise<unknown>
  const grantIdOf = async (client: TestClient) =>
    (await app.deps.grants.listByUser(users.autor.user_id)).find(({ clientId }) => clientId === client.id)?.grantId ??
    ''
  const inDatabase = (sql: string) => (client: TestClient) => app.database.knex.raw(sql, [client.id])
  const changes: Record<string, Change> = {
    'revocation of the grant by its user or by root': ({ grantId }) => app.deps.grants.revoke(grantId),
    'revocation of everything of the user': () => app.deps.grants.revokeAllOf(users.autor.user_id),
    'revocation of everything of the client': ({ client }) => app.deps.grants.revokeAllOfClient(client.id),
    '/revoke of the refresh token': ({ client, refreshToken }) =>
      post(app, 'revoke', { ...credentialsOf(client), token: refreshToken }).expect(200),
    'a new secret': ({ client }) => app.deps.administration.renewSecret(client.id, '$2y$10$new'),
    'a new secret in the database': ({ client }) =>
      inDatabase("UPDATE oauth2_clients SET secret = '$2y$10$new' WHERE id = ?")(client),
    'another redirect URI in the database': ({ client }) =>
      inDatabase("UPDATE oauth2_clients SET redirect = CONCAT(redirect, ',https://other.example.org/') WHERE id = ?")(
        client,
      ),
    'suspension, also when it is over': async ({ client }) => {
      await app.deps.administration.suspend(client.id)
      await app.deps.administration.resume(client.id)
    },
    'another permission level, which makes more of what was allowed': () =>
      app.database.knex('auth_user_md5').where({ user_id: users.autor.user_id }).update({ perms: 'dozent' }),
    'a No': async ({ client }) => {
      const page = await ask(client, { prompt: 'consent' })
      const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.text)?.[1]
      const form = { _method: 'delete', security_token: field('security_token'), auth_token: field('auth_token') }
      await post(app, 'authorize', form, { Cookie: cookie }).expect(303)
    },
  }
  for (const [name, change] of Object.entries(changes))
    it(`S-130 the page appears again after ${name}`, async () => {
      const { client, tokens } = await remembered()
      expect(await passes(client)).to.equal(true)
      await change({ client, refreshToken: tokens.refresh_token, grantId: await grantIdOf(client) })
      expect(await passes(client)).to.equal(false)
      await app.database.knex('auth_user_md5').where({ user_id: users.autor.user_id }).update({ perms: 'autor' })
    })

  it('S-130 deletion of the client leaves no row that remembers', async () => {
    const { client } = await remembered()
    await app.deps.administration.delete(client.id)
    expect(await app.database.knex('oauth2_auth_codes').where({ client_id: client.id })).to.have.length(0)
  })

  it('S-131 more scopes, prompt=consent, frames, programs and prefetches get the page, or nothing', async () => {
    const client = await addClient(app)
    await approve(app, client, { cookie, query: { scope: 'api.read' } })
    expect(await passes(client, { scope: 'api.read' })).to.equal(true)
    expect(await passes(client, { scope: 'api' })).to.equal(false)
    expect(await passes(client, { scope: 'api.read api' })).to.equal(false)
    expect(await passes(client, { scope: undefined })).to.equal(false)
    expect(await passes(client, { scope: 'api.read', prompt: 'consent' })).to.equal(false)
    for (const dest of ['iframe', 'frame', 'embed', 'object', 'empty', 'image'])
      expect(await passes(client, { scope: 'api.read' }, { 'Sec-Fetch-Dest': dest }), dest).to.equal(false)
    expect(await passes(client, { scope: 'api.read' }, { 'Sec-Purpose': 'prefetch' })).to.equal(false)
    expect(await passes(client, { scope: 'api.read' }, { 'Sec-Fetch-Dest': 'document' })).to.equal(true)
    await approve(app, client, { cookie, query: { scope: 'api' } })
    expect(await passes(client, { scope: 'api api.read' })).to.equal(true)
  })

  it('D25 the page says what is new after an approval, after a live grant where nothing is remembered, and to nobody else', async () => {
    const approved = await addClient(app)
    await approve(app, approved, { cookie, query: { scope: 'api.read' } })
    const connected = await addClient(app, { redirectUris: ['org.example.app:/cb'] })
    await connect(app, connected, { cookie, query: { scope: 'api.read' } })
    for (const client of [approved, connected]) {
      const { text } = await ask(client, { scope: 'api' })
      expect(text).to.include('Neu erlauben Sie').and.include('Liest alles, was Sie in Stud.IP sehen dürfen')
    }
    expect((await ask(connected, { scope: 'api.read' })).text).to.not.include('Neu erlauben Sie')
    const stranger = await logIn(app, users.dozent)
    expect((await ask(approved, { scope: 'api' }, { Cookie: stranger })).text).to.not.include('Neu erlauben Sie')
  })

  it('S-130 S-131 an approval that ends between the look and the code leads to the page, and leaves no code', async () => {
    const racing = await testApp({
      database: app.database,
      settings: { rememberConsent: true, apiRead: true },
      replace: (deps) => ({
        ...deps,
        remembered: {
          ...deps.approvals,
          find: async (userId, client) => {
            const approved = await deps.approvals.find(userId, client)
            await deps.approvals.forget(userId, client.id)
            return approved
          },
        },
      }),
    })
    const session = await logIn(racing)
    const client = await addClient(racing)
    await approve(racing, client, { cookie: session })
    const codes = () => app.database.knex('oauth2_auth_codes').where({ client_id: client.id, revoked: 0 })
    const before = (await codes()).length
    const answer = await racing.http
      .get(`${racing.api('authorize')}?${authorizationQuery(client)}`)
      .set('Cookie', session)
    expect(answer.status).to.equal(200)
    expect(answer.text).to.include('name="allow"')
    expect(await codes()).to.have.length(before)
    await racing.close()
  })

  it('S-131 another user, another client and nobody at all are never approved by it', async () => {
    const { client } = await remembered()
    expect(await passes(await addClient(app))).to.equal(false)
    expect(await passes(client, {}, { Cookie: await logIn(app, users.dozent) })).to.equal(false)
    const bounced = await ask(client, {}, { Cookie: '' })
    expect(bounced.headers['location'] ?? '').to.not.contain('code=')
  })

  it('S-132 the row is used from the start, and a code with its id is refused; purge spares it for its year', async () => {
    const client = await addClient(app)
    await approve(app, client, { cookie })
    const rows = await app.database
      .knex<{ id: string; client_id: string; revoked: number; expires_at: number }>('oauth2_auth_codes')
      .where({ client_id: client.id, revoked: 1 })
    expect(rows).to.have.length(1)
    const { id, expires_at: expiresAt } = rows[0]!
    expect(id).to.match(/^[0-9a-f]{80}$/)
    expect(expiresAt - app.deps.now()).to.be.within(364 * 86_400, 366 * 86_400)
    await app.database.knex('oauth2_auth_codes').where({ id }).update({ chdate: 1, mkdate: 1 })
    const { purge } = await import('../../src/stores/purge.ts')
    const options = { batch: 100, pause: 0, dryRun: false, cut: app.deps.now() - 7 * 86_400 }
    await purge(app.deps.db, app.deps.now, { ...options, revoked: true, expired: true })
    await purge(app.deps.db, app.deps.now, { ...options, revoked: false, expired: false })
    expect(await passes(client)).to.equal(true)
    const sealed = await app.deps.credentials.sealCode({
      id,
      clientId: client.id,
      userId: users.autor.user_id,
      scopes: ['api'],
      redirectUri,
      codeChallenge: undefined,
      expiresAt: app.deps.now() + 600,
    })
    expect((await redeem(app, client, sealed).expect(400)).body).to.include({ error: 'invalid_grant' })
    await app.database.knex('oauth2_auth_codes').where({ id }).update({ expires_at: 2, chdate: 1 })
    await purge(app.deps.db, app.deps.now, { ...options, revoked: false, expired: true })
    expect(await app.database.knex('oauth2_auth_codes').where({ id })).to.have.length(0)
  })
})
