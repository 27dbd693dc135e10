// What a lookup costs: round trips to the database, counted on its own connection.
import { expect } from 'chai'
import { createStudipConfig } from '../../src/studip/config.ts'
import { createLookUp } from '../../src/stores/lookups.ts'
import { createRead } from '../../src/stores/reads.ts'
import { createGate } from '../../src/studip/gate.ts'
import { openSessionStore } from '../../src/studip/open-session-store.ts'
import { users } from '../fixtures/users.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { withGeneralLog } from '../support/general-log.ts'
import { insertSession } from '../support/php-session-writer.ts'
import { roundTrips } from '../support/round-trips.ts'
import { gateSettings } from './golden.ts'

const now = 1_800_000_000

describe('what a lookup costs', () => {
  let database: TestDatabase
  before(async () => {
    database = await testDatabase()
  })
  after(() => database.drop())
  const counted = (work: () => Promise<unknown>): Promise<number> => roundTrips(database.knex, work)
  const openGate = async () => {
    const settings = gateSettings('6.0.2')
    const db = database.knex
    return createGate({
      lookUp: createLookUp(createRead(db)),
      settings,
      sessions: await openSessionStore({ settings, config: createStudipConfig({ db, settings }) }),
      now: () => now,
    })
  }
  it('one round trip for session, user, second factor and configuration; two for a session never seen before', async () => {
    const gate = await openGate()
    const cookie = `Studip_Session=${await insertSession(database.knex, { content: { uid: users.appFactor.user_id }, changed: now })}`
    const identify = () => gate.identify({ cookie, acceptLanguage: undefined })
    expect(await counted(identify)).to.equal(2)
    expect(await counted(identify)).to.equal(1)
    expect(await counted(identify)).to.equal(1)
  })
  it('one round trip for somebody without a session, with an unknown one, and for an anonymous one', async () => {
    const gate = await openGate()
    const anonymous = await insertSession(database.knex, { content: { uid: 'nobody' }, changed: now })
    for (const cookie of [undefined, `Studip_Session=${'0'.repeat(32)}`, `Studip_Session=${anonymous}`]) {
      expect(await counted(() => gate.identify({ cookie, acceptLanguage: undefined })), String(cookie)).to.equal(1)
    }
  })
  it('reads every table by its primary key: no row is examined that is not needed', async () => {
    const cookie = `Studip_Session=${await insertSession(database.knex, { content: { uid: users.appFactor.user_id }, changed: now })}`
    const gate = await openGate()
    const { statements } = await withGeneralLog(database.knex, () =>
      gate.identify({ cookie, acceptLanguage: undefined }),
    )
    const selects = statements.flatMap((text) => text.split('; ')).filter((text) => / (?:FROM|JOIN) /.test(text))
    const tables = new Set<string>()
    for (const select of selects) {
      const [plan] = (await database.knex.raw(`EXPLAIN ${select}`.replaceAll('?', '\\?'))) as [
        readonly { table: string | null; type: string | null; Extra: string | null }[],
      ]
      for (const { table, type, Extra: extra } of plan) {
        // Where there is no such row, the server says so instead of naming the table.
        if (table === null) expect(extra, select).to.match(/no matching row|const table|No tables used/)
        else expect(type, select).to.be.oneOf(['const', 'system'])
        tables.add(table ?? '')
      }
    }
    expect([...tables]).to.include.members(['session_data', 'auth_user_md5', 'user_info', 'users_tfa'])
  })
})
