// Where nginx itself refuses: a page of ours for people, RFC JSON that the app may read for programs (U4, B4, A4, A16).
import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { bounds } from '../../src/bounds.ts'
import { documentedSettings } from '../../src/config/table.ts'
import { registrationLimits } from '../../src/oauth/client-registration.ts'
import { startNginx, type RunningNginx } from '../support/nginx.ts'
import { send, startEcho, type Answer, type Echo, type Send } from './echo.ts'

const conf = (name: string): Promise<string> => readFile(new URL(`../../nginx/${name}`, import.meta.url), 'utf8')
const origin = 'https://app.example:8443'

const expectPage = (answer: Answer, status: number, german: string, english: string): void => {
  expect(answer.status).to.equal(status)
  expect(answer.headers).to.include({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  expect(answer.body).to.include(german).and.to.include(english)
  expect(answer.body)
    .to.match(/^<!DOCTYPE html><html lang="de">/)
    .and.to.include('<section lang="en">')
  expect(answer.body).not.to.match(/<script|nginx|\son\w+=|https?:/)
  // The policy allows the style and nothing else.
  const style = /<style>(.*?)<\/style>/s.exec(answer.body)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(answer.headers['content-security-policy']).to.include(`default-src 'none'; style-src 'sha256-${hash}'`)
}

const expectJson = (answer: Answer, status: number, error: string): void => {
  expect(answer.status).to.equal(status)
  expect(answer.headers).to.include({ 'content-type': 'application/json', 'cache-control': 'no-store' })
  expect(JSON.parse(answer.body)).to.include({ error }).and.to.have.all.keys('error', 'error_description')
  expect(answer.headers).to.include({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'Retry-After',
  })
  expect(answer.headers.vary).to.equal('Origin')
  expect(answer.headers).not.to.have.property('access-control-allow-credentials')
}

for (const base of ['/', '/studip/'] as const) {
  describe(`refusals of nginx, base ${base}`, () => {
    let sidecar: Echo, php: Echo, nginx: RunningNginx
    before(async () => {
      ;[sidecar, php] = await Promise.all([startEcho('sidecar'), startEcho('php')])
      nginx = await startNginx({ sidecar: sidecar.address, php: php.address, base })
    })
    after(() => Promise.all([nginx.stop(), sidecar.stop(), php.stop()]))
    const oauth2 = (path: string, options: Send = {}) =>
      send(nginx.port, `${base}dispatch.php/${path}`, { ...options, headers: { origin, ...options.headers } })
    const bodyOf = (length: number): Send => ({ method: 'POST', body: 'x'.repeat(length) })

    it('B4 S-111 a body that is too large for token, revoke or introspect: 413 as JSON', async () => {
      const before = sidecar.count()
      for (const path of ['token', 'revoke', 'introspect', 'userinfo', 'device_authorization'])
        expectJson(await oauth2(`api/oauth2/${path}`, bodyOf(bounds.clientForm.most + 1)), 413, 'invalid_request')
      expect(sidecar.count()).to.equal(before)
      expect((await oauth2('api/oauth2/token', bodyOf(bounds.clientForm.most))).reached?.who).to.equal('sidecar')
    })

    it('U4 a form that is too large for our pages: 413 as a page', async () => {
      const before = sidecar.count()
      for (const path of ['api/oauth2/clients/store', 'api/oauth2/authorize', 'admin/oauth2'])
        expectPage(await oauth2(path, bodyOf(bounds.registrationForm.most + 1)), 413, 'Zu viele Daten', 'Too much data')
      expect(sidecar.count()).to.equal(before)
      expect((await oauth2('api/oauth2/clients/store', bodyOf(bounds.registrationForm.most))).reached?.who).to.equal(
        'sidecar',
      )
    })

    it('U4 the form for a client passes with every field as long as it may be', async () => {
      // Four bytes of UTF-8 a character, each percent-encoded.
      const body = Object.entries(registrationLimits)
        .map(([field, length]) => `${field}=${encodeURIComponent('🎓'.repeat(length))}`)
        .join('&')
      expect(body.length).to.be.greaterThan(150_000)
      const answer = await oauth2('api/oauth2/clients/store', { method: 'POST', body })
      expect(answer.reached?.body).to.equal(body)
    })

    it('U4 an address that is too long: 414 as a page', async () => {
      const answer = await oauth2(`api/oauth2/authorize?state=${'x'.repeat(20_000)}`)
      expectPage(answer, 414, 'Die Adresse ist zu lang', 'The address is too long')
      expect((await oauth2(`api/oauth2/authorize?state=${'x'.repeat(15_000)}`)).reached?.who).to.equal('sidecar')
    })

    it('A16 cookies that no buffer holds: 431 as a page; four waiting requests beside those of Stud.IP fit', async () => {
      const cookie = (length: number) => ({ headers: { cookie: `Studip_Session=0; x=${'x'.repeat(length)}` } })
      const answer = await oauth2('api/oauth2/authorize', cookie(20_000))
      expectPage(answer, 431, 'Zu viele Cookies', 'Too many cookies')
      expect((await oauth2('api/oauth2/authorize', cookie(4 * 3_900))).reached?.who).to.equal('sidecar')
    })

    it('U4 B4 too many requests: 429, as a page for people and as JSON for programs', async () => {
      const fresh = await startNginx({
        sidecar: sidecar.address,
        php: php.address,
        base,
        rate: 'one a second',
      })
      // Who is delayed waits for minutes; the first who is refused is enough.
      const firstRefused = (path: string): Promise<Answer> =>
        new Promise((resolve, reject) => {
          for (let number = 0; number < 450; number += 1)
            send(fresh.port, `${base}dispatch.php/${path}`, { headers: { origin } }).then(
              (answer) => answer.status === 429 && resolve(answer),
              reject,
            )
        })
      for (const [path, check] of [
        ['api/oauth2/authorize', (one: Answer) => expectPage(one, 429, 'Zu viele Anfragen', 'Too many requests')],
        ['api/oauth2/jwks', (one: Answer) => expectJson(one, 429, 'slow_down')],
      ] as const) {
        const refused = await firstRefused(path)
        check(refused)
        expect(refused.headers['retry-after']).to.equal('10')
      }
      await fresh.stop()
    })

    it('B4 never answers to an origin that is none, nor with one where none was sent', async () => {
      for (const odd of ['null', 'https://a.example/path', 'file://', 'https://a b', 'x'])
        expect(
          (await oauth2('api/oauth2/token', { ...bodyOf(30_000), headers: { origin: odd } })).headers,
          odd,
        ).not.to.have.property('access-control-allow-origin')
      const answer = await send(nginx.port, `${base}dispatch.php/api/oauth2/token`, bodyOf(30_000))
      expect(answer.status).to.equal(413)
      expect(answer.headers).not.to.have.property('access-control-allow-origin')
    })

    it('U4 B4 no instance answers: 503, as a page for people and as JSON for programs', async () => {
      const away = await startNginx({ sidecar: '127.0.0.1:1', php: php.address, base, failover: 'off' })
      const of = (path: string, method = 'GET') =>
        send(away.port, `${base}dispatch.php/${path}`, { method, headers: { origin } })
      for (const path of ['api/oauth2/authorize', 'api/oauth2/assets/x.css', 'admin/oauth2'])
        expectPage(await of(path), 503, 'Zur Zeit nicht erreichbar', 'Not available')
      for (const path of ['token', 'revoke', 'introspect', 'jwks', '.well-known/oauth-authorization-server'])
        expectJson(await of(`api/oauth2/${path}`), 503, 'temporarily_unavailable')
      expectJson(await of('api/oauth2/token', 'POST'), 503, 'temporarily_unavailable')
      await away.stop()
    })
  })
}

describe('nginx waits for the service', () => {
  it('S-114 A4 for token shorter than the grace window lasts', async () => {
    const token = /location = \/\.studip-oauth2\/token \{(.*?)\n\}/s.exec(await conf('locations.conf'))?.[1] ?? ''
    const wait = Number(/proxy_read_timeout (\d+)s;/.exec(token)?.[1])
    const grace = Number(documentedSettings.find(({ name }) => name === 'REFRESH_GRACE')?.fallback.replaceAll('`', ''))
    expect(wait).to.be.greaterThan(0).and.to.be.lessThan(grace)
    const page = await readFile(new URL('../../docs/apache.md', import.meta.url), 'utf8')
    const members = [...page.matchAll(/"balancer:\/\/studip-oauth2-token">\s*BalancerMember .* timeout=(\d+)/g)]
    expect(members.length).to.be.greaterThan(0)
    for (const [, timeout] of members) expect(Number(timeout)).to.be.lessThan(grace)
  })

  describe('that took a token request and says nothing', () => {
    let silent: Server, php: Echo, nginx: RunningNginx
    const sockets = new Set<Socket>()
    let closed = 0
    before(async () => {
      silent = createServer((socket) => {
        sockets.add(socket)
        socket.on('data', () => undefined).on('end', () => closed++)
      })
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
      php = await startEcho('php')
      nginx = await startNginx({
        sidecar: `127.0.0.1:${(silent.address() as AddressInfo).port}`,
        php: php.address,
        patience: 'shipped',
      })
    })
    after(() => {
      for (const socket of sockets) socket.destroy()
      silent.close()
      return Promise.all([nginx.stop(), php.stop()])
    })

    it('A4 S-085 answers 503, asks for the same request at once while grace lasts, and leaves PHP out of it', async () => {
      const before = php.count()
      const answer = await send(nginx.port, '/dispatch.php/api/oauth2/token', {
        method: 'POST',
        body: 'grant_type=refresh_token',
        headers: { origin },
      })
      expectJson(answer, 503, 'temporarily_unavailable')
      expect(answer.headers['retry-after']).to.equal('1')
      expect(php.count()).to.equal(before)
      // The service learns that nobody waits any more.
      expect(closed).to.equal(1)
    })
  })
})
