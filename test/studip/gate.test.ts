// The decision procedure of contract §2.4, one line per row and version: session and rows in a real database → verdict.
import { expect } from 'chai'
import type { Knex } from 'knex'
import { createStudipConfig } from '../../src/studip/config.ts'
import { createLookUp } from '../../src/stores/lookups.ts'
import { createRead } from '../../src/stores/reads.ts'
import { createGate } from '../../src/studip/gate.ts'
import { openSessionStore } from '../../src/studip/open-session-store.ts'
import type { Gate, Verdict } from '../../src/studip/verdict.ts'
import { insertUsers, users, type DemoUser } from '../fixtures/users.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { insertSession, sessionBytes5, sessionBytes6, type SessionContent } from '../support/php-session-writer.ts'
import { gateSettings, spelled, type GateSettings } from './golden.ts'

const now = 1_800_000_000
const timeslice = 1234567890123456789n
const vector30 = { code: '801652', timeslice }
const vector5 = { code: '822876', timeslice }
const id = 'c0ffee00000000000000000000000001'

interface Line {
  readonly title: string
  /** 6.0.2 and 5.4.11 unless given. */
  readonly versions?: readonly string[]
  readonly user?: Partial<DemoUser> | null
  readonly session?: Partial<SessionContent> | null
  /** Seconds since the session changed. */
  readonly age?: number
  /** Global values, null removes the row of `config`. */
  readonly config?: Readonly<Record<string, string | null>>
  readonly prepare?: (db: Knex) => Promise<unknown>
  readonly settings?: Partial<GateSettings>
  readonly cookie?: (sid: string, name: string) => string
  readonly expected: string
}

const factor = (type: 'app' | 'email', confirmed = 1) => ({ type, confirmed })
const rootWith = (type: 'app' | 'email', confirmed = 1): Partial<DemoUser> => ({
  perms: 'root',
  secondFactor: factor(type, confirmed),
})
const userValue = (field: string, value: string) => (db: Knex) =>
  db('config_values').insert({ field, range_id: id, value }).onConflict().merge(['value'])

const lines: readonly Line[] = [
  // who
  { title: 'everything in order', expected: 'logged-in' },
  { title: 'S-103 no session row', session: null, expected: 'anonymous' },
  { title: 'S-103 nobody', session: { uid: 'nobody' }, expected: 'anonymous' },
  { title: 'S-103 the login form', session: { uid: 'form' }, versions: ['5.4.11'], expected: 'anonymous' },
  { title: 'S-102 no cookie', cookie: () => '', expected: 'anonymous' },
  {
    title: 'S-102 upper-case session id',
    cookie: (sid, name) => `${name}=${sid.toUpperCase()}`,
    expected: 'anonymous',
  },
  {
    title: 'S-102 session id of 31 characters',
    cookie: (sid, name) => `${name}=${sid.slice(1)}`,
    expected: 'anonymous',
  },
  { title: 'S-102 session id with a blank behind', cookie: (sid, name) => `${name}=${sid}%20`, expected: 'anonymous' },
  { title: 'S-102 quoted session id', cookie: (sid, name) => `${name}="${sid}"`, expected: 'anonymous' },
  {
    title: 'S-102 the second of two cookies',
    cookie: (sid, name) => `${name}=${'0'.repeat(32)}; ${name}=${sid}`,
    expected: 'anonymous',
  },
  ...[
    'Studip.Session',
    'Studip Session',
    'Studip[Session',
    '   Studip.Session',
    'Studip_Session[]',
    'Studip_Session[a]',
    'Studip_Session[a][b',
    '\tStudip_Session[',
    '%53tudip_Session',
    'Studip%2ESession',
    'Studip%5fSession',
    '%20Studip%5BSession',
    'Studip_Session%00x',
  ].map((alias): Line => ({
    title: `A15 behind a cookie that PHP may take for it: ${JSON.stringify(alias)}`,
    versions: ['6.0.2'],
    cookie: (sid, name) => `a=b;${alias}=${'0'.repeat(32)}; ${name}=${sid}`,
    expected: 'anonymous',
  })),
  ...[
    'Studip-Session',
    'studip.session',
    'Studip_Session_',
    'Studip_Session ',
    'XStudip_Session',
    'Studip__Session',
    '[Studip_Session',
    'Studip_Session.',
    'Studip_Session%20',
    '',
  ].map((other): Line => ({
    title: `A15 behind a cookie that PHP does not take for it: ${JSON.stringify(other)}`,
    versions: ['6.0.2'],
    cookie: (sid, name) => `${other}=${'0'.repeat(32)}; ${name}=${sid}; Studip.Session=late; Studip_Session[]=late`,
    expected: 'logged-in',
  })),
  {
    title: 'A15 a value that is percent-encoded, as PHP decodes it',
    cookie: (sid, name) => `${name}=%${sid.charCodeAt(0).toString(16)}${sid.slice(1)}`,
    expected: 'logged-in',
  },
  {
    title: 'A15 the name alone, before the cookie',
    cookie: (sid, name) => `${name}; ${name}=${sid}`,
    expected: 'anonymous',
  },
  { title: 'A15 a blank behind the value', cookie: (sid, name) => `${name}=${sid} ; a=b`, expected: 'anonymous' },
  { title: 'A15 a blank before the value', cookie: (sid, name) => `${name}= ${sid}`, expected: 'anonymous' },
  {
    title: 'A15 behind more cookies than PHP reads',
    cookie: (sid, name) => `${'a=;'.repeat(1000)}${name}=${sid}`,
    expected: 'anonymous',
  },
  {
    title: 'R1 a login whose first page has not been shown yet',
    versions: ['6.0.2'],
    session: { sessionStart: null },
    expected: 'bounce:fresh-login',
  },
  {
    title: 'a session of 5.x without its start',
    versions: ['5.4.11'],
    session: { sessionStart: null },
    expected: 'logged-in',
  },
  {
    title: 'the first of two cookies',
    cookie: (sid, name) => `a=b; ${name}=${sid}; ${name}=${'0'.repeat(32)}`,
    expected: 'logged-in',
  },
  {
    title: 'S-102 only the cookie of 5.x',
    versions: ['6.0.2'],
    cookie: (sid) => `Seminar_Session=${sid}`,
    expected: 'anonymous',
  },
  {
    title: 'S-102 only the cookie of 6.x',
    versions: ['5.4.11'],
    cookie: (sid) => `Studip_Session=${sid}`,
    expected: 'anonymous',
  },
  {
    title: 'a cookie name of its own',
    versions: ['6.0.2'],
    settings: { sessionCookie: 'MyUni' },
    cookie: (sid) => `MyUni=${sid}`,
    expected: 'logged-in',
  },
  {
    title: 'S-102 a session of 5.x after the upgrade to 6.x',
    versions: ['6.0.2'],
    prepare: (db) => db('session_data').update({ val: sessionBytes5({ uid: id }) }),
    expected: 'anonymous',
  },
  {
    title: 'S-102 a session of 6.x under 5.x',
    versions: ['5.4.11'],
    prepare: (db) => db('session_data').update({ val: sessionBytes6({ uid: id }) }),
    expected: 'anonymous',
  },
  // the user
  { title: 'S-104 no such user', user: null, expected: 'anonymous' },
  {
    title: 'S-104 a user id in other letter case',
    prepare: (db) => db('auth_user_md5').update({ user_id: id.toUpperCase() }),
    expected: 'anonymous',
  },
  { title: 'S-104 without a name to log in with', user: { username: '' }, expected: 'anonymous' },
  { title: 'S-104 locked', user: { locked: 1 }, expected: 'anonymous' },
  { title: 'S-104 expired a second ago', user: { expires: String(now - 1) }, expected: 'anonymous' },
  { title: 'expiring this very second', user: { expires: String(now) }, expected: 'logged-in' },
  { title: 'expiry 0', user: { expires: '0' }, expected: 'logged-in' },
  { title: 'expiry empty', user: { expires: '' }, expected: 'logged-in' },
  { title: 'expiry negative', user: { expires: '-5' }, expected: 'logged-in' },
  {
    title: 'expiry of somebody else',
    prepare: (db) => db('config_values').insert({ field: 'EXPIRATION_DATE', range_id: 'studip', value: '1' }),
    expected: 'logged-in',
  },
  { title: 'S-104 provisional, auth_plugin null', user: { auth_plugin: null }, expected: 'anonymous' },
  { title: 'validation_key set later', user: { validation_key: 'a1b2' }, expected: 'logged-in' },
  { title: 'never visible', user: { visible: 'never' }, expected: 'logged-in' },
  { title: 'level user', user: { perms: 'user' }, expected: 'logged-in' },
  {
    title: 'no row in user_info, no names',
    user: { Vorname: null, Nachname: null },
    prepare: (db) => db('user_info').del(),
    expected: 'logged-in',
  },
  // maintenance
  ...['1', 'false', ' ', 'on'].map((value): Line => ({
    title: `S-105 maintenance ${JSON.stringify(value)}`,
    config: { MAINTENANCE_MODE_ENABLE: value },
    expected: 'maintenance',
  })),
  ...['0', ''].map((value): Line => ({
    title: `no maintenance ${JSON.stringify(value)}`,
    config: { MAINTENANCE_MODE_ENABLE: value },
    expected: 'logged-in',
  })),
  {
    title: 'S-105 maintenance lets root in',
    config: { MAINTENANCE_MODE_ENABLE: '1' },
    user: { perms: 'root' },
    expected: 'logged-in',
  },
  {
    title: 'S-105 maintenance stops an admin',
    config: { MAINTENANCE_MODE_ENABLE: '1' },
    user: { perms: 'admin' },
    expected: 'maintenance',
  },
  {
    title: 'S-105 maintenance comes before staleness',
    config: { MAINTENANCE_MODE_ENABLE: '1' },
    age: 100_000,
    expected: 'maintenance',
  },
  {
    title: 'S-104 locked comes before maintenance',
    config: { MAINTENANCE_MODE_ENABLE: '1' },
    user: { locked: 1 },
    expected: 'anonymous',
  },
  {
    title: 'S-105 maintenance by the environment',
    versions: ['6.0.2'],
    settings: { configOverrides: { MAINTENANCE_MODE_ENABLE: 'false' } },
    expected: 'maintenance',
  },
  {
    title: 'maintenance ended by the environment',
    versions: ['6.0.2'],
    config: { MAINTENANCE_MODE_ENABLE: '1' },
    settings: { configOverrides: { MAINTENANCE_MODE_ENABLE: '' } },
    expected: 'logged-in',
  },
  {
    title: '5.x knows no environment',
    versions: ['5.4.11'],
    settings: { configOverrides: { MAINTENANCE_MODE_ENABLE: '1' } },
    expected: 'logged-in',
  },
  // stale
  { title: 'as old as may be', versions: ['6.0.2'], age: 7200, expected: 'logged-in' },
  { title: 'S-106 a second too old', versions: ['6.0.2'], age: 7201, expected: 'bounce:stale' },
  { title: 'as old as may be', versions: ['5.4.11'], age: 86_400, expected: 'logged-in' },
  { title: 'S-106 a second too old', versions: ['5.4.11'], age: 86_401, expected: 'bounce:stale' },
  {
    title: 'S-106 stale, lifetime as configured',
    settings: { sessionLifetime: 60 },
    age: 61,
    expected: 'bounce:stale',
  },
  {
    title: 'S-106 stale comes before the second factor',
    age: 100_000,
    user: rootWith('app'),
    expected: 'bounce:stale',
  },
  { title: 'a clock that is behind the database', age: -30, expected: 'logged-in' },
  // second factor
  { title: 'S-106 second factor absent', user: rootWith('app'), expected: 'bounce:second-factor' },
  { title: 'second factor passed', user: rootWith('app'), session: { secondFactor: vector30 }, expected: 'logged-in' },
  {
    title: 'S-106 second factor with a wrong code',
    user: rootWith('app'),
    session: { secondFactor: { code: '801653', timeslice } },
    expected: 'bounce:second-factor',
  },
  {
    title: 'mail factor, 30 seconds',
    versions: ['6.0.2'],
    user: rootWith('email'),
    session: { secondFactor: vector30 },
    expected: 'logged-in',
  },
  {
    title: 'S-106 mail factor, 5 seconds',
    versions: ['6.0.2'],
    user: rootWith('email'),
    session: { secondFactor: vector5 },
    expected: 'bounce:second-factor',
  },
  {
    title: 'mail factor, 5 seconds',
    versions: ['5.4.11'],
    user: rootWith('email'),
    session: { secondFactor: vector5 },
    expected: 'logged-in',
  },
  {
    title: 'S-106 mail factor, 30 seconds',
    versions: ['5.4.11'],
    user: rootWith('email'),
    session: { secondFactor: vector30 },
    expected: 'bounce:second-factor',
  },
  {
    title: 'app factor, 30 seconds in all versions',
    user: rootWith('app'),
    session: { secondFactor: vector30 },
    expected: 'logged-in',
  },
  { title: 'second factor not confirmed at set-up', user: rootWith('app', 0), expected: 'logged-in' },
  { title: 'no second factor set up', user: { perms: 'root' }, expected: 'logged-in' },
  { title: 'level not in TFA_PERMS', user: { perms: 'admin', secondFactor: factor('app') }, expected: 'logged-in' },
  {
    title: 'S-106 level behind blanks in TFA_PERMS',
    user: { perms: 'admin', secondFactor: factor('app') },
    config: { TFA_PERMS: 'root, admin ,,' },
    expected: 'bounce:second-factor',
  },
  {
    title: 'level as part of a word in TFA_PERMS',
    user: { perms: 'admin', secondFactor: factor('app') },
    config: { TFA_PERMS: 'root,administrator' },
    expected: 'logged-in',
  },
  { title: 'TFA_PERMS empty', user: rootWith('app'), config: { TFA_PERMS: '' }, expected: 'logged-in' },
  {
    title: 'S-106 TFA_PERMS absent: root as shipped',
    user: rootWith('app'),
    config: { TFA_PERMS: null },
    expected: 'bounce:second-factor',
  },
  {
    title: 'S-106 second factor comes before terms',
    user: { ...rootWith('app'), termsAccepted: false },
    expected: 'bounce:second-factor',
  },
  {
    title: 'S-106 a trusted device goes through Stud.IP',
    user: rootWith('app'),
    cookie: (sid, name) => `${name}=${sid}; tfa/authentication/${id}=801652%3A${timeslice}`,
    expected: 'bounce:second-factor',
  },
  {
    title: 'S-106 X-Requested-With is nothing we look at: presence of the key is nothing either',
    user: rootWith('app'),
    session: { secondFactor: { code: '', timeslice: 0n } },
    expected: 'bounce:second-factor',
  },
  // terms
  { title: 'S-106 terms not accepted', user: { termsAccepted: false }, expected: 'bounce:terms' },
  {
    title: 'S-106 terms of the user "0" though the global value is 1',
    user: { termsAccepted: false },
    config: { TERMS_ACCEPTED: '1' },
    prepare: userValue('TERMS_ACCEPTED', '0'),
    expected: 'bounce:terms',
  },
  {
    title: 'S-106 terms of the user empty',
    user: { termsAccepted: false },
    config: { TERMS_ACCEPTED: '1' },
    prepare: userValue('TERMS_ACCEPTED', ''),
    expected: 'bounce:terms',
  },
  {
    title: 'terms by the global value',
    user: { termsAccepted: false },
    config: { TERMS_ACCEPTED: '1' },
    expected: 'logged-in',
  },
  {
    title: 'terms "false" is PHP\'s true',
    user: { termsAccepted: false },
    prepare: userValue('TERMS_ACCEPTED', 'false'),
    expected: 'logged-in',
  },
  {
    title: 'terms switched off',
    user: { termsAccepted: false },
    config: { SHOW_TERMS_ON_FIRST_LOGIN: '0' },
    expected: 'logged-in',
  },
  {
    title: 'S-106 terms switch absent: on as shipped',
    user: { termsAccepted: false },
    config: { SHOW_TERMS_ON_FIRST_LOGIN: null, TERMS_ACCEPTED: null },
    expected: 'bounce:terms',
  },
  {
    title: 'S-106 terms come before visibility',
    user: { termsAccepted: false, visible: 'unknown' },
    expected: 'bounce:terms',
  },
  // visibility
  { title: 'S-106 visibility undecided', user: { visible: 'unknown' }, expected: 'bounce:visibility' },
  {
    title: 'S-106 visibility check absent: on as shipped',
    user: { visible: 'unknown' },
    config: { USER_VISIBILITY_CHECK: null },
    expected: 'bounce:visibility',
  },
  {
    title: 'visibility check off',
    user: { visible: 'unknown' },
    config: { USER_VISIBILITY_CHECK: '0' },
    expected: 'logged-in',
  },
  {
    title: 'a lecturer is not asked',
    versions: ['6.0.2', '5.4.11', '5.3.0'],
    user: { visible: 'unknown', perms: 'dozent' },
    expected: 'logged-in',
  },
  {
    title: 'S-106 a lecturer is asked in 5.2',
    versions: ['5.2.8'],
    user: { visible: 'unknown', perms: 'dozent' },
    expected: 'bounce:visibility',
  },
  {
    title: 'a lecturer is not asked, value absent',
    user: { visible: 'unknown', perms: 'dozent' },
    config: { DOZENT_ALWAYS_VISIBLE: null },
    expected: 'logged-in',
  },
  {
    title: 'S-106 a lecturer is asked when configured',
    user: { visible: 'unknown', perms: 'dozent' },
    config: { DOZENT_ALWAYS_VISIBLE: '0' },
    expected: 'bounce:visibility',
  },
  { title: 'S-106 an admin is asked', user: { visible: 'unknown', perms: 'admin' }, expected: 'bounce:visibility' },
]

describe('gate: the decision procedure', () => {
  let database: TestDatabase
  before(async () => {
    database = await testDatabase({ users: false })
  })
  after(() => database.drop())
  const shipped = async () => database.knex('config').select()
  let rowsOfConfig: Awaited<ReturnType<typeof shipped>>
  before(async () => {
    rowsOfConfig = await shipped()
  })
  beforeEach(async () => {
    for (const table of ['auth_user_md5', 'user_info', 'users_tfa', 'config_values', 'session_data', 'config'])
      await database.knex(table).del()
    await database.knex('config').insert(rowsOfConfig)
  })
  const arrange = async ({ user, session, age = 0, config = {}, prepare }: Line, version: string): Promise<string> => {
    const db = database.knex
    if (user !== null) await insertUsers(db, [{ ...users.autor, user_id: id, username: 'someone', ...user }])
    for (const [field, value] of Object.entries(config)) {
      if (value === null) await db('config').where({ field }).del()
      else await db('config_values').insert({ field, range_id: 'studip', value })
    }
    const sid = '0123456789abcdef0123456789abcdef'
    if (session !== null)
      await insertSession(db, {
        version: version.startsWith('6') ? '6.0' : '5.4',
        content: { uid: id, ...session },
        changed: now - age,
        sid,
      })
    await prepare?.(db)
    return sid
  }
  for (const line of lines) {
    for (const version of line.versions ?? ['6.0.2', '5.4.11']) {
      it(`${line.title}: ${line.expected} (${version})`, async () => {
        const sid = await arrange(line, version)
        const settings = gateSettings(version, line.settings)
        const cookie = line.cookie?.(sid, settings.sessionCookie) ?? `${settings.sessionCookie}=${sid}`
        const db = database.knex
        const sessions = await openSessionStore({ settings, config: createStudipConfig({ db, settings }) })
        const verdict = await createGate({
          lookUp: createLookUp(createRead(db)),
          settings,
          sessions,
          now: () => now,
        }).identify({
          cookie,
          acceptLanguage: undefined,
        })
        expect(spelled(verdict)).to.equal(line.expected)
        if (verdict.kind === 'logged-in')
          expect(verdict).to.deep.include({ sessionId: sid }).and.to.have.nested.property('user.id', id)
      })
    }
  }
})

describe('gate: what it says besides', () => {
  let database: TestDatabase
  let gate: Gate
  before(async () => {
    database = await testDatabase()
    const settings = gateSettings('6.0.2')
    const db = database.knex
    gate = createGate({
      lookUp: createLookUp(createRead(db)),
      settings,
      sessions: await openSessionStore({ settings, config: createStudipConfig({ db, settings }) }),
      now: () => now,
    })
  })
  after(() => database.drop())
  const identify = async (content: SessionContent | Buffer, acceptLanguage?: string) =>
    gate.identify({
      cookie: `Studip_Session=${await insertSession(database.knex, { content, changed: now })}`,
      acceptLanguage,
    })

  it('names the user in full', async () => {
    const verdict = await identify({ uid: users.dozent.user_id })
    expect(verdict).to.have.deep.property('user', {
      id: users.dozent.user_id,
      username: 'dozent',
      fullName: 'Prof. Dr. Doris Dozentin, M.A.',
      perms: 'dozent',
    })
  })
  it('says when the login was: SessionStart, else the last change', async () => {
    expect(await identify({ uid: users.dozent.user_id, sessionStart: now - 500 })).to.have.property(
      'loginAt',
      now - 500,
    )
    const settings = gateSettings('5.4.11')
    const sessions = await openSessionStore({ settings, config: createStudipConfig({ db: database.knex, settings }) })
    const five = createGate({ lookUp: createLookUp(createRead(database.knex)), settings, sessions, now: () => now })
    const content = { uid: users.dozent.user_id, sessionStart: null }
    const sid = await insertSession(database.knex, { version: '5.4', content, changed: now - 300 })
    expect(await five.identify({ cookie: `Seminar_Session=${sid}`, acceptLanguage: undefined })).to.have.property(
      'loginAt',
      now - 300,
    )
  })
  it('S-108 takes the level from the row of this moment, whatever the session says', async () => {
    const sid = await insertSession(database.knex, {
      content: { uid: users.admin.user_id, perm: 'root' },
      changed: now,
    })
    const perms = async () => {
      const verdict = await gate.identify({ cookie: `Studip_Session=${sid}`, acceptLanguage: undefined })
      return verdict.kind === 'logged-in' ? verdict.user.perms : verdict.kind
    }
    expect(await perms()).to.equal('admin')
    await database.knex('auth_user_md5').where({ user_id: users.admin.user_id }).update({ perms: 'root' })
    expect(await perms()).to.equal('root')
    await database.knex('auth_user_md5').where({ user_id: users.admin.user_id }).update({ perms: 'autor' })
    expect(await perms()).to.equal('autor')
  })
  it('S-104 sees a lock and a logout at the next request', async () => {
    const sid = await insertSession(database.knex, { content: { uid: users.tutor.user_id }, changed: now })
    const kind = async () => (await gate.identify({ cookie: `Studip_Session=${sid}`, acceptLanguage: undefined })).kind
    expect(await kind()).to.equal('logged-in')
    await database.knex('auth_user_md5').where({ user_id: users.tutor.user_id }).update({ locked: 1 })
    expect(await kind()).to.equal('anonymous')
    await database.knex('auth_user_md5').where({ user_id: users.tutor.user_id }).update({ locked: 0 })
    expect(await kind()).to.equal('logged-in')
    await database.knex('session_data').where({ sid }).del()
    expect(await kind()).to.equal('anonymous')
  })
  it('follows a session that changes hands: never the rows of one user for the id of another', async () => {
    const sid = await insertSession(database.knex, { content: { uid: users.root.user_id }, changed: now })
    for (const user of [users.root, users.autor, users.locked, users.autor, users.root]) {
      await database
        .knex('session_data')
        .where({ sid })
        .update({ val: sessionBytes6({ uid: user.user_id }), changed: database.knex.raw('FROM_UNIXTIME(?)', [now]) })
      const verdict = await gate.identify({ cookie: `Studip_Session=${sid}`, acceptLanguage: undefined })
      expect(verdict.kind === 'logged-in' ? verdict.user.id : undefined).to.equal(
        user === users.locked ? undefined : user.user_id,
      )
    }
    await database
      .knex('session_data')
      .where({ sid })
      .update({ val: sessionBytes6({ uid: 'nobody' }) })
    expect((await gate.identify({ cookie: `Studip_Session=${sid}`, acceptLanguage: undefined })).kind).to.equal(
      'anonymous',
    )
  })
  it('gives each of a crowd who asks at the same moment their own verdict', async () => {
    const people = [users.root, users.autor, users.locked, users.dozent, users.tutor, users.appFactor]
    const asked = [...people, ...people, ...people, ...people].map((user) => user.user_id)
    const cookies = await Promise.all(
      asked.map(
        async (uid) => `Studip_Session=${await insertSession(database.knex, { content: { uid }, changed: now })}`,
      ),
    )
    const alone: Verdict[] = []
    for (const cookie of cookies) alone.push(await gate.identify({ cookie, acceptLanguage: undefined }))
    const together = await Promise.all(cookies.map((cookie) => gate.identify({ cookie, acceptLanguage: undefined })))
    expect(together).to.deep.equal(alone)
    for (const [index, verdict] of together.entries())
      if (verdict.kind === 'logged-in') expect(verdict.user.id).to.equal(asked[index])
    expect(new Set(together.map(({ kind }) => kind))).to.include.keys('logged-in', 'anonymous', 'bounce')
  })
  it('R9 says whether session or person ask for high contrast', async () => {
    const { user_id: id } = users.dozent
    const wants = async () => (await identify({ uid: id })).highContrast
    const choose = (value: string) =>
      database
        .knex('config_values')
        .insert({ field: 'USER_HIGH_CONTRAST', range_id: id, value, mkdate: 0, chdate: 0 })
        .onConflict()
        .merge()
    expect(await wants()).to.equal(undefined)
    await choose('1')
    expect(await wants()).to.equal(true)
    await choose('0')
    expect(await wants()).to.equal(false)
    expect((await identify(Buffer.from('contrast|i:1;'))).highContrast).to.equal(true)
  })
  it('tells whether an anonymous session remembers another address than the trampoline', async () => {
    const staleReturn = async (redirectAfterLogin: string | null) => {
      const verdict = await identify({ uid: 'nobody', redirectAfterLogin })
      return verdict.kind === 'anonymous' ? verdict.staleReturn : verdict.kind
    }
    expect(await staleReturn(null)).to.equal(false)
    expect(await staleReturn('')).to.equal(false)
    expect(await staleReturn('https://studip.example.org/dispatch.php/profile')).to.equal(true)
    expect(
      await staleReturn('https://studip.example.org/dispatch.php/jsupdater/mark_notification_read/17?again=yes'),
    ).to.equal(false)
    expect(
      await staleReturn('http://other.example/dispatch.php/jsupdater/mark_notification_read/17?again=yes'),
    ).to.equal(false)
    expect(
      await staleReturn('https://studip.example.org/dispatch.php/jsupdater/mark_notification_read/all?return_to=/x'),
    ).to.equal(true)
    expect(
      await staleReturn('https://studip.example.org/studip/dispatch.php/jsupdater/mark_notification_read/17'),
    ).to.equal(true)
    expect(await staleReturn('http://[')).to.equal(true)
  })
  it('S-105 tells the anonymous about maintenance, too', async () => {
    await database.knex('config_values').insert({ field: 'MAINTENANCE_MODE_ENABLE', range_id: 'studip', value: '1' })
    expect(await gate.identify({ cookie: undefined, acceptLanguage: undefined })).to.include({
      kind: 'anonymous',
      maintenance: true,
    })
    await database.knex('config_values').where({ field: 'MAINTENANCE_MODE_ENABLE' }).del()
    expect(await gate.identify({ cookie: undefined, acceptLanguage: undefined })).to.include({
      kind: 'anonymous',
      maintenance: false,
    })
  })
  it('does not mind the time zone of the connection', async () => {
    const sid = await insertSession(database.knex, { content: { uid: users.autor.user_id }, changed: now - 7200 })
    const db = database.knex
    await db.transaction(async (connection) => {
      await connection.raw("SET time_zone = '-11:00'")
      const settings = gateSettings('6.0.2')
      const sessions = await openSessionStore({ settings, config: createStudipConfig({ db, settings }) })
      const there = createGate({ lookUp: createLookUp(createRead(connection)), settings, sessions, now: () => now })
      expect((await there.identify({ cookie: `Studip_Session=${sid}`, acceptLanguage: undefined })).kind).to.equal(
        'logged-in',
      )
      await connection.raw('SET time_zone = DEFAULT')
    })
  })
  it('speaks the language of session, user, browser, default', async () => {
    const language = async (content: SessionContent, acceptLanguage?: string) =>
      (await identify(content, acceptLanguage)).languageTag
    expect(await language({ uid: users.autor.user_id, language: 'en_GB' }, 'de')).to.equal('en-GB')
    expect(await language({ uid: users.tutor.user_id, language: null }, 'de')).to.equal('en-GB')
    expect(await language({ uid: users.root.user_id, language: null }, 'en')).to.equal('de-DE')
    expect(await language({ uid: users.unlimited.user_id, language: null }, 'en')).to.equal('en-GB')
    expect(await language({ uid: users.unlimited.user_id, language: null })).to.equal('de-DE')
    expect((await gate.identify({ cookie: undefined, acceptLanguage: 'en-US,en;q=0.9' })).language).to.equal('en')
  })
})
