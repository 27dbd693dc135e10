// A request that Node's parser gives up never becomes one of Koa's: its answer and its line are made here (D29).
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { bounds } from '../bounds.ts'
import type { Audit } from '../oauth/ports.ts'

interface Refused {
  readonly status: '400 Bad Request' | '408 Request Timeout' | '431 Request Header Fields Too Large'
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
// Nobody is there to be refused.
const departures = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE'])

/** For the event `clientError` of an HTTP server. `isAnswered` tells whether an answer is on its way over this connection. */
export const refuseUnparsed =
  (audit: Audit, isAnswered: (socket: Socket) => boolean) =>
  (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (departures.has(error.code ?? '') || !socket.writable || isAnswered(socket)) return void socket.destroy()
    const { status, reason, description } = byCode[error.code ?? ''] ?? malformed
    const origin = { requestId: randomUUID(), address: socket.remoteAddress ?? '' }
    const body = JSON.stringify({ error: 'invalid_request', error_description: description })
    socket.end(
      [
        `HTTP/1.1 ${status}`,
        'Content-Type: application/json; charset=utf-8',
        `Content-Length: ${body.length}`,
        'Cache-Control: no-store',
        'X-Content-Type-Options: nosniff',
        `X-Request-Id: ${origin.requestId}`,
        'Connection: close',
        '',
        body,
      ].join('\r\n'),
    )
    const details = { status: Number.parseInt(status, 10), answer: 'json', oauthError: 'invalid_request', description }
    audit({ event: 'request.refused', reason, endpoint: 'none', details }, origin)
  }
