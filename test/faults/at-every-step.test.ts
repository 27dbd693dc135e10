// The database dies, or the connection to it, at each statement of a redemption and of a rotation.
import { expect } from 'chai'
import { setTimeout as sleep } from 'node:timers/promises'
import { startMariaDb, testDatabase, type MariaDb, type TestDatabase } from '../support/mariadb.ts'
import { testKeys } from '../support/keys.ts'
import { addPublicClient, createApps, type Answer, type App, type Apps } from './apps.ts'
import { violations } from './invariants.ts'
import { startMysqlProxy, type Fate, type MysqlProxy } from './mysql-proxy.ts'
import { note, tally } from './results.ts'
import { startSidecar, type Sidecar } from './sidecar.ts'
import { holdAt, redemptionSteps, rotationSteps, type Subject } from './steps.ts'

const kinds = [
  ['redemption', redemptionSteps],
  ['rotation', rotationSteps],
] as const
type Kind = (typeof kinds)[number][0]

describe('faults at every step', () => {
  let server: MariaDb, database: TestDatabase, proxy: MysqlProxy, sidecar: Sidecar, apps: Apps
  before(async () => {
    // Durable: what was committed must survive SIGKILL.
    server = await startMariaDb({ durable: true })
    database = await testDatabase({ server })
    await addPublicClient(database.knex)
    proxy = await startMysqlProxy(server.port)
    const keysPath = await testKeys()
    sidecar = await startSidecar({ database: { ...database.settings, port: proxy.port }, keysPath })
    apps = createApps({ knex: database.knex, keysPath, origin: sidecar.origin })
  })
  after(async () => {
    await sidecar?.stop('SIGKILL')
    await proxy?.stop()
    await database?.knex.destroy()
    await server?.stop()
  })
  afterEach(() => {
    proxy.decide = () => 'pass'
  })

  /** An application about to redeem or to refresh, and what its transaction will touch. */
  const about = async (kind: Kind): Promise<{ app: App; subject: Subject }> => {
    const app = kind === 'redemption' ? await apps.fresh() : await apps.connected()
    const [row] = (await database
      .knex('oauth2_refresh_tokens')
      .where('id', 'like', `${app.grantId}%`)
      .select('id', 'access_token_id')) as { id: string; access_token_id: string }[]
    return {
      app,
      subject: {
        grantId: app.grantId,
        presentedId: row?.id ?? app.codeId,
        ...(row && { accessId: row.access_token_id }),
      },
    }
  }
  /** What must hold, and what the application met: the first answer, and the one after trying again. */
  const settle = async (fault: string, how: string, runs: readonly { app: App; first: Answer }[]) => {
    const found = await violations(database.knex, apps.answers)
    const ended = runs.filter(({ app }) => app.ended).length
    note({
      fault,
      how,
      runs: runs.length,
      violations: found.length,
      seen: `${tally(runs.map(({ first }) => first))}; after another try ${runs.length - ended} went on, ${ended} had to be connected again`,
    })
    expect(found).to.deep.equal([])
  }

  for (const [kind, steps] of kinds) {
    it(`keeps every promise when the database is killed during a ${kind}`, async () => {
      const runs = []
      for (const step of steps) {
        const { app, subject } = await about(kind)
        const hold = await holdAt(step, subject, database.settings)
        const underWay = apps.present(app)
        await hold.reached()
        await server.kill()
        const first = await underWay
        expect(`${first.status} ${first.error}`, step.name).to.equal('503 temporarily_unavailable')
        await hold.release()
        await server.start()
        await apps.insist(app)
        expect(app.ended, `${step.name}: nothing was committed, so nothing is lost`).to.equal(false)
        runs.push({ app, first })
      }
      await settle(
        'MariaDB killed within the transaction',
        `SIGKILL while a ${kind} waits at: ${steps.map(({ name }) => name).join(', ')}; restarted`,
        runs,
      )
    })

    it(`keeps every promise when the connection is lost during a ${kind}`, async () => {
      const runs = []
      for (const step of steps) {
        const { app, subject } = await about(kind)
        const hold = await holdAt(step, subject, database.settings)
        const underWay = apps.present(app)
        await hold.reached()
        proxy.cutAll()
        const first = await underWay
        expect(`${first.status} ${first.error}`, step.name).to.equal('503 temporarily_unavailable')
        // MariaDB notices only when it has something to send: the transaction it was sent whole goes on to its end.
        await hold.release()
        await sleep(100)
        await apps.insist(app)
        runs.push({ app, first })
      }
      await settle(
        'Connection lost within the transaction',
        `proxy resets it while a ${kind} waits at: ${steps.map(({ name }) => name).join(', ')}; MariaDB finishes what it has`,
        runs,
      )
    })

    it(`keeps every promise when the connection is lost before, amid and after the statements of a ${kind}`, async () => {
      const runs = []
      const fates: readonly Fate[] = ['cut', 'half', 'mute']
      for (const fate of fates) {
        // Reads first (client, user), then the transaction: each packet of the request is hit in turn.
        for (let target = 0, hit = true; hit; target += 1) {
          const { app } = await about(kind)
          let statement = 0
          hit = false
          proxy.decide = (sql) => {
            if (!/oauth2_|auth_user_md5/.test(sql)) return 'pass'
            const now = statement++ === target
            hit ||= now
            return now ? fate : 'pass'
          }
          const first = await apps.present(app)
          proxy.decide = () => 'pass'
          if (!hit) continue
          expect([503, 200], `${fate} ${target}`).to.include(first.status)
          await apps.insist(app)
          runs.push({ app, first })
        }
      }
      await settle(
        'Connection lost at each packet',
        `proxy resets it before, in the middle of and after each packet of a ${kind}, the answer to COMMIT included`,
        runs,
      )
    })
  }
})
