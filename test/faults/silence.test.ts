// A network that drops packets without a word: statements end all the same, and their connections with them.
import { expect } from 'chai'
import { isDatabaseAway } from '../../src/stores/database-errors.ts'
import { openDatabase } from '../../src/stores/database.ts'
import { inOneTransaction } from '../../src/stores/batch.ts'
import { createRead } from '../../src/stores/reads.ts'
import { sharedMariaDb, testDatabase } from '../support/mariadb.ts'
import { startMysqlProxy } from './mysql-proxy.ts'
import { note } from './results.ts'

describe('a network that swallows statements', () => {
  it('answers "away" within the limit, and the pool is whole again afterwards', async () => {
    // The real limit: seventeen seconds.
    const database = await testDatabase()
    const proxy = await startMysqlProxy((await sharedMariaDb()).port)
    const db = openDatabase({ ...database.settings, port: proxy.port }, 4)
    await db.raw('SELECT 1')
    proxy.decide = () => 'swallow'
    const lost = [
      db.raw('SELECT 2'),
      db.transaction((trx) => trx.raw('SELECT 3')),
      inOneTransaction(db, [['DO 4']]),
      createRead(db)('SELECT 5'),
    ]
    const ends = await Promise.all(
      lost.map((statement) =>
        statement.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    )
    for (const error of ends) expect(isDatabaseAway(error), String(error)).to.equal(true)
    proxy.decide = () => 'pass'
    // Connections that were being made meanwhile end a little later, and may take a request along.
    for (let well = 0; well < 9;)
      well = await db.raw('DO 1').then(
        () => well + 1,
        (error: unknown) => {
          expect(isDatabaseAway(error), String(error)).to.equal(true)
          return 0
        },
      )
    // More than the pool holds: none of the four is still taken.
    const answers = await Promise.all(Array.from({ length: 9 }, () => inOneTransaction(db, [['DO 1']])))
    expect(answers).to.have.length(9)
    note({
      fault: 'Packets dropped silently',
      how: 'proxy swallows every statement of four connections, then passes them again',
      runs: 4,
      violations: 0,
      seen: '503 after the limit (17 s in service), then as before',
    })
    await db.destroy()
    await proxy.stop()
    await database.drop()
  })
})
