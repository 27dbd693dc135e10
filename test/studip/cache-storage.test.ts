// Sessions in cache storage: Stud.IP's own entries, read from a real database, Redis and file cache (contract §1.2).
import { expect } from 'chai'
import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Redis } from 'ioredis'
import { createStudipConfig, type StudipConfig } from '../../src/studip/config.ts'
import { createLookUp } from '../../src/stores/lookups.ts'
import { createRead } from '../../src/stores/reads.ts'
import { createGate } from '../../src/studip/gate.ts'
import { openSessionStore } from '../../src/studip/open-session-store.ts'
import { redisSessions } from '../../src/studip/redis-sessions.ts'
import type { SessionStore } from '../../src/studip/session-store.ts'
import { insertUsers, users } from '../fixtures/users.ts'
import { startProcess, temporaryDirectory, type RunningProcess } from '../support/child-process.ts'
import { answers, freePort } from '../support/free-port.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { sessionBytes6 } from '../support/php-session-writer.ts'
import { cookieHeader, gateSettings, readFixture, spelled, type GateSettings } from './golden.ts'

interface Entry {
  readonly table?: string
  readonly cache_key?: string
  readonly key?: string
  readonly file?: string
  readonly content_hex: string
  readonly expires?: number
  readonly ttl?: number
}
interface CacheCase {
  readonly name: string
  readonly backend: string
  readonly cookie: Readonly<Record<string, string>>
  readonly taken_at: number
  readonly entries: readonly Entry[]
  readonly studip: { readonly verdict: string }
  /** Where our verdict differs: 6.x has not done its work after the login yet (D20). */
  readonly expected?: string
}
const { cases } = readFixture<{ readonly cases: readonly CacheCase[] }>('6.0.2-cache.json')

const settings = gateSettings('6.0.2', { sessionStore: 'cache' })
const fixed = (text: string): Pick<StudipConfig, 'global'> => ({ global: () => Promise.resolve(text) })
const systemCache = (type: string, config: object = []) => JSON.stringify({ type, config })
const wrapped = (bytes: Buffer) => Buffer.concat([Buffer.from(`s:${bytes.length}:"`), bytes, Buffer.from('";')])
const sid = '0123456789abcdef0123456789abcdef'
const now = 1_795_469_600

describe('cache storage', () => {
  let database: TestDatabase
  let redisServer: RunningProcess
  let redis: Redis
  let port: number
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  before(async () => {
    folder = await temporaryDirectory('cache')
    database = await testDatabase({ users: false })
    await insertUsers(database.knex, [
      { ...users.autor, user_id: 'e7a0a84b161f3e8c09b4a0a2e8a58147', username: 'test_autor' },
      users.tutor,
    ])
    port = await freePort()
    redisServer = await startProcess({
      command: 'redis-server',
      args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder.path],
      ready: () => answers(port),
    })
    redis = new Redis({ port, host: '127.0.0.1' })
  })
  after(async () => {
    redis.disconnect()
    await redisServer.stop()
    await database.drop()
    folder.remove()
  })
  const open: SessionStore[] = []
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close()
  })
  const openStore = async (text: string, more: Partial<GateSettings> = {}) => {
    const store = await openSessionStore({ settings: { ...settings, ...more }, config: fixed(text) })
    open.push(store)
    return store
  }
  const verdict = async (store: SessionStore, cookie: string, at = now, more: Partial<GateSettings> = {}) =>
    spelled(
      await createGate({
        lookUp: createLookUp(createRead(database.knex)),
        settings: { ...settings, ...more },
        sessions: store,
        now: () => at,
      }).identify({ cookie, acceptLanguage: undefined }),
    )
  const database6 = systemCache('Studip\\Cache\\DbCache')
  const redis6 = () => systemCache('Studip\\Cache\\RedisCache', { hostname: '127.0.0.1', port, auth: '' })
  const files6 = () => systemCache('Studip\\Cache\\FileCache', { path: folder.path })
  const filePath = (name: string) => join(folder.path, name)
  const store = async (entry: Entry) => {
    const content = Buffer.from(entry.content_hex, 'hex')
    if (entry.table)
      await database.knex('cache').insert({ cache_key: entry.cache_key, content, expires: entry.expires })
    if (entry.key) await redis.setex(entry.key, entry.ttl!, content)
    if (entry.file) {
      await mkdir(dirname(filePath(entry.file)), { recursive: true })
      await writeFile(filePath(entry.file), content)
    }
  }

  for (const golden of cases) {
    const expected = golden.expected ?? golden.studip.verdict
    it(`as a real 6.0.2 kept it: ${golden.name}: ${expected}`, async () => {
      await database.knex('cache').del()
      for (const entry of golden.entries) await store(entry)
      const text = golden.backend.endsWith('DbCache')
        ? database6
        : golden.backend.endsWith('RedisCache')
          ? redis6()
          : files6()
      expect(await verdict(await openStore(text), cookieHeader(golden.cookie), golden.taken_at)).to.equal(expected)
    })
  }

  const login = wrapped(sessionBytes6({ uid: users.tutor.user_id }))
  const cookie = `Studip_Session=${sid}`
  const inDatabase = async (content: Buffer, expires: number) => {
    await database.knex('cache').del()
    await database.knex('cache').insert({ cache_key: `session_data/${sid}`, content, expires })
    return verdict(await openStore(database6), cookie)
  }
  it('database: an entry counts until it expires', async () => {
    expect(await inDatabase(login, now + 1)).to.equal('logged-in')
    expect(await inDatabase(login, now)).to.equal('anonymous')
    expect(await inDatabase(login, now - 1)).to.equal('anonymous')
  })
  it('S-103 database: an entry that is not exactly one serialised string is no session', async () => {
    const raw = sessionBytes6({ uid: users.tutor.user_id })
    for (const content of [
      raw,
      Buffer.concat([login, Buffer.from('x')]),
      Buffer.from('N;'),
      Buffer.from('a:0:{}'),
      Buffer.from(''),
      Buffer.from('b:0;'),
      login.subarray(0, -1),
    ]) {
      expect(await inDatabase(content, now + 100), content.toString('latin1', 0, 20)).to.equal('anonymous')
    }
  })
  it('S-102 the table session_data is not believed in cache storage', async () => {
    await database.knex('cache').del()
    await database.knex('session_data').insert({
      sid,
      val: sessionBytes6({ uid: users.tutor.user_id }),
      changed: database.knex.raw('FROM_UNIXTIME(?)', [now]),
    })
    expect(await verdict(await openStore(database6), cookie)).to.equal('anonymous')
    expect(await verdict(await openStore('', { sessionStore: 'database' }), cookie)).to.equal('logged-in')
    await database.knex('session_data').del()
  })

  const key = `e363311a8dbf4cc6fd81e782a23a4dc2/session_data/${sid}`
  it('Redis: reads with a password, too', async () => {
    await redis.config('SET', 'requirepass', 'secret-of-redis')
    await redis.setex(key, 60, login)
    const withPassword = await openStore(
      systemCache('Studip\\Cache\\RedisCache', { hostname: '127.0.0.1', port: String(port), auth: 'secret-of-redis' }),
    )
    expect(await verdict(withPassword, cookie)).to.equal('logged-in')
    await redis.config('SET', 'requirepass', '')
    await redis.del(key)
    expect(await verdict(await openStore(redis6()), cookie)).to.equal('anonymous')
  })
  it('Redis: the prefix is of this installation', async () => {
    await redis.setex(key, 60, login)
    expect(await verdict(await openStore(redis6()), cookie)).to.equal('logged-in')
    expect(
      await verdict(await openStore(redis6(), { cacheKeyPrefix: { host: '127.0.0.1', database: 'studip' } }), cookie),
    ).to.equal('anonymous')
    await redis.del(key)
  })
  it('Redis away: says so, decides nothing, and works again when it is back', async () => {
    const away = await freePort()
    const sessions = redisSessions({ hostname: '127.0.0.1', port: away, auth: '' }, settings.cacheKeyPrefix)
    const error = await sessions.read(sid, now).catch((reason: unknown) => reason)
    expect(error).to.include({ code: 'temporarily_unavailable', status: 503 })
    const server = await startProcess({
      command: 'redis-server',
      args: ['--port', String(away), '--bind', '127.0.0.1', '--save', '', '--dir', folder.path],
      ready: () => answers(away),
    })
    let found: unknown = error
    while (found !== undefined) found = await sessions.read(sid, now).catch((reason: unknown) => reason)
    expect(found).to.equal(undefined)
    await sessions.close()
    await server.stop()
  })

  const stem = async () => (await import('../../src/studip/cache-key.ts')).cacheFileStem(key)
  const inFiles = async (files: Readonly<Record<string, Buffer>>) => {
    const name = await stem()
    const { path, remove } = await temporaryDirectory('files')
    await mkdir(join(path, name.slice(0, 2)))
    for (const [suffix, content] of Object.entries(files))
      await writeFile(join(path, name.slice(0, 2), `${name}-${suffix}`), content)
    const answer = await verdict(await openStore(systemCache('Studip\\Cache\\FileCache', { path })), cookie)
    remove()
    return answer
  }
  it('files: an entry counts until the time in its name', async () => {
    expect(await inFiles({ [now + 1]: login })).to.equal('logged-in')
    expect(await inFiles({ [now]: login })).to.equal('anonymous')
    expect(await inFiles({ [now - 1]: login })).to.equal('anonymous')
    expect(await inFiles({ '': login })).to.equal('anonymous')
    expect(await inFiles({ never: login })).to.equal('anonymous')
  })
  it('files: of several for one key the first by name counts, as in PHP', async () => {
    const nobody = wrapped(sessionBytes6({ uid: 'nobody' }))
    expect(await inFiles({ [now + 10]: login, [now + 20]: nobody })).to.equal('logged-in')
    expect(await inFiles({ [now + 10]: nobody, [now + 20]: login })).to.equal('anonymous')
    expect(await inFiles({ [now - 10]: login, [now + 20]: login })).to.equal('anonymous')
  })
  it('files: the folder of the settings where SYSTEMCACHE names none', async () => {
    const name = await stem()
    await mkdir(filePath(name.slice(0, 2)), { recursive: true })
    await writeFile(filePath(`${name.slice(0, 2)}/${name}-${now + 5}`), login)
    await utimes(filePath(`${name.slice(0, 2)}/${name}-${now + 5}`), 1, 1)
    for (const config of [[], {}, { path: '' }]) {
      expect(
        await verdict(
          await openStore(systemCache('Studip\\Cache\\FileCache', config), { fileCachePath: folder.path }),
          cookie,
        ),
      ).to.equal('logged-in')
    }
  })

  const refusals: Readonly<Record<string, [text: string, message: RegExp, more?: Partial<GateSettings>]>> = {
    'Memcached of 6.x': [
      systemCache('Studip\\Cache\\MemcachedCache', { servers: [] }),
      /Memcached.*SESSION_STORE=database/,
    ],
    'Memcached of 5.x': [systemCache('StudipMemcachedCache'), /Memcached/, gateSettings('5.4.11')],
    "a plugin's class": [systemCache('Plugin\\FancyCache'), /FancyCache/],
    'a class of the other major version': [systemCache('StudipDbCache'), /StudipDbCache/],
    'a class of 6.x under 5.x': [database6, /DbCache/, gateSettings('5.4.11')],
    'no JSON': ['Studip\\Cache\\DbCache', /SYSTEMCACHE is not readable/],
    'JSON that is no object': ['"x"', /SYSTEMCACHE is not readable/],
    null: ['null', /SYSTEMCACHE is not readable/],
    'no type': ['{}', /cannot read/],
    'Redis without an address': [systemCache('Studip\\Cache\\RedisCache', {}), /hostname and port/],
    'Redis with a port beyond all ports': [
      systemCache('Studip\\Cache\\RedisCache', { hostname: 'x', port: 70000 }),
      /hostname and port/,
    ],
    'files without a folder': [systemCache('Studip\\Cache\\FileCache'), /folder is unknown/],
    'files in a folder that is not there': [
      systemCache('Studip\\Cache\\FileCache', { path: '/nonexistent/cache' }),
      /\/nonexistent\/cache.*cannot read/,
    ],
  }
  for (const [name, [text, message, more]] of Object.entries(refusals)) {
    it(`S-102 refused at start: ${name}`, async () => {
      const error = await openStore(text, { ...more, sessionStore: 'cache' }).catch((reason: unknown) => reason)
      expect(error).to.be.an('error').with.property('name', 'SetupError')
      expect((error as Error).message).to.match(message)
    })
  }
  it('takes the classes of 5.x under 5.x, and the shipped default where the value is empty', async () => {
    const five = { ...gateSettings('5.4.11'), sessionStore: 'cache' as const }
    expect((await (await openStore(systemCache('StudipDbCache'), five)).current()).kind).to.equal('joined')
    expect(
      (await (await openStore(systemCache('StudipRedisCache', { hostname: '127.0.0.1', port }), five)).current()).kind,
    ).to.equal('separate')
    expect((await (await openStore('')).current()).kind).to.equal('joined')
    expect((await (await openStore(systemCache('\\Studip\\Cache\\DbCache'))).current()).kind).to.equal('joined')
  })
  it('O6 opens before the database that names the cache answers, and reads it once it does', async () => {
    const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    let isAway = true
    const config = { global: () => (isAway ? Promise.reject(away) : Promise.resolve(redis6())) }
    const sessions = await openSessionStore({ settings, config })
    open.push(sessions)
    expect(await sessions.current().catch((error: Error) => error)).to.equal(away)
    isAway = false
    await redis.setex(key, 600, login)
    expect(await verdict(sessions, cookie)).to.equal('logged-in')
  })
  it('S-102 follows SYSTEMCACHE at run time: what the old cache still holds is not believed', async () => {
    await database.knex('cache').del()
    await redis.setex(key, 600, login)
    const config = createStudipConfig({ db: database.knex, settings: { ...settings, configOverrides: {} } })
    const set = (value: string) =>
      database
        .knex('config_values')
        .insert({ field: 'SYSTEMCACHE', range_id: 'studip', value })
        .onConflict()
        .merge(['value'])
    await set(redis6())
    const sessions = await openSessionStore({ settings, config })
    open.push(sessions)
    expect(await verdict(sessions, cookie)).to.equal('logged-in')
    await set(database6)
    await new Promise((resolve) => setTimeout(resolve, 2100))
    expect(await verdict(sessions, cookie)).to.equal('anonymous')
    await set(systemCache('Studip\\Cache\\MemcachedCache'))
    await new Promise((resolve) => setTimeout(resolve, 2100))
    expect(await sessions.current().catch((error: Error) => error.name)).to.equal('SetupError')
  })
})
