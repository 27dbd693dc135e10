// What a reload takes of the file of settings: the service as systemd starts it, with the file's values in its environment (O6).
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { parseEnvironmentFile } from '../../src/config/environment-file.ts'
import { environmentOf } from '../cli/studip.ts'
import { temporaryDirectory } from '../support/child-process.ts'
import { freePort } from '../support/free-port.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { logLines, startService, until, workersOf, type RunningService } from './service.ts'

describe('systemctl reload', () => {
  let database: TestDatabase
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  let file: string
  let service: RunningService
  let settings: Record<string, string>

  const write = (changes: Readonly<Record<string, string | undefined>> = {}): Promise<void> =>
    writeFile(
      file,
      Object.entries({ ...settings, ...changes })
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
  const lines = (...messages: readonly string[]) =>
    logLines(service).filter(({ msg }) => messages.includes(String(msg)))
  /** The line that the reload ends with. */
  const reload = async (): Promise<Record<string, unknown>> => {
    const ends = () => lines('reloaded', 'reload failed, the old workers go on')
    const before = ends().length
    process.kill(service.process.pid, 'SIGHUP')
    await until(() => ends().length > before)
    return ends().at(-1)!
  }
  const scopes = async (): Promise<readonly string[]> => {
    const answer = await fetch(`${service.api}/.well-known/oauth-authorization-server`, {
      headers: { Connection: 'close' },
    })
    return ((await answer.json()) as { scopes_supported: string[] }).scopes_supported
  }
  const workers = () => workersOf(service.process.pid)

  before(async () => {
    database = await testDatabase()
    folder = await temporaryDirectory('reload')
    file = join(folder.path, 'env')
    settings = {
      ...(await environmentOf(database)),
      LISTEN: `127.0.0.1:${await freePort()}`,
      METRICS_LISTEN: `127.0.0.1:${await freePort()}`,
      WORKERS: '1',
      REFRESH_GRACE: '20',
      LOG_LEVEL: 'debug',
    }
    await write()
    // As systemd does it: what stands in the file comes as environment, and PKCE_PLAIN by a drop-in beside it.
    const { values: handedOver } = parseEnvironmentFile(await readFile(file, 'utf8'))
    service = await startService(database, { ...handedOver, STUDIP_OAUTH2_ENV_FILE: file, PKCE_PLAIN: 'off' })
    Object.assign(service, { api: `http://${settings['LISTEN']}/dispatch.php/api/oauth2` })
  })
  after(async () => {
    await service.process.stop()
    await database.drop()
    folder.remove()
  })

  it('takes values that the unit had handed over, and names what changed', async () => {
    expect(await scopes()).not.to.contain('api.read')
    expect(await reload()).to.deep.include({ msg: 'reloaded', changed: [], needRestart: [] })
    await write({ API_READ: 'on', WORKERS: '2', REFRESH_GRACE: undefined, STUDIP_CONFIG_MAINTENANCE_MODE_ENABLE: '0' })
    const { changed } = await reload()
    expect(changed).to.have.members(['API_READ', 'WORKERS', 'REFRESH_GRACE', 'STUDIP_CONFIG_MAINTENANCE_MODE_ENABLE'])
    expect(await scopes()).to.contain('api.read')
    expect(await workers()).to.have.lengthOf(2)
    await write()
    expect((await reload())['changed']).to.have.lengthOf(4)
    expect(await scopes()).not.to.contain('api.read')
    expect(await workers()).to.have.lengthOf(1)
  })

  it('stays where it listens, and says that a new address needs a restart', async () => {
    await write({ LISTEN: `127.0.0.1:${await freePort()}`, METRICS_LISTEN: 'off' })
    expect(await reload()).to.deep.include({ changed: [], needRestart: ['LISTEN', 'METRICS_LISTEN'] })
    expect(await scopes()).to.contain('api')
    expect((await fetch(`http://${settings['METRICS_LISTEN']}/healthz`)).status).to.equal(200)
    await write()
    expect(await reload()).to.deep.include({ changed: [], needRestart: [] })
  })

  it('S-095 names a changed DATABASE_URL and none of its passwords', async () => {
    const { username, password } = new URL(settings['DATABASE_URL']!)
    const other = { ...settings, DATABASE_URL: settings['DATABASE_URL']!.replace(username, 'second') }
    await database.knex.raw(`CREATE USER second@'%' IDENTIFIED BY 'another-secret'`)
    await database.knex.raw(`GRANT ALL ON *.* TO second@'%'`)
    await write({ DATABASE_URL: other.DATABASE_URL.replace(password, 'another-secret') })
    expect(await reload()).to.deep.include({ changed: ['DATABASE_URL'] })
    await database.knex.raw(`SET PASSWORD FOR second@'%' = PASSWORD('third-secret')`)
    await write({ DATABASE_URL: other.DATABASE_URL.replace(password, 'third-secret') })
    expect(await reload(), 'only the password').to.deep.include({ changed: ['DATABASE_URL'] })
    for (const secret of [password, 'another-secret', 'third-secret'])
      expect(service.process.log()).not.to.contain(secret)
    await write()
    await reload()
  })

  it('what was set beside the file stays', async () => {
    await write({ PKCE_PLAIN: 'on' })
    expect(await reload()).to.deep.include({ changed: [] })
    await write()
  })

  it('keeps the old workers and their settings when the new ones are wrong, also for one that has to be replaced', async () => {
    await write({ API_READ: 'perhaps' })
    const failed = await reload()
    expect(failed['msg']).to.match(/reload failed/)
    expect((failed['err'] as { message: string }).message).to.contain('API_READ is perhaps')
    const [old] = await workers()
    process.kill(old!, 'SIGKILL')
    await until(async () => {
      const now = await workers()
      return now.length === 1 && now[0] !== old
    })
    await until(() => scopes().then(Boolean, () => false))
    expect(await scopes()).not.to.contain('api.read')
  })

  it('keeps the old workers when the file is gone', async () => {
    await rm(file)
    const failed = await reload()
    expect((failed['err'] as { message: string }).message).to.contain(`${file} can no longer be read`)
    expect(await scopes()).to.contain('api')
    await write({ API_READ: 'on' })
    expect(await reload()).to.deep.include({ changed: ['API_READ'] })
  })
})
