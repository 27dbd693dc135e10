// What happens while the service is away (D1, S-085): only POST token goes to PHP, and only if the service saw nothing of it.
import { expect } from 'chai'
import { startNginx, type RunningNginx } from '../support/nginx.ts'
import { freePort } from '../support/free-port.ts'
import { send, startEcho, type Echo } from './echo.ts'

for (const base of ['/', '/studip/'] as const) {
  describe(`nginx without the service, base ${base}`, () => {
    let php: Echo, nginx: RunningNginx, port: number
    before(async () => {
      port = await freePort()
      php = await startEcho('php')
      nginx = await startNginx({ sidecar: `127.0.0.1:${port}`, php: php.address, base })
    })
    after(() => Promise.all([nginx.stop(), php.stop()]))
    const oauth2 = (path: string, options = {}) => send(nginx.port, `${base}dispatch.php/${path}`, options)
    const form = { method: 'POST', body: 'grant_type=refresh_token&refresh_token=def502' }

    it('S-085 sends POST token to Stud.IP with its body, and nothing else', async () => {
      for (const path of ['api/oauth2/token', 'api/oauth2/token/index', 'api/oauth2/token/']) {
        const { reached } = await oauth2(path, { ...form, headers: { authorization: 'Basic eA==' } })
        expect(reached, path).to.include({
          who: 'php',
          method: 'POST',
          path: `${base}dispatch.php/${path}`,
          body: form.body,
        })
        expect(reached?.headers.authorization).to.equal('Basic eA==')
      }
      const before = php.count()
      for (const path of [
        'api/oauth2/authorize',
        'api/oauth2/applications',
        'admin/oauth2',
        'api/oauth2/resume',
        'api/oauth2/token/x',
      ]) {
        for (const options of [{}, form]) {
          const answer = await oauth2(path, options)
          expect(answer.status, path).to.equal(503)
          expect(answer.headers['content-type']).to.equal('text/html; charset=utf-8')
          expect(answer.headers).to.include({ 'retry-after': '10', 'cache-control': 'no-store' })
          expect(answer.body).to.include('Zur Zeit nicht erreichbar').and.to.include('Not available')
          expect(answer.headers['set-cookie']?.[0]).to.equal(`studip_oauth2_resume=; Path=${base}; Max-Age=0`)
        }
      }
      for (const path of [
        'api/oauth2/token',
        'api/oauth2/revoke',
        'api/oauth2/introspect',
        'api/oauth2/jwks',
        'api/oauth2/.well-known/oauth-authorization-server',
      ]) {
        const answer = await oauth2(path)
        expect(answer.status, path).to.equal(503)
        expect(JSON.parse(answer.body), path).to.include({ error: 'temporarily_unavailable' })
        expect(answer.headers['retry-after']).to.equal('10')
      }
      for (const path of ['api/oauth2/revoke', 'api/oauth2/introspect'])
        expect((await oauth2(path, form)).status).to.equal(503)
      expect(php.count()).to.equal(before)
    })

    it('S-085 B16 asks to wait where Stud.IP could not read the code or token, instead of letting it tell the client to give up', async () => {
      const sealed = 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..iv.text.tag'
      const before = php.count()
      for (const body of [
        `refresh_token=${sealed}&grant_type=refresh_token`,
        `grant_type=authorization_code&client_id=1&code=${sealed}`,
        `client_id=1&device_code=${sealed}&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code`,
        `a=${'b'.repeat(20_000)}&refresh_token=${sealed}`,
      ]) {
        const answer = await oauth2('api/oauth2/token', { method: 'POST', body })
        expect(answer.status, body.slice(0, 60)).to.equal(503)
        expect(JSON.parse(answer.body)).to.include({ error: 'temporarily_unavailable' })
        expect(answer.headers['retry-after']).to.equal('10')
      }
      expect(php.count()).to.equal(before)
      for (const body of [`grant_type=refresh_token&refresh_token=def502&state=eyJ`, 'xcode=eyJ', 'code=xeyJ', ''])
        expect((await oauth2('api/oauth2/token', { method: 'POST', body })).reached?.who, body).to.equal('php')
    })

    it('S-085 passes on every error that the service itself answered', async () => {
      const sidecar = await startEcho('sidecar', port)
      const before = php.count()
      for (const status of [400, 401, 403, 404, 405, 413, 429, 500, 502, 503, 504]) {
        for (const path of ['token', 'authorize', 'revoke']) {
          const answer = await oauth2(`api/oauth2/${path}`, { ...form, headers: { 'x-answer': String(status) } })
          expect(answer.status, path).to.equal(status)
          expect(answer.reached?.who, `${path} ${status}`).to.equal('sidecar')
        }
      }
      expect(php.count()).to.equal(before)
      await sidecar.stop()
    })

    it('S-085 never repeats a token request that the service may have worked on', async () => {
      const sidecar = await startEcho('sidecar', port)
      const before = php.count()
      const answer = await oauth2('api/oauth2/token', { ...form, headers: { 'x-answer': 'hang up' } })
      expect(answer.status).to.equal(503)
      expect(JSON.parse(answer.body)).to.include({ error: 'temporarily_unavailable' })
      expect(sidecar.count()).to.equal(1)
      expect(php.count()).to.equal(before)
      await sidecar.stop()
    })

    it('S-085 returns to the service as soon as it answers again', async () => {
      expect((await oauth2('api/oauth2/token', form)).reached?.who).to.equal('php')
      const sidecar = await startEcho('sidecar', port)
      expect((await oauth2('api/oauth2/token', form)).reached?.who).to.equal('sidecar')
      await sidecar.stop()
      expect((await oauth2('api/oauth2/token', form)).reached?.who).to.equal('php')
    })
  })
}

describe('nginx with several instances', () => {
  it('uses all of them and gets along without one, POST included', async () => {
    const [a, b, php] = await Promise.all([startEcho('a'), startEcho('b'), startEcho('php')])
    const nginx = await startNginx({ sidecar: [a.address, b.address], php: php.address })
    const token = async () =>
      (await send(nginx.port, '/dispatch.php/api/oauth2/token', { method: 'POST', body: 'a=b' })).reached?.who
    const first = await Promise.all(Array.from({ length: 20 }, token))
    expect(new Set(first)).to.deep.equal(new Set(['a', 'b']))
    await a.stop()
    const second = []
    for (let index = 0; index < 20; index++) second.push(await token())
    expect(new Set(second)).to.deep.equal(new Set(['b']))
    await b.stop()
    expect(await token()).to.equal('php')
    await Promise.all([nginx.stop(), php.stop()])
  })

  it('answers 503 to token requests too where failover is off', async () => {
    const php = await startEcho('php')
    const nginx = await startNginx({ sidecar: '127.0.0.1:1', php: php.address, failover: 'off' })
    const answer = await send(nginx.port, '/dispatch.php/api/oauth2/token', { method: 'POST', body: 'a=b' })
    expect(answer.status).to.equal(503)
    expect(JSON.parse(answer.body)).to.include({ error: 'temporarily_unavailable' })
    expect(php.count()).to.equal(0)
    await Promise.all([nginx.stop(), php.stop()])
  })
})
