// Where Stud.IP keeps its sessions, while the service runs (contract §1.2, R3).
import { expect } from 'chai'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { resolveSettings } from '../../src/config.ts'
import { followSessions } from '../../src/config/follow-sessions.ts'
import { temporaryDirectory } from '../support/child-process.ts'

describe('the session store of a Stud.IP that is reconfigured', () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  const local = (lines = '') =>
    `<?php $DB_STUDIP_HOST = 'localhost'; $DB_STUDIP_USER = 'a'; $DB_STUDIP_PASSWORD = 'b'; $DB_STUDIP_DATABASE = 'c'; $ABSOLUTE_URI_STUDIP = 'https://x.example/'; ${lines}`
  const file = (name = 'config/config_local.inc.php') => join(folder.path, name)
  const configure = (lines?: string) => writeFile(file(), local(lines))
  beforeEach(async () => {
    folder = await temporaryDirectory('studip')
    await mkdir(file('config'))
    await writeFile(file('VERSION'), '6.0.2')
    await configure()
  })
  afterEach(() => folder.remove())
  const start = async (more: Record<string, string> = {}) => {
    const env = { STUDIP_PATH: folder.path, ...more }
    const { settings, faults } = await resolveSettings(env, { cwd: '/' })
    expect(faults).to.deep.equal([])
    const follow = followSessions(settings!, { env, cwd: '/', every: 0 })
    const now = () =>
      follow().then(
        ({ sessionStore }) => sessionStore,
        (error: Error) => `${error.name}: ${error.message}`,
      )
    expect(await now()).to.equal(settings!.sessionStore)
    return now
  }
  const cache = '$CACHE_IS_SESSION_STORAGE = true;'

  it('R3 follows a switch to the cache and back, without a restart', async () => {
    const now = await start()
    await configure(cache)
    expect(await now()).to.equal('cache')
    await configure(`$CACHING_ENABLE = false; ${cache}`)
    expect(await now()).to.equal('database')
  })
  it("R3 follows Stud.IP's .env", async () => {
    const now = await start()
    await writeFile(file('.env'), 'STUDIP_CACHE_IS_SESSION_STORAGE=1\n')
    expect(await now()).to.equal('cache')
    await rm(file('.env'))
    expect(await now()).to.equal('database')
  })
  it('R3 sees a file of the same length and age that takes the place of another', async () => {
    const now = await start()
    await writeFile(file('new.php'), local(cache))
    await rename(file('new.php'), file())
    expect(await now()).to.equal('cache')
  })
  for (const [what, change, sentence] of [
    ['computed', () => configure('$CACHE_IS_SESSION_STORAGE = f();'), /computes .*CACHE_IS_SESSION_STORAGE/],
    ['half written', () => writeFile(file(), '<?php $CACHE_IS_SESSION_STORAGE = ;'), /not PHP that can be read/],
    ['extended by a further file', () => configure('include "more.php";'), /runs code that cannot be read here/],
    ['gone', () => rm(file('config'), { recursive: true }), /holds no folder config/],
    ['of another major version', () => writeFile(file('VERSION'), '5.4.11'), /major version.*Restart/],
    ['one with another cookie', () => configure("$SESSION_OPTIONS = ['name' => 'Uni'];"), /cookie.*Restart/],
    [
      'one whose .env names another cache',
      () => writeFile(file('.env'), 'STUDIP_CONFIG_SYSTEMCACHE={}\n'),
      /SYSTEMCACHE.*Restart/,
    ],
  ] as const) {
    it(`S-102 R3 refuses with a sentence while the configuration is ${what}, and not a moment longer`, async () => {
      const now = await start()
      await change()
      for (const _ of [1, 2])
        expect(await now())
          .to.match(/^SetupError: /)
          .and.match(sentence)
      await mkdir(file('config'), { recursive: true })
      await rm(file('.env'), { force: true })
      await writeFile(file('VERSION'), '6.0.2')
      await configure()
      expect(await now()).to.equal('database')
    })
  }
  it('R3 follows a further file that the configuration loads', async () => {
    await writeFile(file('config/more.inc.php'), '<?php $CACHE_IS_SESSION_STORAGE = false;')
    await configure("include __DIR__ . '/more.inc.php';")
    const now = await start()
    await writeFile(file('config/more.inc.php'), '<?php $CACHE_IS_SESSION_STORAGE = true;')
    expect(await now()).to.equal('cache')
  })
  it('R3 SESSION_STORE counts where the files cannot tell', async () => {
    await configure('include "more.php";')
    const now = await start({ SESSION_STORE: 'database' })
    await configure('include "others.php";')
    expect(await now()).to.equal('database')
  })
  it('R3 SESSION_STORE counts against the files, but not against a switch since the start', async () => {
    await configure(cache)
    const against = await start({ SESSION_STORE: 'database' })
    await configure(`${cache} $UNI_NAME = 'x';`)
    expect(await against()).to.equal('database')
    await configure()
    const now = await start({ SESSION_STORE: 'database' })
    await configure(cache)
    expect(await now()).to.match(/keeps its sessions in the cache, but SESSION_STORE is database/)
    await configure()
    expect(await now()).to.equal('database')
  })
  it('R3 looks at the files once in a while, and reads them only when they changed', async () => {
    const env = { STUDIP_PATH: folder.path }
    const { settings } = await resolveSettings(env, { cwd: '/' })
    const rarely = followSessions(settings!, { env, cwd: '/', every: 3_600_000 })
    const first = rarely()
    await first
    await configure(cache)
    expect(rarely()).to.equal(first)
    const often = followSessions(settings!, { env, cwd: '/', every: 0 })
    const before = await often()
    expect(await often(), 'the very same object').to.equal(before)
  })
})
