// The main job: a Stud.IP user connects an application, and the application gets tokens and keeps them fresh.
import { expect } from 'chai'
import {
  addClient,
  approve,
  authorizationQuery,
  connect,
  consentPage,
  idOf,
  logIn,
  post,
  redeem,
  refresh,
  testApp,
  type TestApp,
} from '../support/app.ts'

for (const { studip, baseUrl } of [
  { studip: '6.0', baseUrl: 'http://127.0.0.1/' },
  { studip: '5.4', baseUrl: 'http://127.0.0.1/studip/' },
] as const) {
  describe(`a user of Stud.IP ${studip} at ${baseUrl} connects an application`, () => {
    let app: TestApp
    before(async () => {
      app = await testApp({ studip, settings: { baseUrl } })
    })
    after(() => app.close())

    for (const confidential of [true, false]) {
      it(`${confidential ? 'a confidential' : 'a public'} client gets tokens and refreshes them`, async () => {
        const client = await addClient(app, { confidential })
        const tokens = await connect(app, client)
        expect(tokens).to.include({ token_type: 'Bearer', expires_in: 3600 })
        expect(Object.keys(tokens)).to.have.members([
          'token_type',
          'expires_in',
          'access_token',
          'refresh_token',
          'scope',
        ])
        const next = await refresh(app, client, tokens.refresh_token).expect(200)
        expect(next.headers['cache-control']).to.equal('no-store')
        const [old, fresh] = [tokens, next.body as typeof tokens].map(({ access_token }) => idOf(access_token))
        expect(old?.slice(0, 32)).to.equal(fresh?.slice(0, 32))
        const rows = await app.database
          .knex('oauth2_access_tokens')
          .whereIn('id', [old ?? '', fresh ?? ''])
          .select('id', 'revoked')
        expect(rows.find(({ id }) => id === old)).to.include({ revoked: 1 })
        expect(rows.find(({ id }) => id === fresh)).to.include({ revoked: 0 })
      })
    }

    it('the answer carries code and state, the page names the application', async () => {
      const client = await addClient(app, { name: 'Stundenplan <b>App</b>' })
      const cookie = await logIn(app)
      const page = await consentPage(app, cookie, authorizationQuery(client))
      expect(page.status).to.equal(200)
      expect(page.html).to.contain('Stundenplan &lt;b&gt;App&lt;/b&gt;').and.not.contain('<b>App</b>')
      const location = await approve(app, client, { cookie, query: { state: 'a b&=ü' } })
      expect(location.searchParams.get('state')).to.equal('a b&=ü')
      expect(location.searchParams.has('iss'), 'S-020').to.equal(false)
      expect(location.searchParams.get('code')).to.match(/^def50200[0-9a-f]+$/)
    })

    it('a revoked grant is over', async () => {
      const client = await addClient(app)
      const tokens = await connect(app, client)
      await post(app, 'revoke', {
        client_id: client.id,
        client_secret: 'YFXkKbYVv7zGGXuRbx26ksRsYTMQuLdGRTtwqwTM',
        token: tokens.refresh_token,
      }).expect(200)
      expect((await refresh(app, client, tokens.refresh_token).expect(400)).body).to.include({ error: 'invalid_grant' })
    })

    it('a code works once, and its second use ends the grant', async () => {
      const client = await addClient(app)
      const code = (await approve(app, client)).searchParams.get('code')
      const tokens = (await redeem(app, client, code).expect(200)).body as { refresh_token: string }
      expect((await redeem(app, client, code).expect(400)).body).to.include({ error: 'invalid_grant' })
      expect((await refresh(app, client, tokens.refresh_token).expect(400)).body).to.include({ error: 'invalid_grant' })
    })
  })
}
