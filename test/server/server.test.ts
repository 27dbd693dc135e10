// The service as a process: health, readiness, metrics, slow clients, workers, signals (D16).
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { getPriority, tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { bareEnvironment, environmentOf, run, studip } from '../cli/studip.ts'
import { freePort } from '../support/free-port.ts'
import { startProcess } from '../support/child-process.ts'
import { freshKeys } from '../support/keys.ts'
import { startMariaDb, testDatabase, type MariaDb, type TestDatabase } from '../support/mariadb.ts'
import { logLines, startService, until, type RunningService } from './service.ts'

const get = async (url: string) => {
  const answer = await fetch(url, { redirect: 'manual', headers: { Connection: 'close' } })
  return { status: answer.status, body: await answer.text() }
}

describe('oauth2:serve', () => {
  let database: TestDatabase
  let service: RunningService
  before(async () => {
    database = await testDatabase()
    service = await startService(database, { WORKERS: '2' })
  })
  after(async () => {
    await service.process.stop()
    await database.drop()
  })

  it('S-083 answers health, readiness and metrics on the listener of their own only, which is on loopback', async () => {
    expect(await get(`${service.monitoring}/healthz`)).to.deep.equal({ status: 200, body: 'ok\n' })
    expect((await get(`${service.monitoring}/readyz`)).status).to.equal(200)
    expect((await get(`${service.monitoring}/metrics`)).status).to.equal(200)
    for (const where of ['healthz', 'readyz', 'metrics', 'dispatch.php/api/oauth2/metrics'])
      expect((await get(`${service.url}/${where}`)).status, where).to.equal(404)
    expect((await get(`${service.monitoring}/dispatch.php/api/oauth2/jwks`)).status).to.equal(404)
  })

  it('adds up the metrics of all workers', async () => {
    for (let index = 0; index < 6; index++) await get(`${service.api}/jwks`)
    const { body } = await get(`${service.monitoring}/metrics`)
    const count = /studip_oauth2_request_seconds_count\{[^}]*jwks[^}]*status="200"[^}]*\} (\d+)/.exec(body)?.[1]
    expect(Number(count)).to.be.at.least(6)
    for (const name of [
      'tokens_issued_total',
      'replays_total',
      'revocations_total',
      'refusals_total',
      'database_connections_used',
      'signatures_under_way',
      'derived_keys_cached',
    ]) {
      expect(body).to.contain(`studip_oauth2_${name}`)
    }
  })

  it('O4 says which version runs, in the start line and as a metric of all workers together', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    const node = process.versions.node
    expect(logLines(service).find(({ msg }) => msg === 'started')).to.include({ version, node })
    const { body } = await get(`${service.monitoring}/metrics`)
    const lines = body.split('\n').filter((line) => line.startsWith('studip_oauth2_build_info'))
    expect(lines).to.deep.equal([`studip_oauth2_build_info{version="${version}",node="${node}"} 1`])
  })

  it('signs in threads that stand back behind the event loop', async function () {
    if (process.platform !== 'linux') this.skip()
    const [worker] = logLines(service)
      .filter(({ event }) => event === 'keys.loaded')
      .map(({ pid }) => pid as number)
    const priorities = (await readdir(`/proc/${worker}/task`)).map(
      (thread) => getPriority(Number(thread)) - getPriority(),
    )
    expect(getPriority(worker), 'the event loop').to.equal(getPriority())
    expect(
      priorities.filter((steps) => steps === 10),
      'the four threads of the pool',
    ).to.have.length(4)
  })

  it('replaces a worker that dies, and goes on answering', async () => {
    const workers = new Set(
      logLines(service)
        .filter(({ event }) => event === 'keys.loaded')
        .map(({ pid }) => pid as number),
    )
    const [victim] = workers
    process.kill(victim!, 'SIGKILL')
    await until(() => logLines(service).some(({ msg, signal }) => msg === 'worker died' && signal === 'SIGKILL'))
    expect((await get(`${service.api}/jwks`)).status).to.equal(200)
    await until(
      () =>
        new Set(
          logLines(service)
            .filter(({ event }) => event === 'keys.loaded')
            .map(({ pid }) => pid),
        ).size === 3,
    )
    expect((await get(`${service.monitoring}/healthz`)).status).to.equal(200)
  })

  const raw = (text: string) =>
    new Promise<{ answer: string; seconds: number }>((resolve) => {
      const started = performance.now()
      let answer = ''
      const socket = connect(service.port, '127.0.0.1', () => void socket.write(text))
      const end = () => resolve({ answer, seconds: (performance.now() - started) / 1000 })
      socket.on('data', (data) => void (answer += data.toString()))
      socket.once('close', end).once('error', end)
    })

  // At the same time, for both wait for the real limits: ten seconds and thirty.
  it('S-100 cuts off a client that sends its header or its body too slowly', async () => {
    const head = 'POST /dispatch.php/api/oauth2/token HTTP/1.1\r\nHost: x\r\n'
    const [header, body] = await Promise.all([
      raw(head),
      raw(`${head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na=`),
    ])
    for (const { answer } of [header, body]) expect(answer).to.match(/^HTTP\/1\.1 408 /)
    expect(header.seconds).to.be.at.least(8)
    expect(body.seconds).to.be.at.least(25)
  })

  it('D29 what cannot be parsed is answered as JSON, and leaves one line', async () => {
    const refused = [
      ['no HTTP at all\r\n\r\n', 400, 'malformed'],
      [`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`, 431, 'too-large'],
      ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400, 'malformed'],
      ['GET /dispatch.php/api/oauth2/jwks HTTP/1.1\r\n\r\n', 400, 'malformed'],
      ['GET /dispatch.php/api/oauth2/jwks HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n', 400, 'malformed'],
      ['GET /dispatch.php/api/oauth2/jwks HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n', 400, 'malformed'],
      ['CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n', 501, 'method-not-allowed'],
      ['CONNECT /dispatch.php/api/oauth2/token HTTP/1.1\r\nHost: x\r\n\r\n', 501, 'method-not-allowed'],
    ] as const
    for (const [text, status, reason] of refused) {
      const { answer } = await raw(text)
      const [head = '', body = ''] = answer.split('\r\n\r\n')
      expect(head).to.match(new RegExp(`^HTTP/1\\.1 ${status} `))
      expect(JSON.parse(body)).to.include({ error: 'invalid_request' })
      const id = /^X-Request-Id: (.*)$/m.exec(head)?.[1]
      const lines = () => logLines(service).filter(({ requestId }) => requestId === id)
      await until(() => lines().length > 0)
      expect(lines()).to.have.length(1)
      expect(lines()[0]).to.include({ event: 'request.refused', reason, status, address: '127.0.0.1' })
    }
  })

  it('D29 HTTP/1.0 need not name a host', async () => {
    const { answer } = await raw('GET /dispatch.php/api/oauth2/jwks HTTP/1.0\r\n\r\n')
    expect(answer).to.match(/^HTTP\/1\.1 200 /)
  })

  it('B11 D29 an expectation that nobody knows does not come between a request and its answer', async () => {
    const head = 'Expect: 200-ok\r\nHost: x\r\nConnection: close\r\n\r\n'
    expect((await raw(`GET /dispatch.php/api/oauth2/jwks HTTP/1.1\r\n${head}`)).answer).to.match(/^HTTP\S+ 200 /)
    const { answer } = await raw(`GET /nothing HTTP/1.1\r\n${head}`)
    expect(answer).to.match(/^HTTP\S+ 404 /)
    const id = /^X-Request-Id: (.*)$/m.exec(answer)?.[1]
    await until(() => logLines(service).some(({ requestId }) => requestId === id))
  })

  it('S-100 answers a body over the limit with 413', async () => {
    const answer = await fetch(`${service.api}/token`, {
      method: 'POST',
      body: new URLSearchParams({ code: 'x'.repeat(2_000_000) }),
    })
    expect(answer.status).to.equal(413)
  })

  it('refuses an address that is taken, in one sentence', async () => {
    const { code, stderr } = await run(['oauth2:serve'], { env: { ...service.env, METRICS_LISTEN: 'off' } })
    expect({ code, stderr }).to.deep.equal({
      code: 4,
      stderr: `[ERROR] 127.0.0.1:${service.port} is in use by another process. Stop that one, or set LISTEN to another address.\n`,
    })
  })

  // systemd tries again by the code: an address may still come, a folder does not.
  for (const [name, address, expected, sentence] of [
    ['LISTEN', 'unix:/nowhere/http.sock', 3, /There is no folder for unix:\/nowhere\/http\.sock/],
    ['LISTEN', '192.0.2.1:8765', 4, /This machine has no address 192\.0\.2\.1:8765 \(EADDRNOTAVAIL\)/],
    ['METRICS_LISTEN', '192.0.2.1:8765', 4, /Health and metrics cannot listen at 192\.0\.2\.1:8765 \(EADDRNOTAVAIL\)/],
  ] as const)
    it(`O5 refuses ${address} as ${name}, which cannot be, in one sentence`, async () => {
      const addresses = { LISTEN: `127.0.0.1:${await freePort()}`, METRICS_LISTEN: 'off', [name]: address }
      const { code, stderr } = await run(['oauth2:serve'], { env: { ...service.env, ...addresses } })
      expect(code).to.equal(expected)
      expect(stderr).to.match(sentence)
    })
})

describe('oauth2:serve and its surroundings', () => {
  let folder: string
  beforeEach(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'serve-'))))
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('S-086 warns at start of a BASE_URL with http on another host, and not of one on loopback', async () => {
    const database = await testDatabase()
    const warned = await startService(database, { BASE_URL: 'http://studip.example.org/' })
    const quiet = await startService(database, { BASE_URL: 'http://localhost/' })
    const warnings = (service: RunningService) =>
      logLines(service)
        .filter(({ level }) => level === 'warn')
        .map(({ msg }) => String(msg))
    await Promise.all([warned.process.stop(), quiet.process.stop()])
    await database.drop()
    expect(warnings(warned).join()).to.contain('BASE_URL http://studip.example.org/ is not encrypted')
    expect(warnings(quiet)).to.deep.equal([])
  })

  it('listens on a unix socket for owner and group, also where a crash left one behind', async () => {
    const database = await testDatabase()
    const socketPath = path.join(folder, 'http.sock')
    const ask = () =>
      new Promise<number | undefined>((resolve) => {
        request({ socketPath, path: '/dispatch.php/api/oauth2/jwks', agent: false }, (response) =>
          resolve(response.resume().statusCode),
        )
          .once('error', () => resolve(undefined))
          .end()
      })
    const first = await startService(database, { LISTEN: `unix:${socketPath}` })
    expect(await ask()).to.equal(200)
    expect(((await stat(socketPath)).mode & 0o777).toString(8)).to.equal('660')
    await first.process.stop('SIGKILL')
    expect((await stat(socketPath)).isSocket(), 'the crash left it behind').to.equal(true)
    await until(async () => (await ask()) === undefined)
    const second = await startService(database, { LISTEN: `unix:${socketPath}` })
    expect(await ask()).to.equal(200)
    await second.process.stop()
    await database.drop()
  })

  it('becomes unready, not dead, while the database or a key file is away, and recovers by itself', async () => {
    const server: MariaDb = await startMariaDb()
    const database = await testDatabase({ server })
    const keysPath = await freshKeys()
    await cp(keysPath, folder, { recursive: true })
    const service = await startService(database, { KEYS_PATH: folder })
    const ready = async () =>
      JSON.parse((await get(`${service.monitoring}/readyz`)).body) as { ready: boolean; database: string; keys: string }
    // A worker that is busy with something else for some seconds counts as unready, too.
    let first: Awaited<ReturnType<typeof ready>> | undefined
    await until(async () => (first = await ready()).ready)
    expect(first).to.deep.equal({ ready: true, database: 'ok', keys: 'ok' })
    await writeFile(path.join(folder, 'encryption_key.php'), '<?php return 1;')
    await until(async () => (await ready()).keys.includes('encryption_key.php'))
    await cp(keysPath, folder, { recursive: true, force: true })
    await until(async () => (await ready()).ready)
    await server.kill()
    await until(async () => (await ready()).database !== 'ok')
    expect((await get(`${service.monitoring}/healthz`)).status).to.equal(200)
    expect(
      (
        await fetch(`${service.api}/token`, {
          method: 'POST',
          body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', client_id: '1' }),
        })
      ).status,
    ).to.equal(503)
    await server.start()
    await until(async () => (await ready()).ready)
    await service.process.stop()
    await database.drop()
    await server.stop()
  })

  it('takes a changed .env with SIGHUP, and keeps the old workers when the new settings are wrong', async () => {
    const database = await testDatabase()
    const env = await environmentOf(database, { LISTEN: '127.0.0.1:0', METRICS_LISTEN: 'off', WORKERS: '1' })
    delete (env as Partial<typeof env>)['BASE_URL']
    await writeFile(path.join(folder, '.env'), 'BASE_URL=http://localhost/\nREFRESH_GRACE=5\n')
    const running = await startProcess({
      command: studip,
      args: ['oauth2:serve'],
      cwd: folder,
      env: bareEnvironment(env),
      ready: (log) => log.includes('"msg":"started"'),
    })
    await writeFile(path.join(folder, '.env'), 'BASE_URL=nonsense\n')
    process.kill(running.pid, 'SIGHUP')
    await until(() => running.log().includes('reload failed'))
    expect(running.exited()).to.equal(false)
    await writeFile(path.join(folder, '.env'), 'BASE_URL=http://localhost/\n')
    process.kill(running.pid, 'SIGHUP')
    await until(() => running.log().includes('"msg":"reloaded"'))
    await running.stop()
    expect(await running.ended).to.equal(0)
    await database.drop()
  })
})
