// oauth2:doctor: a healthy installation has no fault; each seeded fault is found and named.
import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { generateKeyPairSync } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { DatabaseFault, sentenceOf } from '../../src/cli/faults.ts'
import { textsIn } from '../../src/cli/texts.ts'
import { resolveSettings } from '../../src/config.ts'
import type { Check } from '../../src/doctor/check.ts'
import { allChecks, examine } from '../../src/doctor/examine.ts'
import { openDatabase } from '../../src/stores/database.ts'
import { environmentOf, json, run } from '../cli/studip.ts'
import { users } from '../fixtures/users.ts'
import { startService, type RunningService } from '../server/service.ts'
import { startStandIn, type RunningStandIn } from '../stand-in/stand-in.ts'
import { freePort } from '../support/free-port.ts'
import { withGeneralLog } from '../support/general-log.ts'
import { freshKeys } from '../support/keys.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { startNginx, type RunningNginx } from '../support/nginx.ts'
import { insertSession } from '../support/php-session-writer.ts'

const t = textsIn('en')
const clock = () => Math.floor(Date.now() / 1000)

interface Found {
  readonly check: string
  readonly level: string
  readonly text: string
}
interface Report {
  readonly healthy: boolean
  readonly faults: number
  readonly settings: { name: string; value: string; source: string }[]
  readonly checks: { check: string; findings: { level: string; text: string }[] }[]
  readonly grants: string[]
}

describe('oauth2:doctor', function () {
  this.timeout(60_000)
  let database: TestDatabase
  let keysPath: string
  let folder: string
  let env: Record<string, string>

  beforeEach(async () => {
    database = await testDatabase()
    folder = await mkdtemp(path.join(tmpdir(), 'doctor-'))
    await cp(keysPath, folder, { recursive: true })
    env = await environmentOf(database, { KEYS_PATH: folder, METRICS_LISTEN: 'off' })
    await insertSession(database.knex, { version: '6.0', content: { uid: users.autor.user_id }, changed: clock() })
  })
  afterEach(async () => {
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  })
  before(async () => void (keysPath = await freshKeys()))

  /** All findings but the good ones, by the checks named. The front has tests of its own below. */
  const findings = async (names: readonly Check['name'][], now = clock): Promise<Found[]> => {
    const resolution = await resolveSettings(env, { cwd: '/' })
    const settings = resolution.settings!
    const db = openDatabase(settings?.database ?? database.settings, 2)
    try {
      const wanted = new Set<string>(names)
      const results = await examine(
        {
          resolution,
          settings,
          db,
          now,
          t,
          databaseSentence: (error) => sentenceOf(t, new DatabaseFault(settings.database, error)),
        },
        allChecks.filter(({ name }) => wanted.has(name)),
      )
      return results.flatMap(({ name, findings: found }) =>
        found.filter(({ level }) => level !== 'ok').map(({ level, text }) => ({ check: name, level, text })),
      )
    } finally {
      await db.destroy()
    }
  }
  const healthy: readonly Check['name'][] = allChecks
    .map(({ name }) => name)
    .filter((name) => name !== 'check.front' && name !== 'check.service')
  const sql = (text: string) => database.knex.raw(text.replaceAll('?', '\\?'))

  it('finds nothing in a healthy installation, and its round trip leaves nothing behind', async () => {
    const count = async (table: string) =>
      Number(((await database.knex(table).count({ n: '*' })) as { n: string }[])[0]!.n)
    const tables = [
      'oauth2_clients',
      'oauth2_auth_codes',
      'oauth2_access_tokens',
      'oauth2_refresh_tokens',
      'session_data',
    ]
    const before = await Promise.all(tables.map(count))
    expect(await findings(healthy)).to.deep.equal([])
    expect(await Promise.all(tables.map(count))).to.deep.equal(before)
  })

  it('D23 with API_READ=on its round trip goes once with what Stud.IP reads, once with what only we read', async () => {
    const scopesOfCodes = async () => {
      const { result, statements } = await withGeneralLog(database.knex, () => findings(healthy))
      expect(result).to.deep.equal([])
      return statements.flatMap((sql) => /INSERT INTO oauth2_auth_codes.*?(\[.*?\])/.exec(sql)?.[1] ?? [])
    }
    expect(await scopesOfCodes()).to.deep.equal(['[\\"api\\"]'])
    env['API_READ'] = 'on'
    expect(await scopesOfCodes()).to.deep.equal(['[\\"api\\"]', '[\\"api.read\\"]'])
  })

  type Seed = readonly [
    fault: string,
    check: Check['name'],
    seed: () => unknown,
    sentence: RegExp,
    level?: string,
    now?: () => number,
  ]
  const seeds: readonly Seed[] = [
    [
      'S-086 a BASE_URL with http on another host',
      'check.transport',
      () => (env['BASE_URL'] = 'http://studip.example.org/'),
      /BASE_URL http:\/\/studip\.example\.org\/ is not encrypted/,
    ],
    [
      'a database that is away',
      'check.database',
      async () => (env['DATABASE_URL'] = `mysql://u:p@127.0.0.1:${await freePort()}/x`),
      /does not answer \(ECONNREFUSED\)/,
    ],
    [
      'a wrong password',
      'check.database',
      () => (env['DATABASE_URL'] = database.url.replace(/:[^:@/]+@/, ':wrong@')),
      /name or password is wrong/,
    ],
    ['clocks that differ', 'check.clock', () => undefined, /differ by \d{2,} seconds/, 'fault', () => clock() + 60],
    [
      'a missing table of ours',
      'check.tables',
      () => sql('DROP TABLE oauth2_refresh_tokens'),
      /oauth2_refresh_tokens is missing\. Create it with oauth2:migrate/,
    ],
    [
      "a missing table of Stud.IP's",
      'check.tables',
      () => sql('DROP TABLE users_tfa'),
      /users_tfa is missing\. Check that DATABASE_URL/,
    ],
    [
      'a column of another type',
      'check.tables',
      () => sql('ALTER TABLE oauth2_access_tokens MODIFY client_id int NOT NULL'),
      /client_id of oauth2_access_tokens is int.*bigint unsigned/,
    ],
    [
      'a column that is missing',
      'check.tables',
      () => sql('ALTER TABLE oauth2_clients DROP COLUMN homepage'),
      /homepage of oauth2_clients is missing/,
    ],
    [
      'a key that is missing',
      'check.tables',
      () => sql('ALTER TABLE oauth2_refresh_tokens DROP KEY access_token_id'),
      /oauth2_refresh_tokens has no key on access_token_id/,
    ],
    [
      'a storage engine without transactions',
      'check.tables',
      () => sql('ALTER TABLE oauth2_auth_codes ENGINE=MyISAM'),
      /stored by MyISAM/,
    ],
    [
      'the database of another version',
      'check.version',
      () => sql("DELETE FROM schema_version WHERE branch LIKE '6%'"),
      /settings say Stud\.IP 6\.0, but the database is that of 5\.\d/,
    ],
    [
      'sessions of another version',
      'check.sessions',
      async () => {
        await sql('DELETE FROM session_data')
        await insertSession(database.knex, { version: '5.4', content: { uid: users.autor.user_id }, changed: clock() })
      },
      /shape of Stud\.IP 5\.x, but the settings say 6\.x/,
    ],
    [
      'sessions that cannot be read',
      'check.sessions',
      () => sql("UPDATE session_data SET val = 'nonsense'"),
      /None of the latest sessions can be read/,
    ],
    [
      'sessions in the cache although the settings say database',
      'check.sessions',
      async () => {
        await sql('UPDATE session_data SET changed = FROM_UNIXTIME(1)')
        await sql(
          `INSERT INTO cache (cache_key, content, expires) VALUES ('session_data/${'a'.repeat(32)}', 's:0:"";', ${clock() + 600})`,
        )
      },
      /keeps its sessions in the cache, but SESSION_STORE is database/,
    ],
    [
      'sessions in the database although the settings say cache',
      'check.sessions',
      () => (env['SESSION_STORE'] = 'cache'),
      /keeps its sessions in session_data, but SESSION_STORE is cache/,
    ],
    [
      'a cache that cannot be read',
      'check.sessions',
      async () => {
        env['SESSION_STORE'] = 'cache'
        await sql('DELETE FROM session_data')
        await sql(
          `INSERT INTO config_values (field, range_id, value) VALUES ('SYSTEMCACHE', 'studip', '{"type":"Studip\\\\\\\\Cache\\\\\\\\MemcachedCache","config":{}}') ON DUPLICATE KEY UPDATE value = VALUES(value)`,
        )
      },
      /Memcached, which this service cannot read/,
    ],
    ['a missing key file', 'check.keys', () => rm(path.join(folder, 'public.key')), /public\.key does not exist/],
    [
      'a key file that everybody can read',
      'check.keys',
      () => chmod(path.join(folder, 'private.key'), 0o664),
      /private\.key can be read by everybody.*664.*chmod 660/,
    ],
    [
      'a key file of an odd mode',
      'check.keys',
      () => chmod(path.join(folder, 'private.key'), 0o640),
      /private\.key has mode 640/,
    ],
    [
      'S-061 a private key without its public half',
      'check.keys',
      async () => cp(path.join(await freshKeys(), 'public.key'), path.join(folder, 'public.key')),
      /public\.key does not belong to .*private\.key/,
    ],
    [
      'S-061 a key that is too short',
      'check.keys',
      () => shortKey(folder),
      /private\.key has 1024 bits, at least 2048/,
    ],
    ['S-061 a key that is not RSA', 'check.keys', () => curveKey(folder), /private\.key is not an RSA key/],
    [
      'an encryption key that is no literal',
      'check.keys',
      () => writeFile(path.join(folder, 'encryption_key.php'), "<?php return getenv('KEY');"),
      /encryption_key\.php/,
    ],
    [
      'S-005 a stored redirect URI that would be refused today',
      'check.clients',
      () =>
        sql(
          "INSERT INTO oauth2_clients (name, redirect, mkdate, chdate) VALUES ('Old', 'https://ok.example.org/cb,http://old.example.org/cb', 1, 1)",
        ),
      /Client \d+ \(Old\) has the redirect URI http:\/\/old\.example\.org\/cb, .*insecure-http/,
      'warning',
    ],
    [
      'a client secret in plain text',
      'check.clients',
      () =>
        sql(
          "INSERT INTO oauth2_clients (name, secret, redirect, mkdate, chdate) VALUES ('Odd', 'plain', 'https://a.example.org', 1, 1)",
        ),
      /no bcrypt hash/,
    ],
    [
      'a service that does not run',
      'check.service',
      async () => (env['METRICS_LISTEN'] = `127.0.0.1:${await freePort()}`),
      /does not answer at 127\.0\.0\.1:\d+\. Start it/,
    ],
  ]

  for (const [title, check, seed, sentence, level = 'fault', now = clock] of seeds) {
    it(title.startsWith('S-') ? title.replace(/^(S-\d+) /, '$1 names ') : `names ${title}`, async () => {
      await seed()
      const found = await findings(
        level === 'fault' ? [...new Set(['check.settings', ...neededBy(check), check] as const)] : [check],
        now,
      )
      expect(
        found
          .filter((finding) => finding.level === level)
          .map(({ text }) => text)
          .join('\n'),
      ).to.match(sentence)
      expect(found.filter((finding) => finding.level === level).map((finding) => finding.check)).to.include(check)
    })
  }

  it('names rights that are missing, prints the GRANTs, and these are enough for every check', async () => {
    const user = `u${process.pid}_${Date.now() % 1e6}`
    const name = database.settings.database
    await sql(`CREATE USER ${user}@'%' IDENTIFIED BY 'geheim'`)
    try {
      await sql(`GRANT SELECT ON ${name}.* TO ${user}@'%'`)
      const url = new URL(database.url)
      url.username = user
      url.password = 'geheim'
      env['DATABASE_URL'] = url.href
      const { stdout, code } = await run(['oauth2:doctor', '--json', '--no-front'], { env })
      const report = JSON.parse(stdout) as Report
      expect(code).to.equal(1)
      expect(JSON.stringify(report.checks)).to.contain(`User ${user} lacks INSERT, UPDATE, DELETE on oauth2_clients`)
      await sql(`REVOKE SELECT ON ${name}.* FROM ${user}@'%'`)
      expect(report.grants).to.have.length.of.at.least(10)
      for (const grant of report.grants) await sql(grant)
      expect(await findings(healthy)).to.deep.equal([])
    } finally {
      await sql(`DROP USER ${user}@'%'`)
    }
  })

  it('S-095 shows settings with their source, masks the password, and prints no secret in either language', async () => {
    const password = new URL(database.url).password
    const all = { ...env, LOG_LEVEL: 'trace' }
    const [report, german] = [
      await json<Report>(['oauth2:doctor', '--no-front'], { env: all }),
      await run(['oauth2:doctor', '--no-front'], { env: { ...all, LANG: 'de_DE' } }),
    ]
    expect(report).to.include({ healthy: true, faults: 0 })
    expect(report.settings.find(({ name }) => name === 'DATABASE_URL')).to.deep.include({ source: 'environment' })
    expect(german).to.include({ code: 0, stderr: '' })
    expect(german.stdout).to.contain('[OK] Es ist alles in Ordnung.').and.to.contain('Durchlauf: Autorisieren')
    for (const text of [JSON.stringify(report), german.stdout]) {
      expect(text).to.not.contain(password)
      expect(text).to.contain('***')
      expect(text, 'no token, code or JWT').to.not.match(/def50200|eyJ[A-Za-z0-9_-]{10}|PRIVATE KEY/)
    }
  })

  it('names every faulty setting and asks nothing that depends on it', async () => {
    const { code, stdout, stderr } = await run(['oauth2:doctor', '--json'], {
      env: { LISTEN: 'x', STUDIP_PATH: '/nowhere' },
    })
    const report = JSON.parse(stdout) as Report
    expect(code).to.equal(1)
    expect(JSON.parse(stderr)).to.include({ error: 'failed', exitCode: 1 })
    const [settings, ...others] = report.checks
    expect(JSON.stringify(settings)).to.contain('LISTEN').and.to.contain('STUDIP_PATH')
    for (const { check, findings: found } of others)
      expect(
        found.map(({ level }) => level),
        check,
      ).to.deep.equal(['note'])
  })
})

const neededBy = (name: Check['name']): Check['name'][] =>
  allChecks
    .find((check) => check.name === name)!
    .needs.filter((need) => need !== 'check.rights')
    .flatMap((need) => [...neededBy(need), need])

interface Pair {
  readonly privateKey: string
  readonly publicKey: string
}
const writePair = async (folder: string, pair: Pair) => {
  await writeFile(path.join(folder, 'private.key'), pair.privateKey)
  await writeFile(path.join(folder, 'public.key'), pair.publicKey)
}
const encoding = {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
} as const
const shortKey = (folder: string) =>
  writePair(folder, generateKeyPairSync('rsa', { modulusLength: 1024, ...encoding }) as unknown as Pair)
const curveKey = (folder: string) =>
  writePair(folder, generateKeyPairSync('ec', { namedCurve: 'P-256', ...encoding }) as unknown as Pair)

describe('oauth2:doctor through the web server', function () {
  this.timeout(60_000)
  let database: TestDatabase
  let php: RunningStandIn
  let service: RunningService
  let nginx: RunningNginx
  let env: Record<string, string>
  const closing: (() => unknown)[] = []

  before(async () => {
    database = await testDatabase()
    await insertSession(database.knex, { version: '6.0', content: { uid: users.autor.user_id }, changed: clock() })
    const settings = await environmentOf(database)
    php = await startStandIn({ version: '6.0', database: database.settings, keysPath: settings['KEYS_PATH']! })
    const port = await freePort()
    service = await startService(database, { BASE_URL: `http://127.0.0.1:${port}/` })
    nginx = await startNginx({ sidecar: `127.0.0.1:${service.port}`, php: php.address, port })
    env = { ...service.env }
  })
  after(async () => {
    await nginx.stop()
    await service.process.stop()
    await php.stop()
    await database.drop()
  })
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })

  const front = async (change: Record<string, string> = {}): Promise<string> => {
    const { stdout } = await run(['oauth2:doctor', '--json', '--no-round-trip'], { env: { ...env, ...change } })
    const report = JSON.parse(stdout) as Report
    return report.checks
      .find(({ check }) => check === 'front')!
      .findings.map(({ level, text }) => `${level}: ${text}`)
      .join('\n')
  }
  const answering = async (answer: (server: Server, url: string) => void): Promise<string> => {
    const server = createServer()
    const port = await freePort()
    const url = `http://127.0.0.1:${port}/`
    answer(server, url)
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    closing.push(
      () =>
        new Promise((resolve) => {
          server.closeAllConnections()
          server.close(resolve)
        }),
    )
    return url
  }

  it('finds a healthy installation healthy, with exit 0', async () => {
    const { code, stdout, stderr } = await run(['oauth2:doctor'], { env })
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    expect(stdout).to.contain('[OK] Nothing is wrong.').and.to.not.contain('✘')
  })

  it('names a front that cannot be reached', async () => {
    expect(await front({ BASE_URL: `http://127.0.0.1:${await freePort()}/` })).to.match(
      /fault: .*cannot be reached from here \(ECONNREFUSED\)/,
    )
  })
  it('names a certificate that is not accepted', async () => {
    const tls = await startNginx({ sidecar: `127.0.0.1:${service.port}`, php: php.address, tls: true })
    closing.push(() => tls.stop())
    expect(await front({ BASE_URL: tls.url })).to.match(/fault: The certificate of https:.* is not accepted/)
  })
  it('names a redirect', async () => {
    const url = await answering((server) =>
      server.on('request', (_, response) => response.writeHead(301, { Location: 'https://studip.example.org/' }).end()),
    )
    expect(await front({ BASE_URL: url })).to.contain('leads on to https://studip.example.org/')
  })
  it('names a mount that is missing, so that Stud.IP itself answers', async () => {
    expect(await front({ BASE_URL: php.url })).to.match(
      /is not answered by this service \(status \d+\)\. Include nginx\/root\.conf/,
    )
  })
  it('names an upstream that leads nowhere', async () => {
    const lost = await startNginx({ sidecar: `127.0.0.1:${await freePort()}`, php: php.address })
    closing.push(() => lost.stop())
    expect(await front({ BASE_URL: lost.url })).to.match(/does not reach the service \(status 50\d\)/)
  })
  it('names an instance with other keys', async () => {
    expect(await front({ KEYS_PATH: await freshKeys() })).to.contain('a service with other keys')
  })
  it('names an instance with another BASE_URL', async () => {
    expect(await front({ BASE_URL: `http://localhost:${nginx.port}/` })).to.contain('whose BASE_URL is another one')
  })
  it('names a mount that is too wide, and metrics that leak', async () => {
    const { request } = await import('node:http')
    const url = await answering((server, at) =>
      server.on('request', (incoming, response) => {
        // Everything to us, and our answers with this address in them.
        const to = incoming.url === '/metrics' ? `${service.monitoring}/metrics` : `${service.url}${incoming.url}`
        request(to, { headers: incoming.headers, agent: false }, (answer) => {
          const chunks: Buffer[] = []
          answer
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .on('end', () => {
              const { 'content-length': _, ...headers } = answer.headers
              response
                .writeHead(answer.statusCode!, headers)
                .end(Buffer.concat(chunks).toString().replaceAll(env['BASE_URL']!, at))
            })
        }).end()
      }),
    )
    const found = await front({ BASE_URL: url })
    expect(found)
      .to.contain('dispatch.php/api/oauth2neighbour is answered by this service')
      .and.to.contain('Health and metrics must stay inside')
  })
})
