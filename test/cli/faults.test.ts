// Every fault of the surroundings has its own sentence, on stderr, in both languages, and an exit code that scripts can tell apart (O5).
import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { DatabaseFault, failureOf, sentenceOf } from '../../src/cli/faults.ts'
import { textsIn } from '../../src/cli/texts.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { freePort } from '../support/free-port.ts'
import { bareEnvironment, environmentOf, json, run, studip } from './studip.ts'

describe('faults of the command line', () => {
  let database: TestDatabase
  let env: Record<string, string>
  before(async () => {
    database = await testDatabase({ oauth2: false })
    env = await environmentOf(database)
  })
  after(() => database.drop())

  const bothLanguages = (
    title: string,
    change: () => Promise<Record<string, string>> | Record<string, string>,
    args: readonly string[],
    english: RegExp,
    german: RegExp,
    exit: number,
  ) => {
    for (const [language, expected] of [
      ['en_GB.UTF-8', english],
      ['de_DE.UTF-8', german],
    ] as const) {
      it(`${title} (${language})`, async () => {
        const { code, stdout, stderr } = await run(args, { env: { ...env, ...(await change()), LANG: language } })
        expect({ code, stdout }).to.deep.equal({ code: exit, stdout: '' })
        expect(stderr).to.match(expected)
        expect(stderr.trim().split('\n'), 'one sentence').to.have.length(1)
        expect(stderr).to.not.contain('geheim')
      })
    }
  }
  const url = (change: (url: URL) => void) => {
    const changed = new URL(database.url)
    change(changed)
    return { DATABASE_URL: changed.href }
  }

  bothLanguages(
    'a database that is away',
    async () => ({ DATABASE_URL: `mysql://u:geheim@127.0.0.1:${await freePort()}/studip` }),
    ['oauth2:clients'],
    /does not answer \(ECONNREFUSED\)\. Start it, or correct DATABASE_URL/,
    /antwortet nicht \(ECONNREFUSED\)\. Starten Sie sie/,
    4,
  )
  bothLanguages(
    'a socket that is not there',
    () => ({ DATABASE_URL: 'mysql://u:geheim@localhost/studip?socketPath=/nowhere/mysqld.sock' }),
    ['oauth2:clients'],
    /\/nowhere\/mysqld\.sock does not answer \(ENOENT\)/,
    /\/nowhere\/mysqld\.sock antwortet nicht \(ENOENT\)/,
    4,
  )
  bothLanguages(
    'a wrong password',
    () => url((changed) => void (changed.password = 'geheim')),
    ['oauth2:clients'],
    /refuses user studip: name or password is wrong/,
    /weist den Benutzer studip ab: Name oder Passwort ist falsch/,
    3,
  )
  bothLanguages(
    'a database that does not exist',
    () => url((changed) => void (changed.pathname = '/nowhere')),
    ['oauth2:grants', '--client', '1'],
    /There is no database nowhere/,
    /gibt es keine Datenbank nowhere/,
    3,
  )
  bothLanguages(
    'a missing table of ours',
    () => ({}),
    ['oauth2:clients'],
    /The table oauth2_clients is missing\. Create it with oauth2:migrate/,
    /Die Tabelle oauth2_clients fehlt\. Legen Sie sie mit oauth2:migrate an/,
    1,
  )

  it('O5 say of a database that is there and cannot serve why, and what mends it', () => {
    const settings = { host: 'db', port: 3306, user: 'u', password: 'geheim', database: 'studip' }
    for (const [errno, english, german] of [
      [1040, /no connection left \(CODE\).*max_connections/, /keine Verbindung mehr frei \(CODE\).*max_connections/],
      [1290, /db:3306 only reads/, /db:3306 liest zur Zeit nur/],
      [1836, /db:3306 only reads/, /db:3306 liest zur Zeit nur/],
      [1205, /holds what this needs.*PROCESSLIST/, /ist belegt.*PROCESSLIST/],
      [1114, /no room left/, /keinen Platz mehr/],
      [1047, /no working part of its cluster/, /kein arbeitender Teil/],
      [1129, /FLUSH HOSTS/, /FLUSH HOSTS/],
      [1053, /does not answer/, /antwortet nicht/],
    ] as const) {
      const error = new DatabaseFault(settings, { errno, code: 'CODE' })
      expect(sentenceOf(textsIn('en'), error)).to.match(english)
      expect(sentenceOf(textsIn('de'), error)).to.match(german)
      expect(failureOf(error)).to.equal('away')
    }
  })

  it('O5 end with a sentence where their output has no room', async function () {
    const full = await open('/dev/full', 'w').catch(() => undefined)
    if (!full) return this.skip()
    const child = spawn(studip, ['list', '--json'], { env: bareEnvironment(env), stdio: ['ignore', full.fd, 'pipe'] })
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
    const code = await new Promise((resolve) => child.once('close', resolve))
    await full.close()
    expect({ code, error: JSON.parse(said) as unknown }).to.deep.equal({
      code: 1,
      error: {
        error: 'failed',
        exitCode: 1,
        message: 'The output cannot be written (ENOSPC): what it would have said is lost, what was done is not.',
      },
    })
  })

  it('O5 take an empty filter for a mistake, not for all grants', async () => {
    for (const filter of ['--user', '--client', '--grant'])
      for (const args of [[filter, ''], [filter], [filter, '', '--revoke', '--force']]) {
        const { code, stderr } = await run(['oauth2:grants', ...args], { env })
        expect(code, args.join(' ')).to.equal(2)
        expect(stderr).to.contain('exactly one of')
      }
  })

  it('O3 R14 blames a folder of Stud.IP that is closed, or its configuration, and nothing else', async function () {
    if (process.getuid?.() !== 0) return this.skip()
    const root = await mkdtemp(path.join(tmpdir(), 'closed-'))
    try {
      await mkdir(path.join(root, 'studip/config'), { recursive: true })
      const file = path.join(root, 'studip/config/config_local.inc.php')
      await writeFile(file, '<?php\n')
      const told = async () => {
        const { code, stderr } = await run(['oauth2:clients'], {
          env: { STUDIP_PATH: path.join(root, 'studip'), STUDIP_VERSION: '6.0', STUDIP_OAUTH2_ENV_FILE: '' },
          uid: 65534,
        })
        expect(code).to.equal(3)
        return stderr.trim().split('\n').slice(1).join('\n')
      }
      for (const closed of [root, path.join(root, 'studip'), path.join(root, 'studip/config')]) {
        await chmod(root, 0o755)
        await chmod(closed, 0o700)
        expect(await told(), closed).to.match(
          new RegExp(`^  - This user may not look into the folder ${closed}, .*mode 750\\.$`),
        )
        await chmod(closed, 0o755)
      }
      await chmod(file, 0o600)
      expect(await told()).to.match(/^ {2}- \S+config_local\.inc\.php may not be read by this user\. [^\n]*$/)
    } finally {
      await rm(root, { recursive: true })
    }
  })

  it('names all settings that are wrong at once', async () => {
    const { code, stderr } = await run(['oauth2:serve'], {
      env: { LISTEN: 'nowhere', WORKERS: '0', SESSION_STORE: 'somewhere' },
    })
    expect(code).to.equal(3)
    for (const name of [
      'LISTEN',
      'WORKERS',
      'SESSION_STORE',
      'STUDIP_VERSION',
      'BASE_URL',
      'DATABASE_URL',
      'KEYS_PATH',
    ])
      expect(stderr).to.contain(name)
    expect(stderr).to.match(/^\[ERROR\] \d+ settings are wrong:\n( {2}- .*\n)+$/)
  })

  it('O4 tells the journal that each line of a fault is an error, and ends in a way that is not tried again', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'journal-'))
    const file = await open(path.join(folder, 'journal'), 'w+')
    try {
      const { dev, ino } = await file.stat({ bigint: true })
      const child = spawn(studip, ['oauth2:serve'], {
        cwd: '/',
        stdio: ['ignore', 'ignore', file.fd],
        env: bareEnvironment({ ...env, LISTEN: 'nowhere', WORKERS: 'many', JOURNAL_STREAM: `${dev}:${ino}` }),
      })
      const code = await new Promise((resolve) => child.once('close', resolve))
      const lines = (await readFile(path.join(folder, 'journal'), 'utf8')).trimEnd().split('\n')
      expect(lines.length).to.be.greaterThan(2)
      expect(lines.filter((line) => !line.startsWith('<3>'))).to.be.empty
      const unit = await readFile('docs/systemd/studip-oauth2.service', 'utf8')
      expect(unit).to.include(`\nRestartPreventExitStatus=${String(code)}\n`)
    } finally {
      await file.close()
      await rm(folder, { recursive: true })
    }
  })

  it('names them in German as well', async () => {
    const { stderr } = await run(['oauth2:serve'], { env: { LISTEN: 'nowhere', LANG: 'de_DE.UTF-8' } })
    expect(stderr).to.match(/^\[FEHLER\] \d+ Einstellungen sind falsch:\n/)
    expect(stderr)
      .to.contain('LISTEN ist nowhere, muss aber')
      .and.to.contain('Nicht gesetzt: STUDIP_VERSION, BASE_URL')
      .and.to.contain('Setzen Sie STUDIP_PATH auf den Ordner von Stud.IP')
    expect(stderr).to.not.match(/ is | not |\{\{/)
  })

  it('names a table of Stud.IP that is missing', async () => {
    const empty = await testDatabase()
    try {
      await empty.knex.schema.dropTable('config_values')
      const { code, stderr } = await run(['oauth2:purge'], { env: { ...env, DATABASE_URL: empty.url } })
      expect(code).to.equal(1)
      expect(stderr).to.contain('The table config_values is missing. Check that the database')
    } finally {
      await empty.drop()
    }
  })

  it('names a right that is missing', async () => {
    const full = await testDatabase()
    const user = `u${Date.now() % 1e9}`
    try {
      await full.knex.raw(`CREATE USER ${user}@'%' IDENTIFIED BY 'geheim'`)
      await full.knex.raw(`GRANT SELECT ON ${full.settings.database}.oauth2_refresh_tokens TO ${user}@'%'`)
      const limited = new URL(full.url)
      limited.username = user
      limited.password = 'geheim'
      const { code, stderr } = await run(['oauth2:clients'], { env: { ...env, DATABASE_URL: limited.href } })
      expect({ code, stderr }).to.deep.equal({
        code: 1,
        stderr: `[ERROR] User ${user} lacks a right on oauth2_clients. Grant the rights that oauth2:doctor prints.\n`,
      })
    } finally {
      await full.knex.raw(`DROP USER IF EXISTS ${user}@'%'`)
      await full.drop()
    }
  })

  it('is told by bin/studip itself when the sidecar is not built', async () => {
    const { cp } = await import('node:fs/promises')
    const { execFile } = await import('node:child_process')
    const folder = await mkdtemp(path.join(tmpdir(), 'unbuilt-'))
    try {
      await cp(new URL('../../bin/studip', import.meta.url), path.join(folder, 'bin/studip'))
      await cp(new URL('../../package.json', import.meta.url), path.join(folder, 'package.json'))
      const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
        execFile(path.join(folder, 'bin/studip'), (error, _, text) => resolve({ code: error?.code, stderr: text }))
      })
      expect({ code, stderr }).to.deep.equal({
        code: 1,
        stderr: 'The sidecar is not built yet. Run: npm ci && npm run build\n',
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('oauth2:migrate', () => {
  let database: TestDatabase
  before(async () => void (database = await testDatabase({ oauth2: false })))
  after(() => database.drop())

  it('creates the tables where they are missing, once, and keeps what is there', async () => {
    const env = await environmentOf(database)
    const planned = await json<{ migrations: string[] }>(['oauth2:migrate', '--dry-run'], { env })
    expect(planned.migrations).to.have.length.of.at.least(1)
    expect(await database.knex.schema.hasTable('oauth2_clients')).to.equal(false)
    expect((await json<{ migrations: string[] }>(['oauth2:migrate'], { env })).migrations).to.deep.equal(
      planned.migrations,
    )
    for (const table of ['oauth2_clients', 'oauth2_auth_codes', 'oauth2_access_tokens', 'oauth2_refresh_tokens'])
      expect(await database.knex.schema.hasTable(table), table).to.equal(true)
    const { code, stdout } = await run(['oauth2:migrate'], { env: { ...env, LANG: 'de_DE' } })
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'Es ist nichts zu tun.\n' })
  })

  it('creates again what was dropped since', async () => {
    await database.knex.schema.dropTable('oauth2_refresh_tokens')
    expect((await run(['oauth2:migrate'], { env: await environmentOf(database) })).code).to.equal(0)
    expect(await database.knex.schema.hasTable('oauth2_refresh_tokens')).to.equal(true)
  })

  it('B12 leaves nothing behind where Stud.IP has made the tables, nor after --dry-run', async () => {
    const tablesOf = async ({ knex }: TestDatabase) => ((await knex.raw('SHOW TABLES')) as [unknown[]])[0]
    for (const oauth2 of [true, false]) {
      const stock = await testDatabase({ oauth2 })
      try {
        const before = await tablesOf(stock)
        const env = await environmentOf(stock)
        for (const more of oauth2 ? [['--dry-run'], []] : [['--dry-run']])
          expect((await run(['oauth2:migrate', ...more], { env })).code).to.equal(0)
        expect(await tablesOf(stock)).to.deep.equal(before)
      } finally {
        await stock.drop()
      }
    }
  })
})
