// One JSON line an event, with the request it belongs to. Never a code, token, secret, cookie or session id (S-095).
import { AsyncLocalStorage } from 'node:async_hooks'
import { pino, type DestinationStream, type Logger } from 'pino'
import type { Audit, AuditEvent } from './oauth/ports.ts'

export type Log = Logger

/** What every line of a request carries. `address` is the client's as nginx forwards it. */
export interface RequestContext { readonly requestId: string; readonly address: string }

const requests = new AsyncLocalStorage<RequestContext>()

/** Runs `work` so that everything logged in it carries the request's id and address. */
export const inRequest = <T>(context: RequestContext, work: () => T): T => requests.run(context, work)
/** The request that is being answered, if any. */
export const currentRequest = (): RequestContext | undefined => requests.getStore()

// Names under which a credential could reach the log by mistake, two levels deep.
const secretNames = [
  'authorization', 'cookie', 'set-cookie', 'password', 'secret', 'client_secret', 'code', 'code_verifier', 'token', 'access_token',
  'refresh_token', 'auth_token', 'security_token', 'sid', 'sessionId', 'sql', 'bindings',
]
const quoted = (name: string) => `["${name}"]`
// Numbers of errors are called `code` as well, so `code` is hidden in parameters and bodies only.
const paths = ['', '*', 'req.headers', 'request.headers', '*.headers', 'query', 'body', 'params'].flatMap((prefix) =>
  secretNames.filter((name) => name !== 'code' || ['query', 'body', 'params'].includes(prefix)).map((name) => `${prefix}${quoted(name)}`),
)

interface LoggedError { readonly type: string; readonly message: string; readonly code?: string; readonly stack?: string; readonly cause?: LoggedError }

/** Only these fields: mysql2 puts the whole statement with its values beside them, and a session id is such a value. */
const loggedError = (error: unknown, depth = 0): LoggedError => {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' }
  const code = (error as NodeJS.ErrnoException).code
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' && { code }),
    ...(error.stack && { stack: error.stack }),
    ...(error.cause !== undefined && depth < 3 && { cause: loggedError(error.cause, depth + 1) }),
  }
}

/** A logger of JSON lines on standard output, or on `destination`. `level` is one of pino's, or silent. */
export const createLog = (level: string, destination?: DestinationStream): Log =>
  pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => ({ ...requests.getStore() }),
      redact: { paths, censor: '***' },
      serializers: { err: (error: unknown) => loggedError(error), error: (error: unknown) => loggedError(error) },
    },
    // Written beside the requests, several lines at a time under load; what is left is written when the process exits.
    destination ?? pino.destination({ fd: 1, sync: false }),
  )

const alarming: readonly AuditEvent['event'][] = ['code.replayed', 'token.replayed', 'request.throttled']

/** The audit port as log lines: replays and throttling as warnings, the rest as information. */
export const auditLog = (log: Log): Audit => (event) => void (alarming.includes(event.event) ? log.warn(event, event.event) : log.info(event, event.event))
