// Client authentication at token, revocation and introspection (RFC 6749 §2.3, §3.2.1, §5.2), methods and form of the request.
import { expect } from 'chai'
import { hashClientSecret, newClientSecret } from '../../src/crypto/client-secret.ts'
import { withGeneralLog } from '../support/general-log.ts'
import {
  addClient,
  clientSecret,
  credentialsOf,
  post,
  redeem,
  refresh,
  testApp,
  verifier,
  type Query,
  type TestApp,
  type TestClient,
} from '../support/app.ts'
import { issueCode, issueTokens, liveIds, stoppedClock } from '../support/issuing.ts'
import { whileTimeStands } from '../support/standing-time.ts'

const basic = (id: string, secret: string): string => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
const endpoints = ['token', 'revoke', 'introspect'] as const

describe('client authentication', () => {
  const clock = stoppedClock()
  let app: TestApp
  let other: TestApp
  let client: TestClient
  let mobile: TestClient
  before(async () => {
    app = await testApp({ now: clock.now })
    other = await testApp({ now: clock.now, database: app.database })
    client = await addClient(app)
    mobile = await addClient(app, { confidential: false })
  })
  after(async () => {
    await other.close()
    await app.close()
  })
  // Failures are throttled per client and address: each test takes another address.
  let lastAddress = 0
  const address = () => ({ 'X-Forwarded-For': `192.0.2.${(lastAddress += 1)}` })
  const parametersOf = {
    token: { grant_type: 'refresh_token', refresh_token: 'x' },
    revoke: { token: 'x' },
    introspect: { token: 'x' },
  } as const
  const call = (path: (typeof endpoints)[number], form: Query, headers: Record<string, string> = {}, at = app) =>
    post(at, path, { ...parametersOf[path], ...form }, headers)

  for (const path of endpoints) {
    it(`S-040 ${path} answers other methods 405 with Allow`, async () => {
      for (const method of ['get', 'put', 'delete', 'patch'] as const) {
        const answer = await app.http[method](app.api(path)).expect(405)
        expect(answer.headers['allow']).to.match(/\bPOST\b/)
        expect(answer.body).to.have.property('error')
      }
      await app.http.head(app.api(path)).expect(405)
    })

    it(`S-041 ${path} refuses JSON and repeated parameters`, async () => {
      const form = { ...parametersOf[path], ...credentialsOf(client) }
      const answers = [
        await app.http.post(app.api(path)).send(form),
        await app.http.post(app.api(path)).set('Content-Type', 'text/plain').send(new URLSearchParams(form).toString()),
        await app.http.post(app.api(path)),
        ...(await Promise.all(
          Object.keys(form).map((name) =>
            app.http
              .post(app.api(path))
              .type('form')
              .send(`${new URLSearchParams(form).toString()}&${name}=a&${name}=a`),
          ),
        )),
      ]
      for (const { status, body } of answers) expect([status, body.error]).to.deep.equal([400, 'invalid_request'])
    })

    it(`S-043 ${path} tells a wrong secret and an unknown client apart by nothing`, async () => {
      const unknown = await call(path, { client_id: '999999', client_secret: 'wrong' }, address())
      expect([unknown.status, unknown.body.error]).to.deep.equal([401, 'invalid_client'])
      const visible = ({ headers }: typeof unknown) =>
        Object.fromEntries(
          Object.entries(headers as Record<string, string>).filter(
            ([name]) => !['date', 'x-request-id'].includes(name),
          ),
        )
      const attempts: (string | undefined)[] = [
        undefined,
        '',
        'wrong',
        clientSecret.toLowerCase(),
        `${clientSecret}\0`,
        `${clientSecret}\0x`,
        `${clientSecret}x`,
        ` ${clientSecret}`,
        clientSecret.slice(0, -1),
        'x'.repeat(4096),
      ]
      for (const secret of attempts) {
        const answer = await call(path, { client_id: client.id, client_secret: secret }, address())
        expect([answer.status, answer.text], String(secret)).to.deep.equal([401, unknown.text])
        expect(visible(answer)).to.deep.equal(visible(unknown))
        expect(answer.headers).not.to.have.property('www-authenticate')
      }
      const unknownByBasic = await call(path, {}, { Authorization: basic('999999', 'wrong'), ...address() })
      for (const secret of ['', 'wrong', `${clientSecret}\0`, `${clientSecret}%00`]) {
        const answer = await call(path, {}, { Authorization: basic(client.id, secret), ...address() })
        expect([answer.status, answer.text, visible(answer)]).to.deep.equal([
          401,
          unknown.text,
          visible(unknownByBasic),
        ])
        expect(answer.headers['www-authenticate']).to.match(/^Basic realm="/)
      }
    })

    it(`S-044 ${path} refuses two methods at once`, async () => {
      const right = basic(client.id, clientSecret)
      const mixed: Query[] = [
        { client_secret: clientSecret },
        { client_id: client.id, client_secret: clientSecret },
        { client_id: mobile.id },
        { client_id: `0${client.id}` },
      ]
      for (const form of mixed) {
        const answer = await call(path, form, { Authorization: right })
        expect([answer.status, answer.body.error]).to.deep.equal([400, 'invalid_request'])
      }
      const agreeing = await call(path, { client_id: client.id }, { Authorization: right })
      expect(agreeing.body.error).not.to.equal('invalid_client')
      expect([200, 400]).to.include(agreeing.status)
    })

    it(`S-048 ${path} reads no session and sets no cookie`, async () => {
      const { result: answers, statements } = await withGeneralLog(app.deps.db, async () => [
        await call(path, credentialsOf(client), { Cookie: `${app.deps.settings.sessionCookie}=${'a'.repeat(32)}` }),
        await call(path, { client_id: client.id }, address()),
        await app.http.get(app.api(path)).set('Cookie', `${app.deps.settings.sessionCookie}=${'a'.repeat(32)}`),
      ])
      for (const { headers } of answers) expect(headers).not.to.have.property('set-cookie')
      expect(statements.join('\n'))
        .to.contain('oauth2_clients')
        .and.not.match(/session|cache/)
    })
  }

  it('S-040 credentials in the query are not read', async () => {
    const { text } = await issueCode(app, client)
    const query = new URLSearchParams({
      grant_type: 'authorization_code',
      ...credentialsOf(client),
      code: text,
      redirect_uri: client.redirectUris[0] ?? '',
    })
    const send = (form: string) =>
      app.http
        .post(`${app.api('token')}?${query.toString()}`)
        .set(address())
        .type('form')
        .send(form)
    expect((await send('x=1').expect(400)).body.error).to.equal('invalid_request')
    expect(
      (await send(`grant_type=authorization_code&client_id=${client.id}&code=${text}`).expect(401)).body.error,
    ).to.equal('invalid_client')
    expect(
      (
        await send(
          new URLSearchParams({ grant_type: 'authorization_code', ...credentialsOf(client) }).toString(),
        ).expect(400)
      ).body.error,
    ).to.equal('invalid_request')
    const tokens = await issueTokens(app, client)
    const revoked = app.http
      .post(`${app.api('revoke')}?token=${tokens.refresh_token}`)
      .type('form')
      .send(new URLSearchParams(credentialsOf(client)).toString())
    expect((await revoked.expect(400)).body.error).to.equal('invalid_request')
    await refresh(app, client, tokens.refresh_token).expect(200)
    await redeem(app, client, text).expect(200)
  })

  it('S-042 other grant types are refused, a missing one is an invalid request', async () => {
    for (const type of [
      'password',
      'client_credentials',
      'implicit',
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
      'Authorization_Code',
      'constructor',
      '__proto__',
    ]) {
      const answer = await post(app, 'token', {
        grant_type: type,
        ...credentialsOf(client),
        username: 'root',
        password: 'demo',
      })
      expect([answer.status, answer.body.error], type).to.deep.equal([400, 'unsupported_grant_type'])
    }
    for (const form of [credentialsOf(client), { ...credentialsOf(client), grant_type: '' }]) {
      const answer = await post(app, 'token', form)
      expect([answer.status, answer.body.error]).to.deep.equal([400, 'invalid_request'])
    }
  })

  it('S-043 client ids that MySQL would stretch find no client', async () => {
    for (const id of [
      `0${client.id}`,
      `${client.id}abc`,
      ` ${client.id}`,
      `${client.id}.0`,
      `${client.id}e0`,
      `+${client.id}`,
      '18446744073709551616',
      '-1',
      '0',
      '1 OR 1=1',
      '\0',
    ]) {
      const answer = await call('introspect', { client_id: id, client_secret: clientSecret }, address())
      expect([answer.status, answer.body.error], id).to.deep.equal([401, 'invalid_client'])
    }
  })

  it('S-043 a stored secret that is no bcrypt hash lets nobody in', async () => {
    for (const stored of [
      'plain',
      '$2y$10$short',
      '*0',
      '$2y$99$8YFXqmIJ/5g8hjIll65rYuHXxO6Y/.YHpUtKr8.OoeWxzK9hoNIJW',
    ]) {
      const odd = await addClient(app)
      await app.database.knex('oauth2_clients').where({ id: odd.id }).update({ secret: stored })
      for (const secret of [stored, clientSecret]) {
        const answer = await call('introspect', { client_id: odd.id, client_secret: secret }, address())
        expect([answer.status, answer.body.error], stored).to.deep.equal([401, 'invalid_client'])
      }
    }
  })

  it('S-043 Basic works form-encoded as RFC 6749 has it, and as it is as league took it', async () => {
    for (const secret of ['pä ss+w:ö%rd', 'a+b', 'a%20b', '100%', 'with:colon']) {
      const odd = await addClient(app)
      await app.deps.administration.renewSecret(odd.id, await hashClientSecret(secret))
      const encoded = encodeURIComponent(secret).replaceAll('%20', '+')
      for (const header of [
        basic(odd.id, secret),
        basic(odd.id, encoded),
        basic(odd.id, encodeURIComponent(secret)),
        basic(odd.id, secret).replace('Basic ', 'bAsIc   '),
      ]) {
        await call('introspect', {}, { Authorization: header }).expect(200)
      }
      await call('introspect', { client_id: odd.id, client_secret: secret }).expect(200)
    }
  })

  it('S-043 malformed Basic headers are refused, another scheme is no client authentication', async () => {
    for (const header of [
      'Basic',
      'Basic ',
      'Basic !!!',
      `Basic ${Buffer.from('no colon').toString('base64')}`,
      'Basic Og==',
      `${basic(client.id, clientSecret)}, x`,
      `Basic ${client.id}:${clientSecret}`,
    ]) {
      const answer = await call('introspect', {}, { Authorization: header, ...address() })
      expect([answer.status, answer.body.error], header).to.deep.equal([401, 'invalid_client'])
      expect(answer.headers['www-authenticate']).to.match(/^Basic /)
    }
    await call('introspect', credentialsOf(client), { Authorization: 'Bearer x' }).expect(200)
  })

  it('B3 S-044 a Basic header without id and secret, as from fields that nobody filled in, leaves the body to say who asks', async () => {
    const header = { Authorization: 'Basic Og==' }
    for (const path of endpoints)
      expect((await call(path, { ...parametersOf[path], ...credentialsOf(client) }, header)).status, path).to.equal(
        path === 'token' ? 400 : 200,
      )
    const tokens = await issueTokens(app, mobile)
    const answer = await refresh(app, mobile, tokens.refresh_token).set(header).expect(200)
    expect(answer.body).to.include({ scope: 'api' })
  })

  it('S-043 another scheme without any client_id is told by 401 which one there is (RFC 6749 §5.2)', async () => {
    for (const path of endpoints)
      for (const scheme of ['Bearer x', 'Digest username="2"', 'Basic\tMjp4', 'Negotiate', 'Basicx']) {
        const answer = await call(path, {}, { Authorization: scheme, ...address() })
        expect([answer.status, answer.body.error], scheme).to.deep.equal([401, 'invalid_client'])
        expect(answer.headers['www-authenticate'], scheme).to.equal('Basic realm="OAuth"')
        expect(answer.body.hint, scheme).to.include('Basic')
      }
    const none = await call('token', {})
    expect([none.status, none.body.error]).to.deep.equal([400, 'invalid_request'])
  })

  it('S-045 after a new secret the old one is refused by the next request on every instance', async () => {
    const renewed = await addClient(app)
    for (const at of [app, other]) {
      await call('introspect', credentialsOf(renewed), {}, at).expect(200)
      await call('introspect', {}, { Authorization: basic(renewed.id, clientSecret) }, at).expect(200)
    }
    const secret = newClientSecret()
    expect(await app.deps.administration.renewSecret(renewed.id, await hashClientSecret(secret))).to.equal(true)
    for (const at of [other, app]) {
      const old = await call('introspect', credentialsOf(renewed), address(), at)
      expect([old.status, old.body.error]).to.deep.equal([401, 'invalid_client'])
      await call('introspect', { client_id: renewed.id, client_secret: secret }, {}, at).expect(200)
      await call('introspect', credentialsOf(renewed), address(), at).expect(401)
    }
  })

  it('S-079 a public client that sends a secret stays public', async () => {
    const { text, code } = await issueCode(app, mobile)
    await redeem(app, mobile, text, { client_secret: clientSecret, code_verifier: undefined }).expect(400)
    await redeem(app, mobile, text, { client_secret: clientSecret, code_verifier: `${verifier.slice(0, -1)}l` }).expect(
      400,
    )
    const first = (await redeem(app, mobile, text, { client_secret: 'anything' }).expect(200)).body as {
      refresh_token: string
    }
    await refresh(app, mobile, first.refresh_token, { client_secret: 'something else' }).expect(200)
    clock.pass(11)
    await refresh(app, mobile, first.refresh_token, { client_secret: 'anything' }).expect(400)
    expect(await liveIds(app.database.knex, code.id.slice(0, 32))).to.deep.equal([])
    expect(
      (await call('introspect', { client_id: mobile.id, client_secret: 'anything' }, address()).expect(401)).body.error,
    ).to.equal('invalid_client')
  })

  it('S-098 repeated wrong secrets are held off, the right one from elsewhere is not', () =>
    whileTimeStands(async () => {
      const [victim, neighbour] = [await addClient(app), await addClient(app)]
      const attacker = address()
      const attempts = []
      for (let i = 0; i < 25; i += 1)
        attempts.push(await call('introspect', { client_id: victim.id, client_secret: `wrong ${i}` }, attacker))
      const refusals = attempts.filter(({ status }) => status === 429)
      expect(refusals.length).to.be.greaterThan(10)
      for (const { headers, body } of refusals) {
        expect(Number(headers['retry-after'])).to.be.within(1, 60)
        expect(body).to.have.property('error')
      }
      await call('introspect', credentialsOf(victim), address()).expect(200)
      await call('introspect', credentialsOf(neighbour), attacker).expect(200)
    }))

  it('A7 a wrong secret over and over does not keep the right one out, also after a restart', () =>
    whileTimeStands(async () => {
      const victim = await addClient(app)
      const shared = address()
      for (let i = 0; i < 30; i += 1) {
        const { status } = await call('introspect', { client_id: victim.id, client_secret: 'of yesterday' }, shared)
        expect(status).to.equal(i < 10 ? 401 : 429)
      }
      expect(app.deps.secrets.recalls(victim.id, clientSecret, ''), 'never seen').to.equal(false)
      await call('introspect', credentialsOf(victim), shared).expect(200)
    }))

  it('A7 among new wrong secrets the right one passes with the share of one try a second', async () => {
    const victim = await addClient(app)
    const shared = address()
    let status = 0
    for (let i = 0; i < 200 && status !== 200; i += 1) {
      if (i < 12 || i % 3 === 0) await call('introspect', { client_id: victim.id, client_secret: `wrong ${i}` }, shared)
      else {
        const answer = await call('introspect', credentialsOf(victim), shared)
        status = answer.status
        if (status === 429) {
          expect(Number(answer.headers['retry-after'])).to.equal(1)
          await new Promise((resolve) => setTimeout(resolve, 1000))
        }
      }
    }
    expect(status).to.equal(200)
  })

  it('S-098 wrong secrets that come all at once are held off as those that come one by one', () =>
    whileTimeStands(async () => {
      const victim = await addClient(app)
      const attacker = address()
      const attempts = await Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          call('introspect', { client_id: victim.id, client_secret: `wrong ${i}` }, attacker),
        ),
      )
      const statuses = attempts.map(({ status }) => status)
      expect(new Set(statuses)).to.deep.equal(new Set([401, 429]))
      expect(statuses.filter((status) => status === 401).length, 'verified').to.be.within(10, 12)
      await call('introspect', credentialsOf(victim), address()).expect(200)
    }))

  it('S-098 who had the right secret is not locked out from the same address, however long ago', async () => {
    const victim = await addClient(app)
    const shared = address()
    await call('introspect', credentialsOf(victim), shared).expect(200)
    const flood = async () => {
      for (let i = 0; i < 12; i += 1)
        await call('introspect', { client_id: victim.id, client_secret: `wrong ${i}` }, shared)
    }
    await flood()
    await call('introspect', credentialsOf(victim), shared).expect(200)
    clock.pass(3600)
    await call('introspect', credentialsOf(victim), shared).expect(200)
    // One a second is welcome, and a slow machine takes longer than that between two.
    const wrong = { client_id: victim.id, client_secret: 'wrong' }
    const statuses = await whileTimeStands(() =>
      Promise.all(Array.from({ length: 20 }, () => call('introspect', wrong, shared))),
    )
    expect(statuses.map(({ status }) => status)).to.include(429)
  })
})
