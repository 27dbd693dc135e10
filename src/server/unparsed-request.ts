// A request that is no HTTP never becomes one of Koa's: its answer and its line are made here (D29).
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { bounds } from '../bounds.ts'
import type { Audit } from '../oauth/ports.ts'

interface Refused {
  readonly status:
    '400 Bad Request' | '408 Request Timeout' | '431 Request Header Fields Too Large' | '501 Not Implemented'
  readonly reason: string
  /** Printable ASCII. */
  readonly description: string
}

const byCode: Readonly<Record<string, Refused>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    reason: 'too-large',
    description: `The header of the request is longer than ${bounds.header.most} bytes.`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    reason: 'too-slow',
    description: 'The request took too long to arrive.',
  },
}
const malformed: Refused = {
  status: '400 Bad Request',
  reason: 'malformed',
  description: 'The request is not HTTP as RFC 9112 has it.',
}
const noProxy: Refused = {
  status: '501 Not Implemented',
  reason: 'method-not-allowed',
  description: 'The service is no proxy: there is no CONNECT.',
}
// Nobody is there to be refused.
const departures = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE'])

/** Writes the line. @returns what is answered, but for the status */
const answerTo = (audit: Audit, { status, reason, description }: Refused, socket: Socket) => {
  const origin = { requestId: randomUUID(), address: socket.remoteAddress ?? '' }
  const body = JSON.stringify({ error: 'invalid_request', error_description: description })
  const details = { status: Number.parseInt(status, 10), answer: 'json', oauthError: 'invalid_request', description }
  audit({ event: 'request.refused', reason, endpoint: 'none', details }, origin)
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(body.length),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': origin.requestId,
    Connection: 'close',
  }
  return { headers, body }
}

const end = (audit: Audit, refused: Refused, socket: Socket): void => {
  const { headers, body } = answerTo(audit, refused, socket)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end([`HTTP/1.1 ${refused.status}`, ...lines, '', body].join('\r\n'))
}

/** For the event `connect` of an HTTP server, which would close such a connection without a word or a line. */
export const refuseConnect =
  (audit: Audit) =>
  (_: IncomingMessage, socket: Socket): void => {
    socket.on('error', () => socket.destroy())
    end(audit, noProxy, socket)
  }

/** For the event `clientError` of an HTTP server. `isAnswered` tells whether an answer is on its way over this connection. */
export const refuseUnparsed =
  (audit: Audit, isAnswered: (socket: Socket) => boolean) =>
  (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (departures.has(error.code ?? '') || !socket.writable || isAnswered(socket)) return void socket.destroy()
    end(audit, byCode[error.code ?? ''] ?? malformed, socket)
  }

/** RFC 9112 §3.2: one Host, which only HTTP/1.0 may leave out. Node's own check answers without a word or a line. */
const namesOneHost = ({ httpVersion, rawHeaders }: IncomingMessage): boolean => {
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length
  return hosts === 1 || (hosts === 0 && httpVersion === '1.0')
}

/** Refuses what Node parses and RFC 9112 does not allow. @returns whether it did */
export const refusesUnfit = (audit: Audit, request: IncomingMessage, response: ServerResponse): boolean => {
  if (namesOneHost(request)) return false
  const { headers, body } = answerTo(audit, malformed, request.socket)
  response.writeHead(400, headers).end(body)
  return true
}
