// What is released, as an operator gets it: built, installed by dpkg, served, upgraded and rolled back under load, removed.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { bareEnvironment, environmentOf } from '../cli/studip.ts'
import { logLines, until, type RunningService } from '../server/service.ts'
import { checkFlow } from '../stand-in/check.ts'
import { startStage } from '../stand-in/stage.ts'
import { startProcess, temporaryDirectory } from '../support/child-process.ts'
import { freePort } from '../support/free-port.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { asVersion, buildRelease } from '../support/release.ts'

const run = promisify(execFile)
const root = path.join(import.meta.dirname, '../..')

describe('release', () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  let database: TestDatabase
  let first: string
  let second: string
  let host: string
  const installed = (file: string) => path.join(host, file)

  const dpkg = (...args: readonly string[]) =>
    run('dpkg', [
      `--root=${host}`,
      '--force-not-root,script-chrootless,depends,confdef,confold,bad-path',
      '--log=/dev/null',
      ...args,
    ])

  before(async function () {
    folder = await temporaryDirectory('release')
    first = await buildRelease(folder.path)
    if (!existsSync(first)) return this.skip() // no dpkg-deb here
    second = await asVersion(first, '9.9.1', folder.path)
    host = path.join(folder.path, 'host')
    await run('mkdir', ['-p', ...['info', 'updates', 'parts'].map((name) => path.join(host, 'var/lib/dpkg', name))])
    await run('touch', [path.join(host, 'var/lib/dpkg/status'), path.join(host, 'var/lib/dpkg/available')])
    database = await testDatabase()
  })
  after(async () => {
    await database?.drop()
    folder.remove()
  })

  it('has checksums that hold, and a tarball of one folder', async () => {
    await run('sha256sum', ['--check', 'studip-oauth2-9.9.0.sha256'], { cwd: folder.path })
    const { stdout } = await run('tar', ['-tzf', 'studip-oauth2-9.9.0.tar.gz'], { cwd: folder.path, maxBuffer: 1e8 })
    const names = stdout.trim().split('\n')
    expect(new Set(names.map((name) => name.split('/')[0]))).to.deep.equal(new Set(['studip-oauth2-9.9.0']))
    expect(names.some((name) => /node_modules\/(typescript|tsx|mocha|@types\/mocha)\//.test(name))).to.equal(false)
    for (const cpu of ['linux-x64', 'linux-arm64'])
      expect(
        names.some((name) => name.includes(`prebuilds/${cpu}/`)),
        cpu,
      ).to.equal(true)
  })

  it('S-150 every module of the package is in its SBOM, and in the lock file with a checksum (A17)', async () => {
    const { stdout } = await run('dpkg-deb', ['--fsys-tarfile', first], { maxBuffer: 1e9, encoding: 'buffer' })
    const tree = path.join(folder.path, 'fs')
    await run('mkdir', [tree])
    await writeFile(path.join(folder.path, 'fs.tar'), stdout)
    await run('tar', ['-xf', path.join(folder.path, 'fs.tar'), '-C', tree])
    const release = path.join(tree, 'usr/lib/studip-oauth2/9.9.0')
    const sbom = JSON.parse(readFileSync(path.join(release, 'sbom.cdx.json'), 'utf8')) as {
      components: { group?: string; name: string; version: string }[]
    }
    const listed = new Set(
      sbom.components.map(({ group, name, version }) => `${group ? `${group}/` : ''}${name}@${version}`),
    )
    const modules = readdirSync(path.join(release, 'node_modules'), { recursive: true, encoding: 'utf8' })
      .filter(
        (file) =>
          /(^|node_modules\/)(@[^/]+\/)?[^/@]+\/package\.json$/.test(file) &&
          !/\/(dist|lib|esm|cjs|build|src)\//.test(`/${file.replace(/.*node_modules\//, '')}`),
      )
      .map(
        (file) =>
          JSON.parse(readFileSync(path.join(release, 'node_modules', file), 'utf8')) as {
            name?: string
            version?: string
          },
      )
      .filter(({ name, version }) => name && version)
      .map(({ name, version }) => `${name}@${version}`)
    expect(modules.length).to.be.greaterThan(80)
    expect(modules.filter((name) => !listed.has(name))).to.be.empty
    const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { integrity?: string; link?: boolean }>
    }
    expect(
      Object.entries(lock.packages)
        .filter(([name, { integrity }]) => name !== '' && !integrity)
        .map(([name]) => name),
    ).to.be.empty
  })

  it('S-150 installs without network; nothing that is executed belongs to the service or is writable for it', async () => {
    await dpkg('-i', first)
    expect(realpathSync(installed('usr/bin/studip-oauth2'))).to.equal(
      realpathSync(installed('usr/lib/studip-oauth2/9.9.0/bin/studip')),
    )
    const { stdout } = await run('dpkg-deb', ['-c', first], { maxBuffer: 1e8 })
    const entries = stdout.trim().split('\n')
    expect(entries.filter((line) => !/ root\/root /.test(line))).to.be.empty
    expect(entries.filter((line) => !line.startsWith('l') && /^.{5}w|^.{8}w/.test(line))).to.be.empty
    const unit = readFileSync(installed('usr/lib/systemd/system/studip-oauth2.service'), 'utf8')
    expect(unit)
      .to.contain('User=studip-oauth2')
      .and.to.contain('/usr/lib/studip-oauth2/current/bin/studip oauth2:serve')
    expect(unit).not.to.contain('/opt/')
    expect(unit, 'of no version').to.contain('WorkingDirectory=/usr/lib/studip-oauth2\n')
    const completion = installed('usr/share/bash-completion/completions/studip-oauth2')
    const words = await run('bash', [
      '-c',
      `PATH=${path.dirname(installed('usr/bin/x'))}:$PATH; . ${completion}; COMP_WORDS=(studip-oauth2 oauth2:doc); COMP_CWORD=1; $(complete -p studip-oauth2 | sed -n 's/.*-F \\([^ ]*\\).*/\\1/p'); echo "\${COMPREPLY[*]}"`,
    ])
    expect(words.stdout).to.contain('doctor')
  })

  it('serves, is upgraded and rolled back under load without a lost request', async () => {
    const [port, monitoringPort] = [await freePort(), await freePort()]
    const env = await environmentOf(database, {
      LISTEN: `127.0.0.1:${port}`,
      METRICS_LISTEN: `127.0.0.1:${monitoringPort}`,
      WORKERS: '1',
    })
    const process = await startProcess({
      command: installed('usr/lib/studip-oauth2/current/bin/studip'),
      args: ['oauth2:serve'],
      // The worst case: an upgrade takes the working directory away.
      cwd: realpathSync(installed('usr/lib/studip-oauth2/current')),
      env: bareEnvironment(env),
      ready: (log) => log.includes('"msg":"started"'),
    })
    const service = { process } as RunningService
    const counts = { answered: 0, failed: [] as string[] }
    let going = true
    const asking = async () => {
      while (going) {
        await fetch(`http://127.0.0.1:${port}/dispatch.php/api/oauth2/jwks`)
          .then(async (answer) => (await answer.text(), answer.status))
          .catch((error: unknown) => String((error as { cause?: unknown }).cause ?? error))
          .then((outcome) => (outcome === 200 ? counts.answered++ : counts.failed.push(String(outcome))))
        await sleep(20)
      }
    }
    const load = Promise.all([asking(), asking()])
    const reloads = () => logLines(service).filter(({ msg }) => msg === 'reloaded').length
    const workerFolders = () =>
      readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => {
          try {
            return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
          } catch {
            return ''
          }
        })
        .filter((line) => line.includes(folder.path) && line.includes('worker-start.cjs'))
        .map((line) => /studip-oauth2\/(9\.9\.\d)\//.exec(line)?.[1])
    const reload = async () => {
      const before = reloads()
      globalThis.process.kill(process.pid, 'SIGHUP')
      await until(() => reloads() > before)
    }
    try {
      expect(workerFolders()).to.deep.equal(['9.9.0'])
      await dpkg('-i', second)
      await reload()
      expect(workerFolders()).to.deep.equal(['9.9.1'])
      await dpkg('-i', first)
      await reload()
      expect(workerFolders()).to.deep.equal(['9.9.0'])
    } finally {
      going = false
      await load
      await process.stop()
    }
    expect(counts.failed).to.be.empty
    expect(counts.answered).to.be.greaterThan(10)
  })

  it('sets up an installation as the documents say: tables, keys, client, service, green doctor, flow, purge', async () => {
    const stage = await startStage({ program: installed('usr/bin/studip-oauth2') })
    try {
      await checkFlow(stage, '6.0', () => undefined)
      const { healthy, checks } = await stage.command<{ healthy: boolean; checks: unknown[] }>('oauth2:doctor')
      expect(healthy).to.equal(true)
      expect(checks.length).to.be.greaterThan(15)
      await stage.command('oauth2:purge')
    } finally {
      await stage.stop()
    }
  })

  it('keeps the settings that an operator wrote, and leaves nothing else when it is purged', async () => {
    const settings = installed('etc/studip-oauth2/env')
    await writeFile(settings, 'STUDIP_PATH=/srv/studip\n')
    await dpkg('-i', second)
    expect(readFileSync(settings, 'utf8')).to.equal('STUDIP_PATH=/srv/studip\n')
    await dpkg('-r', 'studip-oauth2')
    expect(existsSync(settings)).to.equal(true)
    expect(existsSync(installed('usr/lib/studip-oauth2'))).to.equal(false)
    await dpkg('-P', 'studip-oauth2')
    expect(existsSync(settings)).to.equal(false)
  })
})
