// The HTTP server of one worker: cuts off slow clients, and ends without losing a request (D16).
import type { RequestListener, Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { bounds } from '../bounds.ts'
import type { Audit } from '../oauth/ports.ts'
import type { Listen } from '../settings.ts'
import { createServer } from './node-http.ts'
import { refuseConnect, refusesUnfit, refuseUnparsed } from './unparsed-request.ts'

/** Milliseconds. */
export interface HttpLimits {
  /** From the first byte of a request to the end of its header. */
  readonly header: number
  /** From the first byte of a request to the end of its body. */
  readonly request: number
  /** An idle connection; longer than nginx keeps it, so that it is nginx who closes. */
  readonly keepAlive: number
  /** While draining: how long idle connections may still bring a request, which is then told to be the last one. */
  readonly lull: number
  /** While draining: when everything is cut off. */
  readonly deadline: number
}

export const httpLimits: HttpLimits = {
  header: 10_000,
  request: 30_000,
  keepAlive: 75_000,
  lull: 2_000,
  deadline: 9_000,
}

export interface HttpServer {
  readonly server: Server
  /** Stops accepting, answers what is under way or still comes over open connections, then closes them. */
  readonly drain: () => Promise<void>
}

/** A server for the application; listens nowhere yet. What is no HTTP never reaches `answer`. */
export const createHttpServer = (
  answer: RequestListener,
  audit: Audit,
  limits: HttpLimits = httpLimits,
): HttpServer => {
  const underWay = new Set<ServerResponse>()
  let draining = false
  const server = createServer({
    // Stud.IP's pages set many cookies; nginx lets 32 KiB pass by default.
    maxHeaderSize: bounds.header.most,
    requireHostHeader: false, // refusesUnfit() does it
    headersTimeout: limits.header,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.keepAlive,
    connectionsCheckingInterval: Math.min(1000, limits.header),
  })
  server.on('request', (request, response) => {
    response.shouldKeepAlive &&= !draining
    underWay.add(response)
    response.once('close', () => underWay.delete(response))
    if (!refusesUnfit(audit, request, response)) answer(request, response)
  })
  const isAnswered = (socket: Socket): boolean => {
    for (const response of underWay) if (response.socket === socket && response.headersSent) return true
    return false
  }
  // An expectation that nobody knows may be passed over (RFC 9110 §10.1.1); Node's own 417 has no line and no policy.
  server.on('checkExpectation', (request, response) => void server.emit('request', request, response))
  server.on('connect', refuseConnect(audit))
  server.on('clientError', refuseUnparsed(audit, isAnswered))
  const drain = async () => {
    if (draining) return
    draining = true
    const stopped = performance.now()
    // Not http's own close(): it cuts idle connections at once, and the request that nginx is just sending would be lost.
    NetServer.prototype.close.call(server)
    for (const response of underWay) response.shouldKeepAlive = false
    while ((await connections(server)) > 0) {
      const passed = performance.now() - stopped
      if (passed > limits.deadline) server.closeAllConnections()
      else if (passed > limits.lull) server.closeIdleConnections()
      await sleep(25)
    }
  }
  return { server, drain }
}

const connections = (server: Server): Promise<number> =>
  new Promise((resolve) => server.getConnections((error, count) => resolve(error ? 0 : count)))

/** Resolves once the server listens. Rejects with the system's error. */
export const listen = (server: NetServer, at: Listen): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(at, () => {
      server.off('error', reject)
      resolve()
    })
  })
