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
import { addPublicClient, consentPath, createApps, type Answer, type Apps } from './apps.ts'
import { outcome, violations } from './invariants.ts'
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
    this.timeout(60_000 * (kills + 1))
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
      nginx = await startNginx({ sidecar: sidecar.address, php: php.address, port: publicPort })
      apps = createApps({ knex: database.knex, keysPath, origin: nginx.url.replace(/\/$/, '') })
    })
    after(async () => {
      await nginx?.stop()
      await sidecar?.stop('SIGKILL')
      await php?.stop()
      await database?.drop()
    })

    const count = (ours: boolean) => apps.answers.filter((answer) => answer.issued && answer.ours === ours).length
    const redeemedThere = () =>
      apps.answers.filter(({ issued, ours, kind }) => issued && !ours && kind === 'code').length
    /**
     * All applications are one user's and one client's. So a lost answer that comes back as a replay also ends what Stud.IP
     * issued since, and what grew from that here (A8).
     */
    const endedByReplay = ({ presentedId, ours }: Answer): boolean =>
      ours &&
      apps.answers.some(
        ({ issued, ours: here }) => !here && issued?.refreshId.slice(0, 32) === presentedId.slice(0, 32),
      )
    /** Waits for so many more tokens from the service itself, or from Stud.IP's own server. */
    const more = (number: number, ours: boolean) => {
      const from = count(ours)
      return until(() => count(ours) >= from + number)
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
            await more(12, true)
            const { port } = sidecar
            await killWhole(sidecar)
            const codes = redeemedThere()
            await more(12, false)
            await until(() => redeemedThere() >= codes + 2)
            sidecar = await start(port)
          }
          await more(12, true)
        },
        { pause: 150, life: 6 },
      ).finally(() => {
        going = false
      })
      const pages = await looking
      const found = await violations(database.knex, apps.answers, { studipAnswers: true, explained: endedByReplay })
      const { goOn, ended } = outcome(apps.all)
      note({
        fault: 'Service killed, Stud.IP answers',
        how: `SIGKILL of the primary and its workers under load, nginx hands token requests to ${name}; started again`,
        runs: kills,
        violations: found.length,
        seen: `${tally(apps.answers)}, ${count(false)} of the 200 by Stud.IP's own server; pages ${[...pages].map(([status, { times }]) => `${times} × ${status}`).join(', ')}; ${goOn} applications went on, ${ended} had to be connected again`,
      })
      expect(found).to.deep.equal([])
      expect(goOn).to.be.greaterThan(9)
      expect([...pages.keys()].sort(), 'pages').to.deep.equal([200, 503])
      expect(pages.get(503)?.retryAfter).to.equal('10')
      expect(pages.get(503)?.text).to.contain('Bitte versuchen Sie es').and.to.contain('Please try again')
    })
  })
}
