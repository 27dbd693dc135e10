// Two instances on one database behind nginx: one is killed and comes back, again and again; both get the same token at once.
import { expect } from 'chai'
import { freshKeys } from '../support/keys.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { startNginx, type RunningNginx } from '../support/nginx.ts'
import { addPublicClient, createApps, forgetTokens, type Answer, type App, type Apps } from './apps.ts'
import { outcome, violations, type Circumstances } from './invariants.ts'
import { addUsers } from './population.ts'
import { note, tally } from './results.ts'
import { killWhole, startSidecar, type Sidecar } from './sidecar.ts'
import { granted, underLoad } from './under-load.ts'

const rounds = Number(process.env['FAULT_ROUNDS'] ?? 20)
const kills = 2 * Number(process.env['FAULT_TIMES'] ?? 1)

for (const graceSeconds of [10, 0]) {
  describe(`two instances on one database, ${graceSeconds} s of grace`, function () {
    this.timeout(300_000 * kills)
    let database: TestDatabase, sidecars: [Sidecar, Sidecar], nginx: RunningNginx, apps: Apps, keysPath: string
    let userIds: readonly string[]
    const start = (port?: number) =>
      startSidecar({
        database: database.settings,
        keysPath,
        workers: 2,
        env: { REFRESH_GRACE: String(graceSeconds) },
        ...(port !== undefined && { port }),
      })
    before(async () => {
      database = await testDatabase()
      await addPublicClient(database.knex)
      // One user's grants with one client are bounded: on a slow machine, where the story takes longer, that would end the oldest.
      userIds = await addUsers(database.knex, 500)
      keysPath = await freshKeys()
      sidecars = [await start(), await start()]
      nginx = await startNginx({
        patience: 'shipped',
        sidecar: sidecars.map(({ address }) => address),
        php: '127.0.0.1:1',
        failover: 'off',
      })
    })
    after(async () => {
      await nginx?.stop()
      await Promise.all(sidecars?.map((sidecar) => sidecar.stop('SIGKILL')) ?? [])
      await database?.drop()
    })
    beforeEach(async () => {
      await forgetTokens(database.knex)
      apps = createApps({ knex: database.knex, keysPath, origin: nginx.url.replace(/\/$/, ''), userIds })
    })
    const settle = async (
      fault: string,
      how: string,
      runs: number,
      seen: string,
      circumstances: Circumstances = {},
    ) => {
      const found = await violations(database.knex, apps.answers, { graceSeconds, ...circumstances })
      note({ fault: `${fault}, ${graceSeconds} s of grace`, how, runs, violations: found.length, seen })
      expect(found).to.deep.equal([])
    }

    if (graceSeconds > 0)
      it('one is killed under load and comes back, and then the other', async () => {
        await underLoad(
          apps,
          8,
          async () => {
            for (let kill = 0; kill < kills; kill += 1) {
              const { port } = sidecars[kill % 2]!
              await granted(apps, 16)
              await killWhole(sidecars[kill % 2]!)
              await granted(apps, 16)
              sidecars[kill % 2] = await start(port)
            }
            await granted(apps, 16)
          },
          { pause: 150 },
        )
        const { goOn, ended } = outcome(apps.all)
        await settle(
          'Two instances, one killed',
          'SIGKILL of one of two instances behind nginx, started again, then the other',
          kills,
          `${tally(apps.answers)}; ${goOn} applications went on, ${ended} had to be connected again`,
        )
        expect(
          apps.answers.filter(({ status }) => status === 0),
          'nginx always answers',
        ).to.have.length(0)
        // How many answers a kill takes along is the machine's affair; that each end had one is among the violations.
        expect(goOn).to.be.greaterThan(4)
      })

    const atBoth = (one: App): Promise<readonly Answer[]> =>
      Promise.all([0, 1].map((index) => apps.present(index === 0 ? one : { ...one }, sidecars[index]!.origin)))

    it('get one refresh token at the same time', async () => {
      for (let round = 0; round < rounds; round += 1) {
        const answers = await atBoth(await apps.connected())
        const statuses = answers.map(({ status }) => status).sort()
        // Without grace the second use ends the grant; the answer to the first is on its way already.
        expect(statuses, `round ${round}`).to.deep.equal(graceSeconds > 0 ? [200, 200] : [200, 400])
      }
      await settle(
        'Two instances, one refresh token',
        'presented to both at the same time',
        rounds,
        tally(apps.answers.filter(({ kind }) => kind === 'refresh token')),
        { explained: ({ kind }) => kind === 'refresh token' && graceSeconds === 0 },
      )
    })

    it('get one code at the same time', async () => {
      for (let round = 0; round < rounds; round += 1) {
        const answers = await atBoth(await apps.fresh())
        expect(answers.map(({ status }) => status).sort(), `round ${round}`).to.deep.equal([200, 400])
      }
      await settle('Two instances, one code', 'presented to both at the same time', rounds, tally(apps.answers), {
        explained: () => true,
      })
      const { length: live } = await database.knex('oauth2_refresh_tokens').where({ revoked: 0 }).select('id')
      expect(live, 'two parties held each of them').to.equal(0)
    })
  })
}
