// oauth2:doctor on api.read: it reads and tries to write through the front, and looks at what happens without the service.
import { expect } from 'chai'
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { apiReadCheck } from '../../src/doctor/api-read.ts'
import type { Patient } from '../../src/doctor/check.ts'
import type { Settings } from '../../src/settings.ts'
import { testApp } from '../support/app.ts'
import { startNginx, type NginxOptions } from '../support/nginx.ts'
import { openScene, type Scene } from './scene.ts'

describe('oauth2:doctor, api.read', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene('/')
  })
  after(() => scene.stop())

  const examined = async (more: Partial<Settings> = {}) => {
    const { deps, database } = scene.app
    const found = await apiReadCheck.run({
      settings: { ...deps.settings, ...more },
      db: database.knex,
      now: deps.now,
      t: (key: string) => key,
    } as unknown as Patient)
    return found.map(({ level, text }) => `${level} ${text.replace('doctor.api-read.', '')}`)
  }
  const behind = async (options: Partial<NginxOptions>) => {
    const { port } = scene.app.server.address() as AddressInfo
    const nginx = await startNginx({ sidecar: `127.0.0.1:${port}`, php: scene.jsonApi.address, ...options })
    const found = await examined({ baseUrl: nginx.url })
    await nginx.stop()
    return found
  }

  interface Ask {
    readonly port: number
    readonly headers: IncomingHttpHeaders
  }
  /** Something else in front of nginx, which sends each request on as `change` says, or answers 500. */
  const through = async (change: (path: string, headers: IncomingHttpHeaders) => Ask | undefined) => {
    const front: Server = createServer((incoming, response) => {
      const to = change(incoming.url ?? '', incoming.headers)
      if (!to) return void response.writeHead(500).end()
      const { url: path, method } = incoming
      request({ host: '127.0.0.1', ...to, path, method, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers)
        answer.pipe(response)
      }).end()
    })
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
    const found = await examined({ baseUrl: `http://127.0.0.1:${(front.address() as AddressInfo).port}/` })
    front.close()
    return found
  }

  it('S-124 S-128 is content with the shipped parts, and leaves nothing behind', async () => {
    const count = async () =>
      Promise.all(
        ['oauth2_clients', 'oauth2_access_tokens'].map(async (table) =>
          Number(((await scene.app.database.knex(table).count({ n: '*' })) as { n: string }[])[0]?.n),
        ),
      )
    const before = await count()
    expect(await examined()).to.deep.equal(['ok ok'])
    expect(await count()).to.deep.equal(before)
    expect(await examined({ apiRead: false })).to.deep.equal(['ok off'])
    expect(await count()).to.deep.equal(before)
  })

  it('D24 names the part that is not included', async () => {
    expect(await behind({ apiRead: 'none' })).to.deep.equal(['fault not-asked'])
    expect(await behind({ apiRead: 'without token' })).to.deep.equal(['fault not-replaced'])
  })

  it('D24 names a service that is away, or does not know the setting', async () => {
    expect(await behind({ sidecar: '127.0.0.1:1' })).to.deep.equal(['fault unavailable'])
    const off = await testApp({ database: scene.app.database })
    const { port } = off.server.address() as AddressInfo
    // It refuses to read; that it refuses to write says nothing.
    expect(await behind({ sidecar: `127.0.0.1:${port}` })).to.deep.equal(['fault refused'])
    await off.close()
  })

  it('S-124 names a site where such a token could write', async () => {
    const careless = createServer((_, response) => response.writeHead(200).end())
    await new Promise<void>((resolve) => careless.listen(0, '127.0.0.1', resolve))
    const php = `127.0.0.1:${(careless.address() as AddressInfo).port}`
    expect(await behind({ apiRead: 'none', php })).to.deep.equal(['fault writes'])
    careless.close()
  })

  it('S-128 names a site where others depend on the service, or where api.read is not told that it is away', async () => {
    const { port } = scene.nginx
    expect(
      await through((_, headers) => (headers['x-oauth2-drill'] === undefined ? { port, headers } : undefined)),
    ).to.deep.equal(['fault away', 'fault others'])
    expect(await through((_, { 'x-oauth2-drill': __, ...headers }) => ({ port, headers }))).to.deep.equal([
      'note no-drill',
    ])
  })

  it('S-125 names a way from outside to the decision', async () => {
    const service = (scene.app.server.address() as AddressInfo).port
    expect(
      await through((path, headers) => ({ port: path.startsWith('/.studip') ? service : scene.nginx.port, headers })),
    ).to.deep.equal(['fault open'])
  })
})
