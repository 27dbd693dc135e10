// oauth2:doctor: a healthy installation has no fault; each seeded fault is found and named.
import { existsSync, statSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
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
  readonly createUser?: string
  readonly grants: string[]
}

describe('oauth2:doctor', () => {
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
  const findings = async (names: readonly Check['name'][], now = clock, fixWayBack = true): Promise<Found[]> => {
    const resolution = await resolveSettings(env, { cwd: '/' })
    const settings = resolution.partial
    const db = openDatabase(settings.database, 2)
    try {
      const wanted = new Set<string>(names)
      const results = await examine(
        {
          resolution,
          settings,
          db,
          now,
          t,
          fixWayBack,
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
    .filter(
      (name) => !['check.front', 'check.failover', 'check.json-api', 'check.api-read', 'check.service'].includes(name),
    )
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

  it('R14 says of a cache that it answers, and nothing of what it has not looked at', async () => {
    await database.knex('session_data').del()
    const args = ['oauth2:doctor', '--no-front', '--no-round-trip']
    const { stdout } = await run(args, { env: { ...env, SESSION_STORE: 'cache' } })
    expect(stdout).to.contain('What is in it has not been looked at')
  })

  it('O7 reads the newest of many sessions by their key, and sorts none', async () => {
    await sql(
      'INSERT INTO session_data (sid, val, changed) SELECT MD5(seq), REPEAT(1, 500), FROM_UNIXTIME(1700000000 + seq) FROM seq_1_to_20000',
    )
    await sql('ANALYZE TABLE session_data')
    const { result, statements } = await withGeneralLog(database.knex, () => findings(['check.sessions']))
    expect(result).to.deep.equal([])
    const reads = statements.filter((statement) => /^select .* from session_data/i.test(statement))
    expect(reads).to.not.be.empty
    for (const read of reads) {
      const [plan] = (await sql(`EXPLAIN ${read}`)) as unknown as [{ rows: number | string; Extra: string }[]]
      expect(plan[0]?.Extra, read).to.not.contain('filesort')
      expect(Number(plan[0]?.rows), read).to.be.below(1000)
    }
  })

  it('S-083 warns of listeners that other machines reach', async () => {
    const before = env
    try {
      env = { ...env, LISTEN: '0.0.0.0:8765', METRICS_LISTEN: '[::]:8766' }
      expect((await findings(['check.transport'])).map(({ level, text }) => `${level}: ${text}`).join()).to.match(
        /^warning: LISTEN is not a loopback address.*,warning: METRICS_LISTEN is not/,
      )
    } finally {
      env = before
    }
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
      "O7 a plugin's column that every row needs",
      'check.tables',
      () => sql('ALTER TABLE oauth2_access_tokens ADD campus int NOT NULL, ADD seat int NOT NULL DEFAULT 1'),
      /^Column campus of oauth2_access_tokens is none of Stud\.IP, and has no default/,
    ],
    [
      'O7 one of two tables converted to another collation',
      'check.tables',
      () => sql('ALTER TABLE oauth2_access_tokens CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci'),
      /ALTER TABLE oauth2_refresh_tokens CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;/,
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
      /private\.key can be read by everybody.*664.*chgrp www-data \S+ && chmod 660/,
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
      /Client \d+ \(Old\) .*refuse\. http:\/\/old\.example\.org\/cb is not encrypted\. Use https.*still works/,
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
    expect(
      settings!.findings.filter(({ level }) => level === 'fault'),
      'R14 one cause, one fault',
    ).to.have.length(2)
    for (const { check, findings: found } of others.filter(
      (other) => !['pkce', 'grace', 'service'].includes(other.check),
    ))
      expect(
        found.map(({ level }) => level),
        check,
      ).to.deep.equal(['note'])
  })

  const levelsOf = async (names: readonly Check['name'][]) =>
    Object.fromEntries((await findings(names)).map(({ check, level, text }) => [check, `${level}: ${text}`]))

  it('O2 checks all that can be checked while one setting is missing, and shows none in its place', async () => {
    delete env['BASE_URL']
    await sql('ALTER TABLE oauth2_auth_codes ENGINE=MyISAM')
    const found = await levelsOf([
      'check.settings',
      'check.database',
      'check.tables',
      'check.sessions',
      'check.keys',
      'check.front',
      'check.transport',
    ])
    expect(found['check.tables']).to.match(/^fault: .*MyISAM/)
    expect(found['check.front']).to.equal('note: Not checked: BASE_URL is not known.')
    expect(found['check.transport']).to.equal('note: Not checked: BASE_URL is not known.')
    expect(found).to.not.have.any.keys('check.database', 'check.sessions', 'check.keys')
    const { stdout } = await run(['oauth2:doctor', '--json'], { env })
    const shown = (JSON.parse(stdout) as Report).settings.find(({ name }) => name === 'BASE_URL')
    expect(shown).to.deep.equal({ name: 'BASE_URL', value: '', source: 'unknown' })
    expect(stdout).to.not.contain('http://localhost/')
  })

  it('R14 no fault keeps a check from running that can run', async () => {
    await sql('DROP TABLE users_tfa')
    await rm(path.join(folder, 'public.key'))
    await sql(
      "INSERT INTO oauth2_clients (name, secret, redirect, mkdate, chdate) VALUES ('Odd', 'plain', 'https://a.example.org', 1, 1)",
    )
    const found = await levelsOf(healthy)
    expect(found['check.tables']).to.match(/users_tfa is missing/)
    expect(found['check.keys']).to.match(/public\.key does not exist/)
    expect(found['check.clients']).to.match(/no bcrypt hash/)
    expect(found).to.not.have.any.keys('check.version', 'check.sessions', 'check.trampoline', 'check.clock')
  })

  it('R14 a right that is missing is not a table that is missing', async () => {
    const user = `r${process.pid}_${Date.now() % 1e6}`
    const name = database.settings.database
    await sql(`CREATE USER ${user}@'%' IDENTIFIED BY 'geheim'`)
    try {
      for (const table of ['config', 'config_values', 'session_data', 'oauth2_clients', 'schema_version'])
        await sql(`GRANT SELECT ON ${name}.${table} TO ${user}@'%'`)
      const url = new URL(database.url)
      url.username = user
      url.password = 'geheim'
      env['DATABASE_URL'] = url.href
      const found = await findings([
        'check.database',
        'check.rights',
        'check.tables',
        'check.version',
        'check.sessions',
      ])
      expect(found.map(({ check }) => check))
        .to.include('check.rights')
        .and.not.include.members(['check.tables'])
      expect(
        found.every(({ check }) => check === 'check.rights'),
        JSON.stringify(found),
      ).to.equal(true)
    } finally {
      await sql(`DROP USER ${user}@'%'`)
    }
  })

  it('R14 asks for no right on the cache table where the cache is another program', async () => {
    env['SESSION_STORE'] = 'cache'
    await sql('DROP TABLE cache')
    await sql(
      `INSERT INTO config_values (field, range_id, value) VALUES ('SYSTEMCACHE', 'studip', '{"type":"Studip\\\\Cache\\\\RedisCache","config":{"hostname":"127.0.0.1","port":1}}') ON DUPLICATE KEY UPDATE value = VALUES(value)`,
    )
    expect(await findings(['check.database', 'check.rights', 'check.tables'])).to.deep.equal([])
  })

  it('R14 names maintenance mode', async () => {
    await sql(
      "INSERT INTO config_values (field, range_id, value) VALUES ('MAINTENANCE_MODE_ENABLE', 'studip', '1') ON DUPLICATE KEY UPDATE value = '1'",
    )
    expect((await levelsOf(['check.maintenance']))['check.maintenance']).to.match(
      /^warning: Stud\.IP is in maintenance mode/,
    )
  })

  describe('beside the files of Stud.IP', () => {
    const native = async (lines: string) => {
      const root = path.join(folder, 'studip')
      await mkdir(path.join(root, 'config'), { recursive: true })
      await writeFile(path.join(root, 'VERSION'), '6.0.2')
      await writeFile(path.join(root, 'config/config_local.inc.php'), `<?php ${lines}`)
      env['STUDIP_PATH'] = root
    }
    for (const [what, lines, own, sentence, level] of [
      [
        'R14 a BASE_URL of another host',
        "$ABSOLUTE_URI_STUDIP = 'http://studip.example.org/';",
        {},
        /\$ABSOLUTE_URI_STUDIP is http:\/\/studip\.example\.org\//,
        'fault',
      ],
      [
        'R14 a BASE_URL of another path',
        "$ABSOLUTE_URI_STUDIP = 'http://127.0.0.1/studip';",
        {},
        /BASE_URL is http:\/\/127\.0\.0\.1\//,
        'fault',
      ],
      [
        'R14 a BASE_URL of another scheme',
        "$ABSOLUTE_URI_STUDIP = 'https://127.0.0.1/';",
        {},
        /correct BASE_URL/,
        'warning',
      ],
      [
        'R14 a wrong SESSION_COOKIE',
        "$SESSION_OPTIONS = ['name' => 'Uni'];",
        { SESSION_COOKIE: 'Other' },
        /calls its session cookie Uni/,
        'fault',
      ],
      [
        "O7 another Stud.IP's DATABASE_URL",
        "$DB_STUDIP_HOST = 'localhost'; $DB_STUDIP_DATABASE = 'studip_test'; $DB_STUDIP_USER = 'studip';",
        {},
        /leads to the database studip_[0-9a-f]+, but Stud\.IP itself uses studip_test\./,
        'fault',
      ],
      [
        'O7 a DATABASE_URL with the database of that name on another server',
        "$DB_STUDIP_HOST = 'db.example.org'; $DB_STUDIP_DATABASE = 'NAME'; $DB_STUDIP_USER = 'studip';",
        {},
        /leads to the server at 127\.0\.0\.1:\d+, but Stud\.IP itself asks db\.example\.org:3306\./,
        'warning',
      ],
      [
        'O7 a wrong SESSION_LIFETIME',
        "$SESSION_OPTIONS = ['lifetime' => 600];",
        { SESSION_LIFETIME: '7200' },
        /live for 600 seconds/,
        'warning',
      ],
    ] as const)
      it(what, async () => {
        await native(lines.replace('NAME', database.settings.database))
        Object.assign(env, own)
        const [found] = await findings(['check.settings'])
        expect(found?.level).to.equal(level)
        expect(found?.text).to.match(sentence)
      })

    it('R13 after a switch to the cache the old rows mislead nobody', async () => {
      delete env['SESSION_STORE']
      await native('$CACHE_IS_SESSION_STORAGE = true;')
      expect(await findings(['check.sessions'])).to.deep.equal([])
      env['SESSION_STORE'] = 'database'
      expect((await findings(['check.sessions']))[0]?.text).to.contain('Set SESSION_STORE to cache')
    })
  })

  it('R13 the newer of two stores decides where nothing else does', async () => {
    const cached = (expires: number) =>
      sql(
        `INSERT INTO cache (cache_key, content, expires) VALUES ('session_data/${'b'.repeat(32)}', 's:0:"";', ${expires})`,
      )
    env['SESSION_STORE'] = 'cache'
    await sql(`UPDATE session_data SET changed = FROM_UNIXTIME(${clock() - 600})`)
    await cached(clock() - 60 + 7200)
    expect(await findings(['check.sessions'])).to.deep.equal([])
    env['SESSION_STORE'] = 'database'
    expect((await findings(['check.sessions']))[0]?.text).to.contain('Set SESSION_STORE to cache')
    await sql('DELETE FROM cache')
    await cached(clock() - 3600 + 7200)
    expect(await findings(['check.sessions'])).to.deep.equal([])
  })

  it('R14 makes the row of the way back only when asked to', async () => {
    const rows = async () =>
      Number(
        (await database.knex('personal_notifications').where({ html_id: 'oauth2-sidecar' }).count({ n: '*' }))[0]!['n'],
      )
    expect((await findings(['check.trampoline'], clock, false))[0]).to.include({ level: 'note' })
    expect(await rows()).to.equal(0)
    const { stdout } = await run(['oauth2:doctor', '--no-front', '--fix-way-back'], { env })
    expect(stdout).to.contain('The row that leads people back after the login was made')
    expect(await rows()).to.equal(1)
    expect(await findings(['check.trampoline'], clock, false)).to.deep.equal([])
  })

  it("R14 names a user to create where Stud.IP's own is borrowed, or nobody gets in", async () => {
    const url = new URL(database.url)
    url.username = 'not_there'
    const lost = JSON.parse(
      (await run(['oauth2:doctor', '--json', '--no-front'], { env: { ...env, DATABASE_URL: url.href } })).stdout,
    ) as Report
    expect(lost.createUser).to.match(/^CREATE USER 'not_there'@'\S+' IDENTIFIED BY$/)
    expect(lost.grants.every((grant) => grant.includes("TO 'not_there'@"))).to.equal(true)
    expect(lost.grants).to.have.length.of.at.least(10)
    const root = path.join(folder, 'studip')
    await mkdir(path.join(root, 'config'), { recursive: true })
    const { username, password, hostname, port, pathname } = new URL(database.url)
    await writeFile(
      path.join(root, 'config/config_local.inc.php'),
      `<?php $DB_STUDIP_HOST = '${hostname};port=${port}'; $DB_STUDIP_USER = '${username}'; $DB_STUDIP_PASSWORD = '${password}'; $DB_STUDIP_DATABASE = '${pathname.slice(1)}';`,
    )
    const { DATABASE_URL: _, ...others } = env
    const borrowed = JSON.parse(
      (await run(['oauth2:doctor', '--json', '--no-front'], { env: { ...others, STUDIP_PATH: root } })).stdout,
    ) as Report
    expect(borrowed.createUser).to.match(/^CREATE USER 'studip_oauth2'@/)
    expect(borrowed.grants[0]).to.contain("TO 'studip_oauth2'@")
  })

  it('A13 opens no door for others while its round trip runs', async () => {
    const { Server } = await import('node:net')
    const listen = Server.prototype.listen
    const places: unknown[] = []
    const modes: string[] = []
    Server.prototype.listen = function (this: InstanceType<typeof Server>, ...args: unknown[]) {
      const at = args[0] as { path?: string }
      places.push(at)
      if (at.path) modes.push((statSync(path.dirname(at.path)).mode & 0o777).toString(8))
      return Reflect.apply(listen, this, args) as never
    } as typeof listen
    try {
      expect(await findings(['check.round-trip'])).to.deep.equal([])
    } finally {
      Server.prototype.listen = listen
    }
    expect(places).to.have.length(1)
    expect(places[0]).to.have.all.keys('path')
    expect(modes).to.deep.equal(['700'])
    expect(existsSync((places[0] as { path: string }).path)).to.equal(false)
  })

  it('O7 names public clients in browsers while JSONAPI_CORS_ORIGIN is empty', async () => {
    await sql(
      "INSERT INTO oauth2_clients (name, redirect, mkdate, chdate) VALUES ('Spa', 'https://spa.example.org/', 1, 1)",
    )
    expect((await findings(['check.clients']))[0]?.text).to.match(/\(Spa\).*JSONAPI_CORS_ORIGIN of Stud\.IP is empty/)
    await sql(
      `INSERT INTO config_values (field, range_id, value) VALUES ('JSONAPI_CORS_ORIGIN', 'studip', '["https://spa.example.org"]')`,
    )
    expect(await findings(['check.clients'])).to.deep.equal([])
  })

  it('O7 names another program at METRICS_LISTEN', async () => {
    const other = createServer((_, response) => response.writeHead(404).end('nothing'))
    const port = await freePort()
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    env['METRICS_LISTEN'] = `127.0.0.1:${port}`
    try {
      expect((await findings(['check.service']))[0]?.text).to.match(/another program answers \(status 404\)/)
    } finally {
      other.close()
    }
  })

  for (const [seconds, level] of [
    ['10', undefined],
    ['9', undefined],
    ['8', 'warning'],
    ['0', 'note'],
  ] as const)
    it(`A4 says ${level ?? 'nothing'} to a REFRESH_GRACE of ${seconds}`, async () => {
      env['REFRESH_GRACE'] = seconds
      expect((await findings(['check.grace']))[0]?.level).to.equal(level)
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

describe('oauth2:doctor through the web server', () => {
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
  it('--no-front asks nothing of BASE_URL, --no-round-trip makes no client, with API_READ=on too', async () => {
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      asked.push(request.url)
      response.end()
    })
    const port = await freePort()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
    const changed = { ...env, BASE_URL: `http://127.0.0.1:${port}/`, API_READ: 'on' }
    const checksWith = async (...flags: readonly string[]) => {
      const { stdout } = await run(['oauth2:doctor', '--json', ...flags], { env: changed })
      return (JSON.parse(stdout) as Report).checks.map(({ check }) => check)
    }
    expect(await checksWith('--no-front'))
      .to.include('round-trip')
      .and.not.include.oneOf(['front', 'sign-in', 'failover', 'json-api', 'api-read'])
    expect(asked).to.deep.equal([])
    expect(await checksWith('--no-round-trip'))
      .to.include('front')
      .and.not.include.oneOf(['round-trip', 'json-api', 'api-read'])
    expect(asked, 'the test itself can fail').to.not.be.empty
  })
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
  for (const [what, server, status] of [
    ['password', 'auth_basic "Test system"; auth_basic_user_file /dev/null;', 401],
    ['list of addresses', 'deny all;', 403],
  ] as const)
    it(`O7 names a ${what} of the web server's own`, async () => {
      const guarded = await startNginx({ sidecar: `127.0.0.1:${service.port}`, php: php.address, server })
      closing.push(() => guarded.stop())
      expect(await front({ BASE_URL: guarded.url })).to.contain(`refused by the web server itself (status ${status})`)
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

  const checked = async (check: string, change: Record<string, string> = {}): Promise<string> => {
    const { stdout } = await run(['oauth2:doctor', '--json'], { env: { ...env, ...change } })
    return (JSON.parse(stdout) as Report).checks
      .find((one) => one.check === check)!
      .findings.map(({ level, text }) => `${level}: ${text}`)
      .join('\n')
  }
  /** The site with other parts, at the same address. */
  const otherwise = async (options: Partial<Parameters<typeof startNginx>[0]>) => {
    await nginx.stop()
    const other = await startNginx({
      sidecar: `127.0.0.1:${service.port}`,
      php: php.address,
      port: nginx.port,
      ...options,
    })
    closing.push(async () => {
      await other.stop()
      nginx = await startNginx({ sidecar: `127.0.0.1:${service.port}`, php: php.address, port: other.port })
    })
  }

  it('R14 tries the failover before the first outage, and the JSON:API for real', async () => {
    expect(await checked('failover')).to.match(/^ok: While no instance .* reach Stud\.IP's own server/)
    expect(await checked('json-api')).to.match(/^ok: Stud\.IP's JSON:API takes a token/)
    const left = await database.knex('oauth2_clients').where({ name: 'oauth2:doctor' }).count({ n: '*' })
    expect(Number(left[0]!['n'])).to.equal(0)
  })
  it('R14 says where a failover was left out on purpose', async () => {
    await otherwise({ failover: 'off' })
    expect(await checked('failover')).to.match(/^note: .*get 503/)
  })
  it('R14 names a failover that cannot work', async () => {
    const other = createServer((incoming, response) =>
      response.writeHead(incoming.method === 'POST' ? 404 : 200).end('File not found.'),
    )
    const port = await freePort()
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    closing.push(() => void other.close())
    await otherwise({ php: `127.0.0.1:${port}` })
    expect(await checked('failover')).to.match(/^fault: .*get status 404 and no answer of Stud\.IP's own server/)
  })
  it('R14 A13 nobody else can ask for a drill, nor through a proxy on this machine', async () => {
    const { request } = await import('node:http')
    /** Our own answers carry a number. */
    const isOurs = (localAddress: string, more: Readonly<Record<string, string>> = {}) =>
      new Promise<boolean>((resolve, reject) => {
        const headers = { 'X-OAuth2-Drill': '1', 'Content-Type': 'application/x-www-form-urlencoded', ...more }
        request(
          `${nginx.url}dispatch.php/api/oauth2/token`,
          { method: 'POST', localAddress, agent: false, headers },
          (answer) => resolve(answer.resume().headers['x-request-id'] !== undefined),
        )
          .once('error', reject)
          .end('grant_type=x&client_id=0')
      })
    expect(await isOurs('127.0.0.1'), 'this machine').to.equal(false)
    // Another address than the one that is asked, as everybody else has one.
    expect(await isOurs('127.0.0.2'), 'another machine').to.equal(true)
    const passedOn = { 'X-Forwarded-For': '192.0.2.1', Forwarded: 'for=192.0.2.1', Via: '1.1 proxy' }
    for (const [name, value] of Object.entries(passedOn))
      expect(await isOurs('127.0.0.1', { [name]: value }), name).to.equal(true)
  })
  it('R14 names a JSON:API that answers 500 to every token', async () => {
    const url = await answering((server) => server.on('request', (_, response) => response.writeHead(500).end()))
    expect(await checked('json-api', { BASE_URL: url })).to.match(/^fault: .*answers a good token with status 500/)
  })
  it('R14 names http at a port for TLS', async () => {
    const tls = await startNginx({ sidecar: `127.0.0.1:${service.port}`, php: php.address, tls: true })
    closing.push(() => tls.stop())
    expect(await front({ BASE_URL: tls.url.replace('https:', 'http:') })).to.contain(
      'asks for http at a port that speaks https',
    )
  })
  it('R14 names the session cookie that Stud.IP really sets', async () => {
    expect(await front({ SESSION_COOKIE: 'Other_Session' })).to.match(
      /Stud\.IP sets the session cookie Studip_Session, but SESSION_COOKIE is Other_Session/,
    )
  })
})
