// The clock of the service is set while applications connect and refresh: by minutes, by an hour, forwards and backwards.
import { expect } from 'chai'
import { hashClientSecret } from '../../src/crypto/client-secret.ts'
import { freshKeys } from '../support/keys.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { addPublicClient, createApps, type App, type Apps } from './apps.ts'
import { startClock, type Clock } from './clock.ts'
import { outcome, violations } from './invariants.ts'
import { post } from './post.ts'
import { addUsers } from './population.ts'
import { note, tally } from './results.ts'
import { startSidecar, type Sidecar } from './sidecar.ts'
import { granted, underLoad } from './under-load.ts'

const times = Number(process.env['FAULT_TIMES'] ?? 1)
const [minute, hour] = [60, 3600]

describe('clock steps', function () {
  this.timeout(times * 600_000)
  let database: TestDatabase, clock: Clock, sidecar: Sidecar, apps: Apps
  let lastStep = -Infinity
  const step = (ahead: number): void => {
    lastStep = performance.now()
    clock.set(ahead)
  }
  before(async () => {
    database = await testDatabase()
    await addPublicClient(database.knex)
    // One user's grants with one client are bounded: on a slow machine, where the story takes longer, that would end the oldest.
    const userIds = await addUsers(database.knex, 500)
    clock = await startClock()
    const keysPath = await freshKeys()
    sidecar = await startSidecar({ database: database.settings, keysPath, workers: 2, env: clock.env })
    // Users get their codes by the clock of the service.
    apps = createApps({ knex: database.knex, keysPath, origin: sidecar.origin, now: clock.now, userIds })
  })
  after(async () => {
    await sidecar?.stop('SIGKILL')
    clock?.remove()
    await database?.drop()
  })
  beforeEach(() => {
    step(0)
    apps.answers.length = 0
    apps.all.length = 0
  })

  /** A copy that still has what the application used a moment ago. */
  const whatItHas = (app: App): App => ({ ...app })
  /** The time on the newest access token of the grant. */
  const issuedAt = async ({ grantId }: App) =>
    (await database.knex('oauth2_access_tokens').where('id', 'like', `${grantId}%`).max('mkdate as at'))[0] as {
      at: number
    }

  it('forwards and backwards under load', async () => {
    const steps = [5 * minute, hour, -10 * minute, 0, -hour, 2 * minute, 0]
    const moments: number[] = []
    for (let time = 0; time < times; time += 1) {
      await underLoad(apps, 6, async () => {
        for (const ahead of steps) {
          await granted(apps, 12)
          step(ahead)
          moments.push(lastStep)
        }
        await granted(apps, 12)
      })
    }
    // A code that was issued before a step and arrives after it may be past its ten minutes.
    const found = await violations(database.knex, apps.answers, {
      explained: ({ kind, sentAt, milliseconds }) =>
        kind === 'code' && moments.some((moment) => moment > sentAt - 1000 && moment < sentAt + milliseconds),
    })
    const { goOn, ended } = outcome(apps.all)
    note({
      fault: 'Clock steps',
      how: `the clock of the service is set under load, again and again: ${steps.map((ahead) => `${ahead > 0 ? '+' : ''}${ahead / minute}`).join(', ')} minutes against the real time`,
      runs: steps.length * times,
      violations: found.length,
      seen: `${tally(apps.answers)}; ${goOn} applications went on, ${ended} had to be connected again`,
    })
    expect(found).to.deep.equal([])
    expect(
      apps.answers.every(({ status }) => status === 200 || status === 400),
      "the clock is nobody's fault",
    ).to.equal(true)
    // A code under way at a step may be too old when it arrives, on a slow machine more than one.
    expect(goOn).to.be.greaterThan(3)
  })

  it('a code lives ten minutes by that clock, and is not used up by coming at the wrong time', async () => {
    const app = await apps.fresh()
    step(11 * minute)
    expect(await apps.present(app)).to.include({ status: 400, error: 'invalid_grant' })
    step(-hour)
    const before = clock.now()
    expect((await apps.present(app)).status).to.equal(200)
    expect((await issuedAt(app)).at, 'dated by the clock as it is').to.be.within(before, clock.now())
  })

  it('a step forwards looks like a standstill: who repeats a refresh then goes on, and after an hour connects again', async () => {
    const app = await apps.connected()
    const before = whatItHas(app)
    await apps.present(app)
    expect((await apps.present(whatItHas(before))).status, 'in grace').to.equal(200)
    step(4 * minute)
    expect((await apps.present(whatItHas(before))).status, 'in grace still').to.equal(200)
    step(hour)
    expect(await apps.present(whatItHas(before))).to.include({ status: 400, error: 'invalid_grant' })
    expect(await apps.present(app), 'two held it, so the grant is over').to.include({
      status: 400,
      error: 'invalid_grant',
    })
  })

  it('tokens issued before a step backwards go on, and a refresh after it is dated by the new time', async () => {
    step(hour)
    const app = await apps.connected()
    step(0)
    const before = clock.now()
    expect((await apps.present(app)).status).to.equal(200)
    expect((await apps.present(app)).status).to.equal(200)
    const live = (await database
      .knex('oauth2_access_tokens')
      .where('id', 'like', `${app.grantId}%`)
      .where({ revoked: 0 })
      .select('expires_at')) as { expires_at: number }[]
    expect(live).to.have.length(1)
    expect(live[0]?.expires_at).to.be.within(before + hour, clock.now() + hour)
  })

  it('who is held off is not held off longer by a step backwards', async () => {
    await database.knex('oauth2_clients').insert({
      id: 8,
      name: 'Victim',
      secret: await hashClientSecret('right'),
      redirect: 'https://x.example',
      revoked: 0,
      mkdate: 1,
      chdate: 1,
    })
    const retryAfter = async (): Promise<number> => {
      // A connection of its own: one that stayed open would lead to the same worker each time.
      const answer = await fetch(`${sidecar.origin}/dispatch.php/api/oauth2/token`, {
        method: 'POST',
        headers: { connection: 'close' },
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          client_id: '8',
          client_secret: 'wrong',
          refresh_token: 'x',
        }),
      })
      await answer.text()
      return Number(answer.headers.get('retry-after') ?? 0)
    }
    // Two workers, each with a count of its own.
    for (let held = 0; held < 4;) held = (await retryAfter()) > 0 ? held + 1 : 0
    step(-hour)
    // Each worker welcomes one a second, however slow the machine is: of many at once most are held off.
    const waits = await Promise.all(Array.from({ length: 20 }, retryAfter))
    expect(Math.max(...waits)).to.be.within(1, minute)
    expect(
      (await post(sidecar.origin, { grant_type: 'refresh_token', client_id: '7', refresh_token: 'x' })).status,
      'others',
    ).to.equal(400)
  })
})
