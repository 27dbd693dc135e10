// oauth2:purge: what goes, what stays, and that nothing that was used becomes acceptable again (contract §8, D11).
import { execFile } from 'node:child_process'
import { DateTime } from 'luxon'
import { expect } from 'chai'
import { cutBefore } from '../../src/cli/commands/purge.ts'
import {
  addClient,
  approve,
  credentialsOf,
  redirectUri,
  testApp,
  type TestApp,
  type TestClient,
} from '../support/app.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { bareEnvironment, environmentOf, json, run, studip } from './studip.ts'

// Taken when each test begins: the whole run is longer than the ten minutes that a purge spares.
let now = 0
const day = 86_400
let old = 0
interface Report {
  authorizationCodes: number
  accessTokens: number
  refreshTokens: number
  complete: boolean
  dryRun: boolean
}

describe('oauth2:purge', () => {
  let database: TestDatabase
  let env: Record<string, string>
  beforeEach(async () => {
    now = Math.floor(Date.now() / 1000)
    old = now - 30 * day
    database = await testDatabase()
    env = await environmentOf(database)
  })
  afterEach(() => database.drop())

  const purge = (...args: string[]) => json<Report>(['oauth2:purge', ...args], { env })
  const code = (id: string, revoked: number, expires: number | null, mkdate = old) =>
    database
      .knex('oauth2_auth_codes')
      .insert({ id, user_id: 'u', client_id: 1, scopes: '[]', revoked, expires_at: expires, mkdate, chdate: mkdate })
  const access = (id: string, revoked: number, expires: number | null, chdate = old) =>
    database
      .knex('oauth2_access_tokens')
      .insert({ id, user_id: 'u', client_id: 1, scopes: '[]', revoked, expires_at: expires, mkdate: old, chdate })
  const refresh = (id: string, accessId: string, revoked: number, expires: number | null) =>
    database.knex('oauth2_refresh_tokens').insert({ id, access_token_id: accessId, revoked, expires_at: expires })
  const left = async (table: string) =>
    ((await database.knex(table).select('id').orderBy('id')) as { id: string }[]).map(({ id }) => id)

  const seed = async () => {
    await code('c-used-old', 1, old)
    await code('c-unused-old', 0, old)
    await code('c-used-recent', 1, now - day, now - day)
    await code('c-live', 0, now + 600, now)
    await code('c-forever', 0, null)
    await access('a-old', 0, old)
    await access('a-old-needed', 0, old)
    await access('a-revoked-recent', 1, now + 60, now)
    await access('a-revoked-long-ago', 1, now + 60, old)
    await access('a-live', 0, now + 60)
    await refresh('r-live', 'a-old-needed', 0, now + day)
    await refresh('r-old', 'a-old', 0, old)
    await refresh('r-rotated', 'a-live', 1, now + day)
    await refresh('r-forever', 'a-live', 0, null)
  }

  it('without a flag deletes what has been over for seven days, and keeps what replay detection needs', async () => {
    await seed()
    expect(await purge()).to.deep.include({ authorizationCodes: 2, accessTokens: 2, refreshTokens: 2, complete: true })
    expect(await left('oauth2_auth_codes')).to.deep.equal(['c-forever', 'c-live', 'c-used-recent'])
    expect(await left('oauth2_access_tokens')).to.deep.equal(['a-live', 'a-old-needed', 'a-revoked-recent'])
    expect(await left('oauth2_refresh_tokens')).to.deep.equal(['r-forever', 'r-live'])
  })

  it('A14 without a flag deletes what a device asked for and nobody approved in time; what somebody approved stays as long as a code', async () => {
    const device = (id: string, userId: string, { expires, revoked = 0 }: { expires: number; revoked?: number }) =>
      database.knex('oauth2_auth_codes').insert({
        id,
        user_id: userId,
        client_id: 1,
        scopes: '[{"address":"192.0.2.1","interval":5}]',
        revoked,
        expires_at: expires,
        mkdate: expires - 600,
        chdate: expires - 600,
      })
    await device('d-approved', 'u', { expires: now - 60 })
    await device('d-denied', '-', { expires: now - 60, revoked: 1 })
    await device('d-unanswered', '-', { expires: now - 60 })
    await device('d-waits', '-', { expires: now + 60 })
    await database.knex('oauth2_auth_codes').insert({
      id: 'client-form x',
      user_id: '-',
      client_id: 1,
      scopes: null,
      revoked: 1,
      expires_at: now - day,
      mkdate: now - day,
      chdate: now - day,
    })
    expect(await purge('--dry-run')).to.include({ authorizationCodes: 2 })
    expect(await purge()).to.include({ authorizationCodes: 2 })
    expect(await left('oauth2_auth_codes')).to.deep.equal(['client-form x', 'd-approved', 'd-waits'])
  })

  const rotations = async (grantId: string, ages: readonly number[], rotatedAt: (age: number) => number) => {
    for (const [index, age] of ages.entries()) {
      const [a, r] = [`${grantId}a${index}`, `${grantId}r${index}`]
      await access(a, 1, now + 60, rotatedAt(age))
      await refresh(r, a, 1, now + day)
    }
  }

  it('A14 without a flag deletes what was rotated ten minutes ago in a grant that lives, of one that was revoked after seven days', async () => {
    const [alive, over] = ['a'.repeat(32), 'b'.repeat(32)]
    for (const grantId of [alive, over]) await rotations(grantId, [5, 50, 700, 8 * day, 20 * day], (age) => now - age)
    await access(`${alive}a9`, 0, now + 60)
    await refresh(`${alive}r9`, `${alive}a9`, 0, now + day)
    expect(await purge()).to.include({ accessTokens: 5, refreshTokens: 5 })
    expect(await left('oauth2_refresh_tokens')).to.deep.equal([
      `${alive}r0`,
      `${alive}r1`,
      `${alive}r9`,
      `${over}r0`,
      `${over}r1`,
      `${over}r2`,
    ])
    expect(await left('oauth2_access_tokens')).to.deep.equal([
      `${alive}a0`,
      `${alive}a1`,
      `${alive}a9`,
      `${over}a0`,
      `${over}a1`,
      `${over}a2`,
    ])
  })

  for (const flags of [[], ['--revoked'], ['--expired'], ['--revoked', '--expired']])
    it(`A9 S-120 takes nothing that was changed in the last ten minutes: ${flags.join(' ') || 'without a flag'}`, async () => {
      const grantId = 'c'.repeat(32)
      await rotations(grantId, [3, 400], (age) => now - age)
      // Idle for a month, rotated just now; and a clock that is ahead.
      await access(`${grantId}a7`, 1, old, now - 3)
      await refresh(`${grantId}r7`, `${grantId}a7`, 1, now + day)
      await access(`${grantId}a8`, 1, old, now + 500)
      await refresh(`${grantId}r8`, `${grantId}a8`, 1, now + day)
      await refresh(`${grantId}r9`, 'gone', 1, now + day)
      await refresh(`${grantId}r-live`, 'other', 0, now + day)
      await database.knex('oauth2_auth_codes').insert({
        id: 'c-now',
        user_id: 'u',
        client_id: 1,
        scopes: '[]',
        revoked: 1,
        expires_at: old,
        mkdate: old,
        chdate: now - 3,
      })
      expect(await purge(...flags)).to.include({ authorizationCodes: 0, accessTokens: 0, refreshTokens: 0 })
    })

  it('keeps the code of a grant that is alive: it tells since when, and that a second use is a replay', async () => {
    const [alive, over] = ['a'.repeat(32), 'b'.repeat(32)]
    for (const grantId of [alive, over]) await code(`${grantId}${'0'.repeat(48)}`, 1, old)
    await refresh(`${alive}${'1'.repeat(48)}`, 'a', 0, now + day)
    await refresh(`${over}${'1'.repeat(48)}`, 'a', 1, now + day)
    for (const flags of [[], ['--expired'], ['--revoked']]) {
      await purge(...flags)
      expect(await left('oauth2_auth_codes')).to.deep.equal([`${alive}${'0'.repeat(48)}`])
    }
  })

  it('--revoked deletes everything revoked that has not just been rotated', async () => {
    await seed()
    await purge('--revoked')
    expect(await left('oauth2_auth_codes')).to.deep.equal(['c-forever', 'c-live', 'c-unused-old'])
    expect(await left('oauth2_access_tokens')).to.deep.equal(['a-live', 'a-old', 'a-old-needed', 'a-revoked-recent'])
    expect(await left('oauth2_refresh_tokens')).to.deep.equal(['r-forever', 'r-live', 'r-old'])
  })

  it('S-068 --expired deletes no refresh token that is still valid, nor the access token row it needs', async () => {
    await seed()
    await purge('--expired')
    expect(await left('oauth2_refresh_tokens')).to.deep.equal(['r-forever', 'r-live', 'r-rotated'])
    expect(await left('oauth2_access_tokens')).to.include('a-old-needed')
    expect(await left('oauth2_access_tokens')).to.not.include('a-old')
  })

  it('--dry-run counts the same and deletes nothing', async () => {
    await seed()
    const before = await left('oauth2_access_tokens')
    const planned = await purge('--dry-run')
    expect(planned).to.include({ dryRun: true, authorizationCodes: 2, refreshTokens: 2 })
    expect(await left('oauth2_access_tokens')).to.deep.equal(before)
  })

  it('finds everything with the smallest batch, wherever the ids lie', async () => {
    for (let index = 0; index < 53; index++)
      await code(index.toString(16).padStart(2, '0').repeat(40), 1, index % 2 ? old : now + 600, index % 2 ? old : now)
    expect(await purge('--batch', '1', '--pause', '0')).to.include({ authorizationCodes: 26 })
    expect(await left('oauth2_auth_codes')).to.have.length(27)
  })

  it("tells in both languages what it removes, with the texts of Stud.IP's variants", async () => {
    const [german, english] = await Promise.all([
      run(['oauth2:purge'], { env: { ...env, LANG: 'de_DE' } }),
      run(['oauth2:purge', '--expired'], { env }),
    ])
    expect([german.code, english.code]).to.deep.equal([0, 0])
    expect(german.stdout)
      .to.contain('seit mindestens 7 Tagen widerrufen oder abgelaufen')
      .and.to.contain('[OK] Entfernt: 0 Autorisierungscodes, 0 Access-Tokens, 0 Refresh-Tokens.')
    expect(english.stdout).to.contain('expired at least 7 days ago')
  })

  it('draws a bar on a terminal only', async () => {
    await seed()
    const onTerminal = await new Promise<string>((resolve) => {
      execFile(
        'script',
        ['-qec', `${studip} oauth2:purge`, '/dev/null'],
        { cwd: '/', env: bareEnvironment({ ...env, TERM: 'xterm' }) },
        (_, stdout) => resolve(stdout),
      ).stdin?.end()
    })
    expect(onTerminal)
      .to.match(/\d+ % \| \d+\/\d+/)
      .and.to.contain('Removed: 2 authorization codes')
    const { stdout, stderr } = await run(['oauth2:purge'], { env })
    expect(stdout + stderr).to.not.contain('%')
  })

  it('refuses a batch or pause that makes no sense', async () => {
    for (const args of [
      ['--batch', '0'],
      ['--pause', '-1'],
      ['--batch', 'many'],
    ])
      expect((await run(['oauth2:purge', ...args], { env })).code, args.join(' ')).to.equal(2)
  })

  it('stops after the running transaction on SIGTERM, and the next run takes the rest', async () => {
    const rows = Array.from({ length: 500 }, (_, index) => ({
      id: String(index).padStart(80, '0'),
      user_id: 'u',
      client_id: 1,
      scopes: '[]',
      revoked: 1,
      expires_at: old,
      mkdate: old,
      chdate: old,
    }))
    await database.knex('oauth2_auth_codes').insert(rows)
    const stopped = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      const child = execFile(
        studip,
        ['oauth2:purge', '--batch', '5', '--pause', '100'],
        { cwd: '/', env: bareEnvironment(env) },
        (error, _, stderr) => resolve({ code: error?.code, stderr }),
      )
      const timer = setInterval(() => {
        void left('oauth2_auth_codes').then((ids) => {
          if (ids.length < 490) {
            clearInterval(timer)
            child.kill('SIGTERM')
          }
        })
      }, 30)
    })
    expect(stopped.code).to.equal(1)
    expect(stopped.stderr).to.contain('Run the command again')
    const rest = (await left('oauth2_auth_codes')).length
    expect(rest).to.be.greaterThan(0).and.to.be.lessThan(490)
    expect(await purge('--pause', '0')).to.include({ authorizationCodes: rest })
  })

  it('cuts at local midnight seven days ago, across a change of the clocks (contract §8)', () => {
    const noon = DateTime.fromISO('2026-11-01T12:00', { zone: 'Europe/Berlin' }).toUnixInteger()
    const expected = DateTime.fromISO('2026-10-25T00:00+02:00').toUnixInteger()
    expect(cutBefore(noon, 'Europe/Berlin')).to.equal(expected)
    expect(cutBefore(noon, 'no such zone')).to.equal(expected)
  })
})

describe('oauth2:purge beside the service', () => {
  let app: TestApp
  let env: Record<string, string>
  let client: TestClient
  before(async () => {
    app = await testApp()
    env = await environmentOf(app.database)
    client = await addClient(app)
  })
  after(() => app.close())

  const token = (fields: Record<string, string>) =>
    app.http
      .post(app.api('token'))
      .type('form')
      .send({ ...credentialsOf(client), ...fields })

  for (const flags of [[], ['--revoked'], ['--expired'], ['--revoked', '--expired']]) {
    it(`A9 between a rotation and its retry a purge changes nothing: ${flags.join(' ') || 'without a flag'}`, async () => {
      const code = (await approve(app, client)).searchParams.get('code')!
      const first = await token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri }).expect(200)
      // The application was idle for a month, so that its access token expired long ago.
      await app.database.knex('oauth2_access_tokens').update({ mkdate: old, chdate: old, expires_at: old })
      const { refresh_token } = first.body as { refresh_token: string }
      const refresh = () => token({ grant_type: 'refresh_token', refresh_token }).expect(200)
      const lost = (await refresh()).body as { refresh_token: string }
      expect((await run(['oauth2:purge', ...flags], { env })).code).to.equal(0)
      const again = (await refresh()).body as { refresh_token: string }
      for (const pair of [lost, again])
        await token({ grant_type: 'refresh_token', refresh_token: pair.refresh_token }).expect(200)
    })

    it(`S-050 a rotated token that was purged is a replay: ${flags.join(' ') || 'without a flag'}`, async () => {
      const code = (await approve(app, client)).searchParams.get('code')!
      const first = await token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri }).expect(200)
      const refresh = (refresh_token: string) => token({ grant_type: 'refresh_token', refresh_token })
      const { refresh_token } = first.body as { refresh_token: string }
      const second = (await refresh(refresh_token).expect(200)).body as { refresh_token: string }
      await app.database.knex('oauth2_access_tokens').update({ mkdate: now - 700, chdate: now - 700 })
      expect((await run(['oauth2:purge', ...flags], { env })).code).to.equal(0)
      await refresh(refresh_token).expect(400)
      await refresh(second.refresh_token).expect(400)
    })

    it(`S-068 makes no used code and no rotated token acceptable again: purge ${flags.join(' ') || 'without a flag'}`, async () => {
      const code = (await approve(app, client)).searchParams.get('code')!
      const redeem = () => token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri })
      const first = await redeem().expect(200)
      const rotated = (first.body as { refresh_token: string }).refresh_token
      const refresh = (text: string) => token({ grant_type: 'refresh_token', refresh_token: text })
      const second = ((await refresh(rotated).expect(200)).body as { refresh_token: string }).refresh_token
      // Outside the grace window (D8).
      await app.database.knex('oauth2_access_tokens').update({ mkdate: now - 100, chdate: now - 100 })
      expect((await run(['oauth2:purge', ...flags], { env })).code).to.equal(0)
      const live = ((await refresh(second).expect(200)).body as { refresh_token: string }).refresh_token
      expect(live, 'the valid refresh token survives').to.be.a('string')
      await app.database.knex('oauth2_access_tokens').update({ mkdate: now - 100, chdate: now - 100 })
      expect((await refresh(rotated)).body).to.include({ error: 'invalid_grant' })
      expect((await redeem()).body).to.include({ error: 'invalid_grant' })
    })
  }

  it('S-068 lets nobody make a purged code once more by sending its consent form again', async () => {
    const { consentPage, authorizationQuery, logIn } = await import('../support/app.ts')
    const cookie = await logIn(app)
    const { fields } = await consentPage(app, cookie, authorizationQuery(client))
    const send = () =>
      app.http
        .post(app.api('authorize'))
        .set('Cookie', cookie)
        .type('form')
        .send({ auth_token: fields['auth_token'], security_token: fields['security_token'], allow: '' })
    const code = new URL((await send().expect(303)).headers['location'] as string).searchParams.get('code')!
    await token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri }).expect(200)
    expect((await run(['oauth2:purge', '--revoked', '--expired'], { env })).code).to.equal(0)
    const again = await send()
    const location = again.headers['location'] ?? ''
    expect(location).to.not.contain('code=')
    expect((await token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri })).body).to.include({
      error: 'invalid_grant',
    })
  })
})
