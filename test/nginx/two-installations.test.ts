// Two Stud.IPs behind one nginx, set up by the very commands of docs/operations.md (O6).
import { expect } from 'chai'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startProcess, type RunningProcess } from '../support/child-process.ts'
import { answers, freePort } from '../support/free-port.ts'
import { nginxFolder, nginxIn } from '../support/nginx.ts'
import { send, startEcho, type Echo } from './echo.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

describe('two Stud.IPs behind one nginx', () => {
  let first: Echo
  let second: Echo
  let php: Echo
  let folder: Awaited<ReturnType<typeof nginxFolder>>
  let nginx: RunningProcess
  let port: number
  before(async () => {
    ;[first, second, php] = await Promise.all([startEcho('first'), startEcho('second'), startEcho('php')])
    port = await freePort()
    folder = await nginxFolder({ sidecar: first.address, php: php.address }, port)
    const docs = await readFile(join(root, 'docs/operations.md'), 'utf8')
    const [commands = ''] = /^cp -r nginx [^]*?(?=```)/m.exec(docs) ?? []
    expect(commands).to.contain('sed -i')
    await promisify(execFile)('bash', ['-ec', commands.replaceAll('/etc/nginx', folder.path)], { cwd: root })
    const copied = join(folder.path, 'studip-oauth2-test')
    const http = await readFile(join(copied, 'http.conf'), 'utf8')
    expect(http).to.contain('127.0.0.1:8865')
    await writeFile(join(copied, 'http.conf'), http.replace('127.0.0.1:8865', second.address))
    const main = join(folder.path, 'nginx.conf')
    const site = `include studip-oauth2-test/http.conf;
  server {
    listen 127.0.0.1:${port};
    server_name test.example.org;
    include studip-oauth2-test/root.conf;
    include studip-oauth2-test/failover-php.conf;
    include studip-oauth2-test/api-read.conf;
    location / {
      proxy_pass http://${php.address};
      include studip-oauth2-test/api-read-token.conf;
    }
  }
}
`
    await writeFile(main, (await readFile(main, 'utf8')).replace(/\}\s*$/, site))
    nginx = await startProcess({ ...nginxIn(folder.path), ready: () => answers(port) })
  })
  after(async () => {
    await nginx?.stop('SIGQUIT')
    folder?.remove()
    for (const echo of [first, second, php]) await echo?.stop()
  })

  const ask = (host: string, path: string, method = 'GET', headers: Record<string, string> = {}) =>
    send(port, path, { method, headers: { host, ...headers } })
  const who = async (...request: Parameters<typeof ask>) => (await ask(...request)).reached?.who

  it('O6 each host reaches its own service, by every way', async () => {
    for (const [host, service] of [
      ['studip.example.org', 'first'],
      ['test.example.org', 'second'],
    ] as const) {
      for (const path of ['authorize', 'jwks', 'assets/x.css', '.well-known/openid-configuration'])
        expect(await who(host, `/dispatch.php/api/oauth2/${path}`), path).to.equal(service)
      expect(await who(host, '/dispatch.php/api/oauth2/token', 'POST')).to.equal(service)
      expect(await who(host, '/.well-known/oauth-authorization-server/dispatch.php/api/oauth2')).to.equal(service)
      expect(await who(host, '/dispatch.php/start')).to.equal('php')
    }
  })

  it('O6 each asks its own service about a token that reads, and leads back from its start page', async () => {
    for (const [host, service] of [
      ['studip.example.org', first],
      ['test.example.org', second],
    ] as const) {
      const before = service.count()
      const bearer = { Authorization: 'Bearer a.b.c.d.e' }
      expect(await who(host, '/jsonapi.php/v1/users/me', 'GET', bearer)).to.equal('php')
      expect(service.count()).to.equal(before + 1)
      const { headers } = await ask(host, '/dispatch.php/start', 'GET', { Cookie: 'studip_oauth2_resume=1' })
      expect(headers.location).to.equal('/dispatch.php/api/oauth2/resume?from=start')
    }
  })
})
