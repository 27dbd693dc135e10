// Servers that tell who was reached and with what, in place of service and PHP; and a client that sends paths untouched.
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Reached {
  readonly who: string
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Echo {
  readonly address: string
  /** Requests that arrived so far. */
  count(): number
  stop(): Promise<void>
}

/** What the service says at the gateway: reading passes. */
const decide = (req: IncomingMessage, res: ServerResponse): void => {
  if (req.headers['x-api-method'] === 'GET') res.writeHead(204, { 'x-api-authorization': 'Bearer handed.to.php' }).end()
  else res.writeHead(403, { 'www-authenticate': 'Bearer', 'x-api-errors': '{"errors":[]}' }).end()
}

/** Answers every request with what arrived, and with the status of the header `x-answer` if there is one. */
export async function startEcho(who: string, port = 0): Promise<Echo> {
  let count = 0
  // nginx uses its connections again, on a busy machine also after Node's five seconds.
  const server = createServer({ keepAliveTimeout: 0 }, (req, res) => {
    count++
    if (req.url === '/.studip-oauth2/api-read') return decide(req, res)
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const reached: Reached = {
        who,
        method: req.method ?? '',
        path: req.url ?? '',
        headers: req.headers,
        body: Buffer.concat(chunks).toString(),
      }
      if (req.headers['x-answer'] === 'hang up') res.destroy()
      else
        res
          .writeHead(Number(req.headers['x-answer'] ?? 200), { 'content-type': 'application/json' })
          .end(JSON.stringify(reached))
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Who answered, when it was one of the echoes. */
  readonly reached: Reached | undefined
}

export interface Send {
  readonly method?: string
  readonly headers?: Record<string, string | string[]>
  readonly body?: string
}

/** Sends the path byte for byte: no library in between that would tidy it up. */
export const send = (port: number, path: string, { method = 'GET', headers = {}, body }: Send = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const req = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        headers: {
          ...(body !== undefined && {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': String(Buffer.byteLength(body)),
          }),
          ...headers,
        },
      },
      (res) => {
        const chunks: Buffer[] = []
        res.on('data', (chunk: Buffer) => chunks.push(chunk))
        res.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            body: text,
            reached: text.startsWith('{"who"') ? (JSON.parse(text) as Reached) : undefined,
          })
        })
      },
    )
    req.once('error', reject)
    req.end(body)
  })
