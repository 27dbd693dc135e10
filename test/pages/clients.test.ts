// Clients in the hands of a root admin, over HTTP.
import { verifyBcrypt } from '../../src/crypto/bcrypt.ts'
import { expect } from 'chai'
import { bounds } from '../../src/bounds.ts'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  connect,
  hiddenFields,
  logIn,
  post,
  refresh,
  testApp,
  type TestApp,
  type TestClient,
} from '../support/app.ts'
import { issueCode, issueTokens } from '../support/issuing.ts'
import { typedClient, visit } from './steps.ts'

for (const { studip, baseUrl } of [
  { studip: '6.0', baseUrl: 'http://127.0.0.1/' },
  { studip: '5.4', baseUrl: 'http://127.0.0.1/studip/' },
] as const) {
  describe(`OAuth2 administration of Stud.IP ${studip} at ${baseUrl}`, () => {
    const log: string[] = []
    let app: TestApp
    before(async () => {
      app = await testApp({ studip, settings: { baseUrl }, log })
    })
    after(() => app.close())
    const rows = () => app.database.knex('oauth2_clients').select('*').orderBy('id')
    const lastRow = async () => (await rows()).at(-1) as Record<string, unknown> & { id: string; secret: string | null }

    it('a root admin registers a confidential client and is told its id and secret', async () => {
      const root = await visit(app)
      const answer = await root.submit('api/oauth2/clients/add', 'api/oauth2/clients/store', typedClient())
      expect(answer.status).to.equal(303)
      expect(answer.headers['location']).to.equal(`${new URL(baseUrl).pathname}dispatch.php/admin/oauth2`)
      const page = await root.follow(answer)
      const row = await lastRow()
      expect(page.text)
        .to.include('Der OAuth2-Client wurde erstellt.')
        .and.include(`<code class="oauth2-copy">${row.id}</code>`)
      const secret =
        /client_secret lautet: <code class="oauth2-copy">([A-Za-z0-9]{40})<\/code>/.exec(page.text)?.[1] ?? ''
      expect(await verifyBcrypt(secret, row.secret!)).to.equal(true)
      expect(row).to.include({
        name: 'Campus App',
        redirect: 'https://client.example.org/cb',
        owner: 'Rechenzentrum',
        homepage: 'https://rz.example.org/',
        admin_notes: 'Ticket 4711',
      })
    })

    it('S-096 the secret is shown once, stored as bcrypt, and appears in no address, log line or cache', async () => {
      const root = await visit(app)
      const answer = await root.submit('api/oauth2/clients/add', 'api/oauth2/clients/store', typedClient())
      const page = await root.follow(answer)
      const secret = /oauth2-copy">([A-Za-z0-9]{40})</.exec(page.text)?.[1] ?? 'none'
      expect((await lastRow()).secret).to.match(/^\$2y\$1\d\$/)
      expect(page.headers['cache-control']).to.equal('no-store')
      expect(page.headers['set-cookie']?.[0]).to.match(/^oauth2_notice=; .*Max-Age=0/)
      expect((await root.get('admin/oauth2')).text).not.to.include(secret)
      expect(JSON.stringify([answer.headers, answer.text]) + log.join('\n')).not.to.include(secret)
    })

    it("S-096 the cookie that carries the secret is encrypted, short-lived, for scripts and other sites out of reach, and nobody else's", async () => {
      const root = await visit(app)
      const answer = await root.submit('api/oauth2/clients/add', 'api/oauth2/clients/store', typedClient())
      const [line = ''] = answer.headers['set-cookie'] as unknown as string[]
      expect(line).to.match(
        /^oauth2_notice=eyJ[\w.-]+; Max-Age=120; Path=\S*dispatch\.php\/admin\/oauth2; HttpOnly; SameSite=Strict$/,
      )
      const stolen = await app.http
        .get(`${app.base}dispatch.php/admin/oauth2`)
        .set('Cookie', `${await logIn(app, users.root)}; ${line.split(';')[0]}`)
      expect(stolen.status).to.equal(200)
      expect(stolen.text).not.to.include('client_secret lautet')
    })

    it('B13 the same form makes one client, however often and wherever it is sent, and shows its secret for a moment only', async () => {
      const other = await testApp({ studip, settings: { baseUrl }, database: app.database })
      const cookie = await logIn(app, users.root)
      const form = hiddenFields((await app.http.get(app.api('clients/add')).set('Cookie', cookie)).text)
      const send = async (to: TestApp, typed = {}, as = cookie, fields = form) => {
        const answer = await to.http
          .post(to.api('clients/store'))
          .set('Cookie', as)
          .type('form')
          .send(new URLSearchParams({ ...fields, ...typedClient(typed) }).toString())
        expect(answer.status, answer.text).to.equal(303)
        const [notice = ''] = answer.headers['set-cookie'] as unknown as string[]
        return (await to.http.get(answer.headers['location'] as string).set('Cookie', `${as}; ${notice.split(';')[0]}`))
          .text
      }
      const secretIn = (text: string) =>
        /client_secret lautet: <code class="oauth2-copy">([A-Za-z0-9]{40})</.exec(text)?.[1]
      const before = (await rows()).length
      log.length = 0
      const pages = [...(await Promise.all([app, other, app, other].map((to) => send(to)))), await send(other)]
      const [secret, ...more] = new Set(pages.map(secretIn))
      expect(more).to.deep.equal([])
      const { id, secret: hash } = await lastRow()
      expect(await verifyBcrypt(secret ?? '', hash!)).to.equal(true)
      expect((await rows()).length).to.equal(before + 1)
      // Not what another session, another text or another form is.
      const stranger = await logIn(app, users.root)
      const strange = hiddenFields((await app.http.get(app.api('clients/add')).set('Cookie', stranger)).text)
      const others = [
        await send(app, {}, stranger, { ...strange, form_key: form['form_key'] ?? '' }),
        await send(app, { name: 'Another' }),
        await send(app, {}, cookie, { ...form, form_key: strange['form_key'] ?? '' }),
      ]
      expect((await rows()).length).to.equal(before + 4)
      expect(new Set([secret, ...others.map(secretIn)]).size).to.equal(4)
      // Changed since, or gone.
      for (const change of [
        () => app.deps.administration.renewSecret(id, hash!),
        () => app.database.knex('oauth2_clients').delete().where({ id }),
      ]) {
        await change()
        const text = await send(other)
        expect(text).to.match(new RegExp(`schon einmal abgeschickt.*#.{0,30}\\b${id}\\b`, 's'))
        expect(secretIn(text)).to.equal(undefined)
      }
      expect((await rows()).length).to.equal(before + 3)
      await other.close()
    })

    it('a public client gets no secret', async () => {
      const root = await visit(app)
      const page = await root.follow(
        await root.submit(
          'api/oauth2/clients/add',
          'api/oauth2/clients/store',
          typedClient({ confidentiality: 'public' }),
        ),
      )
      expect(page.text).to.include('messagebox_success').and.not.include('client_secret lautet')
      expect((await lastRow()).secret).to.equal(null)
    })

    it('S-004 a form with faults stores nothing, keeps what was typed and says beside each field what is wrong', async () => {
      const root = await visit(app)
      const before = await rows()
      const answer = await root.submit(
        'api/oauth2/clients/add',
        'api/oauth2/clients/store',
        typedClient({
          name: ' ',
          redirect: 'https://ok.example/cb\njavascript:alert(1)\nhttp://plain.example/',
          homepage: 'javascript:alert(1)',
          owner: '"><b>',
        }),
      )
      expect(answer.status).to.equal(422)
      expect(answer.text)
        .to.include('Das Erstellen eines OAuth2-Clients war nicht erfolgreich.')
        .and.include('https://ok.example/cb\njavascript:alert(1)\nhttp://plain.example/</textarea>')
        .and.include('aria-describedby="oauth2-redirect-hint oauth2-redirect-faults"')
        .and.include('value="&#34;&gt;&lt;b&gt;"')
        .and.include('value="confidential" id="oauth2-clients-confidentiality--confidential" required checked')
      expect(answer.text.match(/<ul class="oauth2-faults"/g)).to.have.length(3)
      expect(await rows()).to.deep.equal(before)
    })

    for (const redirect of [
      '',
      ' ',
      'https://x.de/#f',
      'https://u@x.de/',
      'https://x.de/a,b',
      'https://x.de/a b',
      'x.de',
      'JavaScript:alert(1)',
      'data:text/html;x',
      'vbscript:x',
      'file:///x',
      'blob:https://x.de/1',
      'about:blank',
    ]) {
      it(`S-004 the form refuses the redirect URI ${JSON.stringify(redirect)}`, async () => {
        const root = await visit(app)
        const before = await rows()
        expect(
          (await root.submit('api/oauth2/clients/add', 'api/oauth2/clients/store', typedClient({ redirect }))).status,
        ).to.equal(422)
        expect(await rows()).to.deep.equal(before)
      })
    }

    it('B18 a character that the tables lack is a fault beside its field, and what was typed stays', async () => {
      const root = await visit(app, users.root)
      const { knex } = app.database
      await knex.raw('ALTER TABLE oauth2_clients CONVERT TO CHARACTER SET utf8mb3')
      try {
        for (const field of ['name', 'owner', 'description', 'admin_notes']) {
          const form = { ...typedClient(), [field]: 'Müller 😀' }
          const answer = await root.submit('api/oauth2/clients/add', 'api/oauth2/clients/store', form)
          expect(answer.status, field).to.equal(422)
          expect(answer.text).to.include('kann die Datenbank nicht speichern').and.include('Müller 😀')
          expect(answer.text.match(/kann die Datenbank nicht speichern/g), field).to.have.length(1)
        }
        expect((await root.get(`admin/oauth2?search=${encodeURIComponent('😀')}`)).status).to.equal(200)
      } finally {
        await knex.raw('ALTER TABLE oauth2_clients CONVERT TO CHARACTER SET utf8mb4')
      }
    })

    it('S-077 the form takes com.example.app:/cb and com.example.app://cb, and refuses myapp:/cb', async () => {
      const root = await visit(app)
      expect(
        (
          await root.submit(
            'api/oauth2/clients/add',
            'api/oauth2/clients/store',
            typedClient({ redirect: 'com.example.app:/cb\r\ncom.example.app://cb' }),
          )
        ).status,
      ).to.equal(303)
      expect((await lastRow())['redirect']).to.equal('com.example.app:/cb,com.example.app://cb')
      expect(
        (
          await root.submit(
            'api/oauth2/clients/add',
            'api/oauth2/clients/store',
            typedClient({ redirect: 'myapp:/cb' }),
          )
        ).status,
      ).to.equal(422)
    })

    it('B14 the form takes myapp:/cb when told that another app could take it too, and nothing else by that', async () => {
      const root = await visit(app)
      const store = (more: object) =>
        root.submit('api/oauth2/clients/add', 'api/oauth2/clients/store', { ...typedClient(), ...more })
      const refused = await store({ redirect: 'studgo://oauth/callback' })
      expect(refused.status).to.equal(422)
      expect(refused.text)
        .to.include('name="shared_scheme" value="1" id="oauth2-shared-scheme">')
        .and.include('studgo://oauth/callback')
      const confirmed = { redirect: 'studgo://oauth/callback', shared_scheme: '1' }
      const wrongName = await store({ ...confirmed, name: '' })
      expect(wrongName.status).to.equal(422)
      expect(wrongName.text).to.include('id="oauth2-shared-scheme" checked>')
      expect((await store(confirmed)).status).to.equal(303)
      expect((await lastRow())['redirect']).to.equal('studgo://oauth/callback')
      for (const redirect of ['http://x.de/cb', 'javascript:x', 'myapp:', 'ftp://x.de/'])
        expect((await store({ redirect, shared_scheme: '1' })).status, redirect).to.equal(422)
      const other = await store({ name: '' })
      expect(other.text).to.not.include('shared_scheme')
    })

    it('C8 the form stores http://localhost/cb and says that it is bound to its port', async () => {
      const root = await visit(app)
      const redirect = 'http://localhost/cb\nhttp://127.0.0.1/cb\nhttps://localhost/cb'
      await root.submit('api/oauth2/clients/add', 'api/oauth2/clients/store', typedClient({ redirect }))
      const { text } = await root.get('admin/oauth2')
      expect(text.match(/gilt nur mit diesem Port/g)).to.have.length(1)
      expect(text).to.match(/http:\/\/localhost\/cb<\/bdi><\/strong>\s*gilt nur mit diesem Port/)
    })

    it('D25 D26 the list says which scopes a client has used, when its grants are over too, and which clients sign people in', async () => {
      const [idle, signIn, reader] = [await addClient(app), await addClient(app), await addClient(app)]
      const { grantId } = await issueTokens(app, signIn, { scopes: ['email', 'openid'] })
      await app.deps.grants.revoke(grantId)
      const { code } = await issueCode(app, reader, { scopes: ['api.read'] })
      await app.deps.approvals.remember(code, (await app.deps.clients.find(reader.id))!)
      const { text } = await (await visit(app)).get('admin/oauth2')
      const boxOf = ({ id }: TestClient) =>
        text.split('<tr class="oauth2-client"').find((box) => box.includes(`<code class="oauth2-copy">${id}</code>`)) ??
        ''
      expect(boxOf(signIn))
        .to.include('<code>openid</code> <code>email</code>')
        .and.include('meldet Personen an')
        .and.include('die E-Mail-Adresse')
        .and.not.include('globaler Status')
        .and.not.include('<code>api')
      expect(boxOf(reader))
        .to.include('<code>api.read</code>')
        .and.not.match(/meldet Personen an|Erfährt/)
      expect(boxOf(idle)).to.include('noch keine')
    })

    it('deleting asks once more, says what ends, and ends it', async () => {
      const client = await addClient(app, { name: 'Kurzlebig' })
      const tokens = await connect(app, client)
      const root = await visit(app)
      const question = await root.get(`api/oauth2/clients/delete/${client.id}`)
      expect(question.text)
        .to.include('Wollen Sie den OAuth2-Client wirklich löschen?')
        .and.include('Damit endet 1 bestehende Autorisierung.')
      const page = await root.follow(
        await root.submit(`api/oauth2/clients/delete/${client.id}`, `api/oauth2/clients/delete/${client.id}`),
      )
      expect(page.text).to.include(
        `Der OAuth2-Client #<strong><bdi>${client.id}</bdi></strong> (&#34;<strong><bdi>Kurzlebig</bdi></strong>&#34;) wurde gelöscht.`,
      )
      expect((await refresh(app, client, tokens.refresh_token)).status).to.equal(401)
      expect(await app.database.knex('oauth2_access_tokens').where({ client_id: client.id })).to.deep.equal([])
    })

    it('A16 the notice about the longest name leaves room in the line for cookies', async () => {
      const client = await addClient(app, { name: '🦉'.repeat(255) })
      const root = await visit(app)
      const answer = await root.submit('admin/oauth2', `api/oauth2/clients/suspend/${client.id}`)
      const [cookie = ''] = [answer.headers['set-cookie']].flat() as string[]
      expect(cookie.split(';')[0]!.length).to.be.within(400, bounds.noticeCookie.most)
      expect((await root.follow(answer)).text).to.include(`${'🦉'.repeat(99)}…`)
    })

    it('a client is suspended and resumed by one click', async () => {
      const client = await addClient(app)
      const root = await visit(app)
      const suspended = await root.follow(await root.submit('admin/oauth2', `api/oauth2/clients/suspend/${client.id}`))
      expect(suspended.text).to.include('wurde gesperrt').and.include(`clients/resume/${client.id}`)
      expect(
        (
          await post(app, 'token', {
            grant_type: 'refresh_token',
            client_id: client.id,
            client_secret: 'x',
            refresh_token: 'x',
          })
        ).status,
      ).to.equal(401)
      const resumed = await root.follow(await root.submit('admin/oauth2', `api/oauth2/clients/resume/${client.id}`))
      expect(resumed.text).to.include('wurde entsperrt').and.include(`clients/suspend/${client.id}`)
    })

    it('S-045 a new secret is shown once and the old one ends', async () => {
      const client = await addClient(app)
      const tokens = await connect(app, client)
      const root = await visit(app)
      const page = await root.follow(
        await root.submit(`api/oauth2/clients/secret/${client.id}`, `api/oauth2/clients/secret/${client.id}`),
      )
      const secret = /oauth2-copy">([A-Za-z0-9]{40})</.exec(page.text)?.[1] ?? 'none'
      expect((await refresh(app, client, tokens.refresh_token)).status).to.equal(401)
      expect((await refresh(app, client, tokens.refresh_token, { client_secret: secret })).status).to.equal(200)
      expect((await root.get('admin/oauth2')).text).not.to.include(secret)
      const publicClient = await addClient(app, { confidential: false })
      expect((await root.get(`api/oauth2/clients/secret/${publicClient.id}`)).status).to.equal(404)
    })

    it('the list shows set-up, addresses for developers and what becomes of each client', async () => {
      const client = await addClient(app, { name: 'Vielgenutzt' })
      await connect(app, client)
      const { text } = await (await visit(app)).get('admin/oauth2/index')
      expect(text)
        .to.include(`${app.deps.settings.keysPath}/private.key`)
        .and.include('Korrekte Zugriffsberechtigung: 660')
        .and.include(`${baseUrl}dispatch.php/api/oauth2/token`)
        .and.include(`${baseUrl}dispatch.php/api/oauth2/.well-known/oauth-authorization-server`)
      const line = text.slice(text.indexOf('Vielgenutzt'), text.indexOf('</tr>', text.indexOf('Vielgenutzt')))
      expect(line).to.include('data-label="Bestehende Autorisierungen">1</td>').and.not.include('noch nie')
    })

    it('beyond 50 clients there are pages, and one can search', async () => {
      for (let i = 0; i < 55; i++) await addClient(app, { name: `Massenware ${i}`, confidential: false })
      const root = await visit(app)
      const first = await root.get('admin/oauth2?search=Massenware')
      expect(first.text.match(/<tr class="oauth2-client"/g)).to.have.length(50)
      expect(first.text).to.include('Seite 1 von 2').and.include('admin/oauth2?search=Massenware&amp;page=2')
      expect(
        (await root.get('admin/oauth2?search=Massenware&page=2')).text.match(/<tr class="oauth2-client"/g),
      ).to.have.length(5)
      expect((await root.get('admin/oauth2?search=gibt%25es%00nicht')).text).to.include(
        'Kein OAuth2-Client passt zu dieser Suche.',
      )
      expect((await root.get('admin/oauth2?page=99999999999')).status).to.equal(200)
    })

    it('U3 every action leads back to the same search, filter, order and page, and so does Cancel', async () => {
      const root = await visit(app)
      const place = '?search=Massenware&sort=name&page=2'
      const list = await root.get(`admin/oauth2${place}`)
      const [, id = ''] = /clients\/suspend\/(\d+)/.exec(list.text) ?? []
      const escaped = place.replaceAll('&', '&amp;')
      for (const kind of ['suspend', 'delete'])
        expect(list.text).to.include(`dispatch.php/api/oauth2/clients/${kind}/${id}${escaped}"`)
      expect(list.text).to.include(`clients/add${escaped}"`)
      const back = `${app.base}dispatch.php/admin/oauth2${place}`
      for (const kind of ['suspend', 'resume']) {
        const answer = await root.submit(`admin/oauth2${place}`, `api/oauth2/clients/${kind}/${id}${place}`)
        expect([answer.status, answer.headers['location']], kind).to.deep.equal([303, back])
      }
      const question = await root.get(`api/oauth2/clients/delete/${id}${place}`)
      expect(question.text)
        .to.include(`href="${app.base}dispatch.php/admin/oauth2${escaped}"`)
        .and.include(`action="${app.base}dispatch.php/api/oauth2/clients/delete/${id}${escaped}"`)
      const form = await root.get(`api/oauth2/clients/add${place}`)
      expect(form.text).to.include(`clients/store${escaped}"`).and.include(`admin/oauth2${escaped}"`)
      const stored = await root.submit(
        `api/oauth2/clients/add${place}`,
        `api/oauth2/clients/store${place}`,
        typedClient({ name: 'Massenware neu' }),
      )
      expect(stored.headers['location']).to.equal(back)
      const deleted = await root.submit(
        `api/oauth2/clients/delete/${id}${place}`,
        `api/oauth2/clients/delete/${id}${place}`,
      )
      expect(deleted.headers['location']).to.equal(back)
    })

    it('U3 a page that is not there is the last one; what is no order, filter or page is none', async () => {
      const root = await visit(app)
      expect((await root.get('admin/oauth2?search=Massenware&page=99')).text).to.include('Seite 2 von 2')
      const odd = await root.get('admin/oauth2?search=Massenware&page=-1&sort=secret&only=%27&sort=name')
      expect(odd.status).to.equal(200)
      expect(odd.text).to.include('Seite 1 von 2').and.not.include('sort=secret')
    })

    it('U3 the list is ordered by name, last use and creation, both ways, and narrowed to the suspended and the unused', async () => {
      const make = async (name: string, createdAt: number) => {
        const client = await addClient(app, { name: `Reihe ${name}` })
        await app.database.knex('oauth2_clients').where({ id: client.id }).update({ mkdate: createdAt })
        return client
      }
      const [b, a, c] = [await make('b', 100), await make('a', 300), await make('c', 200)]
      await connect(app, c)
      await connect(app, b)
      const used = (id: string, at: number) =>
        app.database.knex('oauth2_access_tokens').where({ client_id: id }).update({ mkdate: at })
      await used(c.id, 2_000)
      await used(b.id, 1_000)
      await app.deps.administration.suspend(a.id)
      const root = await visit(app)
      const names = async (query: string) => {
        const { text } = await root.get(`admin/oauth2?search=Reihe&${query}`)
        return [...text.matchAll(/<summary><bdi>Reihe (.)<\/bdi>/g)].map(([, name]) => name).join('')
      }
      expect(await names('sort=name')).to.equal('abc')
      expect(await names('sort=-name')).to.equal('cba')
      expect(await names('sort=created')).to.equal('bca')
      expect(await names('sort=-created')).to.equal('acb')
      expect(await names('sort=-used')).to.equal('cba')
      expect(await names('sort=used')).to.equal('abc')
      expect(await names('only=suspended')).to.equal('a')
      expect(await names('only=unused&sort=name')).to.equal('a')
      const { text } = await root.get('admin/oauth2?search=Reihe&sort=name')
      expect(text)
        .to.match(/<th scope="col" aria-sort="ascending"><a href="[^"]*\?search=Reihe&amp;sort=-name">Name</)
        .and.match(/<th scope="col" aria-sort="none"><a href="[^"]*sort=-used">Zuletzt genutzt</)
    })

    it('U3 two thousand clients are a list of lines that one reads through in pages', async () => {
      const rows = Array.from({ length: 2000 }, (_, i) => ({
        name: `Vielzahl ${String(i).padStart(4, '0')}`,
        secret: null,
        redirect: 'https://x.example/',
        revoked: 0,
        description: '',
        owner: '',
        homepage: '',
        admin_notes: '',
        mkdate: i,
        chdate: i,
      }))
      await app.database.knex.batchInsert('oauth2_clients', rows, 500)
      try {
        const root = await visit(app)
        const last = await root.get('admin/oauth2?search=Vielzahl&sort=name&page=40')
        expect(last.text).to.include('Seite 40 von 40').and.include('<bdi>Vielzahl 1999</bdi>')
        expect(last.text.match(/<tr class="oauth2-client"/g)).to.have.length(50)
        const unused = await root.get('admin/oauth2?search=Vielzahl&only=unused&sort=-used&page=2')
        expect(unused.text).to.include('Seite 2 von 40')
        // A line is a line: what is rarely read is folded away.
        expect(last.text.match(/<details>/g)).to.have.length(50)
      } finally {
        await app.database.knex('oauth2_clients').where('name', 'like', 'Vielzahl %').delete()
      }
    })

    it('S-108 nobody but root sees or changes anything', async () => {
      const client = await addClient(app)
      const before = await rows()
      for (const user of [users.admin, users.autor]) {
        const other = await visit(app, user)
        for (const path of [
          'admin/oauth2',
          'api/oauth2/clients/add',
          `api/oauth2/clients/delete/${client.id}`,
          `api/oauth2/clients/secret/${client.id}`,
        ]) {
          const answer = await other.get(path)
          expect(answer.status, path).to.equal(403)
          expect(answer.text).to.include('Zugriff verweigert')
        }
        for (const path of ['store', `delete/${client.id}`, `suspend/${client.id}`, `secret/${client.id}`]) {
          expect((await other.post(`api/oauth2/clients/${path}`, typedClient())).status, path).to.equal(403)
        }
      }
      expect(await rows()).to.deep.equal(before)
    })

    it('S-023 a change needs POST and the token of its form', async () => {
      const client = await addClient(app)
      const before = await rows()
      const root = await visit(app)
      for (const path of ['store', `delete/${client.id}`, `suspend/${client.id}`, `secret/${client.id}`].map(
        (rest) => `api/oauth2/clients/${rest}`,
      )) {
        expect((await root.post(path, typedClient())).status, path).to.equal(403)
        expect((await root.post(path, typedClient({ security_token: 'x'.repeat(43) }))).status, path).to.equal(403)
        await root.get(path)
      }
      for (const path of [
        'api/oauth2/clients/store',
        `api/oauth2/clients/suspend/${client.id}`,
        `api/oauth2/clients/resume/${client.id}`,
      ]) {
        const answer = await root.get(path)
        expect([answer.status, answer.headers['allow']], path).to.deep.equal([405, 'POST'])
      }
      // The token of another form does not do either.
      const other = await root.get('api/oauth2/applications/revoke_all')
      expect((await root.post(`api/oauth2/clients/delete/${client.id}`, hiddenFields(other.text))).status).to.equal(403)
      expect(await rows()).to.deep.equal(before)
    })

    it('B13 who clicks Delete twice comes back to the list both times, and one deletion is recorded', async () => {
      const client = await addClient(app)
      const root = await visit(app)
      const path = `api/oauth2/clients/delete/${client.id}`
      const fields = hiddenFields((await root.get(path)).text)
      const clicks = await Promise.all([1, 2].map(() => root.post(path, fields)))
      clicks.push(await root.post(path, fields))
      for (const { status, headers } of clicks)
        expect([status, headers['location']]).to.deep.equal([303, `${app.base}dispatch.php/admin/oauth2`])
      expect((await root.follow(clicks[2]!)).text).to.match(new RegExp(`Es gibt keinen OAuth2-Client #.*${client.id}`))
      expect(await app.database.knex('oauth2_clients').where('id', client.id)).to.deep.equal([])
    })

    it('an unknown client is a 404 page', async () => {
      const root = await visit(app)
      for (const id of ['99999', '0', '01', '1abc', '18446744073709551616', '%25', '1%2F2']) {
        expect((await root.get(`api/oauth2/clients/delete/${id}`)).status, id).to.equal(404)
      }
    })
  })
}
