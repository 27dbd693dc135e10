// What a user connected, seen and ended by that user alone.
import { expect } from 'chai'
import { randomHex } from '../../src/crypto/random.ts'
import { users } from '../fixtures/users.ts'
import { addClient, connect, idOf, logIn, post, refresh, testApp, type TestApp } from '../support/app.ts'
import { visit } from './steps.ts'

for (const { studip, baseUrl } of [
  { studip: '6.0', baseUrl: 'http://127.0.0.1/' },
  { studip: '5.4', baseUrl: 'http://127.0.0.1/studip/' },
] as const) {
  describe(`applications of a user of Stud.IP ${studip} at ${baseUrl}`, function () {
    this.timeout(60_000)
    let app: TestApp
    before(async () => {
      app = await testApp({ studip, settings: { baseUrl } })
    })
    after(() => app.close())

    const connected = async (name: string, user: { readonly user_id: string } = users.autor) => {
      const client = await addClient(app, { name })
      const tokens = await connect(app, client, { cookie: await logIn(app, user) })
      return { client, tokens, grant: idOf(tokens.access_token).slice(0, 32) }
    }
    const isLive = async (grant: string) =>
      (await app.database.knex('oauth2_refresh_tokens').where('id', 'like', `${grant}%`).where({ revoked: 0 })).length >
      0

    it('one row per grant, however often it was refreshed', async () => {
      const { client, tokens, grant } = await connected('Viel erneuert')
      await refresh(app, client, tokens.refresh_token).expect(200)
      const { text, status } = await (await visit(app, users.autor)).get('api/oauth2/applications/')
      expect(status).to.equal(200)
      expect(text.match(new RegExp(`applications/details/${grant}"`, 'g'))).to.have.length(1)
      expect(text)
        .to.include('Viel erneuert')
        .and.include('Test GmbH')
        .and.include('Darf in Ihrem Namen alles, was Sie in Stud.IP dürfen')
        .and.include('Verbunden seit')
    })

    it('A5 pages of a user with many grants lead from one to the next, and back', async () => {
      const { client, grant } = await connected('Viele')
      const { knex } = app.database
      const mkdate = app.deps.now()
      const ids = Array.from({ length: 60 }, () => [randomHex(40), randomHex(24)] as const)
      const common = {
        client_id: client.id,
        scopes: '[]',
        revoked: 0,
        expires_at: mkdate + 999,
        mkdate,
        chdate: mkdate,
      }
      await knex('oauth2_access_tokens').insert(ids.map(([id]) => ({ id, user_id: users.dozent.user_id, ...common })))
      await knex('oauth2_refresh_tokens').insert(
        ids.map(([id, end]) => ({
          id: id.slice(0, 32) + end,
          access_token_id: id,
          revoked: 0,
          expires_at: mkdate + 999,
        })),
      )
      const user = await visit(app, users.dozent)
      const shown: string[] = []
      let path: string | undefined = 'api/oauth2/applications'
      for (let page = 0; path !== undefined; page += 1) {
        const { text, status } = await user.get(path)
        expect([status, page < 5]).to.deep.equal([200, true])
        shown.push(...[...text.matchAll(/applications\/details\/(\w{32})"/g)].map(([, id]) => id!))
        expect(text.includes('Zum Anfang')).to.equal(page > 0)
        path = /dispatch\.php\/(api\/oauth2\/applications\?from=\w+)"/.exec(text)?.[1]
      }
      expect(shown.sort()).to.deep.equal(ids.map(([id]) => id.slice(0, 32)).sort())
      expect((await user.get('api/oauth2/applications/revoke_all')).text).to.include('Mehr als 25 Anwendungen')
      for (const from of ['%', 'f'.repeat(80), `${"' OR 1"}`, ''])
        expect((await user.get(`api/oauth2/applications?from=${encodeURIComponent(from)}`)).status, from).to.equal(200)
      expect(shown).to.not.include(grant)
    })

    it('details by the id of the grant, or of an access token as Stud.IP links it', async () => {
      const { tokens, grant } = await connected('Mit Einzelheiten')
      const user = await visit(app, users.autor)
      for (const id of [grant, idOf(tokens.access_token)]) {
        const { text, status } = await user.get(`api/oauth2/applications/details/${id}`)
        expect(status).to.equal(200)
        expect(text)
          .to.include('Autorisierte OAuth2-Drittanwendung')
          .and.include('Mit Einzelheiten')
          .and.include('An app for tests')
      }
    })

    it('S-066 revoking asks once more and kills every token of the grant, and no other', async () => {
      const first = await connected('Wird beendet')
      const second = await connected('Bleibt bestehen')
      const user = await visit(app, users.autor)
      const question = `api/oauth2/applications/revoke/${first.grant}`
      expect((await user.get(question)).text).to.include('Wollen Sie die OAuth2-Autorisierung wirklich widerrufen?')
      expect(await isLive(first.grant)).to.equal(true)
      const page = await user.follow(await user.submit(question, 'api/oauth2/applications/revoke'))
      expect(page.text)
        .to.include('Die Autorisierung von &#34;<strong><bdi>Wird beendet</bdi></strong>&#34; wurde widerrufen.')
        .and.include('Bleibt bestehen')
      expect((await user.get('api/oauth2/applications')).text).not.to.include('Wird beendet')
      expect((await refresh(app, first.client, first.tokens.refresh_token)).status).to.equal(400)
      const live = await app.database
        .knex('oauth2_access_tokens')
        .where('id', 'like', `${first.grant}%`)
        .where({ revoked: 0 })
      expect(live).to.deep.equal([])
      expect((await refresh(app, second.client, second.tokens.refresh_token)).status).to.equal(200)
    })

    it("S-066 another user's grant answers 403, an unknown one 404, and neither loses anything", async () => {
      const { grant } = await connected('Gehört Theo', users.tutor)
      const own = await connected('Gehört Ada')
      const ada = await visit(app, users.autor)
      const theirs = (await ada.get(`api/oauth2/applications/revoke/${own.grant}`)).text
      const token = /name="security_token" value="([^"]+)"/.exec(theirs)?.[1] ?? ''
      for (const [id, status] of [
        [grant, 403],
        ['f'.repeat(32), 404],
        ['%', 404],
        [`${own.grant.slice(0, 31)}_`, 404],
        ["' OR '1'='1", 404],
        ['', 404],
      ] as const) {
        if (id !== '' && !id.includes(' '))
          expect((await ada.get(`api/oauth2/applications/details/${encodeURIComponent(id)}`)).status, id).to.equal(
            status,
          )
        expect(
          (await ada.post('api/oauth2/applications/revoke', { application: id, security_token: token })).status,
          id,
        ).to.equal(status)
      }
      expect(await isLive(grant)).to.equal(true)
      expect(await isLive(own.grant)).to.equal(true)
      const root = await visit(app, users.root)
      expect((await root.get(`api/oauth2/applications/details/${grant}`)).status).to.equal(403)
    })

    it('all at once, and then none is left', async () => {
      const grants = [
        (await connected('Erste', users.unlimited)).grant,
        (await connected('Zweite', users.unlimited)).grant,
      ]
      const user = await visit(app, users.unlimited)
      expect((await user.get('api/oauth2/applications/revoke_all')).text).to.include(
        '2 Anwendungen können danach nicht mehr',
      )
      const page = await user.follow(
        await user.submit('api/oauth2/applications/revoke_all', 'api/oauth2/applications/revoke_all'),
      )
      expect(page.text)
        .to.include('2 Autorisierungen wurden widerrufen.')
        .and.include('Keine autorisierten Drittanwendungen')
      for (const grant of grants) expect(await isLive(grant)).to.equal(false)
    })

    it('S-023 revoking needs POST and the token of its form', async () => {
      const { grant } = await connected('Bleibt auch')
      const user = await visit(app, users.autor)
      for (const path of ['revoke', 'revoke_all']) {
        expect((await user.post(`api/oauth2/applications/${path}`, { application: grant })).status).to.equal(403)
        expect(
          (await user.post(`api/oauth2/applications/${path}`, { application: grant, security_token: 'x' })).status,
        ).to.equal(403)
      }
      const answer = await user.get('api/oauth2/applications/revoke')
      expect([answer.status, answer.headers['allow']]).to.deep.equal([405, 'POST'])
      expect(await isLive(grant)).to.equal(true)
    })

    it('S-022 a form of another site changes nothing', async () => {
      const { grant } = await connected('Bleibt ebenfalls')
      const user = await visit(app, users.autor)
      const token =
        /name="security_token" value="([^"]+)"/.exec(
          (await user.get(`api/oauth2/applications/revoke/${grant}`)).text,
        )?.[1] ?? ''
      for (const headers of [
        { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-site' },
        { Origin: 'https://evil.example' },
      ] as readonly Record<string, string>[]) {
        const answer = await user.post(
          'api/oauth2/applications/revoke',
          { application: grant, security_token: token },
          headers,
        )
        expect(answer.status).to.equal(403)
        expect(answer.text).to.include('Formular nicht angenommen')
      }
      expect(await isLive(grant)).to.equal(true)
    })

    it('the page speaks the language of the user', async () => {
      const { text } = await (await visit(app, users.tutor)).get('api/oauth2/applications')
      expect(text).to.match(/lang="(?:de-DE|en-GB)"/)
      const english = await app.http
        .get(app.api('applications'))
        .set('Cookie', await logIn(app, users.tutor, { content: { uid: users.tutor.user_id, language: 'en_GB' } }))
      expect(english.text)
        .to.include('lang="en-GB"')
        .and.include('Third-party applications')
        .and.include('Authorised third-party application')
    })
  })
}

describe('every HTML answer', function () {
  this.timeout(60_000)
  let app: TestApp
  before(async () => {
    app = await testApp({
      settings: {
        baseUrl: 'https://studip.example.org/studip/',
        assetsUrl: 'https://studip.example.org/studip/assets/',
      },
    })
  })
  after(() => app.close())

  it('S-024 S-026 forbids frames, scripts and inline styles, sends no referrer and is kept by no cache', async () => {
    const client = await addClient(app)
    const root = await visit(app)
    const answers = [
      await root.get('admin/oauth2'),
      await root.get('api/oauth2/clients/add'),
      await root.get(`api/oauth2/clients/delete/${client.id}`),
      await root.get('api/oauth2/applications'),
      await root.get('api/oauth2/applications/revoke_all'),
      await root.get(`api/oauth2/authorize?response_type=code&client_id=${client.id}`),
      await root.get('api/oauth2/authorize'),
      await root.get('api/oauth2/authorize?client_id=999'),
      await root.get('api/oauth2/nothing'),
      await root.get('api/oauth2/applications/details/x'),
      await root.get('api/oauth2/clients/store'),
      await root.post('api/oauth2/clients/store', {}),
      await (await visit(app, users.autor)).get('admin/oauth2'),
    ]
    expect(answers.map(({ status }) => status)).to.deep.equal([
      200, 200, 200, 200, 200, 200, 400, 400, 404, 404, 405, 403, 403,
    ])
    for (const { headers, text } of answers) {
      expect(headers['content-type']).to.equal('text/html; charset=utf-8')
      expect(headers).to.include({
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      })
      const policy = headers['content-security-policy'] ?? ''
      expect(policy)
        .to.include("default-src 'none'")
        .and.include("frame-ancestors 'none'")
        .and.not.match(/unsafe|script-src|\*|form-action/)
      expect(text).not.to.match(/<script|\son\w+="|\sstyle="/)
      expect(text).to.include('<html class="no-js" lang="')
    }
  })

  it('S-026 the consent page has no address outside Stud.IP', async () => {
    const client = await addClient(app)
    const { text } = await (
      await visit(app, users.autor)
    ).get(`api/oauth2/authorize?response_type=code&client_id=${client.id}`)
    expect(text).to.include('Erlauben')
    for (const [, address] of text.matchAll(/(?:href|src|action)="([^"]*)"/g))
      expect(address).to.match(/^(?:\/studip\/|#|https:\/\/studip\.example\.org\/studip\/assets\/)/)
  })

  it('our stylesheet may be kept for a year under the address that pages use, and is asked for again under any other', async () => {
    const { text } = await (await visit(app, users.autor)).get('api/oauth2/applications')
    const address =
      /href="(\/studip\/dispatch\.php\/api\/oauth2\/assets\/oauth2\.css\?v=[0-9a-f]{16})"/.exec(text)?.[1] ?? ''
    const answer = await app.http.get(address).expect(200)
    expect(answer.headers).to.include({
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    const other = await app.http.get(address.replace(/v=.*/, 'v=old')).expect(200)
    expect(other.headers['cache-control']).to.equal('no-cache')
    await app.http
      .get(address)
      .set('If-None-Match', answer.headers['etag'] ?? '')
      .expect(304)
    for (const name of ['nothing.css', '..%2f..%2fpackage.json', 'constructor', '%2e%2e'])
      expect((await app.http.get(app.api(`assets/${name}`))).status, name).to.equal(404)
  })

  it("a POST whose form is not the user's any more changes nothing and says so", async () => {
    const answer = await post(app, 'clients/store', { name: 'x' })
    expect(answer.status).to.equal(403)
  })
})
