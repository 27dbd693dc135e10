// A refusal that people see as a page, and programs as JSON with the same status.
import type { OAuthErrorCode } from '../oauth/errors.ts'
import { errorStatus, type ErrorKind } from '../views/error-pages.ts'

/** Where the page leads, as paths below BASE. */
export interface Way {
  /** After a login in another tab. */
  readonly continuePath?: string
  /** To the request that an expired form was about. */
  readonly againPath?: string
  /** To the page that asks whether to log out. */
  readonly logoutPath?: string
}

export interface PageErrorOptions extends Way {
  /** For the log: what the kind does not say. */
  readonly hint?: string
  /** Seconds, where waiting helps. */
  readonly retryAfter?: number
}

export class PageError extends Error {
  override readonly name = 'PageError'
  readonly kind: ErrorKind
  readonly status: number
  readonly hint: string | undefined
  readonly retryAfter: number | undefined
  readonly way: Way
  constructor(kind: ErrorKind, { hint, retryAfter, ...way }: PageErrorOptions = {}) {
    super(kind)
    this.kind = kind
    this.status = errorStatus(kind)
    this.hint = hint
    this.retryAfter = retryAfter
    this.way = way
  }
}

/** What each page says to a program that asks for JSON (RFC 6749 §5.2): code and description. */
export const oauthTerms: Readonly<Record<ErrorKind, readonly [OAuthErrorCode, string]>> = {
  malformed: ['invalid_request', 'The request is malformed.'],
  'unknown-client': ['invalid_client', 'There is no such client, or it is suspended.'],
  'redirect-uri-missing': ['invalid_request', 'The request names no redirect_uri.'],
  'redirect-uri-mismatch': ['invalid_request', 'The redirect_uri is not registered for this client.'],
  'form-used': ['invalid_request', 'The form was answered before.'],
  forbidden: ['access_denied', 'This user may not do that.'],
  'form-expired': ['invalid_request', 'The form has expired, or belongs to another session.'],
  'foreign-form': ['invalid_request', 'The form was not sent by a page of this Stud.IP.'],
  'login-loop': ['access_denied', 'The login was not recognised.'],
  'login-needed': ['access_denied', 'Nobody is logged in.'],
  'not-found': ['invalid_request', 'There is no such endpoint.'],
  'method-not-allowed': ['invalid_request', 'The request method is not allowed here.'],
  'too-large': ['invalid_request', 'The request body is too large.'],
  'too-many': ['slow_down', 'Too many failed attempts. Try again later.'],
  setup: ['invalid_setup', 'The OAuth2 setup of this Stud.IP installation has errors.'],
  internal: ['server_error', 'The authorization server met an unexpected condition.'],
  maintenance: ['temporarily_unavailable', 'Stud.IP is in maintenance mode.'],
  unavailable: ['temporarily_unavailable', 'The database cannot be reached.'],
}
