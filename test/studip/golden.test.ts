// Our verdict on every session that a real Stud.IP 6.0.2 and 5.4.11 judged.
import { expect } from 'chai'
import type { Knex } from 'knex'
import { createStudipConfig } from '../../src/studip/config.ts'
import { createLookUp } from '../../src/stores/lookups.ts'
import { createRead } from '../../src/stores/reads.ts'
import { createGate } from '../../src/studip/gate.ts'
import { openSessionStore } from '../../src/studip/open-session-store.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { cookieHeader, gateSettings, goldenFiles, loadCase, spelled, type GateSettings } from './golden.ts'

const openGate = async (db: Knex, settings: GateSettings, now: () => number) => {
  const sessions = await openSessionStore({ settings, config: createStudipConfig({ db, settings }) })
  return createGate({ lookUp: createLookUp(createRead(db)), settings, sessions, now })
}

for (const { studip, cookie_name, base, session_lifetime, cases } of goldenFiles) {
  describe(`sessions of a real Stud.IP ${studip}`, () => {
    let database: TestDatabase
    before(async () => {
      database = await testDatabase({ studip: studip.startsWith('6') ? '6.0' : '5.4', users: false })
    })
    after(() => database.drop())
    const settings = gateSettings(studip, {
      sessionCookie: cookie_name,
      baseUrl: `https://studip.example.org${base}`,
      sessionLifetime: session_lifetime,
    })

    for (const golden of cases) {
      it(`${golden.name}: ${golden.expected}`, async () => {
        await loadCase(database.knex, golden)
        const gate = await openGate(database.knex, settings, () => golden.taken_at)
        const cookie = cookieHeader({ ...golden.cookie, ...golden.other_cookies })
        const verdict = await gate.identify({ cookie, acceptLanguage: undefined })
        expect(spelled(verdict)).to.equal(golden.expected)
        if (verdict.kind !== 'logged-in') return
        expect(verdict.user.id).to.equal(golden.rows?.auth_user_md5[0]?.user_id)
        expect(verdict.user.perms).to.equal(golden.rows?.auth_user_md5[0]?.perms)
      })
    }
  })
}
