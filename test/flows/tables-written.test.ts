// What the service writes to Stud.IP's database: its own tables, and once two rows that lead back from the login (D5, D12).
import { expect } from 'chai'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  approve,
  authorizationQuery,
  connect,
  credentialsOf,
  hiddenFields,
  logIn,
  post,
  redeem,
  refresh,
  testApp,
  type TestApp,
} from '../support/app.ts'

const ours = /^oauth2_/
const notifications = ['personal_notifications', 'personal_notifications_user']

for (const studip of ['6.0', '5.4'] as const) {
  describe(`tables written beside Stud.IP ${studip}`, () => {
    let app: TestApp
    before(async () => {
      app = await testApp({ studip })
    })
    after(() => app.close())

    const checksums = async (): Promise<Record<string, unknown>> => {
      const [tables] = (await app.database.knex.raw('SHOW TABLES')) as [Record<string, string>[]]
      const names = tables
        .flatMap((row) => Object.values(row))
        .filter((name) => !ours.test(name) && !notifications.includes(name))
      const [rows] = (await app.database.knex.raw(`CHECKSUM TABLE ${names.map(() => '??').join(', ')}`, names)) as [
        { Table: string; Checksum: unknown }[],
      ]
      return Object.fromEntries(rows.map(({ Table, Checksum }) => [Table.replace(/^.*\./, ''), Checksum]))
    }
    const rowsIn = async (table: string) => ((await app.database.knex(table).select()) as unknown[]).length

    it('S-109 are oauth2_* alone, and once the two notification rows of the bounce', async () => {
      const [autor, root] = [await logIn(app), await logIn(app, users.root)]
      const client = await addClient(app)
      const before = await checksums()
      expect(Object.keys(before)).to.include.members([
        'session_data',
        'auth_user_md5',
        'user_info',
        'config',
        'config_values',
        'users_tfa',
      ])

      for (let visit = 0; visit < 3; visit += 1)
        await app.http.get(`${app.api('authorize')}?${authorizationQuery(client)}`).expect(302)
      const tokens = await connect(app, client, { cookie: autor })
      const next = (await refresh(app, client, tokens.refresh_token).expect(200)).body as {
        refresh_token: string
        access_token: string
      }
      await post(app, 'introspect', { ...credentialsOf(client), token: next.access_token }).expect(200)
      await redeem(app, client, (await approve(app, client, { cookie: autor })).searchParams.get('code'), {
        redirect_uri: 'https://other.example',
      }).expect(400)
      await post(app, 'revoke', { ...credentialsOf(client), token: next.refresh_token }).expect(200)
      await app.http.get(app.api('applications')).set('Cookie', autor).expect(200)
      await app.http.get(`${app.base}dispatch.php/admin/oauth2`).set('Cookie', root).expect(200)
      const form = hiddenFields((await app.http.get(app.api('clients/add')).set('Cookie', root).expect(200)).text)
      await app.http
        .post(app.api('clients/store'))
        .set('Cookie', root)
        .type('form')
        .send({
          ...form,
          name: 'Another',
          redirect: 'https://another.example.org/cb',
          confidentiality: 'confidential',
          owner: 'O',
          homepage: 'https://o.example.org',
        })
        .expect(303)
      await app.http.get(app.api('resume')).expect(302)

      expect(await checksums()).to.deep.equal(before)
      for (const table of notifications) expect(await rowsIn(table), table).to.equal(1)
      expect(await rowsIn('oauth2_clients')).to.equal(2)
    })
  })
}
