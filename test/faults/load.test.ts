// Mixed traffic over 50,000 users and 100,000 live grants. Three quarters of a minute; `npm run soak` takes thirty.
import { expect } from 'chai'
import { freshKeys } from '../support/keys.ts'
import { startMariaDb, testDatabase, type MariaDb, type TestDatabase } from '../support/mariadb.ts'
import { addPublicClient, publicClientId } from './apps.ts'
import { populate } from './population.ts'
import { note } from './results.ts'
import { startSidecar, type Sidecar } from './sidecar.ts'
import { memoryOf, traffic } from './traffic.ts'

const seconds = Number(process.env['LOAD_SECONDS'] ?? 45)
const [users, grants] = [50_000, 100_000]
const mebibytes = (bytes: number) => Math.round(bytes / 1_048_576)

describe('load', function () {
  this.timeout((seconds + 600) * 1000)
  let server: MariaDb, database: TestDatabase, sidecar: Sidecar, keysPath: string
  before(async () => {
    server = await startMariaDb({ options: ['--innodb-buffer-pool-size=256M'] })
    database = await testDatabase({ server })
    await addPublicClient(database.knex)
    await populate(database.knex, { users, grants, clientId: publicClientId })
    keysPath = await freshKeys()
    sidecar = await startSidecar({ database: database.settings, keysPath, workers: 2 })
  })
  after(async () => {
    await sidecar?.stop()
    await database?.knex.destroy()
    await server?.stop()
  })

  it('answers everything, and its memory stays flat', async () => {
    const onMinute = ({ requests, errors }: { requests: number; errors: number }) =>
      console.log(
        `      ${new Date().toISOString().slice(11, 16)} UTC: ${requests} requests, ${errors} errors, ${mebibytes(memoryOf(sidecar.pid))} MiB`,
      )
    const run = (part: number) =>
      traffic({ knex: database.knex, keysPath, origin: sidecar.origin, seconds: part, applications: 12, onMinute })
    // The first third fills caches and heaps; what comes after that must not grow.
    const warm = await run(seconds / 3)
    const before = memoryOf(sidecar.pid)
    const result = await run((seconds * 2) / 3)
    const after = memoryOf(sidecar.pid)
    const { tokens, pages } = result
    note({
      fault: 'None: load',
      how: `${seconds} s of refreshes, redemptions and consent pages, ${users} users, ${grants} live grants, 12 at a time`,
      runs: 1,
      violations: warm.errors.length + result.errors.length,
      seen: `${result.requests} requests, ${Math.round(result.perSecond)}/s; tokens p50 ${tokens.p50.toFixed(0)} ms, p99 ${tokens.p99.toFixed(0)} ms; pages p50 ${pages.p50.toFixed(0)} ms, p99 ${pages.p99.toFixed(0)} ms; memory ${mebibytes(before)} → ${mebibytes(after)} MiB`,
    })
    expect([...warm.errors, ...result.errors]).to.deep.equal([])
    expect(after / before, `memory ${mebibytes(before)} → ${mebibytes(after)} MiB`).to.be.lessThan(1.35)
  })
})
