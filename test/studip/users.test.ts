// May this user hold tokens: asked at redemption and refresh (contract §2.4, last paragraph).
import { expect } from 'chai'
import type { Knex } from 'knex'
import { openDatabase } from '../../src/stores/database.ts'
import { createLookUp } from '../../src/stores/lookups.ts'
import { createRead } from '../../src/stores/reads.ts'
import { createUsers } from '../../src/studip/users.ts'
import { users } from '../fixtures/users.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { gateSettings } from './golden.ts'

describe('state of a user', () => {
  let database: TestDatabase, db: Knex
  before(async () => {
    database = await testDatabase()
    db = openDatabase(database.settings)
  })
  after(async () => {
    await db.destroy()
    await database.drop()
  })
  const stateOf = (id: string, configOverrides = {}) =>
    createUsers({
      lookUp: createLookUp(createRead(db)),
      settings: gateSettings('6.0.2', { configOverrides }),
      now: () => 1_800_000_000,
    }).stateOf(id)

  for (const name of [
    'autor',
    'root',
    'selfRegistered',
    'expiring',
    'unlimited',
    'appFactor',
    'termsPending',
    'visibilityPending',
    'noNames',
  ] as const) {
    it(`${name} is active`, async () => expect(await stateOf(users[name].user_id)).to.equal('active'))
  }
  for (const name of ['locked', 'expired', 'provisional', 'nameless'] as const) {
    it(`S-104 ${name} is refused`, async () => expect(await stateOf(users[name].user_id)).to.equal('refused'))
  }
  for (const id of [
    'f'.repeat(32),
    'nobody',
    'form',
    '',
    '%',
    `${users.autor.user_id} `,
    users.autor.user_id.toUpperCase(),
    "' OR 1=1 -- ",
  ]) {
    it(`S-104 ${JSON.stringify(id)} is refused`, async () => expect(await stateOf(id)).to.equal('refused'))
  }
  it('S-105 maintenance holds everybody but root; who may hold no tokens stays refused', async () => {
    const maintenance = { MAINTENANCE_MODE_ENABLE: '1' }
    expect(await stateOf(users.autor.user_id, maintenance)).to.equal('maintenance')
    expect(await stateOf(users.admin.user_id, maintenance)).to.equal('maintenance')
    expect(await stateOf(users.root.user_id, maintenance)).to.equal('active')
    expect(await stateOf(users.locked.user_id, maintenance)).to.equal('refused')
  })
})
