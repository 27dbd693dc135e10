// Every input has a bound that is asked before it costs anything (D28): headers, queries, forms.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { bounds } from '../../src/bounds.ts'
import { OAuthError } from '../../src/oauth/errors.ts'
import { readParameters } from '../../src/oauth/parameters.ts'
import { parseForm } from '../../src/oauth/raw-parameters.ts'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  approve,
  authorizationQuery,
  consentPage,
  credentialsOf,
  logIn,
  post,
  testApp,
  type TestApp,
  type TestClient,
} from '../support/app.ts'

const names = (count: number, length = 1): string =>
  Array.from({ length: count }, (_, i) => `${'n'.repeat(length)}${i}`).join('&')

describe('bounds', () => {
  let app: TestApp
  let client: TestClient
  let cookie: string
  before(async () => {
    app = await testApp()
    client = await addClient(app)
    cookie = await logIn(app, users.root)
  })
  after(() => app.close())

  const endpoints = ['token', 'revoke', 'introspect'] as const
  const formOf = {
    token: { grant_type: 'refresh_token', refresh_token: 'x' },
    revoke: { token: 'x' },
    introspect: { token: 'x' },
  } as const
  const send = (path: string, body: string) => app.http.post(app.api(path)).type('form').send(body)
  const json = (answer: { status: number; type: string; body: { error?: string } }) => [
    answer.status,
    answer.type,
    answer.body.error,
  ]

  for (const path of endpoints) {
    it(`A2 ${path} reads a Basic header of any shape once, and one that is too long not at all`, async () => {
      const basic = (credentials: string) =>
        post(app, path, formOf[path], {
          Authorization: credentials,
          'X-Forwarded-For': `192.0.2.${Math.ceil(Math.random() * 250)}`,
        })
      const right = Buffer.from(`${client.id}:${credentialsOf(client)['client_secret']}`).toString('base64')
      const blanks = ' '.repeat(bounds.authorizationHeader.most - right.length - 'Basic'.length)
      expect((await basic(`Basic${blanks}${right}`)).status).to.equal(path === 'token' ? 400 : 200)
      for (const hostile of [`Basic${blanks}!`, `bAsIc ${'A'.repeat(8000)}!`, `Basic ${'= '.repeat(3000)}`, 'Basic'])
        expect(json(await basic(hostile)), hostile.slice(0, 12)).to.deep.equal([
          401,
          'application/json',
          'invalid_client',
        ])
      expect(json(await basic(`Basic ${blanks}${right}!`))).to.deep.equal([400, 'application/json', 'invalid_request'])
    })

    it(`S-111 ${path} refuses more than a hundred parameters, and takes a hundred`, async () => {
      const form = new URLSearchParams({ ...credentialsOf(client), ...formOf[path] }).toString()
      const own = form.split('&').length
      const most = await send(path, `${form}&${names(bounds.parameters.most - own)}`)
      expect(most.body).to.deep.equal((await send(path, form)).body)
      for (const hostile of [
        `${form}&${names(bounds.parameters.most - own + 1)}`,
        `${form}${'&'.repeat(5_000)}`,
        names(4_000),
      ])
        expect(json(await send(path, hostile))).to.deep.equal([400, 'application/json', 'invalid_request'])
    })

    it(`S-111 ${path} refuses a form above its bytes, and a query that is too long or has too many parameters`, async () => {
      expect(json(await send(path, `token=${'x'.repeat(bounds.clientForm.most)}`))).to.deep.equal([
        413,
        'application/json',
        'invalid_request',
      ])
      for (const query of [names(bounds.parameters.most + 1), 'x'.repeat(bounds.query.most + 1)])
        expect(json(await send(`${path}?${query}`, 'token=x'))).to.deep.equal([
          400,
          'application/json',
          'invalid_request',
        ])
    })

    it(`S-010 ${path} ignores an unknown parameter however often it comes, and notices a known one among others`, async () => {
      const form = new URLSearchParams({ ...credentialsOf(client), ...formOf[path] }).toString()
      const plain = await send(path, form)
      const often = await send(path, `${form}&resource=a&resource=b&__proto__=1&__proto__=2&resource[]=x`)
      expect([often.status, often.body]).to.deep.equal([plain.status, plain.body])
      for (const name of [...Object.keys(credentialsOf(client)), ...Object.keys(formOf[path]), 'scope'])
        expect(json(await send(path, `${form}&x=1&${name}=a&y=2&${name}=b`)), name).to.deep.equal([
          400,
          'application/json',
          'invalid_request',
        ])
    })
  }

  it('S-010 authorize ignores a repeated unknown parameter, with one code at the end', async () => {
    const query = `${authorizationQuery(client)}&resource=a&resource=b&utm=1&utm=2`
    expect((await consentPage(app, cookie, query)).status).to.equal(200)
    expect((await approve(app, client, { cookie })).searchParams.get('code')).to.be.a('string')
  })

  it('S-111 every page refuses a query that is too long or has too many parameters, with a page', async () => {
    for (const path of [
      app.api('authorize'),
      app.api('applications'),
      app.api('clients/add'),
      app.api('resume'),
      app.api('nothing'),
      `${app.base}dispatch.php/admin/oauth2`,
    ])
      for (const query of [
        names(bounds.parameters.most + 1),
        `client_id=${client.id}&state=${'x'.repeat(bounds.query.most)}`,
      ]) {
        const answer = await app.http.get(`${path}?${query}`).set('Cookie', cookie)
        expect([answer.status, answer.type], `${path} ${query.slice(0, 20)}`).to.deep.equal([400, 'text/html'])
      }
  })

  it('S-111 every form of a page has its bound in bytes and fields', async () => {
    for (const [path, bound] of [
      ['authorize', bounds.consentForm],
      ['applications/revoke', bounds.buttonForm],
      ['applications/revoke_all', bounds.buttonForm],
      ['clients/store', bounds.registrationForm],
      [`clients/delete/${client.id}`, bounds.buttonForm],
      [`clients/suspend/${client.id}`, bounds.buttonForm],
      [`clients/resume/${client.id}`, bounds.buttonForm],
      [`clients/secret/${client.id}`, bounds.buttonForm],
    ] as const) {
      const large = await send(path, `x=${'x'.repeat(bound.most)}`).set('Cookie', cookie)
      expect([large.status, large.type], path).to.deep.equal([413, 'text/html'])
      const many = await send(path, names(bounds.parameters.most + 1)).set('Cookie', cookie)
      expect([many.status, many.type], path).to.deep.equal([400, 'text/html'])
    }
  })

  it('A3 a form keeps only what is read: nothing else takes memory', () => {
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    const heap = () => (collectGarbage(), process.memoryUsage().heapUsed)
    const form = `${names(99, 200)}&client_id=1`
    const before = heap()
    const kept = Array.from({ length: 500 }, () => parseForm(form))
    const bytesEach = (heap() - before) / kept.length
    expect(kept.every((raw) => Object.keys(raw).join() === 'client_id')).to.equal(true)
    expect(bytesEach, 'bytes kept of a form of 20 KB').to.be.lessThan(1024)
  })

  it('A3 forms of thousands of names are counted, not read', () => {
    const { URLSearchParams: real } = globalThis
    let parsed = 0
    globalThis.URLSearchParams = class extends real {
      constructor(init?: string) {
        parsed += 1
        super(init)
      }
    } as typeof URLSearchParams
    try {
      for (const form of [names(17_000), '&'.repeat(65_536), names(bounds.parameters.most + 1)])
        expect(() => parseForm(form)).to.throw(OAuthError, /invalid_request/)
      expect(parsed).to.equal(0)
      parseForm(names(bounds.parameters.most))
      expect(parsed).to.equal(1)
    } finally {
      globalThis.URLSearchParams = real
    }
  })

  it('A3 two hundred hostile forms at once leave the heap as it was, and everybody is answered', async () => {
    const forms = [names(17_000), names(5_000), `token=${'%41'.repeat(20_000)}`]
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => send(endpoints[i % 3] ?? 'token', forms[i % forms.length] ?? '')),
    )
    for (const { status, body } of answers) {
      expect([400, 413]).to.include(status)
      expect(body).to.have.property('error', 'invalid_request')
    }
    expect((await post(app, 'introspect', { ...credentialsOf(client), token: 'x' })).body).to.deep.equal({
      active: false,
    })
  })

  it('S-111 a redirect URI field of thousands of lines is one fault', async () => {
    const { fields } = await app.http
      .get(app.api('clients/add'))
      .set('Cookie', cookie)
      .then(({ text }) => ({
        fields: { security_token: /name="security_token" value="([^"]*)"/.exec(text)?.[1] ?? '' },
      }))
    const answer = await send(
      'clients/store',
      new URLSearchParams({ ...fields, name: 'x', redirect: 'x\n'.repeat(9_000) }).toString(),
    ).set('Cookie', cookie)
    expect(answer.status).to.equal(422)
    expect(answer.text.length).to.be.lessThan(100_000)
  })

  it('every parameter that is read is known to the bounds of its length', () => {
    expect(readParameters.size)
      .to.be.greaterThan(10)
      .and.lessThan(bounds.parameters.most / 2)
  })
})
