// The consent form: who may submit it, how often, from where, and what it can change.
import { expect } from 'chai'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  authorizationQuery,
  consentPage,
  logIn,
  post,
  redeem,
  redirectUri,
  testApp,
  type Query,
  type TestApp,
  type TestClient,
} from '../support/app.ts'

describe('POST authorize', () => {
  let app: TestApp
  let client: TestClient
  let cookie: string
  let now = Math.floor(Date.now() / 1000)
  before(async () => {
    app = await testApp({ now: () => now })
    client = await addClient(app)
  })
  beforeEach(async () => {
    cookie = await logIn(app)
  })
  after(() => app.close())

  const shown = async (session = cookie, query: Query = {}, who = client): Promise<Record<string, string>> => {
    const page = await consentPage(app, session, authorizationQuery(who, query))
    expect(page.status).to.equal(200)
    const { auth_token = '', security_token = '' } = page.fields
    return { auth_token, security_token, client_id: who.id, allow: '' }
  }
  const submit = (form: Query, headers: Record<string, string> = {}) =>
    post(app, 'authorize', form, { Cookie: cookie, ...headers })
  const codeRows = async (): Promise<number> =>
    Number((await app.database.knex('oauth2_auth_codes').count({ n: '*' }))[0]?.['n'])
  /** Refused with this status, as a page, and no code was written. */
  const refused = async (
    answer: PromiseLike<{ status: number; headers: Record<string, string>; text: string }>,
    status = 403,
  ) => {
    const before = await codeRows()
    const { status: found, headers, text } = await answer
    expect(found, text).to.equal(status)
    expect(headers).to.not.have.property('location')
    expect(headers['content-type']).to.match(/^text\/html/)
    expect(headers['cache-control']).to.equal('no-store')
    expect(await codeRows()).to.equal(before)
  }
  const codeOf = (answer: { headers: Record<string, string> }) =>
    new URL(answer.headers['location'] ?? 'about:blank').searchParams.get('code')

  describe('security_token', () => {
    it('S-021 missing, empty, repeated or wrong is refused', async () => {
      const form = await shown()
      const right = form['security_token'] ?? ''
      for (const security_token of [
        undefined,
        '',
        'x',
        right.slice(1),
        `${right}=`,
        right.toUpperCase(),
        `${right} `,
      ]) {
        await refused(submit({ ...form, security_token }))
      }
      const repeated = `${new URLSearchParams(form).toString()}&security_token=${right}`
      await refused(app.http.post(app.api('authorize')).set('Cookie', cookie).type('form').send(repeated))
      expect((await submit(form)).status, 'the same form with its token').to.equal(303)
    })

    it('S-021 in the query it is not read', async () => {
      const { security_token = '', ...form } = await shown()
      await refused(
        app.http
          .post(`${app.api('authorize')}?security_token=${security_token}`)
          .set('Cookie', cookie)
          .type('form')
          .send(form),
      )
      await refused(
        app.http
          .post(`${app.api('authorize')}?${new URLSearchParams({ ...form, security_token }).toString()}`)
          .set('Cookie', cookie)
          .type('form')
          .send('allow='),
      )
    })

    it('S-021 in a header it is not read', async () => {
      const { security_token = '', ...form } = await shown()
      await refused(submit(form, { 'X-CSRF-Token': security_token }))
    })

    it('S-021 made for another session, user or form it is refused', async () => {
      const form = await shown()
      const [again, other, root] = [await logIn(app), await logIn(app, users.tutor), await logIn(app, users.root)]
      for (const session of [again, other]) {
        const foreign = await shown(session)
        await refused(submit({ ...form, security_token: foreign['security_token'] }))
      }
      const page = await app.http.get(app.api('clients/add')).set('Cookie', root)
      const ofOtherForm = /name="security_token" value="([^"]+)"/.exec(page.text)?.[1]
      expect(ofOtherForm).to.be.a('string')
      const asRoot = await shown(root)
      expect(asRoot['security_token']).to.not.equal(ofOtherForm)
      await refused(submit({ ...asRoot, security_token: ofOtherForm }, { Cookie: root }))
    })
  })

  describe('where it came from', () => {
    const foreign: readonly Record<string, string>[] = [
      { Origin: 'https://evil.example' },
      { Origin: 'http://127.0.0.1:8080' },
      { Origin: 'https://127.0.0.1' },
      { Origin: 'http://127.0.0.1.evil.example' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'http://127.0.0.1', 'Sec-Fetch-Site': 'cross-site' },
      { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
      { Origin: 'null', 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' },
    ]
    for (const headers of foreign) {
      it(`S-022 ${JSON.stringify(headers)} is refused`, async () => refused(submit(await shown(), headers)))
    }
    const own: readonly Record<string, string>[] = [
      {},
      { Origin: 'http://127.0.0.1' },
      { Origin: 'http://127.0.0.1', 'Sec-Fetch-Site': 'same-origin' },
      { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' },
    ]
    for (const headers of own) {
      it(`S-022 ${JSON.stringify(headers)} passes`, async () => {
        expect((await submit(await shown(), headers)).status).to.equal(303)
      })
    }

    it('B2 over https, Origin: null of a browser that names no site passes with its token', async () => {
      const secure = await testApp({ database: app.database, settings: { baseUrl: 'https://studip.example.org/' } })
      const session = await logIn(secure)
      const { fields } = await consentPage(secure, session, authorizationQuery(client))
      const from = (headers: Record<string, string>, form: Query = fields) =>
        post(secure, 'authorize', form, { Cookie: session, ...headers })
      await refused(from({ Origin: 'http://studip.example.org' }))
      await refused(from({ Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }))
      await refused(from({ Origin: 'null' }, { ...fields, security_token: 'x' }))
      await from({ Origin: 'null' }).expect(303)
      await from({ Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }).expect(303)
      await secure.close()
    })

    it('B2 another host name of this Stud.IP passes where the browser vouches for it', async () => {
      const alias = { Host: 'studip.example.edu', Origin: 'https://studip.example.edu' }
      await refused(submit(await shown(), alias))
      await refused(submit(await shown(), { ...alias, 'Sec-Fetch-Site': 'same-site' }))
      await refused(submit(await shown(), { ...alias, Host: '127.0.0.1', 'Sec-Fetch-Site': 'same-origin' }))
      expect((await submit(await shown(), { ...alias, 'Sec-Fetch-Site': 'same-origin' })).status).to.equal(303)
    })

    it('S-022 over plain http, where browsers name no site, Origin: null passes with its token', async () => {
      expect((await submit(await shown(), { Origin: 'null' })).status).to.equal(303)
    })
  })

  describe('method', () => {
    it('S-023 GET with everything that a form has shows a page and changes nothing', async () => {
      const before = await codeRows()
      const form = await shown()
      for (const query of [
        new URLSearchParams(form),
        new URLSearchParams([...Object.entries(form), ['_method', 'delete']]),
      ]) {
        const answer = await app.http
          .get(
            `${app.api('authorize')}?${authorizationQuery(client)}&${query.toString().replace(/client_id=\d+&/, '')}`,
          )
          .set('Cookie', cookie)
        expect(answer.status).to.equal(200)
        expect(answer.headers).to.not.have.property('location')
      }
      await app.http
        .head(`${app.api('authorize')}?${authorizationQuery(client)}`)
        .set('Cookie', cookie)
        .expect(200)
      expect(await codeRows()).to.equal(before)
    })

    it('S-023 PUT, PATCH and friends are not allowed', async () => {
      const form = await shown()
      for (const method of ['put', 'patch', 'options'] as const) {
        const answer = await app.http[method](app.api('authorize')).set('Cookie', cookie).type('form').send(form)
        expect(answer.status).to.equal(405)
        expect(answer.headers['allow']?.split(', ')).to.have.members(['GET', 'HEAD', 'POST', 'DELETE'])
      }
    })

    it('a method in a header is not read', async () => {
      const answer = await submit(await shown(), { 'X-HTTP-Method-Override': 'DELETE' })
      expect(codeOf(answer)).to.be.a('string')
    })

    it('S-041 only a form is read', async () => {
      const form = await shown()
      await refused(app.http.post(app.api('authorize')).set('Cookie', cookie).send(form), 400)
      await refused(
        app.http
          .post(app.api('authorize'))
          .set('Cookie', cookie)
          .field('auth_token', form['auth_token'] ?? '')
          .field('security_token', form['security_token'] ?? ''),
        400,
      )
    })
  })

  describe('auth_token', () => {
    it('S-029 altered in any place it yields no code', async () => {
      const form = await shown()
      const token = form['auth_token'] ?? ''
      const places = [0, 10, token.indexOf('..') + 3, token.length >> 1, token.length - 30, token.length - 2]
      for (const at of places) {
        const other = token[at] === 'A' ? 'B' : 'A'
        await refused(submit({ ...form, auth_token: token.slice(0, at) + other + token.slice(at + 1) }))
      }
      for (const auth_token of [
        undefined,
        '',
        'x',
        token.slice(0, -4),
        `${token}A`,
        `${token}.`,
        '....',
        '{}',
        'null',
        'a'.repeat(20_000),
      ]) {
        await refused(submit({ ...form, auth_token }))
      }
      await refused(
        app.http
          .post(app.api('authorize'))
          .set('Cookie', cookie)
          .type('form')
          .send(`${new URLSearchParams(form).toString()}&auth_token=${token}`),
      )
    })

    it('S-029 it holds for 10 minutes', async () => {
      const start = now
      const form = await shown()
      try {
        now = start + 601
        await refused(submit(form))
        now = start + 600
        expect((await submit(form)).status).to.equal(303)
      } finally {
        now = start
      }
    })

    it('B16 Deny on it tells the client, however late', async () => {
      const start = now
      const form = await shown()
      const before = await codeRows()
      try {
        now = start + 6000
        const late = await submit({ ...form, _method: 'delete' }).expect(303)
        expect(Object.fromEntries(new URL(late.headers['location'] as string).searchParams)).to.include({
          error: 'access_denied',
          state: 'xyz',
        })
      } finally {
        now = start
      }
      expect(await codeRows()).to.equal(before)
    })

    it("S-029 from another session or user it yields no code, even with that session's own security_token", async () => {
      const form = await shown()
      for (const user of [users.autor, users.tutor]) {
        const other = await logIn(app, user)
        const { security_token } = await shown(other)
        await refused(submit({ ...form, security_token }, { Cookie: other }))
      }
    })

    it('S-029 fields beside it change neither code nor redirect', async () => {
      const victim = await addClient(app, { redirectUris: ['https://evil.example/'] })
      const form = await shown(cookie, { state: 'mine' })
      const answer = await submit({
        ...form,
        client_id: victim.id,
        redirect_uri: 'https://evil.example/',
        scope: 'all',
        state: 'theirs',
        user_id: users.root.user_id,
        response_type: 'token',
        code_challenge: 'a'.repeat(43),
      })
      const location = new URL(answer.headers['location'] as string)
      expect(location.href.startsWith(`${redirectUri}?code=`)).to.be.true
      expect(location.searchParams.get('state')).to.equal('mine')
      const row = await app.database
        .knex('oauth2_auth_codes')
        .orderBy('mkdate', 'desc')
        .where({ client_id: client.id, user_id: users.autor.user_id })
        .first<{ scopes: string }>()
      expect(row.scopes).to.equal('["api"]')
      await redeem(app, client, codeOf(answer)).expect(200)
    })

    it('S-029 when the client lost its redirect URI, was suspended or deleted meanwhile, it yields no code', async () => {
      const changes: readonly ((id: string) => PromiseLike<unknown>)[] = [
        (id) => app.database.knex('oauth2_clients').where({ id }).update({ redirect: 'https://moved.example.org/' }),
        (id) => app.deps.administration.suspend(id),
        (id) => app.deps.administration.delete(id),
      ]
      for (const change of changes) {
        const other = await addClient(app)
        const forms = [await shown(cookie, {}, other), await shown(cookie, { redirect_uri: undefined }, other)]
        await change(other.id)
        for (const form of forms)
          for (const _method of [undefined, 'delete']) await refused(submit({ ...form, _method }), 400)
      }
    })
  })

  describe('once', () => {
    const idOfCode = async (answer: { headers: Record<string, string> }) =>
      (await app.deps.credentials.openCode(codeOf(answer) ?? ''))?.id
    const withoutCode = (answer: { headers: Record<string, string> }) =>
      (answer.headers['location'] ?? '').replace(/code=[^&]+/, '')

    it('B13 S-030 a second Allow leads to the same code, as long as that is good; afterwards it gets a page', async () => {
      const form = await shown()
      const before = await codeRows()
      const first = await submit(form).expect(303)
      now += 200
      const second = await submit(form).expect(303)
      expect(withoutCode(second)).to.equal(withoutCode(first))
      const [one, other] = await Promise.all(
        [first, second].map((answer) => app.deps.credentials.openCode(codeOf(answer) ?? '')),
      )
      expect(one).to.be.an('object').and.to.deep.equal(other, 'also its end is the same')
      expect(await codeRows()).to.equal(before + 1)
      await redeem(app, client, codeOf(second)).expect(200)
      await refused(submit(form), 400)
      expect((await redeem(app, client, codeOf(first))).body).to.include({ error: 'invalid_grant' })
    })

    it('B13 S-030 of twenty at once, over two instances, each gets the one code', async () => {
      const second = await testApp({ database: app.database, now: () => now })
      const form = await shown()
      const before = await codeRows()
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => post(i % 2 ? app : second, 'authorize', form, { Cookie: cookie })),
      )
      expect(answers.map(({ status }) => status)).to.deep.equal(Array<number>(20).fill(303))
      expect(new Set(await Promise.all(answers.map(idOfCode))).size).to.equal(1)
      expect(await codeRows()).to.equal(before + 1)
      const redeemed = await Promise.all(answers.map((answer) => redeem(app, client, codeOf(answer))))
      expect(redeemed.filter(({ status }) => status === 200)).to.have.length(1)
      await second.close()
    })

    it('B13 a code that ran out unredeemed is not given again', async () => {
      const form = await shown()
      await submit(form).expect(303)
      await app.database
        .knex('oauth2_auth_codes')
        .where({ revoked: 0 })
        .update({ expires_at: now - 1 })
      await refused(submit(form), 400)
    })

    it('B13 another session with the same form gets nothing, not even while the code is unredeemed', async () => {
      const form = await shown()
      await submit(form).expect(303)
      const other = await logIn(app)
      const { security_token } = await shown(other)
      await refused(submit({ ...form, security_token }, { Cookie: other }))
    })

    it('B13 Deny after Allow withdraws the code and accuses nobody; after redemption it is a page', async () => {
      const form = await shown()
      const allowed = await submit(form).expect(303)
      const before = await codeRows()
      const denied = await submit({ ...form, _method: 'delete' }).expect(303)
      expect(new URL(denied.headers['location'] as string).searchParams.get('error')).to.equal('access_denied')
      expect(await codeRows()).to.equal(before - 1)
      expect((await redeem(app, client, codeOf(allowed))).body).to.include({ error: 'invalid_grant' })
      const again = await submit(form).expect(303)
      await redeem(app, client, codeOf(again)).expect(200)
      await refused(submit({ ...form, _method: 'delete' }), 400)
    })

    it('S-078 with REMEMBER_CONSENT=off the next request is asked again, and its page is another form', async () => {
      const form = await shown()
      await submit(form).expect(303)
      const again = await shown()
      expect(again['auth_token']).to.not.equal(form['auth_token'])
      expect((await submit(again)).status).to.equal(303)
    })
  })

  describe('deny', () => {
    it('S-031 goes back with access_denied, as 303, and writes no code', async () => {
      const before = await codeRows()
      const form = await shown()
      for (const answer of [
        await submit({ ...form, _method: 'delete' }),
        await app.http.delete(app.api('authorize')).set('Cookie', cookie).type('form').send(form),
      ]) {
        expect(answer.status).to.equal(303)
        expect(answer.text).to.equal('')
        const location = new URL(answer.headers['location'] as string)
        expect(Object.fromEntries(location.searchParams)).to.include({
          error: 'access_denied',
          state: 'xyz',
        })
        expect(location.searchParams.has('code')).to.be.false
      }
      expect(await codeRows()).to.equal(before)
    })

    it('S-031 a doubtful _method denies', async () => {
      const before = await codeRows()
      const form = new URLSearchParams(await shown()).toString()
      for (const more of [
        '_method=delete&_method=delete',
        '_method=DELETE',
        '_method=put',
        '_method=delete&_method=post',
      ]) {
        const answer = await app.http
          .post(app.api('authorize'))
          .set('Cookie', cookie)
          .type('form')
          .send(`${form}&${more}`)
        expect(new URL(answer.headers['location'] as string).searchParams.get('error')).to.equal('access_denied')
      }
      expect(await codeRows()).to.equal(before)
    })

    it('S-031 DELETE without its form is a page', async () => {
      await refused(app.http.delete(app.api('authorize')).set('Cookie', cookie), 400)
      await refused(
        app.http
          .delete(`${app.api('authorize')}?${new URLSearchParams(await shown()).toString()}`)
          .set('Cookie', cookie),
        400,
      )
    })

    it('S-031 Allow answers with 303, too', async () => {
      expect((await submit(await shown())).status).to.equal(303)
    })
  })
})
