// What several requests look up at the same moment travels together, waits for its moment, and each gets its own row.
import { expect } from 'chai'
import type { Knex } from 'knex'
import { openDatabase } from '../../src/stores/database.ts'
import { createLookUp } from '../../src/stores/lookups.ts'
import { createRead } from '../../src/stores/reads.ts'
import { users } from '../fixtures/users.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { roundTrips } from '../support/round-trips.ts'

interface UserRow {
  readonly asked: string
  readonly username: string
}
const sql = 'SELECT user_id AS asked, username FROM auth_user_md5 WHERE user_id IN (?)'
const nameSql = 'SELECT username AS asked, username FROM auth_user_md5 WHERE username IN (?)'

describe('lookups', () => {
  let database: TestDatabase, db: Knex
  before(async () => {
    database = await testDatabase()
    db = openDatabase(database.settings)
  })
  after(async () => {
    await db.destroy()
    await database.drop()
  })

  it('answers each with its own row, in one round trip for all tables', async () => {
    const lookUp = createLookUp(createRead(db))
    expect(
      await roundTrips(db, async () => {
        const found = await Promise.all([
          lookUp<UserRow>(sql, users.autor.user_id),
          lookUp<UserRow>(sql, users.tutor.user_id),
          lookUp<UserRow>(sql, users.autor.user_id),
          lookUp<UserRow>(sql, 'f'.repeat(32)),
          lookUp<UserRow>(nameSql, users.tutor.username),
        ])
        expect(found.map((row) => row?.username)).to.deep.equal([
          users.autor.username,
          users.tutor.username,
          users.autor.username,
          undefined,
          users.tutor.username,
        ])
      }),
    ).to.equal(1)
  })

  it('takes no row whose key only the collation holds for the same', async () => {
    const lookUp = createLookUp(createRead(db))
    expect(
      await lookUp<UserRow>("SELECT 'ABC' AS asked, 'x' AS username FROM DUAL WHERE 'ABC' IN (?)", 'abc'),
    ).to.equal(undefined)
  })

  it('waits until it is time, and for the answer before: who asks meanwhile goes with the next packet', async () => {
    let go: () => void = () => undefined
    const lookUp = createLookUp(
      createRead(db),
      () =>
        new Promise((resolve) => {
          go = resolve
        }),
    )
    const answered: string[] = []
    const ask = (id: string) => lookUp<UserRow>(sql, id).then((row) => answered.push(row?.username ?? 'nobody'))
    expect(
      await roundTrips(db, async () => {
        const first = [ask(users.autor.user_id), ask(users.tutor.user_id)]
        await new Promise((resolve) => setTimeout(resolve, 30))
        expect(answered).to.deep.equal([])
        go()
        await Promise.all(first)
        const later = ask(users.dozent.user_id)
        await new Promise((resolve) => setTimeout(resolve, 30))
        expect(answered).to.have.length(2)
        go()
        await later
        expect(answered.at(-1)).to.equal(users.dozent.username)
      }),
    ).to.equal(2)
  })

  it('asks once what a crowd has in common, however large it is', async () => {
    const lookUp = createLookUp(createRead(db))
    const ids = [users.autor.user_id, users.tutor.user_id]
    expect(
      await roundTrips(db, async () => {
        const found = await Promise.all(Array.from({ length: 100 }, (_, at) => lookUp<UserRow>(sql, ids[at % 2]!)))
        expect(found.map((row) => row?.username).slice(0, 2)).to.deep.equal([
          users.autor.username,
          users.tutor.username,
        ])
        expect(new Set(found).size).to.equal(2)
      }),
    ).to.equal(1)
  })

  it('sends a crowd in several packets', async () => {
    const lookUp = createLookUp(createRead(db))
    const ids = Array.from({ length: 100 }, (_, index) => index.toString(16).padStart(32, '0'))
    expect(
      await roundTrips(db, () => Promise.all([...ids, users.autor.user_id].map((id) => lookUp(sql, id)))),
    ).to.equal(7)
  })

  it('tells everybody of that table of a fault, and goes on', async () => {
    const lookUp = createLookUp(createRead(db))
    const asked = await Promise.allSettled([
      lookUp('SELECT nothing AS asked FROM nowhere WHERE nothing IN (?)', 'a'),
      lookUp('SELECT nothing AS asked FROM nowhere WHERE nothing IN (?)', 'b'),
    ])
    expect(asked.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected'])
    expect((await lookUp<UserRow>(sql, users.autor.user_id))?.username).to.equal(users.autor.username)
  })
})
