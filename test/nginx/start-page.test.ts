// The way back after a login that lost its return address (D20): the start page, while the marker cookie is there.
import { expect } from 'chai'
import { startNginx, type RunningNginx } from '../support/nginx.ts'
import { send, startEcho, type Echo } from './echo.ts'

for (const base of ['/', '/studip/'] as const) {
  describe(`start page with a pending request, base ${base}`, () => {
    let php: Echo, nginx: RunningNginx
    before(async () => {
      php = await startEcho('php')
      nginx = await startNginx({ sidecar: '127.0.0.1:1', php: php.address, base })
    })
    after(() => Promise.all([nginx.stop(), php.stop()]))
    const cookie = 'Studip_Session=0123; studip_oauth2_resume=1'
    const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      send(nginx.port, path, { headers, method })

    it('leads to resume, by a path without a host', async () => {
      for (const path of ['start', 'start/', 'start/index', 'start/index/', 'start?']) {
        const answer = await get(`${base}dispatch.php/${path}`, { cookie, host: 'evil.example' })
        expect(answer.status, path).to.equal(302)
        expect(answer.headers.location, path).to.equal(`${base}dispatch.php/api/oauth2/resume?from=start`)
        expect(answer.headers['cache-control']).to.equal('no-store')
      }
    })

    it('stays the start page without the marker, with an empty one, for other pages and other methods', async () => {
      expect((await get(`${base}dispatch.php/start`)).reached?.who).to.equal('php')
      expect((await get(`${base}dispatch.php/start`, { cookie: 'studip_oauth2_resume=' })).reached?.who).to.equal('php')
      expect((await get(`${base}dispatch.php/start/storeNewOrder`, { cookie })).reached?.who).to.equal('php')
      expect((await get(`${base}dispatch.php/startpage`, { cookie })).reached?.who).to.equal('php')
      expect((await get(`${base}dispatch.php/start`, { cookie }, 'POST')).reached?.who).to.equal('php')
    })

    it('S-138 S-140 so does the page on which a logout of Stud.IP 5 ends, while one is waited for', async () => {
      const left = 'studip_oauth2_resume=leave'
      const query = 'logout=true&set_language=de_DE&set_contrast='
      for (const path of ['index.php', `index.php?${query}`, 'index.php?logout=true', 'dispatch.php/start']) {
        const answer = await get(base + path, { cookie: left })
        expect([answer.status, answer.headers.location], path).to.deep.equal([
          302,
          `${base}dispatch.php/api/oauth2/resume?from=start`,
        ])
      }
      for (const path of [
        '',
        'index.php?again=yes',
        'index.php?sso=cas',
        'index.php?logout=truer',
        `index.php?x&${query}`,
        `x.php?${query}`,
        `?${query}`,
      ])
        expect((await get(base + path, { cookie: left })).reached?.who, path).to.equal('php')
      for (const other of [cookie, 'studip_oauth2_resume=leaver', 'other=leave'])
        expect((await get(`${base}index.php?${query}`, { cookie: other })).reached?.who, other).to.equal('php')
      expect((await get(`${base}index.php?${query}`, { cookie: left }, 'POST')).reached?.who).to.equal('php')
    })

    it('R17 A10 stays the start page with any argument: a single sign-on that returns there, a portal link, our own mark', async () => {
      for (const query of ['sso=x', 'code=a&state=b', 'oauth2_resume=0', 'again=yes', '=', '&']) {
        const path = `${base}dispatch.php/start?${query}`
        expect((await get(path, { cookie })).reached, query).to.include({ who: 'php', path })
      }
    })

    it('cannot be led to another host or into another header', async () => {
      for (const path of [
        '//evil.example/dispatch.php/start',
        '/evil.example/dispatch.php/start',
        '/a%0d%0aX:y/dispatch.php/start',
        '/.studip-oauth2-resume',
      ]) {
        const answer = await get(path, { cookie })
        expect(answer.headers.location, path).to.equal(undefined)
      }
    })
  })
}
