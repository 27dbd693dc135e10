// The database's disk is full: nothing is half written, nobody is told more than "later", and it goes on when there is room again.
import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '../support/child-process.ts'
import { freshKeys } from '../support/keys.ts'
import { startMariaDb, testDatabase, type MariaDb, type TestDatabase } from '../support/mariadb.ts'
import { addPublicClient, createApps, type Apps } from './apps.ts'
import { outcome, violations } from './invariants.ts'
import { addUsers } from './population.ts'
import { note, tally } from './results.ts'
import { startSidecar, type Sidecar } from './sidecar.ts'
import { granted, underLoad, until } from './under-load.ts'

const mebibytes = 40

describe('a full disk under the database', () => {
  let mounted: string | undefined, server: MariaDb, database: TestDatabase, sidecar: Sidecar, apps: Apps
  before(async function () {
    const folder = join((await temporaryDirectory('small-disk')).path, 'disk')
    mkdirSync(folder)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder], { stdio: 'ignore' })
    } catch {
      console.log('      skipped: only root can make a disk that is small enough')
      this.skip()
    }
    mounted = folder
    // The tables of the database live on the small disk, the server's own files do not.
    server = await startMariaDb({ durable: true, options: ['--symbolic-links=1', '--innodb-file-per-table=1'] })
    database = await testDatabase({ server })
    for (const table of ['oauth2_access_tokens', 'oauth2_refresh_tokens', 'oauth2_auth_codes']) {
      const [[row]] = (await database.knex.raw('SHOW CREATE TABLE ??', [table])) as [[{ 'Create Table': string }]]
      await database.knex.raw('DROP TABLE ??', [table])
      await database.knex.raw(`${row['Create Table']} DATA DIRECTORY = '${folder}'`)
    }
    await addPublicClient(database.knex)
    // One user's grants with one client are bounded: on a slow machine, where the story takes longer, that would end the oldest.
    const userIds = await addUsers(database.knex, 500)
    const keysPath = await freshKeys()
    sidecar = await startSidecar({ database: database.settings, keysPath })
    apps = createApps({ knex: database.knex, keysPath, origin: sidecar.origin, userIds })
  })
  after(async () => {
    await sidecar?.stop('SIGKILL')
    await database?.knex.destroy()
    await server?.stop()
    if (mounted) execFileSync('umount', ['-l', mounted])
  })

  it('answers 503 while it lasts and loses nothing', async () => {
    const ballast = join(mounted ?? '', 'ballast')
    await underLoad(apps, 6, async () => {
      await granted(apps, 12)
      try {
        for (let part = 0; part < mebibytes * 16; part += 1) writeFileSync(`${ballast}${part}`, Buffer.alloc(65_536))
      } catch {
        /* full now */
      }
      // Long scopes fill what room the tables still have.
      for (let full = false; !full;) {
        full = await database
          .knex('oauth2_auth_codes')
          .insert(
            Array.from({ length: 200 }, (_, index) => ({
              id: `filler-${performance.now()}-${index}`,
              user_id: 'x',
              client_id: 1,
              scopes: 'x'.repeat(8000),
              revoked: 0,
              expires_at: 1,
              mkdate: 1,
              chdate: 1,
            })),
          )
          .then(
            () => false,
            () => true,
          )
      }
      await until(() => apps.answers.some(({ status }) => status === 503) || apps.answers.length > 3000)
      for (let part = 0; part < mebibytes * 16; part += 1) rmSync(`${ballast}${part}`, { force: true })
      await granted(apps, 12)
    })
    const found = await violations(database.knex, apps.answers)
    const { goOn, ended } = outcome(apps.all)
    note({
      fault: 'Disk full',
      how: `token tables on a tmpfs of ${mebibytes} MiB, filled to the last page under load, then freed`,
      runs: 1,
      violations: found.length,
      seen: `${tally(apps.answers)}; ${goOn} applications went on, ${ended} had to be connected again`,
    })
    expect(found).to.deep.equal([])
    expect(
      apps.answers.some(({ status }) => status === 503),
      'the fault was met',
    ).to.equal(true)
    expect(ended).to.equal(0)
  })
})
