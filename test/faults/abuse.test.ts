// What others do to the service while somebody refreshes: how long the honest wait stays within three times its usual: their median
// in slices of a moment, their 99th percentile in those of bin/soak.
import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { hashClientSecret } from '../../src/crypto/client-secret.ts'
import { freshKeys } from '../support/keys.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { startNginx, type RunningNginx } from '../support/nginx.ts'
import { addPublicClient, createApps, publicClientId, type Apps } from './apps.ts'
import { compare, type Abuse } from './beside.ts'
import { flood, slowSenders, type Flood } from './floods.ts'
import { note } from './results.ts'
import { startSidecar, type Sidecar } from './sidecar.ts'

const milliseconds = Number(process.env['ABUSE_SECONDS'] ?? 0.6) * 1000
const percentile = process.env['ABUSE_SECONDS'] === undefined ? 'p50' : 'p99'
// Five addresses' worth a slice: with fewer the first moments of each, when all connect at once, are a good part of the whole.
const wrongSecrets = Number(process.env['ABUSE_REQUESTS'] ?? 1500)

describe('abuse', function () {
  this.timeout(600_000 + milliseconds * 60 + wrongSecrets * 300)
  let database: TestDatabase, sidecar: Sidecar, nginx: RunningNginx, apps: Apps, behindNginx: Apps
  before(async () => {
    database = await testDatabase()
    await addPublicClient(database.knex)
    await database.knex('oauth2_clients').insert({
      id: 8,
      name: 'Victim',
      secret: await hashClientSecret('right'),
      redirect: 'https://x.example',
      revoked: 0,
      mkdate: 1,
      chdate: 1,
    })
    const keysPath = await freshKeys()
    sidecar = await startSidecar({ database: database.settings, keysPath, workers: 2 })
    nginx = await startNginx({ sidecar: sidecar.address, php: '127.0.0.1:1', failover: 'off' })
    apps = createApps({ knex: database.knex, keysPath, origin: sidecar.origin })
    behindNginx = createApps({ knex: database.knex, keysPath, origin: nginx.url.replace(/\/$/, '') })
  })
  after(async () => {
    await nginx?.stop()
    await sidecar?.stop('SIGKILL')
    await database?.drop()
  })

  const withstand = async (
    fault: string,
    how: () => string,
    abuse: Abuse,
    of: { readonly apps: Apps; readonly rest?: number } = { apps },
  ) => {
    const { peace, beside, times, slices } = await compare({ milliseconds, percentile, ...of }, abuse)
    note({
      fault,
      how: how(),
      runs: slices,
      violations: times <= 3 ? 0 : 1,
      seen: `${percentile} ${peace.toFixed(0)} ms in peace, ${beside.toFixed(0)} ms beside it`,
    })
    expect(times, `${percentile} ${peace.toFixed(0)} → ${beside.toFixed(0)} ms`).to.be.at.most(3)
  }
  const told = ({ answers }: Flood) => [...answers].map(([status, count]) => `${count} × ${status}`).join(', ')
  const wrongSecret = () =>
    `grant_type=refresh_token&client_id=8&client_secret=${randomBytes(20).toString('hex')}&refresh_token=x`

  it('wrong client secrets, by the thousand', async () => {
    // A hundred from each address: ten are verified by each worker, the others are held off.
    const share = Math.ceil(wrongSecrets / 3)
    const sent = flood({ origin: sidecar.origin, width: 32, body: wrongSecret, perAddress: 100 })
    let seconds = 0
    const run = async () => {
      const start = performance.now()
      await sent.send(share)
      seconds += (performance.now() - start) / 1000
    }
    const total = () => [...sent.answers.values()].reduce((sum, count) => sum + count, 0)
    await withstand(
      'Wrong client secrets',
      () =>
        `${total()} of them, 100 from each address, 32 at a time without a pause: all answered (${told(sent)}) in ${seconds.toFixed(0)} s; the slowest 429 took ${sent.slowest(429).toFixed(0)} ms`,
      { run, whole: true },
    )
    expect(total()).to.be.at.least(wrongSecrets)
    // On a slow machine some have waited for bcrypt as long as anybody may, and hear it before nginx gives the instance up (A7).
    expect([401, 429, 503]).to.include.members([...sent.answers.keys()])
    expect([...sent.answers.keys()]).to.include.members([401, 429])
  })

  it('refresh tokens with foreign salts', () => {
    const forged = flood({
      origin: sidecar.origin,
      width: 16,
      perAddress: 1000,
      body: () =>
        `grant_type=refresh_token&client_id=${publicClientId}&refresh_token=def50200${randomBytes(300).toString('hex')}`,
    })
    return withstand(
      'Flood of foreign salts',
      () => `forged refresh tokens, 16 at a time, without a pause (${told(forged)})`,
      { run: forged.run },
    )
  })

  it('bodies that are too large', () => {
    // Made once, and with a rest: who sends them is in the process that measures.
    const large = `grant_type=refresh_token&client_id=${publicClientId}&refresh_token=${'a'.repeat(1_048_576)}`
    const oversized = flood({ origin: sidecar.origin, width: 2, perAddress: 1000, body: () => large, rest: 25 })
    return withstand('Oversized bodies', () => `1 MiB forms, 2 at a time, 25 ms apart (${told(oversized)})`, {
      run: oversized.run,
    })
  })

  it('five hundred connections that send a byte now and then', async () => {
    const { run, mostOpen } = slowSenders(sidecar.port, { headers: 500, bodies: 0 })
    await withstand('Slow-loris', () => `${mostOpen()} connections past nginx, a byte of header every 200 ms`, { run })
    expect(mostOpen()).to.equal(500)
  })

  it('five hundred connections that do so behind nginx', async () => {
    const { run, mostOpen } = slowSenders(nginx.port, { headers: 300, bodies: 200 })
    await withstand(
      'Slow-loris behind nginx',
      () =>
        `${mostOpen()} connections through the shipped snippet, 300 with a byte of header, 200 with a byte of body every 200 ms`,
      { run },
      // Slower than the snippet's limit for one address.
      { apps: behindNginx, rest: 60 },
    )
    expect(mostOpen()).to.be.greaterThan(450)
  })
})
