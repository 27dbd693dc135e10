// The gate at the consent page and again at its answer: who they are is decided when they act (contract §2.4).
import { expect } from 'chai'
import type { Knex } from 'knex'
import { users, type DemoUser } from '../fixtures/users.ts'
import {
  addClient,
  authorizationQuery,
  consentPage,
  logIn,
  post,
  testApp,
  type TestApp,
  type TestClient,
} from '../support/app.ts'

describe('consent and the gate', () => {
  let app: TestApp
  let client: TestClient
  beforeEach(async () => {
    app = await testApp()
    client = await addClient(app)
  })
  afterEach(() => app.close())

  const codeRows = async (): Promise<number> =>
    Number((await app.database.knex('oauth2_auth_codes').count({ n: '*' }))[0]?.['n'])
  const config = (field: string, value: string) => async (db: Knex) => {
    await db('config_values').where({ field, range_id: 'studip' }).delete()
    await db('config_values').insert({ field, range_id: 'studip', value })
  }

  it('S-104 a user who may hold no tokens sees no consent page', async () => {
    for (const user of [users.locked, users.expired, users.nameless, users.provisional, { user_id: 'f'.repeat(32) }]) {
      const session = await logIn(app, user)
      const page = await consentPage(app, session, authorizationQuery(client))
      expect(page.status).to.be.oneOf([302, 401])
      expect(page.fields).to.not.have.property('auth_token')
    }
    for (const user of [users.expiring, users.unlimited]) {
      expect(await consentPage(app, await logIn(app, user), authorizationQuery(client))).to.include({ status: 200 })
    }
  })

  it('S-105 in maintenance everybody but root gets 503, at the page and at the form', async () => {
    const [autor, root] = [await logIn(app), await logIn(app, users.root)]
    const [ofAutor, ofRoot] = [
      await consentPage(app, autor, authorizationQuery(client)),
      await consentPage(app, root, authorizationQuery(client)),
    ]
    await config('MAINTENANCE_MODE_ENABLE', '1')(app.database.knex)
    const page = await consentPage(app, autor, authorizationQuery(client))
    expect(page.status).to.equal(503)
    expect(page.headers).to.have.property('retry-after')
    expect(page.fields).to.not.have.property('auth_token')
    await post(app, 'authorize', ofAutor.fields, { Cookie: autor }).expect(503)
    expect(await codeRows()).to.equal(0)
    expect(await consentPage(app, root, authorizationQuery(client))).to.include({ status: 200 })
    await post(app, 'authorize', { ...ofRoot.fields, _method: undefined }, { Cookie: root }).expect(303)
    expect(await codeRows()).to.equal(1)
  })

  const sid = (cookie: string): string => cookie.split('=')[1] ?? ''
  const changes: readonly (readonly [string, DemoUser, (db: Knex, cookie: string) => PromiseLike<unknown>])[] = [
    [
      'logged out',
      users.autor,
      (db, cookie) =>
        db('session_data')
          .where({ sid: sid(cookie) })
          .delete(),
    ],
    ['locked', users.autor, (db) => db('auth_user_md5').where({ user_id: users.autor.user_id }).update({ locked: 1 })],
    ['deleted', users.autor, (db) => db('auth_user_md5').where({ user_id: users.autor.user_id }).delete()],
    [
      'expired',
      users.autor,
      (db) =>
        db('config_values').insert({ field: 'EXPIRATION_DATE', range_id: users.autor.user_id, value: '1000000000' }),
    ],
    [
      'provisional',
      users.autor,
      (db) => db('auth_user_md5').where({ user_id: users.autor.user_id }).update({ auth_plugin: null }),
    ],
    [
      'another user in the same session',
      users.autor,
      async (db, cookie) => {
        const other = sid(await logIn(app, users.tutor))
        const row = await db('session_data').where({ sid: other }).first<{ val: Buffer }>()
        await db('session_data')
          .where({ sid: sid(cookie) })
          .update({ val: row.val })
      },
    ],
    [
      'a second factor that has become due',
      users.autor,
      async (db) => {
        await db('users_tfa').insert({
          user_id: users.autor.user_id,
          secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
          type: 'app',
          confirmed: 1,
          mkdate: 1,
          chdate: 1,
        })
        await config('TFA_PERMS', 'root,autor')(db)
      },
    ],
    [
      'terms that have become due',
      users.autor,
      async (db) => {
        await config('SHOW_TERMS_ON_FIRST_LOGIN', '1')(db)
        await db('config_values').where({ field: 'TERMS_ACCEPTED', range_id: users.autor.user_id }).delete()
      },
    ],
    [
      'a session grown stale',
      users.autor,
      (db, cookie) =>
        db('session_data')
          .where({ sid: sid(cookie) })
          .update({ changed: db.raw('FROM_UNIXTIME(1000000000)') }),
    ],
  ]
  for (const [what, user, change] of changes) {
    it(`S-107 ${what} between page and Allow: no code`, async () => {
      const cookie = await logIn(app, user)
      const { fields, status } = await consentPage(app, cookie, authorizationQuery(client))
      expect(status).to.equal(200)
      await change(app.database.knex, cookie)
      const answer = await post(app, 'authorize', { ...fields, _method: undefined }, { Cookie: cookie })
      expect(answer.status).to.equal(403)
      expect(answer.headers).to.not.have.property('location')
      expect(await codeRows()).to.equal(0)
    })
  }

  it('S-107 nothing of this, and the same form yields its code', async () => {
    const cookie = await logIn(app)
    const { fields } = await consentPage(app, cookie, authorizationQuery(client))
    await post(app, 'authorize', { ...fields, _method: undefined }, { Cookie: cookie }).expect(303)
    expect(await codeRows()).to.equal(1)
  })

  it('S-108 a demoted root is refused by the next request, whatever the session says', async () => {
    const old = await testApp({ studip: '5.4' })
    const cookie = await logIn(old, users.root, {
      version: '5.4',
      content: { uid: users.root.user_id, perm: 'root', uname: 'root' },
    })
    const admin = `${old.base}dispatch.php/admin/oauth2`
    await old.http.get(admin).set('Cookie', cookie).expect(200)
    await old.database.knex('auth_user_md5').where({ user_id: users.root.user_id }).update({ perms: 'admin' })
    await old.http.get(admin).set('Cookie', cookie).expect(403)
    await post(old, 'clients/store', { name: 'x' }, { Cookie: cookie }).expect(403)
    await old.close()
  })
})
