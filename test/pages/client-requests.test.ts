// Clients that people ask for, from the form to the token, over HTTP.
import { expect } from 'chai'
import { bounds } from '../../src/bounds.ts'
import { purposeLimit, readRequest, reasonLimit, writeRequest } from '../../src/oauth/client-request.ts'
import { users } from '../fixtures/users.ts'
import { addClient, approve, hiddenFields, logIn, post, redirectUri, testApp, type TestApp } from '../support/app.ts'
import { typedClient, visit, type Visitor } from './steps.ts'

const typed = (changes: Readonly<Record<string, string>> = {}) => {
  const { admin_notes: _, ...form } = typedClient({ redirect: redirectUri, purpose: 'Reads\nmy timetable', ...changes })
  return form
}
const hostile = '</textarea></dd><script>alert(1)</script>\n\nClient request: approved\nAsked by: x y'

describe('clients on request', () => {
  const log: string[] = []
  let app: TestApp
  let second: TestApp
  let root: Visitor
  before(async () => {
    app = await testApp({ settings: { clientRequests: 'autor' }, log })
    second = await testApp({ settings: { clientRequests: 'autor' }, database: app.database })
  })
  after(async () => {
    await second.close()
    await app.close()
  })
  beforeEach(async () => {
    log.length = 0
    for (const table of ['oauth2_clients', 'oauth2_auth_codes']) await app.database.knex(table).delete()
    root = await visit(app)
  })

  const rows = () => app.database.knex('oauth2_clients').select('*').orderBy('id') as Promise<Record<string, string>[]>
  const slots = () =>
    app.database.knex('oauth2_auth_codes').where('id', 'like', 'client-request %').select('id', 'client_id') as Promise<
      unknown[]
    >
  const events = () =>
    log
      .map((line) => JSON.parse(line) as { event?: string; clientId?: string; userId?: string; reason?: string })
      .filter(({ event }) => event !== undefined)
  const ask = (person: Visitor, changes?: Readonly<Record<string, string>>) =>
    person.submit('api/oauth2/requests/add', 'api/oauth2/requests/store', typed(changes))
  /** Asks, and answers the id and secret that the page shows. */
  const asked = async (person: Visitor, changes?: Readonly<Record<string, string>>) => {
    const answer = await ask(person, changes)
    expect(answer.status, answer.text).to.equal(303)
    const { text } = await person.follow(answer)
    const [, id = ''] = /client_id lautet: <code class="oauth2-copy">(\d+)</.exec(text) ?? []
    const [, secret = ''] = /client_secret lautet: <code class="oauth2-copy">([A-Za-z0-9]{40})</.exec(text) ?? []
    return { id, secret }
  }
  const decide = (id: string, what: 'approve' | 'reject', fields: Readonly<Record<string, string>> = {}) =>
    root.submit(
      what === 'approve' ? 'admin/oauth2' : `api/oauth2/clients/reject/${id}`,
      `api/oauth2/clients/${what}/${id}`,
      fields,
    )
  const withdraw = (person: Visitor, id: string) =>
    person.submit(`api/oauth2/requests/withdraw/${id}`, `api/oauth2/requests/withdraw/${id}`)
  const clientCall = (id: string, secret: string) =>
    post(app, 'token', { grant_type: 'refresh_token', refresh_token: 'x', client_id: id, client_secret: secret })
  const errorOf = async (id: string, secret: string) =>
    ((await clientCall(id, secret)).body as { error?: string }).error
  const setUser = (user: { user_id: string }, values: Record<string, unknown>) =>
    app.database.knex('auth_user_md5').where({ user_id: user.user_id }).update(values)

  it('B13 the same form makes one request, however often and wherever it is sent, also where there is room for one only', async () => {
    const person = await visit(app, users.unlimited)
    for (let open = 1; open < bounds.openRequests.most; open += 1) await ask(person)
    const cookie = await logIn(app, users.unlimited)
    const page = await app.http.get(app.api('requests/add')).set('Cookie', cookie)
    const body = new URLSearchParams({ ...hiddenFields(page.text), ...typed() }).toString()
    const send = async (to: TestApp) => {
      const answer = await to.http.post(to.api('requests/store')).set('Cookie', cookie).type('form').send(body)
      expect(answer.status, answer.text).to.equal(303)
      const [notice = ''] = answer.headers['set-cookie'] as unknown as string[]
      const shown = await to.http.get(to.api('requests')).set('Cookie', `${cookie}; ${notice.split(';')[0]}`)
      return /client_secret lautet: <code class="oauth2-copy">([A-Za-z0-9]{40})</.exec(shown.text)?.[1] ?? shown.text
    }
    const secrets = [...(await Promise.all([app, second, app, second].map(send))), await send(second)]
    expect(new Set(secrets).size, secrets.join(' ')).to.equal(1)
    expect(await rows()).to.have.length(bounds.openRequests.most)
    expect(await errorOf(String((await rows()).at(-1)?.['id']), secrets[0] ?? ''), 'suspended').to.equal(
      'invalid_client',
    )
    expect(events().filter(({ event }) => event === 'client.requested')).to.have.length.at.most(
      bounds.openRequests.most,
    )
  })

  it('S-148 a requested client is unknown until root approves it, then it works with its secret and code flow', async () => {
    const person = await visit(app, users.autor)
    const { id, secret } = await asked(person)
    expect((await rows())[0]).to.include({ revoked: 1, name: 'Campus App', redirect: redirectUri })
    expect(await errorOf(id, secret)).to.equal('invalid_client')
    const cookie = await logIn(app)
    const query = new URLSearchParams({ response_type: 'code', client_id: id, redirect_uri: redirectUri })
    expect((await app.http.get(`${app.api('authorize')}?${query}`).set('Cookie', cookie)).status).to.equal(400)
    const page = (await root.get('admin/oauth2')).text
    for (const text of ['1 beantragter OAuth2-Client', 'Reads\nmy timetable', '(<bdi>autor</bdi>, <bdi>autor</bdi>)'])
      expect(page).to.include(text)
    expect((await decide(id, 'approve')).status).to.equal(303)
    expect(await errorOf(id, secret)).to.equal('invalid_grant')
    expect(
      (await approve(app, { id, confidential: true, redirectUris: [redirectUri] })).searchParams.get('code'),
    ).to.be.a('string')
    const list = (await person.get('api/oauth2/requests')).text
    expect(list).to.include('freigegeben').and.not.include(secret)
    expect(events().map(({ event }) => event)).to.include.members(['client.requested', 'client.approved'])
  })

  it('S-148 while it waits it stands first on the page of root and not among the registered ones', async () => {
    const { id } = await asked(await visit(app, users.autor), { name: 'Waiting' })
    await addClient(app, { name: 'Registered' })
    const { text } = await root.get('admin/oauth2')
    expect(text.indexOf('Waiting')).to.be.lessThan(text.indexOf('Registered'))
    expect(text).not.to.include(`clients/resume/${id}`).and.not.include(`clients/suspend/${id}`)
    expect((await app.deps.administration.list({ search: '', page: 1, pageSize: 9 })).total).to.equal(1)
    expect(await app.deps.administration.resume(id)).to.equal(false)
  })

  it('U3 deciding, Cancel included, leads back to the same search, filter, order and page', async () => {
    const person = await visit(app, users.dozent)
    const [first, second] = [await asked(person), await asked(person)]
    const place = '?search=nobody&only=suspended&sort=name&page=2'
    const kept = place.replace('&page=2', '')
    const list = (await root.get(`admin/oauth2${place}`)).text
    const question = (await root.get(`api/oauth2/clients/reject/${second.id}${place}`)).text
    for (const [text, address] of [
      [list, `clients/approve/${first.id}${kept}`],
      [list, `clients/reject/${second.id}${kept}`],
      [question, `clients/reject/${second.id}${place}`],
      [question, `admin/oauth2${place}`],
    ] as const)
      expect(text).to.include(`${address.replaceAll('&', '&amp;')}"`)
    const back = `${app.base}dispatch.php/admin/oauth2${place}`
    const approve = `api/oauth2/clients/approve/${first.id}${place}`
    const reject = `api/oauth2/clients/reject/${second.id}${place}`
    const resume = `api/oauth2/clients/resume/${second.id}${place}`
    for (const [from, to, fields] of [
      ['admin/oauth2', approve, {}],
      [reject, reject, { reason: 'Twice the same' }],
      ['admin/oauth2', resume, {}],
    ] as const)
      expect((await root.submit(from, to, fields)).headers['location'], to).to.equal(back)
  })

  it('S-148 approving, rejecting and reading of others need root of this moment, and a token of the form', async () => {
    const person = await visit(app, users.autor)
    const { id } = await asked(person)
    const other = await visit(app, users.dozent)
    for (const path of [`clients/reject/${id}`, 'clients/add'])
      expect((await other.get(`api/oauth2/${path}`)).status, path).to.equal(403)
    for (const path of [`requests/withdraw/${id}`, 'requests/withdraw/999999', 'requests/withdraw/1abc'])
      expect((await other.get(`api/oauth2/${path}`)).status, path).to.equal(404)
    for (const path of ['clients/approve', 'clients/reject', 'clients/resume'])
      expect(
        (await other.submit('api/oauth2/requests/add', `api/oauth2/${path}/${id}`, { reason: 'no' })).status,
      ).to.equal(403)
    expect((await other.submit('api/oauth2/requests/add', `api/oauth2/requests/withdraw/${id}`)).status).to.equal(404)
    expect((await other.get('api/oauth2/requests')).text).not.to.include('Campus App')
    // A token of another form, another session or none.
    expect((await root.submit('api/oauth2/requests/add', `api/oauth2/clients/approve/${id}`)).status).to.equal(403)
    expect((await root.post(`api/oauth2/clients/approve/${id}`, {})).status).to.equal(403)
    expect((await person.post(`api/oauth2/requests/withdraw/${id}`, {})).status).to.equal(403)
    expect((await person.post('api/oauth2/requests/store', typed())).status).to.equal(403)
    const stale = await root.get('admin/oauth2')
    expect(stale.status).to.equal(200)
    await setUser(users.root, { perms: 'admin' })
    try {
      expect((await decide(id, 'approve')).status).to.equal(403)
    } finally {
      await setUser(users.root, { perms: 'root' })
    }
    expect((await rows())[0]).to.include({ revoked: 1 })
    expect(readRequest((await rows())[0]!['admin_notes']!)?.state).to.equal('open')
  })

  it('S-148 a rejection reaches the person with its reason, once, and root may think again', async () => {
    const person = await visit(app, users.autor)
    const { id, secret } = await asked(person)
    for (const [reason, text] of [
      ['', 'Bitte füllen Sie dieses Feld aus.'],
      ['\u200b \u00ad', 'Bitte füllen Sie dieses Feld aus.'],
      ['x'.repeat(reasonLimit + 1), `Höchstens <strong><bdi>${reasonLimit}</bdi>`],
    ] as const) {
      const refused = await decide(id, 'reject', { reason })
      expect([refused.status, refused.text.includes(text)]).to.deep.equal([422, true])
    }
    const reason = '😀'.repeat(reasonLimit - 20) + ' <b>\r\nAsked by: me'
    expect((await decide(id, 'reject', { reason })).status).to.equal(303)
    const again = await root.follow(
      await root.submit('admin/oauth2', `api/oauth2/clients/reject/${id}`, { reason: 'y' }),
    )
    expect(again.text).to.include('Nichts wurde geändert')
    const { text } = await person.get('api/oauth2/requests')
    expect(text).to.include('abgelehnt').and.include('😀 &lt;b&gt;  Asked by: me')
    expect(await errorOf(id, secret)).to.equal('invalid_client')
    const resumed = await root.submit('admin/oauth2', `api/oauth2/clients/resume/${id}`)
    expect((await root.follow(resumed)).text).to.include('wurde freigegeben')
    expect(await errorOf(id, secret)).to.equal('invalid_grant')
    expect(events().filter(({ event }) => event === 'client.rejected')).to.have.length(1)
  })

  it('S-148 approving and withdrawing at the same moment at two instances has one outcome', async () => {
    for (let round = 0; round < 5; round += 1) {
      const person = await visit(app, users.autor)
      const { id } = await asked(person, { name: `Round ${round}` })
      const [by, self] = [
        { id: users.root.user_id, username: 'root' },
        { id: users.autor.user_id, username: 'test_autor' },
      ]
      const [approved, withdrawn] = await Promise.all([
        app.deps.requests.approve(id, by),
        second.deps.requests.withdraw(id, self),
      ])
      const row = (await rows()).find((one) => String(one['id']) === id)
      const state = row && readRequest(row['admin_notes']!)?.state
      // Deleted before it was approved, approved and then withdrawn, or approved while the withdrawal came too late.
      if (row === undefined) expect([approved === 'done', withdrawn]).to.deep.equal([false, 'done'])
      else
        expect([approved, state, row['revoked']]).to.deep.equal([
          'done',
          ...(withdrawn === 'done' ? ['withdrawn', 1] : ['approved', 0]),
        ])
    }
    expect(await slots()).to.be.empty
  })

  it('S-148 who was locked or deleted after asking gets no client, and nothing is lost', async () => {
    const person = await visit(app, users.autor)
    const { id } = await asked(person)
    await setUser(users.autor, { locked: 1 })
    try {
      const { text } = await root.get('admin/oauth2')
      expect(text).to.include('gesperrt, abgelaufen oder gelöscht').and.not.include(`clients/approve/${id}`)
      const refused = await root.submit(`api/oauth2/clients/reject/${id}`, `api/oauth2/clients/approve/${id}`)
      expect((await root.follow(refused)).text).to.include('Der Antrag bleibt offen.')
      expect((await rows())[0]).to.include({ revoked: 1 })
      expect(events().find(({ event }) => event === 'request.refused')).to.include({
        reason: 'asker-refused',
        clientId: id,
      })
    } finally {
      await setUser(users.autor, { locked: 0 })
    }
    expect((await root.follow(await decide(id, 'approve'))).text).to.include('wurde freigegeben')
  })

  it('S-149 of thirty forms at once, at two instances, three make a request; a decision makes room', async () => {
    const by = { id: users.autor.user_id, username: 'test_autor' }
    const client = {
      name: 'App',
      redirectUris: [redirectUri],
      description: '',
      owner: 'x',
      homepage: 'https://x.de',
      secretHash: null,
    }
    const ids = await Promise.all(
      Array.from({ length: 30 }, (_, index) => (index % 2 ? app : second).deps.requests.ask(client, by, 'why')),
    )
    const made = ids.filter((id) => id !== undefined)
    expect([made.length, (await rows()).length, (await slots()).length]).to.deep.equal([3, 3, 3])
    expect(bounds.openRequests.most).to.equal(3)
    const person = await visit(app, users.autor)
    for (const path of ['api/oauth2/requests/add']) expect((await person.get(path)).status).to.equal(409)
    expect((await visit(app, users.dozent).then((other) => ask(other))).status).to.equal(303)
    await decide(made[0]!, 'reject', { reason: 'no' })
    expect((await ask(person)).status).to.equal(303)
    expect((await person.submit('api/oauth2/requests', 'api/oauth2/requests/store', typed())).status).to.equal(403)
    await withdraw(person, made[1]!)
    // Whatever removes a client by other means makes room, too: Stud.IP's own page knows no slots.
    await app.database.knex('oauth2_clients').where({ id: made[2]! }).delete()
    const more = await Promise.all(Array.from({ length: 10 }, () => app.deps.requests.ask(client, by, 'why')))
    expect(more.filter((id) => id !== undefined)).to.have.length(2)
  })

  it('S-149 forms that come together never wait for each other in a ring', async () => {
    const by = { id: users.autor.user_id, username: 'test_autor' }
    const [name, owner, homepage] = ['App', 'x', 'https://x.de']
    const client = { name, redirectUris: [redirectUri], description: '', owner, homepage, secretHash: null }
    const deadlocks = async () => {
      const [rows] = (await app.database.knex.raw("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")) as [
        { Value: string }[],
      ]
      return Number(rows[0]?.Value)
    }
    const before = await deadlocks()
    for (const free of [
      () => app.database.knex('oauth2_clients').delete(),
      () => app.database.knex('oauth2_clients').update({ revoked: 0 }),
      () => app.database.knex('oauth2_auth_codes').delete(),
    ]) {
      const ids = await Promise.all(
        Array.from({ length: 24 }, (_, index) => (index % 2 ? app : second).deps.requests.ask(client, by, 'why')),
      )
      expect(ids.filter((id) => id !== undefined)).to.have.length(3)
      await free()
    }
    expect((await deadlocks()) - before).to.equal(0)
  })

  it('S-149 who asks and withdraws in turn is held off, before a secret is hashed, and others are not', async () => {
    const [person, other] = [await visit(app, users.tutor), await visit(app, users.dozent)]
    for (let round = 0; round < bounds.requestsOfPerson.most; round += 1)
      expect(app.deps.requestPace(users.tutor.user_id)).to.equal(0)
    const answer = await ask(person)
    expect(answer.status).to.equal(429)
    expect(answer.headers['retry-after']).to.match(/^[1-9]\d*$/)
    expect(answer.text).to.include('Zu viele Versuche')
    expect(await rows()).to.be.empty
    expect(events().find(({ event }) => event === 'request.throttled')).to.include({ userId: users.tutor.user_id })
    const { id } = await asked(other)
    await withdraw(other, id)
    expect(await rows()).to.be.empty
  })

  it('S-149 asking, approving and withdrawing at once at two instances do not wait in a ring', async () => {
    const by = { id: users.autor.user_id, username: 'test_autor' }
    const approver = { id: users.root.user_id, username: 'root' }
    const client = { name: 'App', redirectUris: [redirectUri], description: '', owner: 'x', homepage: 'https://x.de' }
    const deadlocks = async () => {
      const [[row]] = (await app.database.knex.raw("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")) as [
        [{ Value: string }],
      ]
      return Number(row.Value)
    }
    const before = await deadlocks()
    for (let round = 0; round < 12; round += 1) {
      const open = (await rows()).filter(({ revoked }) => Number(revoked) === 1).map(({ id }) => String(id))
      await Promise.all([
        ...open.map((id, index) =>
          index % 2 ? second.deps.requests.approve(id, approver) : app.deps.requests.withdraw(id, by),
        ),
        ...Array.from({ length: 12 }, (_, index) =>
          (index % 2 ? app : second).deps.requests.ask({ ...client, secretHash: null }, by, 'why'),
        ),
      ])
    }
    // A hundred, were the locks taken in two orders; the database's own cleaning may still cause one, and it is tried again.
    expect((await deadlocks()) - before).to.be.below(5)
    const states = (await rows()).map(({ admin_notes: notes }) => readRequest(notes ?? '')?.state)
    expect(states.filter((state) => state === 'open')).to.have.length.at.most(3)
    expect(states.filter((state) => state === 'approved').length).to.be.greaterThan(3)
  })

  it('S-149 however many were decided, those that are open are shown first and count', async () => {
    const by = { id: users.autor.user_id, username: 'autor' }
    const client = {
      name: 'Old',
      redirectUris: [redirectUri],
      description: '',
      owner: 'x',
      homepage: 'https://x.de',
      secretHash: null,
    }
    const first = await app.deps.requests.ask(client, by, 'why')
    for (let made = 0; made <= bounds.requestsOfPage.most; made += 1) {
      const id = await app.deps.requests.ask({ ...client, name: 'New' }, by, 'why')
      await app.deps.requests.reject(id!, by, 'no')
    }
    const list = await app.deps.requests.ofPerson(by.id)
    expect([list.length, list[0]?.id]).to.deep.equal([bounds.requestsOfPage.most, first])
  })

  it('S-149 a fourth form sent although three are open stores nothing and says why', async () => {
    const person = await visit(app, users.autor)
    const form = await person.get('api/oauth2/requests/add')
    const token = /name="security_token" value="([^"]+)"/.exec(form.text)?.[1] ?? ''
    for (let made = 0; made < 3; made += 1) await asked(person)
    const fourth = await person.post('api/oauth2/requests/store', { ...typed(), security_token: token })
    expect([fourth.status, fourth.text.includes('Sie haben 3 offene Anträge')]).to.deep.equal([409, true])
    expect(await rows()).to.have.length(3)
    expect(events().at(-1)).to.include({ event: 'request.refused', reason: 'requests-open' })
  })

  it('S-149 the secret is shown once, to the person who asked, and stands in no address, log line or cache', async () => {
    const person = await visit(app, users.autor)
    const answer = await ask(person)
    const page = await person.follow(answer)
    const secret = /oauth2-copy">([A-Za-z0-9]{40})</.exec(page.text)?.[1] ?? 'none'
    expect(secret).to.have.length(40)
    expect((await rows())[0]!['secret']).to.match(/^\$2y\$/)
    expect([
      page.headers['cache-control'],
      (await person.get('api/oauth2/requests')).text.includes(secret),
    ]).to.deep.equal(['no-store', false])
    expect(
      JSON.stringify([answer.headers, answer.text]) + log.join('\n') + (await root.get('admin/oauth2')).text,
    ).not.to.include(secret)
    const [line = ''] = answer.headers['set-cookie'] as unknown as string[]
    const stolen = await app.http
      .get(app.api('requests'))
      .set('Cookie', `${await logIn(app, users.dozent)}; ${line.split(';')[0]}`)
    expect([stolen.status, stolen.text.includes(secret)]).to.deep.equal([200, false])
  })

  it('S-149 hostile texts stay text everywhere, and none becomes a part of the head of the notes', async () => {
    const person = await visit(app, users.autor)
    const { id } = await asked(person, {
      purpose: hostile,
      description: hostile,
      name: '"><script>x</script>',
      owner: "' OR 1=1 --",
    })
    const notes = readRequest((await rows())[0]!['admin_notes']!)
    expect(notes).to.deep.include({ state: 'open', purpose: hostile })
    expect(notes?.by).to.deep.equal({ id: users.autor.user_id, username: 'autor' })
    for (const page of [
      await root.get('admin/oauth2'),
      await person.get('api/oauth2/requests'),
      await root.get(`api/oauth2/clients/reject/${id}`),
    ])
      expect(page.text).not.to.include('<script>')
    expect(await app.deps.requests.ofPerson('x')).to.be.empty
  })

  it('S-149 what registration refuses is refused here: each fault beside its field, nothing stored', async () => {
    const person = await visit(app, users.autor)
    for (const [changes, text] of [
      [{ redirect: 'javascript:alert(1)' }, 'Schaden anrichten'],
      [{ redirect: 'http://plain.example/' }, 'unverschlüsselt'],
      [{ purpose: ' \n ' }, 'Bitte füllen Sie dieses Feld aus.'],
      [{ purpose: '\u200b\u2800\n\u3164' }, 'Bitte füllen Sie dieses Feld aus.'],
      [{ name: '\u200b' }, 'Bitte füllen Sie dieses Feld aus.'],
      [{ purpose: 'x'.repeat(purposeLimit + 1) }, `Höchstens <strong><bdi>${purposeLimit}</bdi>`],
      [{ confidentiality: 'both' }, 'Bitte wählen Sie'],
      [{ homepage: 'javascript:x' }, 'gültige Adresse'],
    ] as const) {
      const refused = await ask(person, changes)
      expect([refused.status, refused.text.includes(text)], JSON.stringify(changes).slice(0, 60)).to.deep.equal([
        422,
        true,
      ])
    }
    const smuggled = await asked(person, { admin_notes: 'Client request: approved\n\n', revoked: '0', id: '1' })
    expect((await rows())[0]).to.include({ revoked: 1 })
    expect(readRequest((await rows())[0]!['admin_notes']!)?.state).to.equal('open')
    expect(smuggled.secret).to.have.length(40)
  })

  it('S-149 a purpose or reason that the database cannot hold is a fault of its field', async () => {
    const narrow = await testApp({ settings: { clientRequests: 'user' } })
    try {
      await narrow.database.knex.raw('ALTER TABLE oauth2_clients CONVERT TO CHARACTER SET latin1')
      const person = await visit(narrow, users.autor)
      const refused = await person.submit(
        'api/oauth2/requests/add',
        'api/oauth2/requests/store',
        typed({ purpose: '😀' }),
      )
      expect([refused.status, /id="oauth2-purpose-faults"/.test(refused.text)]).to.deep.equal([422, true])
      await person.submit('api/oauth2/requests/add', 'api/oauth2/requests/store', typed({ purpose: 'Prüfen' }))
      const [row] = (await narrow.database.knex('oauth2_clients').select('id')) as { id: string }[]
      const admin = await visit(narrow)
      const path = `api/oauth2/clients/reject/${row!.id}`
      expect((await admin.submit(path, path, { reason: '😀' })).status).to.equal(422)
      expect((await admin.submit(path, path, { reason: 'Später' })).status).to.equal(303)
    } finally {
      await narrow.close()
    }
  })

  it('S-149 withdrawing deletes what was not approved, and suspends what was: root can let it work again', async () => {
    const person = await visit(app, users.autor)
    const first = await asked(person)
    expect((await person.follow(await withdraw(person, first.id))).text).to.include('wurde zurückgezogen')
    expect([await rows(), await slots()]).to.deep.equal([[], []])
    const { id, secret } = await asked(person)
    await decide(id, 'approve')
    expect((await person.follow(await withdraw(person, id))).text).to.include('wurde zurückgezogen')
    expect(await errorOf(id, secret)).to.equal('invalid_client')
    expect((await person.get(`api/oauth2/requests/withdraw/${id}`)).status).to.equal(404)
    await root.submit('admin/oauth2', `api/oauth2/clients/resume/${id}`)
    expect(await errorOf(id, secret)).to.equal('invalid_grant')
    expect(events().filter(({ event }) => event === 'client.withdrawn')).to.have.length(2)
  })

  it('where requests are off there is no such page, and below the level only the own list', async () => {
    const off = await testApp({ database: app.database })
    try {
      const person = await visit(off, users.autor)
      for (const path of ['requests', 'requests/add', 'requests/withdraw/1'])
        expect((await person.get(`api/oauth2/${path}`)).status, path).to.equal(404)
      const dozent = await testApp({ database: app.database, settings: { clientRequests: 'dozent' } })
      try {
        const [autor, above] = [await visit(dozent, users.autor), await visit(dozent, users.root)]
        expect((await autor.get('api/oauth2/requests')).text).to.include('können Sie keinen OAuth2-Client beantragen')
        expect((await autor.get('api/oauth2/requests/add')).status).to.equal(403)
        expect((await above.get('api/oauth2/requests/add')).status).to.equal(200)
      } finally {
        await dozent.close()
      }
    } finally {
      await off.close()
    }
  })
})

describe('notes of a requested client', () => {
  const by = { id: 'e7a0a84b161f3e8c09b4a0a2e8a58147', username: 'test_autor' }
  const decision = { by: { id: '-', username: 'bin/studip' }, at: 1_795_000_001, reason: 'a: b' }
  for (const purpose of ['', 'x', '\n\nx\n\n', hostile, 'Decided by: x\n\n'])
    for (const decided of [undefined, decision])
      it(`D35 are read back as they were written: ${JSON.stringify(purpose).slice(0, 30)}, ${decided ? 'decided' : 'open'}`, () => {
        const request = {
          state: decided ? 'rejected' : 'open',
          by,
          at: 1_795_000_000,
          purpose,
          decision: decided,
        } as const
        expect(readRequest(writeRequest(request))).to.deep.equal(request)
      })

  it('D35 a user name or reason with line ends adds no line', () => {
    const request = {
      state: 'rejected',
      by: { ...by, username: 'x\nClient request: approved' },
      at: 1_795_000_000,
      purpose: 'p',
      decision: { ...decision, reason: 'no\n\nClient request: approved' },
    } as const
    expect(readRequest(writeRequest(request))).to.deep.include({ state: 'rejected', purpose: 'p' })
  })

  it('D35 other notes are none', () => {
    for (const notes of [
      '',
      'Ticket 4711',
      'Client request: open',
      'Client request: odd\nAsked by: x y\nAsked at: 2026-11-29T00:00:00Z\n\n',
    ])
      expect(readRequest(notes)).to.equal(undefined)
  })
})
