// loadSettings: sources, precedence, detection, and all faults at once.
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { faultSentence } from '../../src/config/fault-texts.ts'
import { loadSettings, resolveSettings, SettingsError } from '../../src/config.ts'

const local = (lines: string) => `<?php
namespace Studip { const ENV = 'production'; }
namespace {
${lines}
}
`
const credentials = `
$DB_STUDIP_HOST = 'localhost';
$DB_STUDIP_USER = "studip";
$DB_STUDIP_PASSWORD = 'p"w\\'d';
$DB_STUDIP_DATABASE = 'studip60';
$ABSOLUTE_URI_STUDIP = 'https://studip.example.org/studip';
`
const explicit = {
  STUDIP_VERSION: '6.0',
  BASE_URL: 'http://localhost:8080/',
  DATABASE_URL: 'mysql://u:p%40w@127.0.0.1:3307/db',
  KEYS_PATH: '/keys',
  SESSION_STORE: 'database',
}

describe('loadSettings', () => {
  let root: string
  const install = async (files: Record<string, string>) => {
    for (const [name, text] of Object.entries({
      VERSION: 'RELEASE 6.0.2\n',
      'config/config_local.inc.php': local(credentials),
      ...files,
    })) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true })
      await writeFile(path.join(root, name), text)
    }
  }
  const load = (env: Record<string, string> = {}) => loadSettings({ STUDIP_PATH: root, ...env }, { cwd: '/' })
  const faultsOf = async (env: Record<string, string>): Promise<readonly string[]> =>
    (await resolveSettings(env, { cwd: '/' })).faults.map((fault) => faultSentence(fault, 'en'))

  beforeEach(async () => void (root = await mkdtemp(path.join(tmpdir(), 'studip-'))))
  afterEach(() => rm(root, { recursive: true }))

  it('needs nothing but STUDIP_PATH on a normal host', async () => {
    await install({})
    const settings = await load()
    expect(settings).to.include({
      baseUrl: 'https://studip.example.org/studip/',
      sessionStore: 'database',
      sessionCookie: 'Studip_Session',
      sessionLifetime: 7200,
    })
    expect(settings.database).to.include({ user: 'studip', password: 'p"w\'d', database: 'studip60' })
    expect(settings.database.socketPath, 'localhost means the socket').to.match(/\.sock$/)
    expect(settings.database.host).to.equal(undefined)
    expect(settings).to.deep.include({
      cacheKeyPrefix: { host: 'localhost', database: 'studip60' },
      keysPath: path.join(root, 'config/oauth2'),
      studipVersion: { major: 6, minor: 0, text: '6.0.2' },
    })
    expect(Object.isFrozen(settings)).to.equal(true)
  })

  it('works without STUDIP_PATH when everything is set by hand', async () => {
    const settings = await loadSettings(explicit, { cwd: '/' })
    expect(settings.database).to.deep.equal({
      host: '127.0.0.1',
      port: 3307,
      user: 'u',
      password: 'p@w',
      database: 'db',
    })
    expect(settings).to.deep.include({
      keysPath: '/keys',
      listen: { host: '127.0.0.1', port: 8765 },
      refreshGraceSeconds: 10,
      pkcePlain: true,
      responseIss: 'openid',
    })
  })

  it('S-083 listens on loopback unless told otherwise, for health and metrics as well', async () => {
    const settings = await loadSettings(explicit, { cwd: '/' })
    expect(settings.listen).to.deep.equal({ host: '127.0.0.1', port: 8765 })
    expect(settings.metricsListen).to.deep.equal({ host: '127.0.0.1', port: 8766 })
  })

  it('tells every fault at once', async () => {
    const faults = await faultsOf({
      LISTEN: 'nowhere',
      WORKERS: '0',
      LOG_LEVEL: 'loud',
      PKCE_PLAIN: 'maybe',
      RESPONSE_ISS: 'never',
      API_READ: 'yes',
      REFRESH_GRACE: '-1',
      METRICS_LISTEN: 'x',
    })
    for (const name of [
      'LISTEN',
      'WORKERS',
      'LOG_LEVEL',
      'PKCE_PLAIN',
      'RESPONSE_ISS',
      'API_READ',
      'REFRESH_GRACE',
      'METRICS_LISTEN',
      'STUDIP_VERSION',
      'BASE_URL',
      'DATABASE_URL',
      'KEYS_PATH',
      'SESSION_STORE',
    ]) {
      expect(
        faults.filter((fault) => fault.includes(name)),
        name,
      ).to.have.length.of.at.least(1)
    }
    const error = await loadSettings({}, { cwd: '/' }).catch((caught: unknown) => caught)
    expect(error).to.be.instanceOf(SettingsError)
  })

  it('never repeats a malformed DATABASE_URL, which may hold a password', async () => {
    const faults = await faultsOf({ ...explicit, DATABASE_URL: 'mysql://u:geh/eim@host' })
    expect(faults).to.have.length(1)
    expect(faults[0]).to.not.contain('eim')
  })

  it('masks the password where settings are shown', async () => {
    const { shown } = await resolveSettings(explicit, { cwd: '/' })
    expect(shown.find(({ name }) => name === 'DATABASE_URL')).to.deep.equal({
      name: 'DATABASE_URL',
      value: 'mysql://u:***@127.0.0.1:3307/db',
      source: 'environment',
    })
  })

  it('lets the own environment win over .env of the working directory, and that over Stud.IP', async () => {
    await install({ '.env': 'LISTEN=127.0.0.1:1\nBASE_URL=https://dotenv.example.org/\n' })
    const settings = await loadSettings({ STUDIP_PATH: root, LISTEN: '127.0.0.1:2' }, { cwd: root })
    expect(settings).to.deep.include({ listen: { host: '127.0.0.1', port: 2 }, baseUrl: 'https://dotenv.example.org/' })
  })

  it("reads Stud.IP's .env where config_local.inc.php asks the environment, and the real environment wins", async () => {
    await install({
      '.env': 'MYSQL_HOST=db.example.org\nMYSQL_USER=dotenv\nMYSQL_PASSWORD="a b"\nMYSQL_DATABASE=studip\n',
      'config/config_local.inc.php':
        local(`$DB_STUDIP_HOST = $_ENV['MYSQL_HOST'] ?: 'localhost'; $DB_STUDIP_USER = $_ENV['MYSQL_USER'] ?? ''; $DB_STUDIP_PASSWORD = $_SERVER['MYSQL_PASSWORD']; $DB_STUDIP_DATABASE = $_ENV['MYSQL_DATABASE'];
        if ($PROXY_URL = getenv('PROXY_URL')) { $ABSOLUTE_URI_STUDIP = $PROXY_URL; }`),
    })
    const settings = await load({ MYSQL_USER: 'real', PROXY_URL: 'https://proxied.example.org' })
    expect(settings.database).to.deep.equal({
      host: 'db.example.org',
      port: 3306,
      user: 'real',
      password: 'a b',
      database: 'studip',
    })
    expect(settings.baseUrl).to.equal('https://proxied.example.org/')
  })

  it('takes MYSQL_* of .env when config_local.inc.php says nothing (6.x)', async () => {
    await install({
      '.env': 'MYSQL_HOST=localhost\nMYSQL_USER=u\nMYSQL_PASSWORD=p\nMYSQL_DATABASE=d\n',
      'config/config_local.inc.php': '<?php\n',
    })
    expect((await load({ BASE_URL: 'https://x.example/' })).database).to.include({
      user: 'u',
      password: 'p',
      database: 'd',
    })
    await install({
      'config/config_local.inc.php': '<?php\n',
      'config/config_defaults.inc.php':
        '<?php $DB_STUDIP_HOST = "localhost"; $DB_STUDIP_USER = ""; $DB_STUDIP_PASSWORD = ""; $DB_STUDIP_DATABASE = "";',
    })
    expect((await load({ BASE_URL: 'https://x.example/' })).database).to.include({
      user: 'u',
      password: 'p',
      database: 'd',
    })
  })

  for (const [host, expected] of [
    ['db.example.org;port=3307', { host: 'db.example.org', port: 3307 }],
    ['localhost;unix_socket=/srv/my.sock', { socketPath: '/srv/my.sock' }],
    ['db.example.org:3307', { host: 'db.example.org', port: 3307 }],
    ['db.example.org:3307;port=3308', { host: 'db.example.org', port: 3307 }],
    ['localhost:3307', { host: 'localhost', port: 3307 }],
    ['[::1]', { host: '::1', port: 3306 }],
    ['[2001:db8::7]:3307', { host: '2001:db8::7', port: 3307 }],
    ['127.0.0.1', { host: '127.0.0.1', port: 3306 }],
  ] as const) {
    it(`B9 understands DB_STUDIP_HOST ${host} as PHP does`, async () => {
      await install({ 'config/config_local.inc.php': local(credentials.replace("'localhost'", `'${host}'`)) })
      const settings = await load()
      expect(settings.database).to.deep.equal({ ...expected, user: 'studip', password: 'p"w\'d', database: 'studip60' })
      expect(settings.cacheKeyPrefix.host).to.equal(host)
    })
  }

  it('O7 refuses a socket whose path the system would cut off', async () => {
    await install({
      'config/config_local.inc.php': local(`${credentials} $ABSOLUTE_URI_STUDIP = 'https://x.example/';`),
    })
    const path = `/run/${'x'.repeat(102)}`
    expect((await load({ LISTEN: `unix:${path}` })).listen).to.deep.equal({ path })
    expect((await faultsOf({ STUDIP_PATH: root, LISTEN: `unix:${path}x` })).join()).to.contain('107 bytes at most')
  })

  it('R14 an address that only PHP can compute is one fault', async () => {
    const computed = "$ABSOLUTE_URI_STUDIP = 'https://' . $_SERVER['HTTP_HOST'] . '/';"
    await install({ 'config/config_local.inc.php': local(`${credentials} ${computed}`) })
    const faults = await faultsOf({ STUDIP_PATH: root })
    expect(faults).to.have.length(1)
    expect(faults[0]).to.match(/\$ABSOLUTE_URI_STUDIP is computed by PHP in .*Set BASE_URL/)
  })

  it('does not execute PHP: a computed password is a fault that names DATABASE_URL', async () => {
    await install({
      'config/config_local.inc.php': local(
        `${credentials} $DB_STUDIP_PASSWORD = trim(file_get_contents('/run/secrets/db'));`,
      ),
    })
    const faults = await faultsOf({ STUDIP_PATH: root })
    expect(faults.join()).to.match(
      /\$DB_STUDIP_PASSWORD is computed by PHP in .*config_local\.inc\.php, line \d+,.*Set DATABASE_URL/,
    )
    expect(await load({ DATABASE_URL: explicit.DATABASE_URL }), 'and setting it mends that').to.include({
      baseUrl: 'https://studip.example.org/studip/',
    })
  })

  describe('session store (contract §1.2)', () => {
    const store = async (lines: string, env: Record<string, string> = {}, files: Record<string, string> = {}) => {
      await install({ 'config/config_local.inc.php': local(credentials + lines), ...files })
      const { settings, faults } = await resolveSettings({ STUDIP_PATH: root, ...env }, { cwd: '/' })
      return settings?.sessionStore ?? faults.map((fault) => faultSentence(fault, 'en')).join()
    }
    it('is the cache when both switches are on', async () =>
      expect(await store('$CACHE_IS_SESSION_STORAGE = true;')).to.equal('cache'))
    it('is the database when caching is off', async () =>
      expect(await store('$CACHING_ENABLE = false; $CACHE_IS_SESSION_STORAGE = true;')).to.equal('database'))
    it('is found in an assignment to $GLOBALS', async () =>
      expect(await store("$GLOBALS['CACHE_IS_SESSION_STORAGE'] = 1;")).to.equal('cache'))
    it('follows an if on a known value', async () =>
      expect(await store('if ($DB_STUDIP_USER) { $CACHE_IS_SESSION_STORAGE = true; }')).to.equal('cache'))
    it("is found in Stud.IP's .env (6.x)", async () =>
      expect(await store('', {}, { '.env': 'STUDIP_CACHE_IS_SESSION_STORAGE=1\n' })).to.equal('cache'))
    for (const [what, lines] of [
      ['a computed value', '$CACHE_IS_SESSION_STORAGE = (bool) ini_get("x");'],
      ['an if that only PHP can decide', 'if (is_file("/x")) { $CACHE_IS_SESSION_STORAGE = true; }'],
      ['a value from an environment we do not see', '$CACHE_IS_SESSION_STORAGE = getenv("SESSIONS_IN_CACHE");'],
      [
        'an if on an environment we do not see',
        '$CACHE_IS_SESSION_STORAGE = false; if (getenv("X")) { $CACHE_IS_SESSION_STORAGE = true; }',
      ],
      ['a further file', '@include "local.inc.php";'],
    ] as const) {
      it(`fails closed on ${what}`, async () => expect(await store(lines)).to.contain('Set SESSION_STORE'))
    }
    it('obeys SESSION_STORE where it cannot be told', async () =>
      expect(await store('include "x.php";', { SESSION_STORE: 'cache' })).to.equal('cache'))
    it('fails closed when config_local.inc.php is not PHP', async () => {
      await install({ 'config/config_local.inc.php': '<?php $x = ;' })
      expect((await faultsOf({ ...explicit, SESSION_STORE: '', STUDIP_PATH: root })).join()).to.contain(
        'Set SESSION_STORE',
      )
    })
  })

  describe('S-119 what PHP reads', () => {
    const settingsOf = async (lines: string, files: Record<string, string> = {}, env: Record<string, string> = {}) => {
      await install({ 'config/config_local.inc.php': local(credentials + lines), ...files })
      return load(env)
    }
    const faultsIn = async (lines: string, files: Record<string, string> = {}) => {
      await install({ 'config/config_local.inc.php': local(credentials + lines), ...files })
      return faultsOf({ STUDIP_PATH: root })
    }

    it('B1 reads escapes and ${NAME} of .env as phpdotenv does', async () => {
      const env = 'NAME=uni\nMYSQL_PASSWORD="a\\"b\\$c"\nMYSQL_USER="${NAME}_u"\nMYSQL_DATABASE=`x`\n'
      const { database } = await settingsOf(
        "$DB_STUDIP_PASSWORD = $_ENV['MYSQL_PASSWORD']; $DB_STUDIP_USER = $_ENV['MYSQL_USER']; $DB_STUDIP_DATABASE = $_ENV['MYSQL_DATABASE'];",
        { '.env': env },
      )
      expect(database).to.include({ password: 'a"b$c', user: 'uni_u', database: '`x`' })
    })
    it('B1 hides .env from getenv(), as PHP does', async () => {
      const { database } = await settingsOf("$DB_STUDIP_DATABASE = getenv('MYSQL_DATABASE') ?: 'other';", {
        '.env': 'MYSQL_DATABASE=hidden\n',
      })
      expect(database.database).to.equal('other')
    })
    it('B1 names file and line of a mistake in .env', async () => {
      const faults = await faultsIn('', { '.env': 'A=1\n\nB=two words\n' })
      expect(faults.join()).to.match(/\.env, line 3: the value goes on after a blank/)
    })
    it('B1 passes over .env in 5.x, which does not load it', async () => {
      const { database } = await settingsOf("$DB_STUDIP_USER = $_ENV['MYSQL_USER'] ?? 'five';", {
        VERSION: '5.4.1',
        '.env': 'MYSQL_USER=six\nB=two words\n',
      })
      expect(database.user).to.equal('five')
    })
    for (const [written, seconds] of [
      ['14_400', 14400],
      ['0x3840', 14400],
      ['0b11100', 28],
      ['0o34100', 14400],
      ['4 * 60 * 60', 14400],
      ["'14400'", 14400],
      ['HOURS * 3600', 14400],
      ['$hours ?? 4 * 3600', 14400],
      ['true ? 14_400 : 1', 14400],
      ['(int) "14400"', 14400],
    ] as const)
      it(`B9 reads a lifetime of ${written}`, async () => {
        const lines = `const HOURS = 4; $SESSION_OPTIONS = array('lifetime' => ${written}); // = 1`
        expect((await settingsOf(lines)).sessionLifetime).to.equal(seconds)
      })
    for (const [written, sentence] of [
      [
        "ini_get('session.gc_maxlifetime')",
        /\$SESSION_OPTIONS is computed by PHP in .*, line 10, .*Set SESSION_LIFETIME/,
      ],
      ['1.5', /not a text in UTF-8 or a whole number\. Set SESSION_LIFETIME/],
      ["'4 hours'", /lifetime of sessions is 4 hours/],
      ['-1', /lifetime of sessions is -1/],
      ['[1]', /Set SESSION_LIFETIME/],
      ['99999999999', /lifetime of sessions is 99999999999/],
    ] as const)
      it(`B9 refuses a lifetime of ${written} instead of a default`, async () => {
        const faults = await faultsIn(`$SESSION_OPTIONS['lifetime'] = ${written};`)
        expect(faults.join()).to.match(sentence)
      })
    it('adds to what the shipped defaults say, and knows $STUDIP_BASE_PATH', async () => {
      const settings = await settingsOf(
        "$SESSION_OPTIONS['name'] = 'Uni'; $CACHING_FILECACHE_PATH = $TMP_PATH . '/c';",
        {
          'config/config_defaults.inc.php':
            "<?php $SESSION_OPTIONS = []; $SESSION_OPTIONS['lifetime'] = 600; $TMP_PATH = $STUDIP_BASE_PATH . '/data';",
        },
      )
      expect(settings).to.include({ sessionCookie: 'Uni', sessionLifetime: 600, fileCachePath: `${root}/data/c` })
    })
    it('follows an include by a path that can be told, and names what it cannot read', async () => {
      const files = { 'config/secret.inc.php': "<?php return ['host' => 'db', 'pass' => 'p'];" }
      const { database } = await settingsOf(
        "$s = require __DIR__ . '/secret.inc.php'; $DB_STUDIP_HOST = $s['host']; $DB_STUDIP_PASSWORD = $s['pass'];",
        files,
      )
      expect(database).to.include({ host: 'db', password: 'p' })
      expect((await faultsIn("\n\ninclude '/nowhere/else.php';")).join()).to.match(
        /config_local\.inc\.php:12 runs code that cannot be read here\. Set SESSION_STORE/,
      )
    })
    it('reads text that is not ASCII, and bytes that are no text are a fault', async () => {
      expect((await settingsOf("$DB_STUDIP_PASSWORD = 'ä\u20ac';")).database.password).to.equal('ä\u20ac')
      expect((await faultsIn('$DB_STUDIP_PASSWORD = "\\xff";')).join()).to.match(
        /\$DB_STUDIP_PASSWORD .* not a text in UTF-8/,
      )
    })
    it('names the line where PHP ends', async () => {
      expect((await faultsIn('\n\n$x = ;')).join()).to.match(/config_local\.inc\.php is not PHP.*\(line 12\)/)
    })
    it('refuses a file that no configuration needs to be so large', async () => {
      expect((await faultsIn(`//${'x'.repeat(1_100_000)}`)).join()).to.contain('is larger than 1048576 bytes')
    })
    it('survives code that is nested without end', async () => {
      expect((await faultsIn(`$x = ${'['.repeat(60_000)};`)).join()).to.contain('is not PHP')
    })
  })

  describe('R15 the file that unit and command line share', () => {
    const shared = async (text: string, env: Record<string, string> = {}) => {
      await install({ 'etc/env': text })
      return resolveSettings({ STUDIP_OAUTH2_ENV_FILE: path.join(root, 'etc/env'), ...env }, { cwd: '/' })
    }
    it('is read where the environment says nothing, and says where a value came from', async () => {
      const { settings, shown } = await shared(`STUDIP_PATH=${root}\nLISTEN=127.0.0.1:1\n`, { LISTEN: '127.0.0.1:2' })
      expect(settings).to.deep.include({ studipPath: root, listen: { host: '127.0.0.1', port: 2 } })
      expect(shown.find(({ name }) => name === 'STUDIP_PATH')?.source).to.equal(path.join(root, 'etc/env'))
    })
    it('counts as the real environment for Stud.IP, as it does in the service', async () => {
      await install({ 'config/config_local.inc.php': local(`${credentials} $DB_STUDIP_USER = getenv('MYSQL_USER');`) })
      await mkdir(path.join(root, 'etc'), { recursive: true })
      await writeFile(path.join(root, 'etc/env'), `STUDIP_PATH=${root}\nMYSQL_USER=shared\n`)
      const { settings } = await resolveSettings({ STUDIP_OAUTH2_ENV_FILE: path.join(root, 'etc/env') }, { cwd: '/' })
      expect(settings?.database.user).to.equal('shared')
    })
    it('O5 tells what of it has no effect', async () => {
      const file = path.join(root, 'env')
      await writeFile(file, 'export BASE_URL=x\nWORKER=2\nbase_uri=y\nTZ=UTC\nSTUDIP_ENV=z\nMYSQL_USER=u\n')
      const { idle } = await resolveSettings({ ...explicit, STUDIP_OAUTH2_ENV_FILE: file }, { cwd: '/' })
      expect(idle.map((fault) => faultSentence(fault, 'en').replace(file, 'F'))).to.deep.equal([
        'Line 1 of F is no setting and is passed over. Write NAME=value, without export, at the beginning of a line that nothing invisible precedes.',
        'WORKER in F is no setting of the service. WORKERS is probably meant.',
        'base_uri in F is no setting of the service. BASE_URL is probably meant.',
      ])
    })
    it('is a fault when it is named and not there', async () =>
      expect((await faultsOf({ ...explicit, STUDIP_OAUTH2_ENV_FILE: '/nowhere/env' })).join()).to.contain(
        'STUDIP_OAUTH2_ENV_FILE is /nowhere/env, which cannot be read (ENOENT)',
      ))
    it('one fault names STUDIP_PATH and everything that is not known without it', async () => {
      const faults = await faultsOf({ STUDIP_OAUTH2_ENV_FILE: '' })
      expect(faults).to.have.length(1)
      expect(faults[0]).to.match(/^Not set: STUDIP_VERSION, BASE_URL, DATABASE_URL, .*Set STUDIP_PATH/)
    })
    it('R14 one fault names a STUDIP_PATH that is wrong', async () => {
      const faults = await faultsOf({ STUDIP_PATH: '/nowhere', STUDIP_OAUTH2_ENV_FILE: '' })
      expect(faults).to.have.length(1)
      expect(faults[0]).to.contain('STUDIP_PATH is /nowhere')
    })
  })

  describe('version', () => {
    it('is read from $SOFTWARE_VERSION when there is no file VERSION', async () => {
      await install({ VERSION: '', 'lib/bootstrap.php': "<?php\n$SOFTWARE_VERSION = '5.4.11';\n" })
      const settings = await load()
      expect(settings).to.include({ sessionCookie: 'Seminar_Session', sessionLifetime: 86400 })
      expect(settings.studipVersion).to.deep.equal({ major: 5, minor: 4, text: '5.4.11' })
    })
    it('is refused outside 5.2 to 6.x', async () =>
      expect((await faultsOf({ ...explicit, STUDIP_VERSION: '4.6' })).join()).to.contain('4.6'))
  })

  it('reads $SESSION_OPTIONS of 6.x', async () => {
    await install({
      'config/config_local.inc.php': local(
        `${credentials} $SESSION_OPTIONS = ['name' => 'Uni_Session', 'lifetime' => 60 * 60 * 4]; $SESSION_OPTIONS['samesite'] = 'Lax';`,
      ),
    })
    expect(await load()).to.include({ sessionCookie: 'Uni_Session', sessionLifetime: 14400 })
  })

  it('hands over STUDIP_CONFIG_* of 6.x and not of 5.x', async () => {
    const env = { ...explicit, STUDIP_CONFIG_MAINTENANCE_MODE_ENABLE: 'false' }
    expect((await loadSettings(env, { cwd: '/' })).configOverrides).to.deep.equal({ MAINTENANCE_MODE_ENABLE: 'false' })
    expect((await loadSettings({ ...env, STUDIP_VERSION: '5.4' }, { cwd: '/' })).configOverrides).to.deep.equal({})
  })
})
