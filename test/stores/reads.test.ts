// What is asked at the same moment travels together, and each gets its own answer.
import { expect } from 'chai'
import type { Knex } from 'knex'
import { createClients } from '../../src/stores/clients.ts'
import { openDatabase } from '../../src/stores/database.ts'
import { createLookUp } from '../../src/stores/lookups.ts'
import { createRead } from '../../src/stores/reads.ts'
import { createUsers } from '../../src/studip/users.ts'
import { users } from '../fixtures/users.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { roundTrips } from '../support/round-trips.ts'
import { gateSettings } from '../studip/golden.ts'

describe('reads', () => {
  let database: TestDatabase, db: Knex
  before(async () => {
    database = await testDatabase()
    db = openDatabase(database.settings)
    await database
      .knex('oauth2_clients')
      .insert({ id: 7, name: 'App', secret: null, redirect: 'https://x.example', revoked: 0, mkdate: 1, chdate: 1 })
  })
  after(async () => {
    await db.destroy()
    await database.drop()
  })

  const rowOf = (value: number) => [{ value }]

  it('asks for the client and the user of a refresh in one round trip', async () => {
    const read = createRead(db)
    const lookUp = createLookUp(read)
    const clients = createClients(lookUp)
    const { stateOf } = createUsers({ lookUp, settings: gateSettings('6.0.2'), now: () => 1_800_000_000 })
    expect(
      await roundTrips(db, async () => {
        const [state, client, unknown] = await Promise.all([
          stateOf(users.locked.user_id),
          clients.find('7'),
          clients.find('8'),
        ])
        expect([state, client?.name, unknown]).to.deep.equal(['refused', 'App', undefined])
      }),
    ).to.equal(1)
  })

  it('asks anew for what is asked later', async () => {
    const read = createRead(db)
    expect(
      await roundTrips(db, async () => {
        expect(await read('SELECT ? AS value', [1])).to.deep.equal(rowOf(1))
        expect(
          await Promise.all([read('SELECT ? AS value', [2]), read('SELECT ? AS value FROM DUAL WHERE 1 = 0', [3])]),
        ).to.deep.equal([rowOf(2), []])
      }),
    ).to.equal(2)
  })

  it('tells everybody who asked of a fault, and goes on', async () => {
    const read = createRead(db)
    const asked = await Promise.allSettled([
      read('SELECT 1 AS value'),
      read('SELECT nothing FROM nowhere'),
      read('SELECT 2 AS value'),
    ])
    expect(asked.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected', 'rejected'])
    expect(await read('SELECT 3 AS value')).to.deep.equal(rowOf(3))
  })
})
