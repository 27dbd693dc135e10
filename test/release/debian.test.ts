// A fresh Debian machine with systemd, the .deb, and the words of docs/operations.md, from install to purge.
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { until } from '../server/service.ts'
import { checkFlow } from '../stand-in/check.ts'
import { startStandIn, type RunningStandIn } from '../stand-in/stand-in.ts'
import { temporaryDirectory } from '../support/child-process.ts'
import { createDebianMachine, whyNoDebianMachine, type DebianMachine } from '../support/debian-machine.ts'
import { freePort } from '../support/free-port.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { asVersion, buildRelease } from '../support/release.ts'

const root = path.join(import.meta.dirname, '../..')

/** The site that docs/operations.md tells to copy, with this machine's addresses. */
const site = async (publicPort: number, standIn: string): Promise<string> =>
  (await readFile(path.join(root, 'nginx/examples/root-proxied.conf'), 'utf8'))
    .replace('listen 443 ssl;', `listen 127.0.0.1:${publicPort};`)
    .replace(/^ +ssl_.*\n/gm, '')
    .replace('http://127.0.0.1:8080', `http://${standIn}`)
    .replace('$host;', '$http_host;')

describe('a fresh Debian machine', () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  let machine: DebianMachine | undefined
  let database: TestDatabase
  let standIn: RunningStandIn
  let port: number
  let url: string
  const inside = (file: string) => path.join(machine!.root, file)
  const shell = (script: string) => machine!.shell(script)
  const command = async <T>(...args: readonly string[]): Promise<T> =>
    JSON.parse(await shell(`studip-oauth2 ${args.map((arg) => `'${arg}'`).join(' ')} --json`)) as T
  const events = async () =>
    (await shell('journalctl -u studip-oauth2 -o cat --no-pager'))
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  const statusText = () => shell('systemctl show -p StatusText --value studip-oauth2')
  const versionsAtWork = async () =>
    new Set(
      [...(await shell('ps -e -o args= || true')).matchAll(/studip-oauth2\/([\d.]+)\/dist\/\S*worker-start/g)].map(
        ([, version]) => version,
      ),
    )

  before(async function () {
    const why = await whyNoDebianMachine()
    if (why) {
      console.log(`    no Debian machine: ${why}; release.test.ts installs into a folder of dpkg's instead`)
      return this.skip()
    }
    folder = await temporaryDirectory('debian')
    const files = path.join(folder.path, 'machine')
    const [first, made] = await Promise.all([buildRelease(folder.path), createDebianMachine(files)])
    machine = made
    const second = await asVersion(first, '9.9.1', folder.path)
    await mkdir(inside('srv/packages'))
    for (const deb of [first, second]) await copyFile(deb, inside(path.join('srv/packages', path.basename(deb))))
    database = await testDatabase({ oauth2: false })
    port = await freePort()
    url = `http://127.0.0.1:${port}/`
    // Stud.IP, as far as the service reads it.
    await mkdir(inside('srv/studip/config/oauth2'), { recursive: true })
    const { host, port: databasePort, user, password, database: name } = database.settings
    await writeFile(inside('srv/studip/VERSION'), '6.0.2\n')
    await writeFile(
      inside('srv/studip/config/config_local.inc.php'),
      `<?php
$DB_STUDIP_HOST = '${host};port=${databasePort}';
$DB_STUDIP_USER = '${user}';
$DB_STUDIP_PASSWORD = '${password}';
$DB_STUDIP_DATABASE = '${name}';
$ABSOLUTE_URI_STUDIP = '${url}';
`,
    )
    await shell(
      'chown -R root:www-data /srv/studip && chmod -R u=rwX,g=rX,o= /srv/studip && chmod g+s /srv/studip/config/oauth2',
    )
    standIn = await startStandIn({
      version: '6.0',
      database: database.settings,
      keysPath: inside('srv/studip/config/oauth2'),
    })
  })
  after(async () => {
    await standIn?.stop()
    await machine?.stop()
    await database?.drop()
    folder?.remove()
  })

  it('apt installs the .deb with what it needs, without npm and a compiler, and boots', async () => {
    await shell(
      'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends /srv/packages/studip-oauth2_9.9.0_all.deb nginx procps',
    )
    for (const absent of ['npm', 'gcc', 'make', 'python3'])
      expect(await shell(`command -v ${absent} || echo none`), absent).to.equal('none\n')
    expect(await shell('id -Gn studip-oauth2')).to.match(/\bwww-data\b/)
    expect(await shell('stat -c "%U %G %a" /etc/studip-oauth2/env')).to.equal('root www-data 640\n')
    await shell('rm /etc/nginx/sites-enabled/default')
    await machine!.boot()
    expect(await shell('systemctl is-enabled studip-oauth2 || true')).to.equal('disabled\n')
  })

  it('is set up: settings, doctor, tables, keys, service, nginx, purge; the doctor is green', async () => {
    const [listen, metrics] = [await freePort(), await freePort()]
    await shell(
      `printf 'STUDIP_PATH=/srv/studip\nLISTEN=127.0.0.1:${listen}\nMETRICS_LISTEN=127.0.0.1:${metrics}\nWORKERS=1\nREMEMBER_CONSENT=off\n' > /etc/studip-oauth2/env`,
    )
    const unready = await shell('studip-oauth2 oauth2:doctor --json || true')
    expect((JSON.parse(unready) as { healthy: boolean }).healthy).to.equal(false)
    await shell('studip-oauth2 oauth2:migrate && studip-oauth2 oauth2:keys --bits 2048')
    await shell('systemctl enable --now studip-oauth2')
    expect(await shell('systemctl show -p Type --value studip-oauth2')).to.equal('notify-reload\n')
    expect(await statusText()).to.equal('1 workers\n')
    await shell(`cp -r /usr/lib/studip-oauth2/current/nginx /etc/nginx/studip-oauth2`)
    await shell(`sed -i 's/127.0.0.1:8765/127.0.0.1:${listen}/' /etc/nginx/studip-oauth2/http.conf`)
    await writeFile(inside('etc/nginx/sites-enabled/studip'), await site(port, standIn.address))
    await shell('nginx -t 2>&1 && systemctl reload-or-restart nginx')
    await shell('systemctl enable --now studip-oauth2-purge.timer')
    const { healthy, checks } = await command<{ healthy: boolean; checks: unknown[] }>('oauth2:doctor')
    expect(healthy, JSON.stringify(checks)).to.equal(true)
    expect(checks.length).to.be.greaterThan(15)
  })

  it('serves the whole flow through nginx', async () => {
    const { id } = await command<{ id: string }>(
      'oauth2:client:add',
      ...['--name', 'Demo-App', '--public', '--redirect', 'http://127.0.0.1/callback'],
      ...['--owner', 'Demo', '--homepage', 'https://demo.example'],
    )
    const issuer = `${url}dispatch.php/api/oauth2`
    await checkFlow({ url, issuer, clientId: id, database, standIn, command }, '6.0', () => undefined)
  })

  it('O6 systemctl reload takes an edited setting, and returns when it has', async () => {
    await shell('echo LOG_LEVEL=debug >> /etc/studip-oauth2/env && systemctl reload studip-oauth2')
    // The journal may write the line down after systemctl has returned.
    const reloaded = async () => (await events()).findLast(({ msg }) => msg === 'reloaded')
    await until(async () => (await reloaded()) !== undefined)
    expect(await reloaded()).to.deep.include({ changed: ['LOG_LEVEL'] })
    await shell('sed -i /LOG_LEVEL/d /etc/studip-oauth2/env && systemctl reload studip-oauth2')
  })

  it('apt upgrades it and goes back, and no request is lost', async () => {
    const failed: unknown[] = []
    let [going, answered] = [true, 0]
    const asking = (async () => {
      while (going) {
        const outcome = await fetch(`${url}dispatch.php/api/oauth2/jwks`).then(
          async (answer) => (await answer.text(), answer.status),
          (error: unknown) => String((error as { cause?: unknown }).cause ?? error),
        )
        if (outcome === 200) answered++
        else failed.push(outcome)
        await sleep(50)
      }
    })()
    try {
      expect(await versionsAtWork()).to.deep.equal(new Set(['9.9.0']))
      await shell('DEBIAN_FRONTEND=noninteractive apt-get -q install -y /srv/packages/studip-oauth2_9.9.1_all.deb')
      expect(await versionsAtWork(), await statusText()).to.deep.equal(new Set(['9.9.1']))
      await shell(
        'DEBIAN_FRONTEND=noninteractive apt-get -q install -y --allow-downgrades /srv/packages/studip-oauth2_9.9.0_all.deb',
      )
      expect(await versionsAtWork(), await statusText()).to.deep.equal(new Set(['9.9.0']))
    } finally {
      going = false
      await asking
    }
    expect(failed).to.be.empty
    expect(answered).to.be.greaterThan(5)
    expect(readFileSync(inside('etc/studip-oauth2/env'), 'utf8')).to.contain('STUDIP_PATH=/srv/studip\n')
  })

  it('purges by its own service, under its own sandbox', async () => {
    await shell('systemctl start studip-oauth2-purge.service')
    expect(await shell('systemctl show -p Result -p ExecMainStatus studip-oauth2-purge.service')).to.equal(
      'Result=success\nExecMainStatus=0\n',
    )
  })

  it('is removed: the service ends, settings stay until the purge, keys and tables for good', async () => {
    await shell('apt-get -q remove -y studip-oauth2')
    expect(await shell('systemctl is-active studip-oauth2 || true')).to.match(/^(inactive|unknown)\n/)
    expect(await versionsAtWork()).to.be.empty
    expect(existsSync(inside('etc/studip-oauth2/env'))).to.equal(true)
    await shell('apt-get -q purge -y studip-oauth2')
    for (const gone of ['etc/studip-oauth2', 'usr/lib/studip-oauth2', 'usr/bin/studip-oauth2'])
      expect(existsSync(inside(gone)), gone).to.equal(false)
    expect(existsSync(inside('srv/studip/config/oauth2/private.key'))).to.equal(true)
    expect((await database.knex('oauth2_clients').count({ count: '*' }))[0]).to.not.deep.equal({ count: 0 })
  })
})
