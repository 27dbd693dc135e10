// What the shipped nginx snippets send to the service and what stays Stud.IP's, on a real nginx (D1, contract §10, §14).
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { startNginx, type RunningNginx } from '../support/nginx.ts'
import { send, startEcho, type Echo } from './echo.ts'

for (const base of ['/', '/studip/'] as const) {
  describe(`nginx mount, base ${base}`, () => {
    let sidecar: Echo, php: Echo, nginx: RunningNginx
    before(async () => {
      ;[sidecar, php] = await Promise.all([startEcho('sidecar'), startEcho('php')])
      nginx = await startNginx({ sidecar: sidecar.address, php: php.address, base })
    })
    after(() => Promise.all([nginx.stop(), sidecar.stop(), php.stop()]))
    const who = async (path: string, options = {}) => (await send(nginx.port, base + path, options)).reached?.who

    for (const path of [
      'authorize',
      'authorize/index',
      'token',
      'applications/details/0a',
      'clients/add',
      'resume',
      'jwks',
      '',
    ]) {
      it(`sends api/oauth2/${path} to the service, path and query untouched`, async () => {
        const sent = `${base}dispatch.php/api/oauth2/${path}?state=a%2Fb+%C3%BC&x=%26`
        const { reached } = await send(nginx.port, sent)
        expect(reached).to.include({ who: 'sidecar', path: sent })
      })
    }

    it('sends admin/oauth2 to the service', async () => {
      expect(await who('dispatch.php/admin/oauth2/index')).to.equal('sidecar')
      expect(await who('dispatch.php/admin/oauth2')).to.equal('sidecar')
    })

    it('S-084 leaves neighbouring paths to Stud.IP', async () => {
      for (const path of [
        'dispatch.php/api/oauth2xyz/authorize',
        'dispatch.php/admin/oauth2_x',
        'dispatch.php/api/oauth',
        'dispatch.php/start',
        'index.php',
        '',
        'dispatch.php/course/api/oauth2/authorize',
        'xdispatch.php/api/oauth2/authorize',
        'dispatchXphp/api/oauth2/authorize',
      ]) {
        expect(await who(path), path).to.equal('php')
      }
    })

    const spellings = [
      'dispatch.php/api/oauth2//authorize',
      'dispatch.php//api/oauth2/authorize',
      'dispatch.php/api//oauth2/authorize',
      '/dispatch.php/api/oauth2/authorize',
      'dispatch.php/api/%6fauth2/authorize',
      'dispatch.php/%61pi/oauth2/authorize',
      '%64ispatch.php/api/oauth2/authorize',
      'dispatch%2ephp/api/oauth2/authorize',
      'dispatch.php%2Fapi%2Foauth2%2Fauthorize',
      'dispatch.php/api%2foauth2/authorize',
      'dispatch.php/api/oauth2%2Fauthorize',
      'dispatch.php/api/oauth2/%61uthorize',
      'dispatch.php/./api/oauth2/authorize',
      'dispatch.php/api/./oauth2/authorize',
      'dispatch.php/api/%2e/oauth2/authorize',
      'dispatch.php/x/../api/oauth2/authorize',
      'dispatch.php/x/%2e%2e/api/oauth2/authorize',
      'dispatch.php/x%2f..%2fapi/oauth2/authorize',
      // nginx would resolve these to the start page, while PHP sees the consent page before the dots.
      'dispatch.php/api/oauth2/authorize/../../../start',
      'dispatch.php/api/oauth2/authorize/index/..%2f..%2f..%2f..%2fstart',
      'dispatch.php/api/oauth2/authorize/%2e%2e/%2e%2e/%2E./start?x=1',
      'dispatch.php/api/oauth2/authorize/..%2F../../start',
      'dispatch.php/api/oauth2/../../index.php',
      'dispatch.php/api/oauth2/authorize/../../../start/..#',
      'dispatch.php/api/oauth2/..#x',
      'dispatch.php/api/oauth2/authorize/./../../../..',
      'dispatch.php/api/oauth2.html',
      'dispatch.php/admin/oauth2.json',
      'dispatch.php/api/oauth2/authorize.html',
      'dispatch.php/api/oauth2%00/authorize',
      'dispatch.php/admin/oauth2%0a',
      'dispatch.php/admin/oauth2;x',
      'dispatch.php/api/oauth2%20/authorize',
      'dispatch.php/api/oauth2%5Cauthorize',
      'x/../dispatch.php/api/oauth2/authorize',
      '%2e/dispatch.php/api/oauth2/authorize',
    ]
    it(`S-084 lets none of ${spellings.length} spellings reach Stud.IP's own consent page, by GET or POST`, async () => {
      const before = php.count()
      for (const path of spellings) {
        for (const method of ['GET', 'POST']) {
          const answer = await send(nginx.port, `${base}${path}`, {
            method,
            ...(method === 'POST' && { body: 'allow=1' }),
          })
          expect(answer.reached?.who ?? answer.status, `${method} ${path}`).to.be.oneOf(['sidecar', 400])
        }
      }
      expect(php.count()).to.equal(before)
    })

    it('S-084 holds where merge_slashes is off', async () => {
      const loose = await startNginx({ sidecar: sidecar.address, php: php.address, base, mergeSlashes: false })
      const before = php.count()
      for (const path of spellings) {
        const answer = await send(loose.port, `${base}${path}`)
        expect(answer.reached?.who ?? answer.status, path).to.be.oneOf(['sidecar', 400])
      }
      expect(php.count()).to.equal(before)
      await loose.stop()
    })

    it('leaves paths with dots alone that are not dispatch.php', async () => {
      expect(await who('assets/x/../images/a.svg')).to.equal('php')
      expect(await who('dispatch.php/file/download/..name..txt?url=/../x')).to.equal('php')
    })

    it('S-074 C9 answers at the addresses that RFC 8414 and RFC 9728 build, also from one that ends in a slash', async () => {
      for (const [document, of] of [
        ['oauth-authorization-server', 'dispatch.php/api/oauth2'],
        ['openid-configuration', 'dispatch.php/api/oauth2'],
        ['oauth-protected-resource', 'jsonapi.php/v1'],
      ])
        for (const end of ['', '/']) {
          const { reached } = await send(nginx.port, `/.well-known/${document}${base}${of}${end}`)
          expect(reached).to.include({
            who: 'sidecar',
            path: `${base}dispatch.php/api/oauth2/.well-known/${document}`,
          })
        }
    })

    it('S-082 overwrites every header that speaks of address, host or scheme', async () => {
      const forged = {
        'x-forwarded-for': '6.6.6.6',
        'x-real-ip': '6.6.6.6',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'gopher',
        'x-forwarded-port': '6',
        'x-forwarded-prefix': '/evil',
        forwarded: 'for=6.6.6.6;host=evil.example',
        'x-request-id': 'evil',
        host: 'evil.example',
      }
      for (const path of ['authorize', 'token', 'jwks']) {
        const { reached } = await send(nginx.port, `${base}dispatch.php/api/oauth2/${path}`, { headers: forged })
        expect(reached?.headers).to.include({
          'x-forwarded-for': '127.0.0.1',
          'x-real-ip': '127.0.0.1',
          'x-forwarded-proto': 'http',
        })
        expect(reached?.headers).not.to.have.any.keys('forwarded', 'x-forwarded-port', 'x-forwarded-prefix')
        expect(reached?.headers['x-request-id']).to.match(/^[0-9a-f]{32}$/)
      }
    })
  })
}

describe('nginx mount in a site that caches', () => {
  it('R4 keeps answers of the service out of the cache, and their headers as they are', async () => {
    let asked = 0
    const service = createServer((_, response) => {
      asked += 1
      const headers = { 'Cache-Control': 'no-store', 'Set-Cookie': 'a=b; Domain=studip.example.org; Path=/x' }
      response.writeHead(200, headers).end(`answer ${asked}`)
    })
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
    const folder = await mkdtemp(join(tmpdir(), 'cache-'))
    const nginx = await startNginx({
      sidecar: `127.0.0.1:${(service.address() as AddressInfo).port}`,
      php: '127.0.0.1:9',
      http: `proxy_cache_path ${folder} keys_zone=site:1m;`,
      server: `proxy_cache site; proxy_cache_valid any 1m; proxy_cache_methods GET POST; proxy_cache_key $uri;
        proxy_ignore_headers Cache-Control Set-Cookie Expires Vary; expires 30d;
        proxy_cookie_path /x "/; SameSite=Strict"; proxy_cookie_domain studip.example.org example.org;`,
    })
    try {
      const answers = new Set<string>()
      for (const end of ['authorize', 'token', 'jwks', 'assets/oauth2.css']) {
        for (const method of ['GET', 'POST', 'GET', 'POST']) {
          const answer = await fetch(`${nginx.url}dispatch.php/api/oauth2/${end}`, { method })
          answers.add(await answer.text())
          expect(answer.headers.get('cache-control'), end).to.equal('no-store')
          expect(answer.headers.get('set-cookie'), end).to.equal('a=b; Domain=studip.example.org; Path=/x')
        }
      }
      expect(answers.size).to.equal(16)
      const resume = await fetch(`${nginx.url}dispatch.php/start`, {
        headers: { Cookie: 'studip_oauth2_resume=1' },
        redirect: 'manual',
      })
      expect({ status: resume.status, cache: resume.headers.get('cache-control') }).to.deep.equal({
        status: 302,
        cache: 'no-store',
      })
    } finally {
      await nginx.stop()
      service.closeAllConnections()
      await new Promise((resolve) => service.close(resolve))
      await rm(folder, { recursive: true })
    }
  })
})
