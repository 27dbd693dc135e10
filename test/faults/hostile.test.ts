// Every kind of attack in turn, from several addresses and through nginx, beside people and applications that want something.
// Some seconds; HOSTILE_SECONDS=600 for the run of ten minutes that docs/reliability.md has the table of (bin/soak sets it).
import { expect } from 'chai'
import { fork, type ChildProcess } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { hashClientSecret } from '../../src/crypto/client-secret.ts'
import { createCredentials } from '../../src/crypto/formats/of.ts'
import { createKeyRing } from '../../src/crypto/key-ring.ts'
import { percentiles } from '../bench/statistics.ts'
import { users } from '../fixtures/users.ts'
import { signInKeys } from '../support/keys.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { startNginx, type RunningNginx } from '../support/nginx.ts'
import { insertSession } from '../support/php-session-writer.ts'
import { addPublicClient, consentPath, createApps, publicClientId, type Apps } from './apps.ts'
import { attacksOn, type Attack } from './hostile/attacks.ts'
import type { Assignment, Order, Report } from './hostile/attacker.ts'
import { processorSeconds } from './hostile/cost.ts'
import { populate } from './population.ts'
import { note } from './results.ts'
import { startSidecar, type Sidecar } from './sidecar.ts'
import { memoryOf } from './traffic.ts'

const inFull = process.env['HOSTILE_SECONDS'] !== undefined
const seconds = Number(process.env['HOSTILE_SECONDS'] ?? 6)
/** Milliseconds below which nobody notices a wait, whatever it is a multiple of. */
const unnoticed = 100
/** Attacks after which there is peace again: the machine of the last minutes may not be that of the first. */
const slicesBetween = 7
const confidentialClientId = '8'
const now = () => Math.floor(Date.now() / 1000)

/** Milliseconds of each honest request, by who made it, and what was no success. */
interface Honest {
  readonly tokens: number[]
  readonly pages: number[]
  readonly studip: number[]
  readonly failures: string[]
}

interface Slice extends Honest {
  readonly attack?: Report
  /** Seconds of processors, and of the clock. */
  readonly nginx: number
  readonly service: number
  readonly took: number
}

describe('a hostile day', function () {
  // The attackers have the lowest priority: beside other work they take long for the one request that each has to send.
  this.timeout((seconds * 2 + 2_400) * 1000)
  let database: TestDatabase, sidecar: Sidecar, nginx: RunningNginx, apps: Apps, studip: Server, attackers: ChildProcess
  let attacks: readonly Attack[]
  let cookie: string
  before(async () => {
    database = await testDatabase()
    const { knex } = database
    await addPublicClient(knex)
    await knex('oauth2_clients').insert({
      id: confidentialClientId,
      name: 'Victim',
      secret: await hashClientSecret('right'),
      redirect: 'https://x.example',
      revoked: 0,
      mkdate: 1,
      chdate: 1,
    })
    await populate(knex, { users: 1, grants: 10_000, clientId: publicClientId })
    const keysPath = await signInKeys()
    const log = process.env['HOSTILE_LOG']
    sidecar = await startSidecar({
      database: database.settings,
      keysPath,
      workers: 2,
      env: { LOG_LEVEL: log ?? 'fatal' },
    })
    studip = createServer((_, response) => response.end('Stud.IP'))
    await new Promise<void>((resolve) => studip.listen(0, '127.0.0.1', resolve))
    const php = `127.0.0.1:${(studip.address() as AddressInfo).port}`
    nginx = await startNginx({
      sidecar: sidecar.address,
      php,
      failover: 'off',
      // In a few seconds on a busy machine an honest request may take as long as nginx waits for one.
      ...(inFull && { patience: 'shipped' }),
    })
    const origin = nginx.url.replace(/\/$/, '')
    apps = createApps({ knex, keysPath, origin })
    const assignment: Assignment = {
      port: nginx.port,
      addresses: ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'],
      senders: 4,
      connections: 100,
    }
    attackers = fork(fileURLToPath(new URL('./hostile/attacker.ts', import.meta.url)), [JSON.stringify(assignment)], {
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
    })
    const [collector] = (await knex('oauth2_access_tokens').limit(1).select('user_id')) as { user_id: string }[]
    for (const userId of [users.autor.user_id, users.tutor.user_id, collector?.user_id ?? ''])
      await knex('config_values')
        .insert({ field: 'TERMS_ACCEPTED', range_id: userId, value: '1' })
        .onConflict()
        .ignore()
    const cookieOf = async (uid: string) =>
      `Studip_Session=${await insertSession(knex, { content: { uid, sessionStart: 1 } })}`
    cookie = await cookieOf(users.autor.user_id)
    const victim = await apps.connected()
    attacks = attacksOn({
      publicClientId,
      confidentialClientId,
      cookie: await cookieOf(users.tutor.user_id),
      collectorsCookie: await cookieOf(collector?.user_id ?? ''),
      consentPath,
      refreshToken: victim.refreshToken ?? '',
      expiredToken: await createCredentials({ keys: createKeyRing({ dir: keysPath, now }), now }).sealRefreshToken({
        id: 'e'.repeat(80),
        accessTokenId: 'f'.repeat(80),
        clientId: publicClientId,
        userId: users.autor.user_id,
        scopes: ['api'],
        expiresAt: now() - 60,
      }),
    })
  })
  after(async () => {
    attackers?.kill('SIGKILL')
    await nginx?.stop()
    studip?.close()
    await sidecar?.stop('SIGKILL')
    await database?.drop()
  })

  const ordered = (order: Order): Promise<Report> =>
    new Promise((resolve, reject) => {
      attackers.once('message', (report: Report) => resolve(report))
      attackers.send(order, (error) => error && reject(error))
    })

  const visit = async (path: string, times: number[], failures: string[]): Promise<void> => {
    const before = performance.now()
    const answer = await fetch(`${nginx.url.replace(/\/$/, '')}${path}`, { headers: { cookie } })
    await answer.text()
    times.push(performance.now() - before)
    if (answer.status !== 200) failures.push(`${path.slice(0, 40)} ${answer.status}`)
  }

  const refreshing = async (isGoing: () => boolean, { tokens, failures }: Honest): Promise<void> => {
    let app = await apps.connected()
    for (let use = 1; isGoing(); use += 1, await sleep(60)) {
      if (use % 15 === 0) app = await apps.connected()
      const { status, error, milliseconds } = await apps.present(app)
      tokens.push(milliseconds)
      if (status !== 200) failures.push(`token ${status} ${error}`)
    }
  }

  const slice = async (milliseconds: number, attack?: Attack): Promise<Slice> => {
    const honest: Honest = { tokens: [], pages: [], studip: [], failures: [] }
    const start = performance.now()
    const used = [processorSeconds(nginx.pid), processorSeconds(sidecar.pid)] as const
    let going = true
    const every = async (pause: number, path: string, times: number[]) => {
      for (; going; await sleep(pause)) await visit(path, times, honest.failures)
    }
    const all = Promise.all([
      refreshing(() => going, honest),
      refreshing(() => going, honest),
      every(200, consentPath, honest.pages),
      every(60, '/dispatch.php/my_courses', honest.studip),
    ])
    const report = await (attack ? ordered({ attack, milliseconds }) : sleep(milliseconds))
    going = false
    await all
    return {
      ...honest,
      ...(report && { attack: report }),
      took: (performance.now() - start) / 1000,
      nginx: processorSeconds(nginx.pid) - used[0],
      service: processorSeconds(sidecar.pid) - used[1],
    }
  }

  it('S-111 disturbs nobody: no honest request fails, Stud.IP answers, memory stays flat', async () => {
    const each = (seconds * 1000) / attacks.length
    const warm = Math.min(each, 1_000)
    for (const attack of attacks) await slice(warm, attack)
    const peace = [await slice(Math.max(each, 2_000))]
    const before = memoryOf(sidecar.pid)
    const beside: Slice[] = []
    for (const [index, attack] of attacks.entries()) {
      beside.push(await slice(each, attack))
      if (index % slicesBetween === slicesBetween - 1) peace.push(await slice(Math.max(each, 2_000)))
    }
    const after = memoryOf(sidecar.pid)
    const quiet = joined(peace)
    for (const [index, one] of beside.entries())
      note({ ...row(attacks[index]!, one, quiet), runs: one.attack?.requests ?? 0, violations: one.failures.length })
    expect(quiet.failures).to.deep.equal([])
    expect(beside.flatMap(({ failures }) => failures)).to.deep.equal([])
    expect(after / before, `memory ${before} → ${after} bytes`).to.be.lessThan(1.35)
    // What every attacker sent was answered, by somebody.
    for (const [index, { attack }] of beside.entries())
      expect(attack?.requests, attacks[index]?.name).to.be.greaterThan(0)
    if (!inFull) return
    for (const who of ['tokens', 'pages', 'studip'] as const) {
      const [without, with_] = [percentiles(quiet[who]).p99, percentiles(beside.flatMap((one) => one[who])).p99]
      expect(with_, `p99 of ${who}, ${without} ms without`).to.be.at.most(Math.max(3 * without, unnoticed))
    }
  })
})

const joined = (slices: readonly Slice[]): Slice => ({
  tokens: slices.flatMap(({ tokens }) => tokens),
  pages: slices.flatMap(({ pages }) => pages),
  studip: slices.flatMap(({ studip }) => studip),
  failures: slices.flatMap(({ failures }) => failures),
  nginx: sum(slices.map(({ nginx }) => nginx)),
  service: sum(slices.map(({ service }) => service)),
  took: sum(slices.map(({ took }) => took)),
})

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const milliseconds = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0))

/** What it costs the attacker and us, for the table. */
const row = ({ name }: Attack, { attack, took, ...slice }: Slice, quiet: Slice) => {
  const { requests = 0, bytes = 0, statuses = {} } = attack ?? {}
  const cost = (who: 'nginx' | 'service') =>
    milliseconds(Math.max(0, (1000 * (slice[who] - (quiet[who] * took) / quiet.took)) / Math.max(requests, 1)))
  const p99 = (who: 'tokens' | 'pages' | 'studip') =>
    `${milliseconds(percentiles(quiet[who]).p99)} → ${milliseconds(percentiles(slice[who]).p99)}`
  return {
    fault: name,
    how: `${Math.round(requests / took)} a second, ${Math.ceil(bytes / Math.max(requests, 1))} bytes each; answered ${Object.entries(
      statuses,
    )
      .map(([status, count]) => `${count} × ${status === '0' ? 'nothing' : status}`)
      .join(', ')}`,
    seen: `a request takes ${cost('nginx')} ms of nginx, ${cost('service')} ms of the service; honest p99 in ms: tokens ${p99('tokens')}, pages ${p99('pages')}, Stud.IP ${p99('studip')}`,
  }
}
