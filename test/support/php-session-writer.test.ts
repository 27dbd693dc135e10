// Our session bytes against bytes that a real Stud.IP 6.0.2 and 5.4.11 wrote (cases fresh-test_autor and just-logged-in).
import { expect } from 'chai'
import { decodeSession, encodeSession, insertSession, sessionBytes5, sessionBytes6 } from './php-session-writer.ts'
import { testDatabase } from './mariadb.ts'
import { users } from '../fixtures/users.ts'

const uid = 'e7a0a84b161f3e8c09b4a0a2e8a58147'
const real6 = `auth|a:2:{s:3:"uid";s:32:"${uid}";s:11:"auth_plugin";s:8:"standard";}_language|s:5:"de_DE";phpCAS|N;contrast|N;redirect_after_login|N;SessionStart|i:1795469202;object_cache|a:0:{}tfa/failed|a:0:{}Trails\\Flash|O:12:"Trails\\Flash":2:{s:19:"\0Trails\\Flash\0flash";a:0:{}s:18:"\0Trails\\Flash\0used";a:0:{}}security_token|s:44:"YecG5QmGhRccqBWJV7e8HWXzCwXT9tQcnMszElSc21k=";`
const real5 = `auth|O:20:"Seminar_Default_Auth":2:{s:4:"auth";a:8:{s:3:"uid";s:32:"${uid}";s:4:"perm";s:5:"autor";s:5:"uname";s:10:"test_autor";s:7:"jscript";b:0;s:16:"devicePixelRatio";d:1;s:11:"auth_plugin";s:8:"standard";s:4:"xres";i:1024;s:4:"yres";i:768;}s:9:"classname";s:20:"Seminar_Default_Auth";}forced_language|N;_language|s:5:"de_DE";contrast|N;oauth2|N;SessionStart|i:1795469896;object_cache|a:0:{}tfa/failed|a:0:{}`
const authOf = (bytes: Buffer | string): string => String(bytes).split(/(?<=\})[a-z_]+\|/)[0] ?? ''

describe('session writer', () => {
  for (const [version, real] of [
    ['6.0.2', real6],
    ['5.4.11', real5],
  ] as const) {
    it(`re-encodes a session of ${version} byte for byte`, () => {
      expect(encodeSession(decodeSession(Buffer.from(real))).toString()).to.equal(real)
    })
  }

  it('writes the login as both versions do', () => {
    expect(authOf(sessionBytes6({ uid }))).to.equal(authOf(real6))
    expect(authOf(sessionBytes5({ uid, uname: 'test_autor' }))).to.equal(authOf(real5))
  })

  it('counts bytes, keeps 64-bit integers and stores the row with its time', async () => {
    const content = {
      uid: users.unicode.user_id,
      secondFactor: { code: '012345', timeslice: 9223372036854775807n },
      more: { name: 'ü🦉|;}' },
    }
    const database = await testDatabase({ users: false })
    const sid = await insertSession(database.knex, { content, changed: 1795469202 })
    const row = (await database
      .knex('session_data')
      .where({ sid })
      .first('val', database.knex.raw('UNIX_TIMESTAMP(changed) AS changed'))) as { val: Buffer; changed: number }
    expect(Number(row.changed)).to.equal(1795469202)
    expect(row.val.toString()).to.include('s:9:"timeslice";i:9223372036854775807;').and.to.include('name|s:9:"ü🦉|;}";')
    expect(decodeSession(row.val)['tfa/confirmed']).to.deep.equal(
      new Map<string, unknown>([
        ['code', '012345'],
        ['timeslice', 9223372036854775807n],
      ]),
    )
    await database.drop()
  })
})
