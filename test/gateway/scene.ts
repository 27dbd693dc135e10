// The service, the shipped nginx and a JSON:API that believes what Stud.IP's believes, and tells what arrived.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { userOfHeader } from '../stand-in/json-api.ts'
import { addClient, testApp, type TestApp, type TestClient } from '../support/app.ts'
import { freePort } from '../support/free-port.ts'
import { startNginx, type RunningNginx } from '../support/nginx.ts'

/** A request as PHP gets it. */
export interface Arrived {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** User id that the API takes the sender for. */
  readonly user: string | null
}

export interface JsonApi {
  readonly address: string
  readonly arrived: Arrived[]
  stop(): Promise<void>
}

const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** 200 for whoever it believes, else 401 as Stud.IP says it. */
export const startJsonApi = async ({ database, deps }: TestApp): Promise<JsonApi> => {
  const arrived: Arrived[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      void userOfHeader(database.knex, deps.settings.keysPath, req.headers.authorization ?? '').then((user) => {
        const one: Arrived = {
          method: req.method ?? '',
          path: req.url ?? '',
          headers: req.headers,
          body: Buffer.concat(chunks).toString(),
          user: user?.user_id ?? null,
        }
        arrived.push(one)
        if (user)
          res.writeHead(200, { 'Content-Type': 'application/vnd.api+json' }).end(JSON.stringify({ data: user.user_id }))
        else res.writeHead(401, { 'WWW-Authenticate': 'Basic realm="Stud.IP JSON-API"' }).end()
      })
    })
  })
  const address = await listening(server)
  return {
    address,
    arrived,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export interface Scene {
  readonly app: TestApp
  readonly client: TestClient
  readonly jsonApi: JsonApi
  readonly nginx: RunningNginx
  /** The same site while no instance of the service answers. */
  readonly away: RunningNginx
  readonly log: string[]
  stop(): Promise<void>
}

export const openScene = async (base: '/' | '/studip/', now?: () => number): Promise<Scene> => {
  const port = await freePort()
  const log: string[] = []
  const settings = { apiRead: true, baseUrl: `http://127.0.0.1:${port}${base}` }
  const app = await testApp({ log, settings, ...(now && { now }) })
  const jsonApi = await startJsonApi(app)
  const site = { php: jsonApi.address, base }
  const sidecar = `127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const [nginx, away] = await Promise.all([
    startNginx({ ...site, sidecar, port }),
    startNginx({ ...site, sidecar: '127.0.0.1:1' }),
  ])
  return {
    app,
    client: await addClient(app),
    jsonApi,
    nginx,
    away,
    log,
    stop: async () => {
      await Promise.all([nginx.stop(), away.stop(), jsonApi.stop()])
      await app.close()
    },
  }
}
