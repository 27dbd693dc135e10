// From the request for a scope to the token answer, as clients, users and Stud.IP's tables see it (RFC 6749 §3.3, D23).
import { expect } from 'chai'
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
  redirectUri,
  refresh,
  testApp,
} from '../support/app.ts'
import type { Query, TestApp, TestClient, Tokens } from '../support/app.ts'
import { rowsOfGrant } from '../support/issuing.ts'
import { startStandIn } from '../stand-in/stand-in.ts'

describe('scopes', () => {
  let app: TestApp
  let without: TestApp
  let client: TestClient
  before(async () => {
    app = await testApp({ settings: { apiRead: true } })
    without = await testApp({ database: app.database })
    client = await addClient(app)
  })
  after(async () => {
    await without.close()
    await app.close()
  })

  /** Tokens for a request, and what the rows of their grant say. */
  const granted = async (at: TestApp, query: Query) => {
    const code = (await approve(at, client, { query })).searchParams.get('code') ?? ''
    const tokens = (await redeem(at, client, code).expect(200)).body as Tokens & { scope: string }
    const opened = await at.deps.credentials.openAccessToken(tokens.access_token)
    const { codes, access } = await rowsOfGrant(at.database.knex, opened?.id.slice(0, 32) ?? '')
    const scopes = [...codes, ...access].map((row) => (row as unknown as { scopes: string }).scopes)
    return { code, tokens, scopes }
  }

  for (const scope of [undefined, '', 'api', 'api api'])
    it(`C4 S-046 scope=${scope ?? '(none)'} means api, is stored and answered so`, async () => {
      const { tokens, scopes } = await granted(without, { scope })
      expect(tokens.scope).to.equal('api')
      expect(scopes).to.deep.equal(['["api"]', '["api"]'])
      expect((await refresh(without, client, tokens.refresh_token)).body).to.include({ scope: 'api' })
    })

  it('S-121 api.read is stored and answered so, and only we can open its code and tokens', async () => {
    const { code, tokens, scopes } = await granted(app, { scope: 'api.read' })
    expect(tokens.scope).to.equal('api.read')
    expect(scopes).to.deep.equal(['["api.read"]', '["api.read"]'])
    for (const text of [code, tokens.access_token, tokens.refresh_token]) expect(text.split('.')).to.have.length(5)
    // A grant outlives the setting: the gateway decides what its tokens may do.
    expect((await refresh(without, client, tokens.refresh_token).expect(200)).body).to.include({ scope: 'api.read' })
  })

  it('S-050 S-068 a sealed grant rotates, forgives a lost answer, ends at a replay and when it is revoked', async () => {
    const active = async (token: string) =>
      ((await post(app, 'introspect', { ...credentialsOf(client), token }).expect(200)).body as { active: boolean })
        .active
    const first = (await granted(app, { scope: 'api.read' })).tokens
    const second = (await refresh(app, client, first.refresh_token).expect(200)).body as Tokens
    expect([await active(first.access_token), await active(second.access_token)]).to.deep.equal([false, true])
    const again = (await refresh(app, client, first.refresh_token).expect(200)).body as Tokens
    expect(again.refresh_token).to.not.equal(second.refresh_token)
    const third = (await refresh(app, client, again.refresh_token).expect(200)).body as Tokens
    const strict = await testApp({ database: app.database, settings: { refreshGraceSeconds: 0 } })
    const replay = await refresh(strict, client, first.refresh_token).expect(400)
    await strict.close()
    expect(replay.body).to.include({ error: 'invalid_grant' })
    for (const { access_token } of [second, again, third]) expect(await active(access_token)).to.equal(false)

    const { code, tokens } = await granted(app, { scope: 'api.read' })
    await post(app, 'revoke', { ...credentialsOf(client), token: tokens.access_token }).expect(200)
    expect([await active(tokens.access_token), await active(tokens.refresh_token)]).to.deep.equal([false, true])
    await post(app, 'revoke', { ...credentialsOf(client), token: tokens.refresh_token }).expect(200)
    expect(await active(tokens.refresh_token)).to.equal(false)
    expect((await redeem(app, client, code).expect(400)).body).to.include({ error: 'invalid_grant' })
  })

  it('D22 what needs no signature does not wait in the company of what does', async () => {
    const never = () => new Promise<never>(() => undefined)
    const busy = await testApp({
      database: app.database,
      replace: (deps) => ({ ...deps, beforeSigning: { clients: { find: never }, users: { stateOf: never } } }),
    })
    try {
      const { tokens } = await granted(app, { scope: 'api.read' })
      expect((await refresh(busy, client, tokens.refresh_token).expect(200)).body).to.include({ scope: 'api.read' })
      const code = (await approve(app, client, { query: { scope: 'api.read' } })).searchParams.get('code')
      await redeem(busy, client, code).expect(200)
    } finally {
      await busy.close()
    }
  })

  for (const version of ['6.0', '5.4'] as const)
    it(`S-121 Stud.IP ${version} neither redeems, renews nor serves what was granted without api`, async () => {
      const studip = await startStandIn({
        version,
        database: app.database.settings,
        keysPath: app.deps.settings.keysPath,
      })
      const token = (form: Record<string, string>) =>
        fetch(`${studip.url}dispatch.php/api/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) })
      const credentials = { client_id: client.id, client_secret: clientSecret, redirect_uri: redirectUri }
      const me = (bearer: string) =>
        fetch(`${studip.url}jsonapi.php/v1/users/me`, { headers: { Authorization: `Bearer ${bearer}` } })
      try {
        const whole = await granted(app, { scope: 'api api.read' })
        expect((await me(whole.tokens.access_token)).status, 'the test itself can succeed').to.equal(200)
        const waiting = (await approve(app, client, { query: { scope: 'api.read' } })).searchParams.get('code') ?? ''
        const { tokens } = await granted(app, { scope: 'api.read' })
        for (const scope of [undefined, '', 'api', 'api.read']) {
          const forms: readonly Record<string, string>[] = [
            { grant_type: 'authorization_code', code: waiting },
            { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
            { grant_type: 'refresh_token', refresh_token: tokens.access_token },
          ]
          for (const form of forms) {
            const answer = await token({ ...credentials, ...form, ...(scope !== undefined && { scope }) })
            expect(answer.status, `${form['grant_type']}, ${scope}`).to.be.at.least(400)
            expect(await answer.text()).to.not.include('access_token')
          }
        }
        for (const text of [waiting, tokens.access_token, tokens.refresh_token])
          expect((await me(text)).status).to.equal(401)
        await redeem(app, client, waiting).expect(200)
      } finally {
        await studip.stop()
      }
    })

  it('S-012 C9 a scope that is not offered is invalid_scope, which lists those that are, and leaves no row', async () => {
    const cookie = await logIn(app)
    const rows = async () => (await app.database.knex('oauth2_auth_codes').count({ n: '*' }))[0]?.['n']
    const before = await rows()
    for (const [at, scope, offered] of [
      [without, 'api.read', 'api'],
      [without, 'api api.read', 'api'],
      [app, 'openid', 'api api.read'],
      [app, 'api.read offline_access', 'api api.read'],
      [app, 'api.write', 'api api.read'],
      [app, 'api,api.read', 'api api.read'],
    ] as const) {
      const answer = await at.http
        .get(`${at.api('authorize')}?${authorizationQuery(client, { scope })}`)
        .set('Cookie', cookie)
        .expect(302)
      const { searchParams } = new URL(answer.headers['location'] as string)
      expect(searchParams.get('error')).to.equal('invalid_scope')
      expect(searchParams.get('error_description'), scope).to.match(
        new RegExp(`names with blanks between them. Offered here: ${offered}$`),
      )
    }
    expect(await rows()).to.equal(before)
  })

  it('S-028 the page says what each scope allows, and the full access when none is asked for', async () => {
    const cookie = await logIn(app)
    const page = async (scope: string | undefined) =>
      (await consentPage(app, cookie, authorizationQuery(client, { scope }))).html
    const [everything, reading] = [
      'Darf in Ihrem Namen alles, was Sie in Stud.IP dürfen',
      'Liest alles, was Sie in Stud.IP sehen dürfen, und ändert nichts.',
    ]
    expect(await page(undefined)).to.include(everything)
    expect(await page('api.read'))
      .to.include(reading)
      .and.not.include(everything)
    expect(await page('api.read api'))
      .to.include(everything)
      .and.include(reading)
  })

  it('S-073 metadata lists api.read only where it is offered', async () => {
    const listed = async (at: TestApp) =>
      ((await at.http.get(at.api('.well-known/oauth-authorization-server'))).body as { scopes_supported: string[] })
        .scopes_supported
    expect(await listed(app)).to.deep.equal(['api', 'api.read'])
    expect(await listed(without)).to.deep.equal(['api'])
  })

  it('the applications page says what each application may do', async () => {
    const cookie = await logIn(app)
    await granted(app, { scope: 'api.read' })
    const { text } = await app.http.get(app.api('applications')).set('Cookie', cookie).expect(200)
    expect(text).to.include('Liest alles, was Sie in Stud.IP sehen dürfen, und ändert nichts.')
  })
})
