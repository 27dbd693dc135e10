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
  describe(`applications of a user of Stud.IP ${studip} at ${baseUrl}`, () => {
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

    it('D25 one box per application, however often it is connected and refreshed', async () => {
      const { client, tokens } = await connected('Viel erneuert')
      await refresh(app, client, tokens.refresh_token).expect(200)
      await connect(app, client, { cookie: await logIn(app) })
      const user = await visit(app, users.autor)
      const { text, status } = await user.get('api/oauth2/applications/')
      expect(status).to.equal(200)
      expect(text.match(new RegExp(`<h1><a href="[^"]*applications/details/${client.id}"`, 'g'))).to.have.length(1)
      expect(text)
        .to.include('Viel erneuert')
        .and.include('Test GmbH')
        .and.include('Darf in Ihrem Namen alles, was Sie in Stud.IP dürfen')
        .and.include('Verbunden seit')
        .and.include('2 Verbindungen')
        .and.include('Stud.IP fragt Sie bei jeder neuen Verbindung.')
      const details = await user.get(`api/oauth2/applications/details/${client.id}`)
      expect(details.text.match(/applications\/revoke\/[0-9a-f]{32}"/g)).to.have.length(2)
    })

    it('S-028 points out letters of another alphabet in the list and on the page of the application', async () => {
      const { client } = await connected('Ѕtud.IP')
      const user = await visit(app, users.autor)
      for (const path of ['', `details/${client.id}`])
        expect((await user.get(`api/oauth2/applications/${path}`)).text)
          .to.include('aus einem anderen Alphabet')
          .and.include('Ѕ (U+0405)')
    })

    const insertGrants = async (clientIds: readonly string[], userId: string) => {
      const mkdate = app.deps.now()
      const common = { scopes: '["api"]', revoked: 0, expires_at: mkdate + 999, mkdate, chdate: mkdate }
      const ids = clientIds.map((clientId) => [randomHex(40), clientId] as const)
      await app.database
        .knex('oauth2_access_tokens')
        .insert(ids.map(([id, clientId]) => ({ id, user_id: userId, client_id: clientId, ...common })))
      await app.database.knex('oauth2_refresh_tokens').insert(
        ids.map(([id]) => ({
          id: id.slice(0, 32) + randomHex(24),
          access_token_id: id,
          revoked: 0,
          expires_at: mkdate + 999,
        })),
      )
      return ids.map(([id]) => id.slice(0, 32))
    }

    it('A5 D25 pages of many applications lead from one to the next, and every way back leads to the same page', async () => {
      const clients: string[] = []
      for (let number = 0; number < 60; number += 1) clients.push((await addClient(app, { name: `Nr ${number}` })).id)
      await insertGrants(clients, users.dozent.user_id)
      const user = await visit(app, users.dozent)
      const shown: string[] = []
      for (const page of [1, 2, 3]) {
        const { text } = await user.get(`api/oauth2/applications?page=${page}`)
        expect(text).to.include(`Seite ${page} von 3`)
        shown.push(...[...text.matchAll(/<h1><a href="[^"]*details\/(\d+)/g)].map(([, id]) => id!))
      }
      expect(shown.toSorted()).to.deep.equal(clients.toSorted())
      expect((await user.get('api/oauth2/applications?page=99')).text).to.include('Seite 3 von 3')
      for (const from of ['%', 'f'.repeat(80), `${"' OR 1"}`, ''])
        for (const page of ['0', '-1', '1e9', 'x', '2&page=3'])
          expect(
            (await user.get(`api/oauth2/applications?from=${encodeURIComponent(from)}&page=${page}`)).status,
          ).to.equal(200)
      expect((await user.get('api/oauth2/applications/revoke_all')).text).to.include('60 Anwendungen können danach')
      const [id = ''] = shown.slice(30)
      const list = (await user.get('api/oauth2/applications?page=2')).text
      for (const way of [`details/${id}?page=2`, `revoke/${id}?page=2`]) expect(list).to.include(`applications/${way}"`)
      const details = (await user.get(`api/oauth2/applications/details/${id}?page=2`)).text
      expect(details).to.include('api/oauth2/applications?page=2"').and.include(`revoke/${id}?page=2"`)
      const question = `api/oauth2/applications/revoke/${id}?page=2`
      const answer = await user.submit(question, 'api/oauth2/applications/revoke')
      expect(answer.headers['location']).to.match(/api\/oauth2\/applications\?page=2$/)
      const after = (await user.follow(answer)).text
      expect(after).to.include('wurde widerrufen').and.include('Seite 2 von 3').and.not.include(`details/${id}?`)
    })

    it('A5 an application with more connections than Stud.IP lets anybody have shows the last ones, and ends all', async () => {
      const client = await addClient(app, { name: 'Sehr viele' })
      const grants = await insertGrants(Array<string>(60).fill(client.id), users.noNames.user_id)
      const user = await visit(app, users.noNames)
      const { text } = await user.get(`api/oauth2/applications/details/${client.id}`)
      expect(text.match(/applications\/revoke\/[0-9a-f]{32}"/g)).to.have.length(50)
      expect(text).to.include('enden auch 10 ältere Verbindungen')
      await user.submit(`api/oauth2/applications/revoke/${client.id}`, 'api/oauth2/applications/revoke')
      for (const grant of grants) expect(await isLive(grant)).to.equal(false)
    })

    it('details by the id of the grant, or of an access token as Stud.IP links it', async () => {
      const { tokens, grant } = await connected('Mit Einzelheiten')
      const user = await visit(app, users.autor)
      for (const id of [grant, idOf(tokens.access_token)]) {
        const { text, status } = await user.get(`api/oauth2/applications/details/${id}`)
        expect(status).to.equal(200)
        expect(text)
          .to.include('Autorisierte Drittanwendung')
          .and.include('Mit Einzelheiten')
          .and.include('An app for tests')
      }
    })

    it('S-066 revoking asks once more and kills every token of the application, and no other', async () => {
      const first = await connected('Wird beendet')
      const more = await connect(app, first.client, { cookie: await logIn(app) })
      const foreign = await connect(app, first.client, { cookie: await logIn(app, users.tutor) })
      const second = await connected('Bleibt bestehen')
      const user = await visit(app, users.autor)
      const question = `api/oauth2/applications/revoke/${first.client.id}`
      expect((await user.get(question)).text).to.include('Wollen Sie die Autorisierung wirklich widerrufen?')
      expect(await isLive(first.grant)).to.equal(true)
      const page = await user.follow(await user.submit(question, 'api/oauth2/applications/revoke'))
      expect(page.text)
        .to.include('Die Autorisierung von &#34;<strong><bdi>Wird beendet</bdi></strong>&#34; wurde widerrufen.')
        .and.include('Bleibt bestehen')
      expect((await user.get('api/oauth2/applications')).text).not.to.include('Wird beendet')
      for (const tokens of [first.tokens, more])
        expect((await refresh(app, first.client, tokens.refresh_token)).status).to.equal(400)
      const live = await app.database
        .knex('oauth2_access_tokens')
        .where({ client_id: first.client.id, user_id: users.autor.user_id, revoked: 0 })
      expect(live).to.deep.equal([])
      expect((await refresh(app, second.client, second.tokens.refresh_token)).status).to.equal(200)
      expect((await refresh(app, first.client, foreign.refresh_token)).status, 'of somebody else').to.equal(200)
    })

    it('D25 one connection ends alone, and the page of the application says what is left', async () => {
      const { client, tokens, grant } = await connected('Auf zwei Geräten')
      const other = await connect(app, client, { cookie: await logIn(app) })
      const user = await visit(app, users.autor)
      const end = async (id: string) => {
        const question = await user.get(`api/oauth2/applications/revoke/${id}`)
        expect(question.text).to.include('Wollen Sie diese Verbindung von')
        return user.submit(`api/oauth2/applications/revoke/${id}`, 'api/oauth2/applications/revoke')
      }
      const answer = await end(grant)
      expect(answer.headers['location']).to.match(new RegExp(`applications/details/${client.id}$`))
      const page = (await user.follow(answer)).text
      expect(page).to.include('Eine Verbindung von').and.not.include(grant)
      expect(page.match(/applications\/revoke\/[0-9a-f]{32}"/g)).to.have.length(1)
      expect((await user.get(`api/oauth2/applications/details/${client.id}`)).text).to.not.include(
        'Eine Verbindung von',
      )
      expect((await refresh(app, client, tokens.refresh_token)).status).to.equal(400)
      const last = await end(idOf(other.access_token).slice(0, 32))
      expect(last.headers['location']).to.match(/applications$/)
      expect((await user.follow(last)).text)
        .to.include('Die Autorisierung von')
        .and.not.include(`details/${client.id}"`)
      expect((await user.get(`api/oauth2/applications/details/${client.id}`)).status).to.equal(404)
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
        ['9999999999', 404],
        ['18446744073709551616', 404],
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

    it('B13 who clicks Revoke twice reads twice that it is over, also the connection that somebody ended meanwhile', async () => {
      const { grant, client } = await connected('Zweimal geklickt')
      const ada = await visit(app, users.autor)
      const asked = (await ada.get(`api/oauth2/applications/revoke/${grant}`)).text
      const security_token = /name="security_token" value="([^"]+)"/.exec(asked)?.[1] ?? ''
      const click = (application: string) => ada.post('api/oauth2/applications/revoke', { application, security_token })
      for (let clicks = 0; clicks < 2; clicks++)
        expect((await ada.follow(await click(client.id))).text).to.match(
          /Die Autorisierung von .*Zweimal geklickt.* wurde widerrufen\./,
        )
      expect((await ada.follow(await click(grant))).text).to.match(
        /Verbindung von .*Zweimal geklickt.* wurde beendet\./,
      )
      // Whoever never had it is told what they are told of any other.
      const theo = await visit(app, users.tutor)
      const theirs = (await theo.get('api/oauth2/applications/revoke_all')).text
      const token = /name="security_token" value="([^"]+)"/.exec(theirs)?.[1] ?? ''
      for (const application of [client.id, grant]) {
        const form = { application, security_token: token }
        expect((await theo.post('api/oauth2/applications/revoke', form)).status).to.equal(404)
      }
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

describe('every HTML answer', () => {
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
