// Requests as bytes: no client library between a test and the server that would mend a path, a header or a body.
import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'

export interface RawRequest {
  readonly method?: string
  /** Path and query, as they go over the wire (characters up to U+00FF are bytes). */
  readonly path: string
  /** Values are written as latin1. */
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
}

export interface RawAnswer {
  readonly status: number
  /** Values as latin1: one character a byte. */
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly text: string
}

export interface RawHttp {
  (options: RawRequest): Promise<RawAnswer>
  end(): void
}

/** Asks over a few connections that stay open; rejects when no answer is complete after `patience` milliseconds. */
export const rawHttp = (server: Server, { connections = 8, patience = 120_000 } = {}): RawHttp => {
  const { port } = server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const ask = ({ method = 'GET', path, headers = {}, body }: RawRequest): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }
      const outgoing = request(
        { agent, host: '127.0.0.1', port, method, path, headers: { ...length, ...headers } },
        (incoming) => {
          const chunks: Buffer[] = []
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
          incoming.on('error', reject)
          incoming.on('end', () => {
            clearTimeout(timer)
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              rawHeaders: incoming.rawHeaders,
              text: Buffer.concat(chunks).toString(),
            })
          })
        },
      )
      const timer = setTimeout(
        () => outgoing.destroy(new Error(`no answer within ${patience} ms: ${method} ${path.slice(0, 200)}`)),
        patience,
      )
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer)
        // The server ended an idle connection while this request was on its way: no answer to it, so it is asked again.
        if (outgoing.reusedSocket && error.code === 'ECONNRESET')
          resolve(ask({ method, path, headers, ...(body !== undefined && { body }) }))
        else reject(error)
      })
      outgoing.end(body)
    })
  return Object.assign(ask, { end: () => agent.destroy() })
}

/** Sends these bytes and answers everything that comes back until the server closes or `patience` milliseconds are over. */
export const rawBytes = (server: Server, bytes: string | Buffer, patience = 120_000): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => socket.write(bytes))
    const timer = setTimeout(() => socket.destroy(), patience)
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks).toString('latin1'))
    })
  })
