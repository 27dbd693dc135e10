// Clients that leave before their answer: nothing is begun for them, and nothing stays used up (D28, S-113).
import { connect as connectSocket, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { bounds } from '../../src/bounds.ts'
import {
  addClient,
  credentialsOf,
  redeem,
  refresh,
  testApp,
  verifier,
  type TestApp,
  type TestClient,
} from '../support/app.ts'
import { issueCode, issueTokens, liveIds, stoppedClock, tokensOfStudip } from '../support/issuing.ts'
import { until } from '../server/service.ts'

describe('clients that leave', () => {
  const clock = stoppedClock()
  const log: string[] = []
  let app: TestApp
  let client: TestClient
  before(async () => {
    app = await testApp({ log, now: clock.now })
    await app.deps.credentials.prepare()
    client = await addClient(app, { confidential: false })
  })
  after(() => app.close())
  beforeEach(() => void log.splice(0))

  const events = () => log.map((line) => (JSON.parse(line) as { msg: string }).msg)
  const post = (path: string, form: Record<string, string>): Socket => {
    const body = new URLSearchParams(form).toString()
    const socket = connectSocket((app.server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(
      `POST ${app.api(path)} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    return socket
  }
  const refreshForm = (text: string) => ({ grant_type: 'refresh_token', ...credentialsOf(client), refresh_token: text })
  const codeForm = (text: string) => ({
    grant_type: 'authorization_code',
    ...credentialsOf(client),
    code: text,
    redirect_uri: client.redirectUris[0] ?? '',
    code_verifier: verifier,
  })
  const leave = async (socket: Socket) => {
    socket.destroy()
    await once(socket, 'close')
  }
  // Only what locks counts: a look-up that still runs may be of anybody.
  const waitsForRowOf = (table: string) =>
    until(async () => {
      const [rows] = (await app.database.knex.raw(
        'SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE INFO LIKE ? OR INFO LIKE ?',
        [`UPDATE ${table} %`, `SELECT % FROM ${table} % FOR UPDATE`],
      )) as [{ n: number }[]]
      return Number(rows[0]?.n) > 0
    })
  const rows = async () => {
    const [count] = await app.database.knex('oauth2_access_tokens').count({ n: '*' })
    return Number(count?.['n'])
  }

  for (const [what, table] of [
    ['refresh token', 'oauth2_refresh_tokens'],
    ['code', 'oauth2_auth_codes'],
  ] as const) {
    it(`A4 a ${what} that was used for somebody who left meanwhile can be used again`, async () => {
      const tokens = await issueTokens(app, client)
      const { text: code, code: row } = await issueCode(app, client)
      const before = await rows()
      const id = table === 'oauth2_auth_codes' ? row.id : undefined
      const holder = await app.database.knex.transaction()
      await (id ? holder(table).where({ id }).forUpdate() : holder(table).forUpdate())
      const socket = post('token', id ? codeForm(code) : refreshForm(tokens.refresh_token))
      await waitsForRowOf(table)
      await leave(socket)
      await holder.commit()
      await until(() => events().includes('client left'))
      expect(await rows()).to.equal(before)
      // Long after the grace window, so that nothing but the state of the row decides.
      clock.pass(60)
      await (id ? redeem(app, client, code) : refresh(app, client, tokens.refresh_token)).expect(200)
      expect(events().filter((event) => event.includes('replayed'))).to.be.empty
    })
  }

  it('A4 a code can be used again when its client left while the oldest grants were ended for it', async () => {
    const crowded = await addClient(app, { confidential: false })
    const oldest = await issueTokens(app, crowded)
    clock.pass(1)
    for (let i = 1; i < bounds.grantsOfUserAndClient.most; i += 1) await issueTokens(app, crowded)
    const { text: code } = await issueCode(app, crowded)
    const holder = await app.database.knex.transaction()
    await holder('oauth2_refresh_tokens').where('id', 'like', `${oldest.grantId}%`).forUpdate()
    const socket = post('token', { ...codeForm(code), client_id: crowded.id })
    await waitsForRowOf('oauth2_refresh_tokens')
    await leave(socket)
    await holder.commit()
    await until(() => events().includes('client left'))
    clock.pass(60)
    await redeem(app, crowded, code).expect(200)
    expect(events().filter((event) => event.includes('replayed'))).to.be.empty
    expect(await liveIds(app.database.knex, oldest.grantId)).to.deep.equal([])
  })

  it('A4 nothing is begun for who left while waiting for a connection, and the others of the group get theirs', async () => {
    const [gone, stays] = [await issueTokens(app, client), await issueTokens(app, client)]
    const { pool } = app.deps.db.client as { pool: { max: number; numPendingAcquires: () => number } }
    let arrived = 0
    const arrival = () => void (arrived += 1)
    app.server.on('request', arrival)
    const held = await Promise.all(Array.from({ length: pool.max }, () => app.deps.db.transaction()))
    const socket = post('token', refreshForm(gone.refresh_token))
    const answer = refresh(app, client, stays.refresh_token).then((response) => response)
    await until(() => arrived === 2 && pool.numPendingAcquires() > 0)
    app.server.off('request', arrival)
    await leave(socket)
    const before = await rows()
    await Promise.all(held.map((trx) => trx.rollback()))
    expect((await answer).status).to.equal(200)
    await until(() => events().includes('client left'))
    expect(await rows()).to.equal(before + 1)
    clock.pass(60)
    await refresh(app, client, gone.refresh_token).expect(200)
  })

  it('A4 no key is derived and no secret is checked for who left while waiting', async () => {
    const confidential = await addClient(app)
    const { credentials, secrets } = app.deps
    const foreign = await Promise.all(Array.from({ length: 12 }, () => tokensOfStudip(app, client)))
    const derived = () => credentials.stats().derivedKeys.derived
    const derivedBefore = derived()
    const sockets = foreign.map(({ text }) => post('token', refreshForm(text)))
    while (credentials.stats().derivedKeys.waiting < 6) await sleep(1)
    await Promise.all(sockets.map(leave))
    await until(() => credentials.stats().derivedKeys.waiting === 0)
    expect(derived() - derivedBefore, 'of twelve').to.be.at.most(8)
    const checkedBefore = secrets.stats().checked
    const guesses = Array.from({ length: 9 }, (_, i) =>
      post('introspect', { client_id: confidential.id, client_secret: `wrong ${i}`, token: 'x' }),
    )
    while (secrets.stats().waiting < 5) await sleep(1)
    await Promise.all(guesses.map(leave))
    await until(() => secrets.stats().waiting === 0)
    expect(secrets.stats().checked - checkedBefore, 'of nine').to.be.at.most(6)
    expect(events().filter((event) => event === 'client left').length).to.be.greaterThan(6)
    for (const { text } of foreign) await refresh(app, client, text).expect(200)
  })

  it('A4 who left is counted, answered by nothing and no fault', async () => {
    const text = await app.deps.metrics.registry.metrics()
    expect(Number(/^studip_oauth2_requests_abandoned_total (\d+)$/m.exec(text)?.[1])).to.be.greaterThan(2)
    expect(text).to.match(/status="499"/)
    expect(log.filter((line) => (JSON.parse(line) as { level: string }).level === 'error')).to.be.empty
  })
})
