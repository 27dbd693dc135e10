// RFC 8628 from the device's request to its tokens.
import { expect } from 'chai'
import { decodeQR } from 'qr/decode.js'
import { readUserCode } from '../../src/oauth/device/user-code.ts'
import {
  addClient,
  approve,
  clientSecret,
  connect,
  logIn,
  post,
  testApp,
  type TestApp,
  type TestClient,
} from '../support/app.ts'
import { stoppedClock } from '../support/issuing.ts'
import { whileTimeStands } from '../support/standing-time.ts'
import { createUserCodeTries } from '../../src/stores/user-code-tries.ts'
import { bounds } from '../../src/bounds.ts'
import { users } from '../fixtures/users.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
interface Device {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly verification_uri_complete: string
  readonly expires_in: number
  readonly interval: number
}

/** What a scanner reads of the image: its modules drawn with three pixels a side. */
const readQr = (svg: string): string => {
  const width = 3 * Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1])
  const data = new Uint8Array(width * width * 4).fill(255)
  let [x, y] = [0, 0]
  for (const [, command, right, down] of svg.matchAll(/([Mm])(-?\d+)[ ,]?(-?\d+)h1v1/g)) {
    ;[x, y] = command === 'M' ? [Number(right), Number(down)] : [x + Number(right), y + Number(down)]
    for (let row = 0; row < 3; row += 1)
      data.fill(0, ((y * 3 + row) * width + x * 3) * 4, ((y * 3 + row) * width + x * 3 + 3) * 4)
  }
  for (let alpha = 3; alpha < data.length; alpha += 4) data[alpha] = 255
  return decodeQR({ width, height: width, data })
}

describe('POST device_authorization, GET and POST device', () => {
  const clock = stoppedClock()
  const log: string[] = []
  let app: TestApp
  let client: TestClient
  let other: TestClient
  before(async () => {
    app = await testApp({ now: clock.now, log })
    client = await addClient(app)
    other = await addClient(app, { confidential: false })
  })
  after(() => app.close())

  const proof = (by: TestClient) => ({ client_id: by.id, ...(by.confidential && { client_secret: clientSecret }) })
  const ask = async (by = client) => (await post(app, 'device_authorization', proof(by)).expect(200)).body as Device
  const poll = (device: Device, by = client, at = app) =>
    post(at, 'token', { ...proof(by), grant_type: grantType, device_code: device.device_code })
  const answerOf = async (device: Device, by = client) => {
    const { status, body } = await poll(device, by)
    return [status, (body as { error?: string }).error]
  }
  const confirmPage = (cookie: string, code: string) =>
    app.http.get(app.api('device')).query({ user_code: code }).set('Cookie', cookie)
  const tokenIn = (html: string) => /name="security_token" value="([^"]+)"/.exec(html)?.[1] ?? ''
  const answer = async (cookie: string, device: Device, button: 'allow' | 'deny', token?: string) =>
    app.http
      .post(app.api('device'))
      .type('form')
      .set('Cookie', cookie)
      .send({
        security_token: token ?? tokenIn((await confirmPage(cookie, device.user_code)).text),
        user_code: device.user_code,
        [button]: '1',
      })

  it('S-145 a device code works for its client only, once, after approval', async () => {
    const device = await ask()
    expect(device.expires_in).to.equal(600)
    expect(device.verification_uri_complete).to.equal(`${device.verification_uri}?user_code=${device.user_code}`)
    expect(await answerOf(device)).to.deep.equal([400, 'authorization_pending'])
    expect(await answerOf(device, other)).to.deep.equal([400, 'invalid_grant'])
    const cookie = await logIn(app)
    expect((await answer(cookie, device, 'allow')).status).to.equal(200)
    expect(await answerOf(device, other)).to.deep.equal([400, 'invalid_grant'])
    const { body } = await poll(device).expect(200)
    expect(body).to.include({ token_type: 'Bearer', scope: 'api' })
    expect(await answerOf(device)).to.deep.equal([400, 'invalid_grant'])
    expect((await answer(cookie, device, 'allow', 'x')).status).to.equal(403)
    expect((await confirmPage(cookie, device.user_code)).status).to.equal(400)
  })

  it('S-145 of 200 parallel polls one wins', async () => {
    const device = await ask()
    await answer(await logIn(app), device, 'allow')
    const answers = await Promise.all(Array.from({ length: 200 }, () => poll(device)))
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
    expect(answers.filter(({ body }) => (body as { error?: string }).error === 'invalid_grant')).to.have.length(199)
  })

  it('S-145 a code that was denied, has expired or was tampered with gives nothing', async () => {
    const denied = await ask(other)
    await answer(await logIn(app), denied, 'deny')
    expect(await answerOf(denied, other)).to.deep.equal([400, 'access_denied'])
    expect(await answerOf({ ...denied, device_code: `${denied.device_code}x` }, other)).to.deep.equal([
      400,
      'invalid_grant',
    ])
    const late = await ask()
    clock.pass(601)
    expect(await answerOf(late)).to.deep.equal([400, 'expired_token'])
    expect((await confirmPage(await logIn(app), late.user_code)).status).to.equal(400)
  })

  it('S-145 an approval by somebody who is locked meanwhile gives nothing', async () => {
    const device = await ask()
    await answer(await logIn(app), device, 'allow')
    await app.database.knex('auth_user_md5').where({ user_id: users.autor.user_id }).update({ locked: 1 })
    try {
      expect(await answerOf(device)).to.deep.equal([400, 'invalid_grant'])
    } finally {
      await app.database.knex('auth_user_md5').where({ user_id: users.autor.user_id }).update({ locked: 0 })
    }
    await poll(device).expect(200)
  })

  it('S-146 who polls too fast has to wait five seconds more each time, at every instance', async () => {
    const second = await testApp({ now: clock.now, database: app.database })
    try {
      const device = await ask()
      expect(await answerOf(device)).to.deep.equal([400, 'authorization_pending'])
      clock.pass(1)
      expect((await poll(device, client, second)).body).to.include({ error: 'slow_down' })
      clock.pass(6)
      expect(await answerOf(device)).to.deep.equal([400, 'slow_down'])
      clock.pass(15)
      expect(await answerOf(device)).to.deep.equal([400, 'authorization_pending'])
      clock.pass(10)
      expect((await poll(device, client, second)).body).to.include({ error: 'slow_down' })
    } finally {
      await second.close()
    }
  })

  it('S-146 A14 who polls without a pause is written down no more, and gets the tokens all the same once somebody approved', () =>
    whileTimeStands(async () => {
      const device = await ask()
      const id = await app.deps.deviceCodes.idOf(readUserCode(device.user_code)!)
      const scopes = async () =>
        (await app.database.knex('oauth2_auth_codes').where({ id }).pluck('scopes')) as string[]
      const answers: unknown[] = []
      for (let polls = 0; polls < bounds.polls.most; polls += 1) answers.push((await answerOf(device))[1])
      const written = await scopes()
      for (let polls = 0; polls < 5; polls += 1) answers.push((await answerOf(device))[1])
      expect(await scopes()).to.deep.equal(written)
      expect(answers).to.deep.equal([
        'authorization_pending',
        ...Array<string>(bounds.polls.most + 4).fill('slow_down'),
      ])
      await answer(await logIn(app), device, 'allow')
      await poll(device).expect(200)
    }))

  it('S-146 approval needs session, token and the page that names client, scopes and code', async () => {
    const device = await ask()
    const anonymous = await app.http.get(app.api('device')).query({ user_code: device.user_code })
    expect(anonymous.status).to.equal(302)
    const cookie = await logIn(app)
    const { text } = await confirmPage(cookie, device.user_code.toLowerCase().replace('-', ' ')).expect(200)
    for (const part of ['Test App', 'Test GmbH', device.user_code, '127.0.0.1', 'messagebox_warning'])
      expect(text).to.include(part)
    const foreign = tokenIn((await confirmPage(await logIn(app, users.dozent), device.user_code)).text)
    for (const token of ['', foreign]) expect((await answer(cookie, device, 'allow', token)).status).to.equal(403)
    clock.pass(6)
    expect(await answerOf(device)).to.deep.equal([400, 'authorization_pending'])
  })

  it('B13 who clicks twice is told twice what became of it, once, and whoever else sends the code is told nothing', async () => {
    const [ada, theo] = [await logIn(app), await logIn(app, users.tutor)]
    for (const [button, words] of [
      ['allow', 'darf jetzt auf Ihr Konto zugreifen'],
      ['deny', 'wurde der Zugriff verweigert'],
    ] as const) {
      const device = await ask()
      const token = tokenIn((await confirmPage(ada, device.user_code)).text)
      const theirs = tokenIn((await confirmPage(theo, device.user_code)).text)
      log.length = 0
      const clicks = await Promise.all([1, 2, 3].map(() => answer(ada, device, button, token)))
      clicks.push(await answer(ada, device, button, token))
      for (const { status, text } of clicks) {
        expect(status).to.equal(200)
        expect(text).to.include(words)
      }
      expect(log.filter((line) => line.includes('"event":"device.'))).to.have.length(1)
      expect((await answer(ada, device, button === 'allow' ? 'deny' : 'allow', token)).status).to.equal(400)
      if (button === 'allow') expect((await answer(theo, device, 'allow', theirs)).status).to.equal(400)
      expect((await answerOf(device))[0]).to.equal(button === 'allow' ? 200 : 400)
      if (button === 'allow') expect((await answer(ada, device, 'allow', token)).status).to.equal(200)
      clock.pass(700)
      expect((await answer(ada, device, button, token)).status).to.equal(400)
    }
  })

  it('S-151 where a request came from is forgotten with the answer, and what may be done is not', async () => {
    for (const button of ['allow', 'deny'] as const) {
      const device = await ask()
      const id = await app.deps.deviceCodes.idOf(readUserCode(device.user_code)!)
      const scopes = async () =>
        ((await app.database.knex('oauth2_auth_codes').where({ id }).first('scopes')) as { scopes: string }).scopes
      expect(await scopes()).to.include('127.0.0.1')
      await answer(await logIn(app), device, button)
      expect(await scopes()).to.equal('["api"]')
      if (button === 'allow') expect((await poll(device).expect(200)).body).to.include({ scope: 'api' })
    }
  })

  it('S-147 whatever stands in the place of a code or token, a device code is taken as device code only', async () => {
    const device = await ask()
    await answer(await logIn(app), device, 'allow')
    const { access_token, refresh_token } = await connect(app, client)
    const code = (await approve(app, client)).searchParams.get('code')
    for (const text of [access_token, refresh_token, code ?? '']) {
      const refused = await post(app, 'token', { ...proof(client), grant_type: grantType, device_code: text })
      expect([refused.status, (refused.body as { error: string }).error]).to.deep.equal([400, 'invalid_grant'])
    }
    const asRefresh = { ...proof(client), grant_type: 'refresh_token', refresh_token: device.device_code }
    expect((await post(app, 'token', asRefresh)).body).to.include({ error: 'invalid_grant' })
    const introspected = await post(app, 'introspect', { ...proof(client), token: device.device_code })
    expect(introspected.body).to.deep.equal({ active: false })
    await post(app, 'revoke', { ...proof(client), token: device.device_code }).expect(200)
    await poll(device).expect(200)
  })

  it('S-145 a flow leaves its own lines, and polls leave none', async () => {
    log.length = 0
    const device = await ask()
    expect(await answerOf(device)).to.deep.equal([400, 'authorization_pending'])
    expect(await answerOf(device)).to.deep.equal([400, 'slow_down'])
    await answer(await logIn(app), device, 'allow')
    await poll(device).expect(200)
    const lines = log.map(
      (line) => JSON.parse(line) as { event?: string; scope?: string; level: string; oauthError?: string },
    )
    const events = lines.flatMap(({ event }) => (event === undefined ? [] : [event]))
    expect(events).to.deep.equal(['device.requested', 'device.approved', 'device.redeemed'])
    expect(lines.find(({ event }) => event === 'device.approved')?.scope).to.equal('api')
    const debugged = lines.filter(({ oauthError }) => oauthError !== undefined)
    expect(debugged.map(({ level, oauthError }) => [level, oauthError])).to.deep.equal([
      ['debug', 'authorization_pending'],
      ['debug', 'slow_down'],
    ])
    expect(await app.deps.metrics.registry.metrics()).not.to.match(
      /refusals_total\{[^}]*(authorization_pending|slow_down)/,
    )
    clock.pass(601)
    await answerOf(device)
    expect(log.filter((line) => line.includes('"request.refused"'))).to.have.length(1)
  })

  it('S-147 nobody redeems the row of a request as an authorization code', async () => {
    const device = await ask()
    await answer(await logIn(app), device, 'allow')
    const id = await app.deps.deviceCodes.idOf(readUserCode(device.user_code)!)
    for (const code of [device.device_code, device.user_code, id]) {
      const refused = await post(app, 'token', { ...proof(client), grant_type: 'authorization_code', code })
      expect([refused.status, (refused.body as { error: string }).error]).to.deep.equal([400, 'invalid_grant'])
    }
    const { body } = await poll(device).expect(200)
    const rows = (await app.database
      .knex('oauth2_access_tokens')
      .where('id', 'like', `${id.slice(0, 32)}%`)) as unknown[]
    expect([rows.length, Object.keys(body as object).includes('refresh_token')]).to.deep.equal([0, true])
  })

  it('S-144 guesses are limited, also many at once, and a right code costs none', async () => {
    const device = await ask()
    const cookie = await logIn(app, users.dozent)
    const answers = await Promise.all(Array.from({ length: 40 }, () => confirmPage(cookie, 'BCDF-GHJK')))
    expect(answers.filter(({ status }) => status === 400).length).to.be.at.most(bounds.userCodesOfUser.most)
    const held = await confirmPage(cookie, device.user_code)
    expect(held.status).to.equal(429)
    expect(Number(held.headers['retry-after'])).to.be.within(1, 600)
    expect((await confirmPage(await logIn(app), device.user_code)).status).to.equal(200)
  })

  it("S-144 pictures and frames on a page of somebody else use up nobody's tries, and tell nothing", async () => {
    const cookie = await logIn(app, users.admin)
    const device = await ask()
    for (const destination of ['image', 'iframe', 'script', 'empty'])
      for (let made = 0; made < bounds.userCodesOfUser.most; made += 1) {
        const code = made === 0 ? device.user_code : 'BCDF-GHJK'
        const page = await confirmPage(cookie, code).set({ 'Sec-Fetch-Dest': destination })
        expect([page.status, page.text.includes('name="allow"')]).to.deep.equal([200, false])
      }
    const page = await confirmPage(cookie, device.user_code).set({ 'Sec-Fetch-Dest': 'document' })
    expect([page.status, page.text.includes('name="allow"')]).to.deep.equal([200, true])
  })

  it('B13 S-144 a try that was none is taken back once, however often', () => {
    const { most } = bounds.userCodesOfUser
    const tries = createUserCodeTries()
    for (let made = 0; made < most - 1; made++) expect(tries.begin('u', '192.0.2.1')).to.be.a('function')
    const takeBack = tries.begin('u', '192.0.2.1')
    for (let call = 0; call < 3; call++) takeBack?.()
    expect(tries.begin('u', '192.0.2.1')).to.be.a('function')
    expect(tries.begin('u', '192.0.2.1')).to.equal(undefined)
  })

  it('S-144 of 20,000 guesses by 400 people in 400 networks at one worker 500 are made', () => {
    const tries = createUserCodeTries()
    let made = 0
    for (let guess = 0; guess < 20_000; guess += 1)
      if (tries.begin(`user${guess % 400}`, `10.0.${guess % 20}.${guess % 400}`)) made += 1
    expect(made).to.equal(bounds.userCodesOfAll.most)
    // Whoever guesses right is not held up by those who guess: their try was taken before, or is refused like any other.
    expect(tries.begin('somebody', '192.0.2.1')).to.equal(undefined)
    // 500 of 20^8 codes: the chance that docs/devices.md states for one worker and one span.
    expect(made / 20 ** 8).to.be.below(2e-8)
  })

  it('S-144 the chance of a hit in the life of a code stays below 2^-20', () => {
    const workers = 20
    // A window may begin in the middle of a code's life.
    expect((2 * bounds.userCodesOfAll.most * workers) / 20 ** 8).to.be.below(2 ** -20)
  })

  it('S-144 a user code is read whatever its case, blanks and dashes', () => {
    for (const text of ['BCDF-GHJK', 'bcdfghjk', ' b c d f – g h j k ']) expect(readUserCode(text)).to.equal('BCDFGHJK')
    for (const text of ['', 'ABCD-EFGH', 'BCDF-GHJ', 'BCDF-GHJK-L', 'B'.repeat(99)])
      expect(readUserCode(text)).to.equal(undefined)
  })

  it('S-144 shows a code as a QR code to everybody, whether or not it waits, and nothing else', async () => {
    const device = await ask()
    const qr = (code: string) => app.http.get(app.api('device/qr')).query({ user_code: code })
    const images = await Promise.all([device.user_code, 'bcdf ghjk'].map((code) => qr(code).buffer(true)))
    for (const { status, headers, body } of images) {
      expect([status, headers['content-type'], headers['cache-control']]).to.deep.equal([
        200,
        'image/svg+xml',
        'no-store',
      ])
      expect(String(body)).to.match(/^<svg [^>]*><rect [^>]*\/><path [^>]*\/><\/svg>$/)
    }
    for (const code of ['', 'ABCD-EFGH', '<script>', 'B'.repeat(5_000)]) expect((await qr(code)).status).to.equal(404)
    expect(readQr(String(images[0]!.body))).to.equal(device.verification_uri_complete)
    expect((await confirmPage(await logIn(app), device.user_code)).text).to.include(
      `device/qr?user_code=${device.user_code}`,
    )
  })

  it('answers an unknown scope and a client that asks too often', async () => {
    const unknown = await post(app, 'device_authorization', { ...proof(client), scope: 'nothing' })
    expect([unknown.status, (unknown.body as { error: string }).error]).to.deep.equal([400, 'invalid_scope'])
    const third = await addClient(app)
    for (let made = 0; made < bounds.deviceRequests.most; made += 1) await ask(third)
    expect((await post(app, 'device_authorization', proof(third))).status).to.equal(429)
  })
})
