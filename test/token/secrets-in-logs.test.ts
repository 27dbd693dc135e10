// Nothing that opens a door reaches log, console or metrics, whatever happens (S-095).
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import {
  addClient,
  approve,
  authorizationQuery,
  challenge,
  clientSecret,
  consentPage,
  credentialsOf,
  logIn,
  post,
  redeem,
  refresh,
  testApp,
  verifier,
  type TestApp,
  type TestClient,
  type Tokens,
} from '../support/app.ts'
import { startDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts'
import { codeOfStudip, issueCode, tokensOfStudip } from '../support/issuing.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'

describe('what is logged at LOG_LEVEL trace', () => {
  const lines: string[] = []
  const printed: string[] = []
  const secrets = new Map<string, string>()
  let database: TestDatabase
  let proxy: DatabaseProxy
  let app: TestApp
  let client: TestClient
  let mobile: TestClient
  before(async () => {
    database = await testDatabase()
    proxy = await startDatabaseProxy(database.settings)
    app = await testApp({ database, settings: { database: proxy.settings }, log: lines, logLevel: 'trace' })
    client = await addClient(app)
    mobile = await addClient(app, { confidential: false })
  })
  after(async () => {
    await app.close()
    await proxy.stop()
    await database.drop()
  })

  const secret = (name: string, value: string | undefined | null): string => {
    if (!value || value.length < 8) throw new Error(`${name} is no secret: ${String(value)}`)
    secrets.set(`${name} ${secrets.size}`, value)
    return value
  }
  const tokensOf = (body: unknown): Tokens => {
    const tokens = body as Tokens
    secret('access token', tokens.access_token)
    secret('refresh token', tokens.refresh_token)
    return tokens
  }
  const whilePrinting = async (work: () => Promise<void>): Promise<void> => {
    const streams = [process.stdout, process.stderr] as const
    const own = streams.map((stream) => stream.write)
    for (const stream of streams)
      stream.write = (text: string | Uint8Array) => {
        printed.push(String(text))
        return true
      }
    try {
      await work()
    } finally {
      streams.forEach((stream, i) => {
        stream.write = own[i] as typeof stream.write
      })
    }
  }

  const wholeFlow = async (): Promise<void> => {
    const anonymous = await app.http.get(`${app.api('authorize')}?${authorizationQuery(mobile)}`)
    for (const cookie of [anonymous.headers['set-cookie'] ?? []].flat() as string[]) {
      const value = /^[^=]+=([^;]{20,})/.exec(cookie)?.[1]
      if (value) secret('pending cookie', value)
    }
    const cookie = await logIn(app)
    secret('session id', cookie.split('=')[1])
    const page = await consentPage(app, cookie, authorizationQuery(mobile))
    secret('auth_token', page.fields['auth_token'])
    secret('security_token', page.fields['security_token'])
    const code = secret('code', (await approve(app, mobile, { cookie })).searchParams.get('code'))
    const first = tokensOf((await redeem(app, mobile, code).expect(200)).body)
    const second = tokensOf((await refresh(app, mobile, first.refresh_token).expect(200)).body)
    tokensOf((await refresh(app, mobile, first.refresh_token).expect(200)).body)
    await redeem(app, mobile, code).expect(400)
    const own = tokensOf(
      (await redeem(app, client, secret('code', (await issueCode(app, client)).text)).expect(200)).body,
    )
    const basic = secret('Authorization', Buffer.from(`${client.id}:${clientSecret}`).toString('base64'))
    await post(app, 'introspect', { token: own.access_token }, { Authorization: `Basic ${basic}` }).expect(200)
    await post(app, 'revoke', { ...credentialsOf(client), token: own.refresh_token }).expect(200)
    await refresh(app, mobile, second.refresh_token).expect(400)
    tokensOf((await redeem(app, client, secret('code of Stud.IP', await codeOfStudip(app, client))).expect(200)).body)
    tokensOf(
      (await refresh(app, client, secret('token of Stud.IP', (await tokensOfStudip(app, client)).text)).expect(200))
        .body,
    )
  }

  const everyError = async (): Promise<void> => {
    const cookie = await logIn(app)
    secret('session id', cookie.split('=')[1])
    const { text } = await issueCode(app, client, { codeChallenge: { challenge, method: 'S256' } })
    const code = secret('code', text)
    const wrong = secret('wrong secret', 'tHiSiSaWrOnGsEcReTtHiSiSaWrOnGsEcReT1234')
    const wrongVerifier = secret('wrong verifier', 'x'.repeat(20) + 'wRoNgVeRiFiEr0123456789wRoNgVeRiFiEr')
    for (let i = 0; i < 12; i += 1) await redeem(app, client, code, { client_secret: wrong })
    await post(
      app,
      'introspect',
      { token: code },
      {
        Authorization: `Basic ${secret('wrong Authorization', Buffer.from(`${client.id}:${wrong}`).toString('base64'))}`,
      },
    )
    await redeem(app, client, code, { code_verifier: wrongVerifier })
    await redeem(app, client, code, { code_verifier: undefined })
    await redeem(app, client, `${code}00`)
    await redeem(app, client, code, { redirect_uri: 'https://other.example.org/' })
    await app.http.post(app.api('token')).send({ code, client_secret: clientSecret })
    await app.http.post(app.api('token')).type('form').send(`code=${code}&code=${code}`)
    await app.http
      .post(app.api('token'))
      .type('form')
      .send(`client_secret=${clientSecret}&x=${'y'.repeat(100_000)}`)
    await app.http.get(`${app.api('token')}?code=${code}&client_secret=${clientSecret}`)
    await app.http
      .get(`${app.api('nothing')}/${code}`)
      .set('Cookie', cookie)
      .set('Authorization', `Bearer ${wrong}`)
    await app.http
      .get(`${app.api('authorize')}?client_id=nobody&code=${code}`)
      .set('Cookie', `${cookie}; other=${wrong}`)
    await app.http
      .post(app.api('authorize'))
      .set('Cookie', cookie)
      .type('form')
      .send({ auth_token: wrong, security_token: wrongVerifier, allow: '' })
    for (const fault of ['before', 'after'] as const) {
      proxy.failNextCommit(fault)
      expect((await redeem(app, client, code, { code_verifier: verifier })).status).to.equal(503)
    }
    const { text: next } = await issueCode(app, client)
    secret('code', next)
    const tables = ['oauth2_access_tokens', 'oauth2_clients', 'session_data', 'auth_user_md5']
    for (const table of tables) {
      await database.knex.raw('RENAME TABLE ?? TO ??', [table, `${table}_away`])
      await redeem(app, client, next)
      await consentPage(app, cookie, authorizationQuery(client))
      await database.knex.raw('RENAME TABLE ?? TO ??', [`${table}_away`, table])
    }
  }

  it('S-095 holds nothing secret after the whole flow and every error path', async () => {
    await whilePrinting(async () => {
      await wholeFlow()
      await everyError()
    })
    secret('client secret', clientSecret)
    secret('verifier', verifier)
    secret('database password', database.settings.password)
    const keys = app.deps.settings.keysPath
    secret('encryption key', /'([A-Za-z0-9]{48})'/.exec(await readFile(join(keys, 'encryption_key.php'), 'utf8'))?.[1])
    secret('private key', (await readFile(join(keys, 'private.key'), 'utf8')).split('\n')[3])
    const metrics = await app.deps.metrics.registry.metrics()
    for (const [where, text] of [
      ['log', lines.join('')],
      ['console', printed.join('')],
      ['metrics', metrics],
    ] as const) {
      for (const [name, value] of secrets) {
        for (const part of [value, encodeURIComponent(value), value.slice(-24)])
          expect(text.includes(part), `${name} in the ${where}`).to.equal(false)
      }
    }
    expect(lines.length, 'something was logged').to.be.greaterThan(20)
    expect(
      lines.some((line) => line.includes('request failed')),
      'faults, too',
    ).to.equal(true)
    expect(secrets.size).to.be.greaterThan(25)
  })

  it('S-095 holds nothing secret when the doctor looks', async () => {
    const cli = fileURLToPath(new URL('../../src/cli/index.ts', import.meta.url))
    const env = {
      ...process.env,
      STUDIP_VERSION: '6.0',
      REMEMBER_CONSENT: 'off',
      BASE_URL: 'http://127.0.0.1/',
      DATABASE_URL: database.url,
      KEYS_PATH: app.deps.settings.keysPath,
      SESSION_STORE: 'database',
      LOG_LEVEL: 'trace',
    }
    for (const options of [['--json'], []]) {
      const { stdout, stderr } = await promisify(execFile)(
        process.execPath,
        ['--import', 'tsx', cli, 'oauth2:doctor', ...options],
        { env },
      ).catch((error: { stdout: string; stderr: string }) => error)
      expect(stdout.length, stderr).to.be.greaterThan(200)
      for (const [name, value] of secrets) expect((stdout + stderr).includes(value), name).to.equal(false)
    }
  })
})
