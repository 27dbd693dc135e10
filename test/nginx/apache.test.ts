// The mount of docs/apache.md on a real Apache: the blocks of that page as they stand there, with the addresses of the test.
import { expect } from 'chai'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startProcess, temporaryDirectory, type RunningProcess } from '../support/child-process.ts'
import { answers, freePort } from '../support/free-port.ts'
import { send, startEcho, type Echo } from './echo.ts'

const modules = [
  'mpm_event',
  'authz_core',
  'proxy',
  'proxy_http',
  'proxy_balancer',
  'lbmethod_byrequests',
  'slotmem_shm',
  'rewrite',
  'headers',
  'env',
  'setenvif',
]
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/local/sbin:/usr/sbin:/sbin` }

async function startApache(sidecar: string, php: string): Promise<{ port: number; apache: RunningProcess }> {
  const [{ path }, port, page] = [
    await temporaryDirectory('apache'),
    await freePort(),
    await readFile(new URL('../../docs/apache.md', import.meta.url), 'utf8'),
  ]
  const [mount = '', standby = ''] = [...page.matchAll(/```apache\n(.*?)```/gs)].map(([, block = '']) =>
    block.replaceAll('127.0.0.1:8765', sidecar).replaceAll('127.0.0.1:8081', php),
  )
  await writeFile(
    join(path, 'apache.conf'),
    `
ServerRoot ${path}
ServerName 127.0.0.1
PidFile ${path}/pid
DefaultRuntimeDir ${path}
ErrorLog ${path}/error.log
Listen 127.0.0.1:${port}
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
<VirtualHost 127.0.0.1:${port}>
${mount.replace(/(balancer:\/\/studip-oauth2-token">\n.*\n)/, (both) => both + standby)}
ProxyPass / http://${php}/
</VirtualHost>
`,
  )
  const apache = await startProcess({
    command: 'apache2',
    args: ['-f', join(path, 'apache.conf'), '-D', 'FOREGROUND'],
    env,
    ready: () => answers(port),
  })
  return { port, apache }
}

describe('Apache with the mount of docs/apache.md', () => {
  let sidecar: Echo, php: Echo, port: number, apache: RunningProcess
  before(async () => {
    ;[sidecar, php] = await Promise.all([startEcho('sidecar'), startEcho('php')])
    ;({ port, apache } = await startApache(sidecar.address, php.address))
  })
  after(() => Promise.all([apache.stop(), sidecar.stop(), php.stop()]))

  it('sends our paths to the service as they were sent, and neighbours to Stud.IP', async () => {
    const path = '/dispatch.php/api/oauth2/authorize?state=a%2Fb+%C3%BC&x=%26'
    expect((await send(port, path)).reached).to.include({ who: 'sidecar', path })
    expect((await send(port, '/dispatch.php/admin/oauth2')).reached?.who).to.equal('sidecar')
    for (const other of [
      '/dispatch.php/api/oauth2xyz',
      '/dispatch.php/start',
      '/',
      '/dispatch.php/course/api/oauth2/x',
    ])
      expect((await send(port, other)).reached?.who, other).to.equal('php')
  })

  it("S-084 lets no spelling reach Stud.IP's own consent page", async () => {
    const before = php.count()
    for (const path of [
      '/dispatch.php/api//oauth2/authorize',
      '//dispatch.php/api/oauth2/authorize',
      '/dispatch.php/api/%6fauth2/authorize',
      '/dispatch%2ephp/api/oauth2/authorize',
      '/dispatch.php/api%2foauth2/authorize',
      '/dispatch.php/x/../api/oauth2/authorize',
      '/dispatch.php/./api/oauth2/authorize',
      '/dispatch.php/api/oauth2.html',
      '/dispatch.php/admin/oauth2%0a',
      '/dispatch.php/api/oauth2/authorize/../../../start',
      '/dispatch.php/api/oauth2/authorize/%2e%2e/%2E./../start?x=1',
      '/dispatch.php/api/oauth2/authorize/..%2f..%2fstart',
    ]) {
      const answer = await send(port, path)
      expect(answer.reached?.who ?? answer.status, path).to.be.oneOf(['sidecar', 400, 404])
    }
    expect(php.count()).to.equal(before)
  })

  it('S-082 overwrites every header that speaks of address, host or scheme', async () => {
    const headers = {
      'x-forwarded-for': '6.6.6.6',
      'x-real-ip': '6.6.6.6',
      'x-forwarded-proto': 'gopher',
      'x-forwarded-host': 'evil',
      forwarded: 'for=6.6.6.6',
      'x-forwarded-port': '6',
      'x-forwarded-prefix': '/e',
    }
    const { reached } = await send(port, '/dispatch.php/api/oauth2/token', { method: 'POST', body: 'a=b', headers })
    expect(reached?.headers).to.include({
      'x-forwarded-for': '127.0.0.1',
      'x-real-ip': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': `127.0.0.1:${port}`,
    })
    expect(reached?.headers).not.to.have.any.keys('forwarded', 'x-forwarded-port', 'x-forwarded-prefix')
  })

  it('S-074 answers at the address that RFC 8414 builds from the issuer', async () => {
    for (const document of ['oauth-authorization-server', 'openid-configuration'])
      for (const end of ['', '/'])
        expect((await send(port, `/.well-known/${document}/dispatch.php/api/oauth2${end}`)).reached).to.include({
          who: 'sidecar',
          path: `/dispatch.php/api/oauth2/.well-known/${document}`,
        })
  })

  it('leads from the start page to resume while a request waits', async () => {
    const answer = await send(port, '/dispatch.php/start/index', { headers: { cookie: 'a=b; studip_oauth2_resume=1' } })
    expect([answer.status, answer.headers.location]).to.deep.equal([
      302,
      `http://127.0.0.1:${port}/dispatch.php/api/oauth2/resume?from=start`,
    ])
    expect(
      (await send(port, '/dispatch.php/start', { headers: { cookie: 'studip_oauth2_resume=' } })).reached?.who,
    ).to.equal('php')
  })

  it('S-140 leads to resume from the page on which a logout of Stud.IP 5 ends, while one is waited for', async () => {
    const from = (path: string, cookie: string) => send(port, path, { headers: { cookie } })
    const ended = '/index.php?logout=true&set_language=de_DE'
    for (const path of [ended, '/index.php']) {
      const answer = await from(path, 'a=b; studip_oauth2_resume=leave; c=d')
      expect([answer.status, answer.headers.location], path).to.deep.equal([
        302,
        `http://127.0.0.1:${port}/dispatch.php/api/oauth2/resume?from=start`,
      ])
    }
    for (const [path, cookie] of [
      ['/index.php?again=yes', 'studip_oauth2_resume=leave'],
      ['/index.php', 'studip_oauth2_resume=1'],
      [ended, 'studip_oauth2_resume=1'],
      [ended, 'studip_oauth2_resume=leaver'],
    ] as const)
      expect((await from(path, cookie)).reached?.who, `${path} ${cookie}`).to.equal('php')
  })

  it('S-085 passes on errors of the service, and without it sends only token requests to Stud.IP', async () => {
    for (const status of [400, 401, 500, 502, 503]) {
      for (const path of ['token', 'authorize']) {
        const answer = await send(port, `/dispatch.php/api/oauth2/${path}`, {
          method: 'POST',
          body: 'a=b',
          headers: { 'x-answer': String(status) },
        })
        expect([answer.status, answer.reached?.who], path).to.deep.equal([status, 'sidecar'])
      }
    }
    await sidecar.stop()
    const page = await send(port, '/dispatch.php/api/oauth2/authorize')
    expect(page.status).to.equal(503)
    expect(page.body).to.include('Zur Zeit nicht erreichbar')
    expect((await send(port, '/dispatch.php/api/oauth2/token', { method: 'POST', body: 'a=b' })).reached).to.include({
      who: 'php',
      body: 'a=b',
    })
  })
})
