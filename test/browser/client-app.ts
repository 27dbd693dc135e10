// A client application as the browser meets it at the end: a loopback server that keeps what was sent to its redirect URI.
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { temporaryDirectory } from '../support/child-process.ts'
import { selfSigned } from '../support/nginx.ts'

export interface ClientApp {
  /** `http://127.0.0.1:port/callback`, or `https://localhost:port/callback` with tls. */
  readonly redirectUri: string
  /** Requests at the redirect URI so far, path and query as they came; a form stands in the query's place. */
  readonly received: readonly string[]
  stop(): Promise<void>
}

/** Starts it; with `tls` its certificate is self-signed. */
export async function startClientApp({ tls = false }: { tls?: boolean } = {}): Promise<ClientApp> {
  const received: string[] = []
  const answer: RequestListener = (request, response) => void call(request, response)
  const call = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const called = request.url?.startsWith('/callback') ?? false
    const form = request.method === 'POST' ? `?${await text(request)}` : ''
    if (called) received.push(`${request.url}${form}`)
    response
      .writeHead(called ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' })
      .end('<!DOCTYPE html><title>App</title><h1>Back in the app</h1>')
  }
  const server = tls ? createTlsServer(await certificate(), answer) : createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    redirectUri: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${port}/callback`,
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function certificate(): Promise<{ cert: Buffer; key: Buffer }> {
  const directory = await temporaryDirectory('client')
  await selfSigned(directory.path)
  const [cert, key] = await Promise.all(['tls.pem', 'tls.key'].map((name) => readFile(join(directory.path, name))))
  directory.remove()
  return { cert: cert!, key: key! }
}
