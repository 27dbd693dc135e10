// The real service behind the shipped snippet: what neither part can show alone.
import { connect } from 'node:net'
import { expect } from 'chai'
import { startStage, type Stage } from '../stand-in/stage.ts'
import { send } from './echo.ts'

for (const base of ['/', '/studip/'] as const) {
  describe(`service behind nginx, base ${base}`, () => {
    let stage: Stage
    before(async () => {
      stage = await startStage({ base })
    })
    after(() => stage.stop())

    it('S-074 gives the same metadata at both addresses, and the issuer leads to them', async () => {
      const origin = new URL(stage.url).origin
      const inserted = await fetch(`${origin}/.well-known/oauth-authorization-server${new URL(stage.issuer).pathname}`)
      const ours = await fetch(`${stage.issuer}/.well-known/oauth-authorization-server`)
      expect([inserted.status, ours.status]).to.deep.equal([200, 200])
      expect(inserted.headers.get('content-type')).to.match(/^application\/json/)
      const metadata = (await inserted.json()) as { issuer: string; token_endpoint: string }
      expect(metadata).to.deep.equal(await ours.json())
      expect(metadata).to.include({ issuer: stage.issuer, token_endpoint: `${stage.issuer}/token` })
    })

    it('D29 HTTP/1.0 without a host is answered as any other', async () => {
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(stage.nginx.port, '127.0.0.1', () => {
          socket.write(`GET ${base}dispatch.php/api/oauth2/.well-known/oauth-authorization-server HTTP/1.0\r\n\r\n`)
        })
        let text = ''
        socket.on('data', (part: Buffer) => void (text += part.toString()))
        socket.once('end', () => resolve(text)).once('error', reject)
      })
      expect(answer)
        .to.match(/^HTTP\/1\.1 200 /)
        .and.to.include(`"issuer":"${stage.issuer}"`)
    })

    it('S-082 counts failed attempts by the real address, whatever a client claims', async () => {
      const { id } = await stage.command<{ id: string }>(
        'oauth2:client:add',
        '--name',
        'Portal',
        '--redirect',
        'https://portal.example/cb',
        '--owner',
        'x',
        '--homepage',
        'https://portal.example',
      )
      const attempt = async (number: number) =>
        (
          await send(stage.nginx.port, `${base}dispatch.php/api/oauth2/token`, {
            method: 'POST',
            body: `grant_type=refresh_token&refresh_token=x&client_id=${id}&client_secret=wrong`,
            headers: {
              'x-forwarded-for': `10.0.0.${number}`,
              forwarded: `for=10.0.1.${number}`,
              'x-real-ip': `10.0.2.${number}`,
              'client-ip': `10.0.3.${number}`,
            },
          })
        ).status
      for (let number = 0; number < 10; number++) expect(await attempt(number)).to.equal(401)
      // One a second is welcome all the same, and a slow machine takes longer than that between two: these come at once.
      const statuses = await Promise.all(Array.from({ length: 20 }, (_, number) => attempt(10 + number)))
      expect(statuses).to.include(429)
    })

    it("S-083 shows neither health nor metrics, and S-084 never Stud.IP's own consent page", async () => {
      for (const path of [
        'healthz',
        'readyz',
        'metrics',
        'dispatch.php/api/oauth2/healthz',
        'dispatch.php/api/oauth2/metrics',
      ]) {
        expect((await send(stage.nginx.port, base + path)).status, path).to.equal(404)
      }
      for (const path of [
        'api//oauth2/authorize',
        'api/%6fauth2/authorize',
        'api%2Foauth2/authorize',
        './api/oauth2/authorize',
        'api/oauth2.html',
        'api/oauth2/authorize/../../../start',
      ]) {
        const answer = await send(
          stage.nginx.port,
          `${base}dispatch.php/${path}?response_type=code&client_id=${stage.clientId}`,
        )
        expect(answer.body, path).not.to.include('built-in')
      }
      expect(stage.standIn.builtInConsentPages()).to.equal(0)
    })
  })
}
