// The gate and the bounce over HTTP: nobody sees consent, gets a code or a token whom Stud.IP would not let in.
import { expect } from 'chai'
import { parseSetCookie } from 'cookie'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  approve,
  authorizationQuery,
  clientSecret,
  connect,
  consentPage,
  logIn,
  post,
  redeem,
  refresh,
  testApp,
  type TestApp,
  type TestClient,
} from '../support/app.ts'

for (const { studip, baseUrl } of [
  { studip: '6.0', baseUrl: 'http://127.0.0.1/' },
  { studip: '5.4', baseUrl: 'http://127.0.0.1/studip/' },
] as const) {
  describe(`pages of the service next to Stud.IP ${studip}`, () => {
    let app: TestApp
    let client: TestClient
    let query: string
    before(async () => {
      app = await testApp({ studip, settings: { baseUrl } })
      client = await addClient(app)
      query = authorizationQuery(client, { state: 'a+b & ü%F0' })
    })
    after(() => app.close())
    const setGlobal = (field: string, value: string) =>
      app.database.knex('config_values').insert({ field, range_id: 'studip', value })
    const reset = (field: string) => app.database.knex('config_values').where({ field, range_id: 'studip' }).del()
    const authorize = (cookie: string | undefined, headers: Record<string, string> = {}) =>
      app.http.get(`${app.api('authorize')}?${query}`).set({ ...headers, ...(cookie && { Cookie: cookie }) })
    const trampoline = () => new RegExp(`^${app.base}dispatch\\.php/jsupdater/mark_notification_read/\\d+\\?again=yes$`)
    const cookiesOf = (lines: unknown) => ((lines as string[]) ?? []).map((line) => parseSetCookie(line))
    const cookieHeader = (lines: unknown, path: string) =>
      cookiesOf(lines)
        .filter((cookie) => cookie.maxAge !== 0 && path.startsWith(cookie.path ?? '/'))
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ')

    for (const name of ['appFactor', 'emailFactor', 'termsPending', 'visibilityPending'] as const) {
      it(`S-106 ${name} is sent to Stud.IP, with or without X-Requested-With`, async () => {
        const cookie = await logIn(app, users[name])
        for (const headers of [{}, { 'X-Requested-With': 'XMLHttpRequest' }] as Record<string, string>[]) {
          const answer = await authorize(cookie, headers)
          expect(answer.status).to.equal(302)
          expect(answer.headers['location']).to.match(trampoline())
          expect(answer.headers['cache-control']).to.equal('no-store')
        }
      })
    }
    it('R9 high contrast in the session is that of our pages, logged in or not', async () => {
      const page = async (uid: string, contrast: number) => {
        const cookie = await logIn(app, users.autor, { content: { uid, more: { contrast } } })
        return (await app.http.get(`${app.api('authorize')}?client_id=0`).set('Cookie', cookie)).text
      }
      for (const uid of [users.autor.user_id, 'nobody']) {
        expect(await page(uid, 1), uid).to.include('stylesheets/accessibility.css')
        expect(await page(uid, 0), uid)
          .to.include('stylesheets/studip-base.css')
          .and.not.include('accessibility.css')
      }
    })
    it('S-106 a stale session is sent to Stud.IP', async () => {
      const cookie = await logIn(app, users.autor, { changed: app.deps.now() - app.deps.settings.sessionLifetime - 5 })
      expect((await authorize(cookie)).headers['location']).to.match(trampoline())
    })
    for (const name of ['locked', 'expired', 'provisional', 'nameless'] as const) {
      it(`S-104 ${name} gets no consent page`, async () => {
        const answer = await authorize(await logIn(app, users[name]))
        expect(answer.status).to.equal(302)
        expect(answer.headers['location']).to.match(trampoline())
      })
    }
    it('S-104 a user who is locked or leaves between page and click gets no code', async () => {
      for (const change of [
        () => app.database.knex('auth_user_md5').where({ user_id: users.tutor.user_id }).update({ locked: 1 }),
        () => app.database.knex('session_data').del(),
      ]) {
        const cookie = await logIn(app, users.tutor)
        const { fields } = await consentPage(app, cookie, query)
        await change()
        const answer = await app.http
          .post(app.api('authorize'))
          .set('Cookie', cookie)
          .type('form')
          .send({ ...fields, allow: '' })
        await app.database.knex('auth_user_md5').update({ locked: 0 }).where({ user_id: users.tutor.user_id })
        expect(answer.status).to.be.oneOf([302, 303, 400, 403])
        expect(String(answer.headers['location'])).to.not.contain('code=')
      }
      expect(
        await app.database.knex('oauth2_auth_codes').where({ user_id: users.tutor.user_id }).select(),
      ).to.deep.equal([])
    })
    it('S-104 a locked user redeems no code and refreshes nothing', async () => {
      const code = (await approve(app, client, { cookie: await logIn(app, users.dozent) })).searchParams.get('code')
      const tokens = await connect(app, client, { cookie: await logIn(app, users.dozent) })
      const set = (locked: number) =>
        app.database.knex('auth_user_md5').where({ user_id: users.dozent.user_id }).update({ locked })
      await set(1)
      expect((await redeem(app, client, code)).body).to.include({ error: 'invalid_grant' })
      expect((await refresh(app, client, tokens.refresh_token)).body).to.include({ error: 'invalid_grant' })
      await set(0)
    })
    it('S-105 maintenance: 503 for everybody but root, and a refused redemption or refresh consumes nothing', async () => {
      const code = (await approve(app, client)).searchParams.get('code')
      const tokens = await connect(app, client)
      const [autor, root] = [await logIn(app, users.autor), await logIn(app, users.root)]
      await setGlobal('MAINTENANCE_MODE_ENABLE', '1')
      for (const cookie of [autor, undefined]) expect((await authorize(cookie)).status).to.equal(503)
      expect((await authorize(root)).status).to.equal(200)
      const refused = [await redeem(app, client, code), await refresh(app, client, tokens.refresh_token)]
      await reset('MAINTENANCE_MODE_ENABLE')
      for (const answer of refused) {
        expect(answer.status).to.equal(503)
        expect(answer.body).to.include({ error: 'temporarily_unavailable' })
      }
      expect((await redeem(app, client, code)).status).to.equal(200)
      expect((await refresh(app, client, tokens.refresh_token)).status).to.equal(200)
    })
    it('S-110 leads an anonymous user to the login and back to the very same request', async () => {
      const away = await authorize(undefined)
      expect(away.headers['location']).to.match(trampoline())
      const back = await app.http
        .get(app.api('resume'))
        .set('Cookie', cookieHeader(away.headers['set-cookie'], app.api('resume')))
      expect(back.status).to.equal(302)
      const there = new URL(back.headers['location'] as string, baseUrl)
      expect(there.pathname).to.equal(app.api('authorize'))
      expect(Object.fromEntries(there.searchParams)).to.deep.equal(Object.fromEntries(new URLSearchParams(query)))
      const cookies = `${await logIn(app)}; ${cookieHeader(back.headers['set-cookie'], app.api('authorize'))}`
      const page = await app.http.get(there.pathname + there.search).set('Cookie', cookies)
      expect(page.status).to.equal(200)
      expect(
        cookiesOf(page.headers['set-cookie']).filter(
          ({ name, maxAge }) => name.startsWith('studip_oauth2_pending_') && maxAge === 0,
        ),
      ).to.have.length(1)
    })
    it('S-110 after two bounces without login comes an error page', async () => {
      let cookies = ''
      const statuses = []
      for (const _ of [1, 2, 3]) {
        const answer = await authorize(cookies || undefined)
        statuses.push(answer.status)
        if (answer.status !== 302) expect(answer.headers['content-type']).to.match(/^text\/html/)
        else
          cookies = cookieHeader(
            (
              await app.http
                .get(app.api('resume'))
                .set('Cookie', cookieHeader(answer.headers['set-cookie'], app.api('resume')))
            ).headers['set-cookie'],
            app.api('authorize'),
          )
      }
      expect(statuses.slice(0, 2)).to.deep.equal([302, 302])
      expect(statuses[2]).to.be.at.least(400)
    })
    it('S-110 loginname and password posted to us are neither used nor forwarded', async () => {
      for (const path of ['authorize', 'resume']) {
        const answer = await app.http
          .post(`${app.api(path)}?${query}`)
          .type('form')
          .send({ loginname: 'autor', password: 'demo', security_token: 'x', login_ticket: 'x' })
        expect(answer.status, path).to.be.at.least(400)
        expect(answer.text).to.not.contain('demo')
        expect(String(answer.headers['set-cookie'] ?? '')).to.not.contain(app.deps.settings.sessionCookie)
      }
    })
    it('S-007 resume takes no target from query, header or form', async () => {
      const evil = 'https://evil.example/'
      const answer = await app.http
        .get(`${app.api('resume')}?return_to=${evil}&target=${evil}&redirect=${evil}&url=${evil}`)
        .set({ Referer: evil, 'X-Forwarded-Host': 'evil.example', 'X-Original-URL': evil, Host: 'evil.example' })
      expect(answer.status).to.equal(302)
      expect(answer.headers['location']).to.equal(`${app.base}dispatch.php/start?oauth2_resume=0`)
      const posted = await app.http.post(app.api('resume')).type('form').send({ target: evil })
      expect(String(posted.headers['location'] ?? '')).to.not.contain('evil')
    })
    it('S-007 the bounce goes to Stud.IP whatever Host and forwarded headers say', async () => {
      const answer = await authorize(undefined, {
        Host: 'evil.example',
        'X-Forwarded-Host': 'evil.example',
        'X-Forwarded-Prefix': '/evil',
        Referer: 'https://evil.example/',
      })
      expect(answer.headers['location']).to.match(trampoline())
    })
    it('S-039 a pending cookie is no token of any other kind', async () => {
      const away = await authorize(undefined)
      const pending = cookiesOf(away.headers['set-cookie']).find(({ name }) =>
        name.startsWith('studip_oauth2_pending_'),
      )!.value
      const cookie = await logIn(app)
      const { fields } = await consentPage(app, cookie, query)
      const approved = await app.http
        .post(app.api('authorize'))
        .set('Cookie', cookie)
        .type('form')
        .send({ ...fields, auth_token: pending, allow: '' })
      expect(String(approved.headers['location'])).to.not.contain('code=')
      for (const form of [
        { grant_type: 'authorization_code', code: pending, redirect_uri: client.redirectUris[0] },
        { grant_type: 'refresh_token', refresh_token: pending },
      ]) {
        expect(
          (await post(app, 'token', { client_id: client.id, client_secret: clientSecret, ...form })).body,
        ).to.include({ error: 'invalid_grant' })
      }
    })
  })
}
