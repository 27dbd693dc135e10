// The whole service is killed under load and comes back: meanwhile Stud.IP's own token endpoint carries on (D1), and pages say so.
// It is the stand-in's, and league/oauth2-server itself where it can be had.
import { expect } from 'chai'
import { setTimeout as sleep } from 'node:timers/promises'
import { users } from '../fixtures/users.ts'
import { leagueMissing, startLeagueServer } from '../interop/league-server.ts'
import { startStandIn } from '../stand-in/stand-in.ts'
import { freePort } from '../support/free-port.ts'
import { freshKeys } from '../support/keys.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { startNginx, type RunningNginx } from '../support/nginx.ts'
import { insertSession } from '../support/php-session-writer.ts'
import { addPublicClient, consentPath, createApps, type Apps } from './apps.ts'
import { outcome, violations } from './invariants.ts'
import { addUsers } from './population.ts'
import { note, tally } from './results.ts'
import { killWhole, startSidecar, type Sidecar } from './sidecar.ts'
import { underLoad, until } from './under-load.ts'

const kills = Number(process.env['FAULT_TIMES'] ?? 1)

interface Php {
  readonly address: string
  stop(): Promise<void>
}
type StartPhp = (database: TestDatabase, keysPath: string) => Promise<Php>
const servers: readonly {
  readonly name: string
  readonly start: StartPhp
  readonly missing?: () => Promise<string | undefined>
}[] = [
  ...(['6.0', '5.4'] as const).map((version) => ({
    name: `the stand-in for Stud.IP ${version}`,
    start: ((database, keysPath) => startStandIn({ version, database: database.settings, keysPath })) as StartPhp,
  })),
  {
    name: 'league/oauth2-server 8.5.4',
    start: (database, keysPath) => startLeagueServer('8.5.4', database.settings, keysPath),
    missing: () => leagueMissing('8.5.4'),
  },
]

for (const { name, start: startPhp, missing } of servers) {
  describe(`failover to ${name}`, function () {
    this.timeout(600_000 * kills)
    let database: TestDatabase,
      php: Php,
      sidecar: Sidecar,
      nginx: RunningNginx,
      apps: Apps,
      keysPath: string,
      publicPort: number
    const start = (port?: number) =>
      startSidecar({
        database: database.settings,
        keysPath,
        workers: 2,
        env: { BASE_URL: `http://127.0.0.1:${publicPort}/` },
        ...(port !== undefined && { port }),
      })
    before(async function () {
      const why = await missing?.()
      if (why !== undefined) {
        console.log(`      skipped: ${why}`)
        this.skip()
      }
      database = await testDatabase()
      await addPublicClient(database.knex)
      keysPath = await freshKeys()
      php = await startPhp(database, keysPath)
      publicPort = await freePort()
      sidecar = await start()
      nginx = await startNginx({ patience: 'shipped', sidecar: sidecar.address, php: php.address, port: publicPort })
      // Each has a user of its own: a lost answer that comes back as a replay also ends what Stud.IP issued to its user (A8).
      const userIds = await addUsers(database.knex, 500)
      apps = createApps({ knex: database.knex, keysPath, origin: nginx.url.replace(/\/$/, ''), userIds })
    })
    after(async () => {
      await nginx?.stop()
      await sidecar?.stop('SIGKILL')
      await php?.stop()
      await database?.drop()
    })

    const count = (ours: boolean) => apps.answers.filter((answer) => answer.issued && answer.ours === ours).length
    /** Waits for so many more tokens from the service itself. */
    const more = (number: number) => {
      const from = count(true)
      return until(() => count(true) >= from + number)
    }
    /** A user who looks at the consent page again and again. */
    const looks = async (
      going: () => boolean,
    ): Promise<
      ReadonlyMap<number, { readonly times: number; readonly retryAfter: string | null; readonly text: string }>
    > => {
      const seen = new Map<number, { times: number; retryAfter: string | null; text: string }>()
      const cookie = `Studip_Session=${await insertSession(database.knex, { content: { uid: users.autor.user_id, sessionStart: 1 } })}`
      for (; going(); await sleep(150)) {
        const answer = await fetch(`${nginx.url.replace(/\/$/, '')}${consentPath}`, {
          headers: { cookie },
          redirect: 'manual',
        })
        seen.set(answer.status, {
          times: (seen.get(answer.status)?.times ?? 0) + 1,
          retryAfter: answer.headers.get('retry-after'),
          text: await answer.text(),
        })
      }
      return seen
    }

    it('loses nothing when the whole service is killed and comes back', async () => {
      let going = true
      const looking = looks(() => going)
      await underLoad(
        apps,
        10,
        async () => {
          for (let kill = 0; kill < kills; kill += 1) {
            await more(12)
            const { port } = sidecar
            await killWhole(sidecar)
            // On a busy machine every answer of the moment may be lost: these two connect where it happens and go on from there.
            for (const app of [await apps.connected(), await apps.connected()])
              for (let use = 0; use < 5; use += 1) await apps.insist(app)
            sidecar = await start(port)
          }
          await more(12)
        },
        { pause: 150, life: 6 },
      ).finally(() => {
        going = false
      })
      const pages = await looking
      const found = await violations(database.knex, apps.answers, { studipAnswers: true })
      const { goOn, ended } = outcome(apps.all)
      note({
        fault: 'Service killed, Stud.IP answers',
        how: `SIGKILL of the primary and its workers under load, nginx hands token requests to ${name}; started again`,
        runs: kills,
        violations: found.length,
        seen: `${tally(apps.answers)}, ${count(false)} of the 200 by Stud.IP's own server; pages ${[...pages].map(([status, { times }]) => `${times} × ${status}`).join(', ')}; ${goOn} applications went on, ${ended} had to be connected again`,
      })
      expect(found).to.deep.equal([])
      expect(count(false)).to.be.at.least(12 * kills)
      expect(goOn).to.be.at.least(2 * kills)
      expect([...pages.keys()].sort(), 'pages').to.deep.equal([200, 503])
      expect(pages.get(503)?.retryAfter).to.equal('10')
      expect(pages.get(503)?.text).to.contain('Bitte versuchen Sie es').and.to.contain('Please try again')
    })
  })
}
