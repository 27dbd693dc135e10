// The stand-in does what real installations of 6.0.2 and 5.4.11 were seen to do: login, gates, and where one ends up.
import { expect } from 'chai'
import { totp } from './totp.ts'
import { collectNotifications } from './notifications.ts'
import { startStandIn, type RunningStandIn } from './stand-in.ts'
import { demoPassword, users, type DemoUser } from '../fixtures/users.ts'
import { testKeys } from '../support/keys.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { decodeSession, insertSession, sessionCookieName } from '../support/php-session-writer.ts'
import { createVisitor, type Page, type Visitor } from '../support/visitor.ts'

const resume = 'dispatch.php/api/oauth2/resume'
const codeOn = (page: Page): string => /id="code">(\d{6})/.exec(page.html)?.[1] ?? ''

for (const [version, base] of [
  ['6.0', '/'],
  ['6.0', '/studip/'],
  ['5.4', '/'],
  ['5.4', '/studip/'],
] as const) {
  describe(`stand-in for Stud.IP ${version}, base ${base}`, () => {
    let database: TestDatabase, standIn: RunningStandIn, trampoline: string, visitor: Visitor
    before(async () => {
      database = await testDatabase({ studip: version })
      standIn = await startStandIn({ version, base, database: database.settings, keysPath: await testKeys() })
      const [id] = await database
        .knex('personal_notifications')
        .insert({ url: resume, text: '', mkdate: 4294967295, html_id: 'oauth2-sidecar' })
      await database
        .knex('personal_notifications_user')
        .insert({ personal_notification_id: id, user_id: 'oauth2-sidecar', seen: 1 })
      trampoline = `${standIn.url}dispatch.php/jsupdater/mark_notification_read/${id}?again=yes`
    })
    after(async () => {
      await standIn.stop()
      await database.drop()
    })
    beforeEach(async () => {
      visitor = createVisitor(standIn.url)
      // Two logins of one second are one to Stud.IP.
      await database.knex('config_values').where({ field: 'CURRENT_LOGIN_TIMESTAMP' }).del()
    })
    const sessionOf = async () => {
      const sid = visitor.cookies(standIn.url)[sessionCookieName(version)] ?? ''
      const row = (await database.knex('session_data').where({ sid }).first('val')) as { val: Buffer } | undefined
      return { sid, values: row && decodeSession(row.val) }
    }
    const logIn = async (page: Page, user: DemoUser) =>
      visitor.submit(page, 'Login', { loginname: user.username, password: demoPassword })

    it('leads from the notification through the login to resume', async () => {
      const form = await visitor.get(trampoline)
      expect(new URL(form.url).pathname).to.equal(
        version === '6.0' ? `${base}dispatch.php/login` : new URL(trampoline).pathname,
      )
      const anonymous = await sessionOf()
      if (version === '6.0') expect(anonymous.values?.['redirect_after_login']).to.equal(trampoline)
      const page = await logIn(form, users.autor)
      expect(page.url).to.equal(standIn.url + resume)
      const { sid } = await sessionOf()
      expect(sid).not.to.equal(anonymous.sid)
      expect(await database.knex('session_data').where({ sid: anonymous.sid })).to.deep.equal([])
    })

    it('refuses wrong passwords and the accounts that may not log in', async () => {
      for (const user of [users.locked, users.expired, users.provisional, users.selfRegistered]) {
        const page = await logIn(await visitor.get(trampoline), user)
        expect(page.html, user.username).to.include('messagebox_error')
      }
      expect(
        (await visitor.submit(await visitor.get(trampoline), 'Login', { loginname: 'autor', password: 'x' })).html,
      ).to.include('messagebox_error')
    })

    it(`${version === '6.0' ? 'loses the way back when a second factor is asked for right after the login' : 'comes back after login and second factor'}`, async () => {
      const asked = await logIn(await visitor.get(trampoline), users.appFactor)
      const page = await visitor.submit(asked, 'confirm', { 'tfa-code': codeOn(asked) })
      if (version === '6.0') {
        expect(new URL(page.url).pathname).to.equal(`${base}dispatch.php/start/index`)
        expect((await visitor.get(trampoline)).url).to.equal(standIn.url + resume)
      } else {
        expect(page.url).to.equal(standIn.url + resume)
      }
      const confirmed = (await sessionOf()).values?.['tfa/confirmed'] as Map<string, string | bigint>
      expect(totp('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', BigInt(confirmed.get('timeslice') ?? 0), 30n)).to.equal(
        confirmed.get('code'),
      )
    })

    it('comes back after a second factor, terms and visibility for somebody who is logged in', async () => {
      for (const user of [users.emailFactor, users.termsPending, users.visibilityPending]) {
        const sid = await insertSession(database.knex, { version, content: { uid: user.user_id, sessionStart: 1 } })
        visitor = createVisitor(standIn.url)
        visitor.setCookie(standIn.url, `${sessionCookieName(version)}=${sid}; Path=${base}`)
        let page = await visitor.get(trampoline)
        expect(page.url, user.username).not.to.include(resume)
        if (page.html.includes('tfa-code')) page = await visitor.submit(page, 'confirm', { 'tfa-code': codeOn(page) })
        else if (page.html.includes('name="accept"')) page = await visitor.submit(page, 'accept')
        else page = await visitor.get(new URL('?vis_state=yes', page.url).href)
        expect(page.url, user.username).to.equal(standIn.url + resume)
      }
    })

    if (version === '6.0') {
      it('keeps a return address that is stored already', async () => {
        await visitor.get(`${standIn.url}dispatch.php/profile`)
        const page = await logIn(await visitor.get(trampoline), users.autor)
        expect(new URL(page.url).pathname).to.equal(`${base}dispatch.php/profile`)
      })
    }

    it('does its work on the first page after a login, and only there', async () => {
      const heard: string[] = []
      standIn.hearLogins(({ username }) => void heard.push(username))
      await database.knex('user_info').where({ user_id: users.autor.user_id }).update({ preferred_language: 'en_GB' })
      await logIn(await visitor.get(trampoline), users.autor)
      await visitor.get(`${standIn.url}dispatch.php/profile`)
      standIn.hearLogins(undefined)
      expect(heard).to.deep.equal(['autor'])
      const { values } = await sessionOf()
      expect(values).to.include({ _language: 'en_GB' }).and.to.have.property('SessionStart').that.is.a('number')
    })

    it('ends a session at logout', async () => {
      await logIn(await visitor.get(trampoline), users.autor)
      const { sid } = await sessionOf()
      if (version === '6.0') await visitor.post(`${standIn.url}dispatch.php/logout`, {})
      else await visitor.get(`${standIn.url}logout.php`)
      expect(await database.knex('session_data').where({ sid })).to.deep.equal([])
      expect((await visitor.get(`${standIn.url}dispatch.php/profile`)).html).to.include('name="loginname"')
    })

    it('sets its cookie as this version does', async () => {
      const response = await fetch(trampoline, { redirect: 'manual', headers: { 'x-forwarded-proto': 'https' } })
      const [cookie] = response.headers.getSetCookie()
      const name = sessionCookieName(version)
      expect(cookie).to.match(
        version === '6.0'
          ? new RegExp(`^${name}=[0-9a-f]{32}; Path=${base}; Secure; HttpOnly; SameSite=Lax$`)
          : new RegExp(`^${name}=[0-9a-f]{32}; Path=${base}; HttpOnly$`),
      )
    })

    it('keeps the notification through its cleaning', async () => {
      await database.knex('personal_notifications').insert({ url: 'old', text: '', mkdate: 1 })
      await collectNotifications(database.knex, Math.floor(Date.now() / 1000))
      expect(await database.knex('personal_notifications').pluck('url')).to.deep.equal([resume])
    })
  })
}
