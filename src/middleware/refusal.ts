// What an error means to the outside, in one form for every answer: page, JSON, redirect, and the line in the log (D29).
import type { Context } from 'koa'
import { ConsentError } from '../oauth/consent-answer.ts'
import { OAuthError, SetupError, type OAuthErrorCode } from '../oauth/errors.ts'
import { TargetError, type Advice } from '../oauth/target-error.ts'
import { isDatabaseAway } from '../stores/database-errors.ts'
import { errorKindOf, errorStatus, type ErrorKind } from '../views/error-pages.ts'
import { oauthTerms, PageError, type Way } from './page-error.ts'

export interface Refusal {
  /** A word of ours, for the log and the metric. */
  readonly reason: string
  readonly status: number
  readonly error: OAuthErrorCode
  /** Printable ASCII, nothing secret. */
  readonly description: string
  readonly hint?: string | undefined
  /** Both in one, where there is more to say than the description. */
  readonly explanation?: string
  readonly parameter?: string | undefined
  /** Where the request did not name it itself. */
  readonly clientId?: string | undefined
  /** Seconds. */
  readonly retryAfter?: number | undefined
  /** The page for people. */
  readonly kind: ErrorKind
  readonly way?: Way
  /** Set where the developer of a client can mend it. */
  readonly developer?: { readonly advice?: Advice }
  /** What an operator has to look at, never shown (S-091). */
  readonly fault?: unknown
}

/** Seconds after which a try is welcome again. */
const whileDatabaseIsAway = 5
const duringMaintenance = 10

const ofKind = (kind: ErrorKind): Refusal => {
  const [error, description] = oauthTerms[kind]
  return { reason: kind, status: errorStatus(kind), error, description, kind }
}

const kindOfCode: Partial<Record<OAuthErrorCode, ErrorKind>> = {
  invalid_setup: 'setup',
  temporarily_unavailable: 'unavailable',
  slow_down: 'too-many',
  server_error: 'internal',
}

const ofOAuthError = (refused: OAuthError): Refusal => {
  const { code, status, parameter, clientId, retryAfter } = refused
  const { description, hint, explanation } = refused
  const kind = kindOfCode[code] ?? 'malformed'
  const said = { error: code, description, hint, explanation, parameter }
  const common = { reason: code, status, ...said, clientId, retryAfter, kind }
  return status >= 500 ? { ...common, fault: refused } : { ...common, developer: {} }
}

const ofPageError = ({ kind, hint, retryAfter, way }: PageError): Refusal => ({
  ...ofKind(kind),
  hint,
  way,
  retryAfter: retryAfter ?? (kind === 'maintenance' ? duringMaintenance : undefined),
})

const ofTargetError = ({ fault, hint, parameter, advice }: TargetError): Refusal => ({
  ...ofKind(fault),
  hint,
  parameter,
  developer: { advice },
})

// Errors of Koa and its body parser carry a status.
const statusOf = (error: unknown): number => {
  const status = (error as { status?: unknown } | undefined)?.status
  return typeof status === 'number' ? status : 500
}

const ofUnknown = (error: unknown): Refusal => {
  const fault = { fault: error }
  if (error instanceof SetupError) return { ...ofKind('setup'), reason: 'invalid_setup', ...fault }
  if (isDatabaseAway(error))
    return {
      ...ofKind('unavailable'),
      reason: 'temporarily_unavailable',
      retryAfter: whileDatabaseIsAway,
      ...fault,
    }
  const status = statusOf(error)
  if (status >= 400 && status < 500) return { ...ofKind(errorKindOf(status)), status }
  return { ...ofKind('internal'), reason: 'server_error', ...fault }
}

/** The refusal that an error stands for; what nobody foresaw is a fault of ours. */
export const refusalOf = (error: unknown): Refusal => {
  if (error instanceof OAuthError) return ofOAuthError(error)
  if (error instanceof PageError) return ofPageError(error)
  if (error instanceof TargetError) return ofTargetError(error)
  if (error instanceof ConsentError) return ofKind(error.fault)
  return ofUnknown(error)
}

/** Notes that this request is refused: its one line is written when it ends. */
export const refuse = (ctx: Context, refusal: Pick<Refusal, 'reason'> & Partial<Refusal>): void => {
  ctx.state['refusal'] = refusal
}

/** What refuse() noted; undefined for a request that was served. */
export const refusalIn = (ctx: Context): (Pick<Refusal, 'reason'> & Partial<Refusal>) | undefined =>
  (ctx.state as { refusal?: Refusal }).refusal
