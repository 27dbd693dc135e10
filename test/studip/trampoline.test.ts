// The row that leads back to us: made once, kept alive, agreed upon by several instances (contract §4.3).
import { expect } from 'chai'
import { createTrampoline } from '../../src/studip/trampoline.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'

describe('trampoline', () => {
  let database: TestDatabase
  before(async () => {
    database = await testDatabase({ users: false })
  })
  after(() => database.drop())
  beforeEach(async () => {
    await database.knex('personal_notifications').del()
    await database.knex('personal_notifications_user').del()
  })
  const rows = () => database.knex('personal_notifications').select()
  const receivers = () => database.knex('personal_notifications_user').select()

  it('is one row with one receiver whom no sweep takes away', async () => {
    const id = await createTrampoline({ db: database.knex }).ensure()
    const [row, ...others] = await rows()
    expect(others).to.deep.equal([])
    expect({ ...row, personal_notification_id: String(row.personal_notification_id) }).to.deep.equal({
      personal_notification_id: id,
      url: 'dispatch.php/api/oauth2/resume',
      text: '',
      avatar: '',
      dialog: 0,
      html_id: 'oauth2-sidecar',
      mkdate: 4294967295,
    })
    expect(await receivers()).to.deep.equal([
      { personal_notification_id: row.personal_notification_id, user_id: 'oauth2-sidecar', seen: 1 },
    ])
  })
  it('costs one SELECT when it is there', async () => {
    const trampoline = createTrampoline({ db: database.knex })
    const id = await trampoline.ensure()
    const queries: string[] = []
    const listen = ({ sql }: { sql: string }) => queries.push(sql)
    database.knex.on('query', listen)
    expect(await trampoline.ensure()).to.equal(id)
    database.knex.removeListener('query', listen)
    expect(queries).to.have.length(1)
  })
  it('comes back after a sweep of the row or of its receiver', async () => {
    const trampoline = createTrampoline({ db: database.knex })
    const id = await trampoline.ensure()
    await database.knex('personal_notifications_user').del()
    expect(await trampoline.ensure()).to.equal(id)
    await database.knex('personal_notifications').del()
    const next = await trampoline.ensure()
    expect(next).to.not.equal(id)
    expect((await rows()).map((row) => String(row.personal_notification_id))).to.deep.equal([next])
    expect((await receivers()).map((row) => String(row.personal_notification_id))).to.include(next)
  })
  it('S-007 does not use a row that leads elsewhere', async () => {
    const [foreign] = await database
      .knex('personal_notifications')
      .insert({ url: 'https://evil.example/', text: '', html_id: 'oauth2-sidecar', mkdate: 1 })
    await database
      .knex('personal_notifications_user')
      .insert({ personal_notification_id: foreign, user_id: 'oauth2-sidecar', seen: 1 })
    expect(await createTrampoline({ db: database.knex }).ensure()).to.not.equal(String(foreign))
  })
  it('instances that make it at the same moment all lead back, and agree from then on', async () => {
    for (let round = 0; round < 10; round++) {
      await database.knex('personal_notifications').del()
      await database.knex('personal_notifications_user').del()
      const ids = await Promise.all([1, 2, 3, 4].map(() => createTrampoline({ db: database.knex }).ensure()))
      const alive = (await receivers()).map((row) => String(row.personal_notification_id))
      expect(
        ids.every((id) => id !== undefined && alive.includes(id)),
        'each leads back',
      ).to.equal(true)
      const after = await Promise.all([1, 2].map(() => createTrampoline({ db: database.knex }).ensure()))
      expect(
        new Set([...after, (await rows()).map((row) => String(row.personal_notification_id)).sort()[0]]).size,
        'one for all',
      ).to.equal(1)
    }
  })
  it('tells why it cannot be made, and lets the bounce go another way', async () => {
    const broken = await testDatabase({ users: false })
    await broken.knex.schema.dropTable('personal_notifications_user')
    const faults: unknown[] = []
    expect(await createTrampoline({ db: broken.knex, onFault: (error) => faults.push(error) }).ensure()).to.equal(
      undefined,
    )
    await broken.drop()
    expect(String(faults[0])).to.match(/personal_notifications_user/)
  })
})
