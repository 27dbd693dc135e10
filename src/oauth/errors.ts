// OAuthError and one constructor per error code. The code fixes the status, never the reverse; a poll alone has its own (RFC 8628 §3.5).

export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope' // RFC 6749 §5.2
  | 'access_denied'
  | 'unsupported_response_type'
  | 'server_error'
  | 'temporarily_unavailable' // RFC 6749 §4.1.2.1
  | 'unsupported_token_type' // RFC 7009 §2.2.1
  | 'invalid_setup' // Stud.IP's own, contract §8.2
  | 'slow_down' // RFC 8628 §3.5, the only registered code for "too often"
  | 'authorization_pending'
  | 'expired_token' // RFC 8628 §3.5
  | 'login_required'
  | 'consent_required'
  | 'interaction_required'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'registration_not_supported' // OpenID Connect Core §3.1.2.6
  | 'invalid_token'
  | 'insufficient_scope' // RFC 6750 §3.1

const statusOf: Record<OAuthErrorCode, number> = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  access_denied: 403,
  unsupported_response_type: 400,
  server_error: 500,
  temporarily_unavailable: 503,
  unsupported_token_type: 400,
  invalid_setup: 500,
  slow_down: 429,
  authorization_pending: 400,
  expired_token: 400,
  login_required: 400,
  consent_required: 400,
  interaction_required: 400,
  request_not_supported: 400,
  request_uri_not_supported: 400,
  registration_not_supported: 400,
  invalid_token: 401,
  insufficient_scope: 403,
}

/** Errors that are about one parameter, whatever is wrong with it. */
const parameterOf: Partial<Record<OAuthErrorCode, string>> = {
  unsupported_response_type: 'response_type',
  unsupported_grant_type: 'grant_type',
  invalid_scope: 'scope',
  request_not_supported: 'request',
  request_uri_not_supported: 'request_uri',
  registration_not_supported: 'registration',
}

/** What a client is told. `description` and `hint` are printable ASCII without `"` and `\` (RFC 6749 §5.2) and hold nothing secret. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode
  readonly status: number
  readonly description: string
  readonly hint: string | undefined
  /** The parameter to look at, where it is one. */
  readonly parameter: string | undefined
  /** Seconds for the Retry-After header, where waiting helps. */
  readonly retryAfter: number | undefined
  /** The scope without which it cannot be done (RFC 6750 §3). */
  readonly requiredScope: string | undefined
  /** Whose access token it is that does not do, for the log. */
  readonly clientId: string | undefined
  /** The usual course, not a refusal: whoever waits asks again. */
  readonly isUsual: boolean

  constructor(
    code: OAuthErrorCode,
    description: string,
    options: {
      hint?: string
      parameter?: string
      retryAfter?: number
      requiredScope?: string
      clientId?: string | undefined
      cause?: unknown
      status?: number
      isUsual?: boolean
    } = {},
  ) {
    super(`${code}: ${description}`, { cause: options.cause })
    this.name = 'OAuthError'
    this.code = code
    this.status = options.status ?? statusOf[code]
    this.description = description
    this.hint = options.hint
    this.parameter =
      options.parameter ?? /^Check the ([a-z_]+) parameter$/.exec(options.hint ?? '')?.[1] ?? parameterOf[code]
    this.retryAfter = options.retryAfter
    this.requiredScope = options.requiredScope
    this.clientId = options.clientId
    this.isUsual = options.isUsual ?? false
  }

  /** Description and hint in one: a redirect has room for nothing else, and most libraries show nothing else of the JSON. */
  get explanation(): string {
    const { description, hint } = this
    return hint === undefined ? description : `${description.replace(/\.$/, '')}. ${hint}`
  }
}

/** The key files or the set-up are unusable; `message` is for the log and the operator, never for the client. */
export class SetupError extends Error {
  override readonly name = 'SetupError'
}

export const invalidRequest = (description: string, hint?: string, parameter?: string) =>
  new OAuthError('invalid_request', description, { ...(hint && { hint }), ...(parameter && { parameter }) })
/** Unknown client and wrong secret look alike (S-043). */
export const invalidClient = (hint = 'Check client_id and client_secret; the client may be suspended') =>
  new OAuthError('invalid_client', 'Client authentication failed', { hint })
export const invalidGrant = (description: string, hint?: string, parameter?: string) =>
  new OAuthError('invalid_grant', description, { ...(hint && { hint }), ...(parameter && { parameter }) })
export const invalidScope = (description: string, hint?: string) =>
  new OAuthError('invalid_scope', description, { ...(hint && { hint }) })
export const unsupportedGrantType = (supported: readonly string[]) =>
  new OAuthError(
    'unsupported_grant_type',
    'The authorization grant type is not supported by the authorization server.',
    {
      hint: `Use ${supported.join(' or ')}.`,
    },
  )
export const unsupportedResponseType = () =>
  new OAuthError('unsupported_response_type', 'The authorization server supports the response type code only.')
export const accessDenied = () => new OAuthError('access_denied', 'The resource owner denied the request.')
export const temporarilyUnavailable = (description: string, cause?: unknown) =>
  new OAuthError('temporarily_unavailable', description, { retryAfter: 10, cause })
/** Nothing failed, it is only too much at a time; `retryAfter` in seconds. */
export const slowDown = (retryAfter: number) =>
  new OAuthError('slow_down', 'Too many requests of this kind. Try again later.', { retryAfter })
export const tooManyAttempts = (retryAfter: number) =>
  new OAuthError('slow_down', 'Too many failed attempts. Try again later.', { retryAfter })
/** The answers to a poll, all of them with the status of RFC 6749 §5.2 (RFC 8628 §3.5). */
export const authorizationPending = () =>
  new OAuthError('authorization_pending', 'The resource owner has not answered yet.', { isUsual: true })
export const pollSlower = () =>
  new OAuthError('slow_down', 'Polled too fast: the interval is five seconds longer now.', {
    status: 400,
    isUsual: true,
  })
export const deviceDenied = () =>
  new OAuthError('access_denied', 'The resource owner denied the request.', { status: 400 })
export const expiredToken = () => new OAuthError('expired_token', 'The device code has expired.')
/** The answers of prompt=none, and of a login that is asked for and does not happen (OpenID Connect Core §3.1.2.6). */
export const loginRequired = (description = 'Nobody is logged in.') => new OAuthError('login_required', description)
export const consentRequired = (description = 'The user has not approved this client yet.') =>
  new OAuthError('consent_required', description)
export const interactionRequired = () =>
  new OAuthError('interaction_required', 'Stud.IP has something to ask the user first.')
export const requestNotSupported = () =>
  new OAuthError('request_not_supported', 'Request objects are not supported. Send the parameters themselves.')
export const requestUriNotSupported = () =>
  new OAuthError('request_uri_not_supported', 'Request objects are not supported. Send the parameters themselves.')
export const registrationNotSupported = () =>
  new OAuthError('registration_not_supported', 'Clients are registered beforehand, not by their requests.')
/** `clientId` of a token that was one of ours. */
export const invalidToken = (clientId?: string) =>
  new OAuthError('invalid_token', 'The access token is invalid, has expired or was revoked.', { clientId })
export const noToken = () =>
  new OAuthError('invalid_token', 'Send the access token as Bearer in the Authorization header, not in the address.')
export const insufficientScope = (scope: string, clientId: string) =>
  new OAuthError('insufficient_scope', `The access token lacks the scope ${scope}.`, { requiredScope: scope, clientId })
