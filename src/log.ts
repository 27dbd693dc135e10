// One JSON line an event, with the request it belongs to. Never a code, token, secret, cookie or session id (S-095).
import { pino, type DestinationStream, type Logger } from 'pino'
import { isJournal, priorityOf } from './config/journal.ts'
import { createLogOutput } from './log-output.ts'
import type { Audit, AuditEvent } from './oauth/ports.ts'

export type Log = Logger

// Names under which a credential could reach the log by mistake, two levels deep.
const secretNames = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'client_secret',
  'code',
  'code_verifier',
  'token',
  'access_token',
  'refresh_token',
  'auth_token',
  'security_token',
  'sid',
  'sessionId',
  'sql',
  'bindings',
]
const censor = '***'
const keyed = (name: string) => `["${name}"]`
// Numbers of errors are called `code` as well, so `code` is hidden in parameters and bodies only.
const paths = ['', '*', 'req.headers', 'request.headers', '*.headers', 'query', 'body', 'params'].flatMap((prefix) =>
  secretNames
    .filter((name) => name !== 'code' || ['query', 'body', 'params'].includes(prefix))
    .map((name) => `${prefix}${keyed(name)}`),
)

interface LoggedError {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: LoggedError
}

/** Characters of an error that are logged: a failed statement may be megabytes long. */
const longestMessage = 1_000
const longestStack = 4_000

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`

// The database quotes values in its complaints: Duplicate entry '…', Incorrect string value: '…'. What is near a fault of syntax
// is quoted as it is, quotes and all, so nothing after it is taken. Names of columns and keys say so before.
const quoted = /(?<!\bdoesn)'(?:[^'\\]|\\.)*'?/gs
const namesBefore = /\b(?:column|field|key|table|database) $/i
const withoutValues = (text: string): string =>
  text
    .replace(/ near '.*/s, " near '…'")
    .replaceAll(quoted, (value, at: number) =>
      namesBefore.test(text.slice(Math.max(0, at - 10), at)) && /^'[\w.]{1,64}'$/.test(value) ? value : "'…'",
    )

// The first lines of a stack repeat the message.
const framesOf = (stack: string): string => {
  const start = stack.search(/^ {4}at /m)
  return start < 0 ? '' : stack.slice(start)
}

/** Only these fields: mysql2 puts the whole statement with its values beside them, and a session id is such a value. */
const loggedError = (error: unknown, depth = 0): LoggedError => {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' }
  const { code, errno } = error as NodeJS.ErrnoException
  const isOfDatabase = typeof errno === 'number' && 'sqlState' in error
  return {
    type: error.name,
    message: cut(isOfDatabase ? withoutValues(cut(error.message, 4 * longestMessage)) : error.message, longestMessage),
    ...(typeof code === 'string' && { code }),
    ...(error.stack && { stack: cut(framesOf(error.stack), longestStack) }),
    ...(error.cause !== undefined && depth < 3 && { cause: loggedError(error.cause, depth + 1) }),
  }
}

// A line begins with its level.
const withPriority = (line: string): string => priorityOf(/^{"level":"(\w+)"/.exec(line)?.[1] ?? '') + line

/**
 * A logger of JSON lines on standard output, or on `destination`. `level` is one of pino's, or silent. In the journal of
 * systemd each line has its priority.
 */
export const createLog = (
  level: string,
  destination?: DestinationStream,
  toJournal: boolean = !destination && isJournal(1),
): Log => {
  const output = destination ?? createLogOutput(1, (lines) => log.error({ lines }, 'log lines were lost'))
  const log: Log = pino(
    {
      ...(toJournal && { hooks: { streamWrite: withPriority } }),
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor },
      serializers: { err: (error: unknown) => loggedError(error), error: (error: unknown) => loggedError(error) },
    },
    output,
  )
  return log
}

const alarming: readonly AuditEvent['event'][] = ['code.replayed', 'token.replayed', 'request.throttled']

/** The audit port as log lines with their request: replays and throttling as warnings, the rest as information. */
export const auditLog = (log: Log): Audit => {
  // Events are flat, so nothing need be looked for below their first level.
  const flat = log.child({}, { redact: { paths: secretNames.map(keyed), censor } })
  return ({ details, ...event }, origin) =>
    flat[alarming.includes(event.event) ? 'warn' : 'info']({ ...origin, ...event, ...details }, event.event)
}
