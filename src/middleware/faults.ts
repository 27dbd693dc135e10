// What an error means to the outside: an OAuth error, a page, or a fault of ours that is logged and not shown (S-091).
import { TargetError } from '../oauth/authorization-request.ts'
import { ConsentError } from '../oauth/consent-answer.ts'
import { OAuthError, SetupError, temporarilyUnavailable } from '../oauth/errors.ts'
import { isDatabaseAway } from '../stores/database-errors.ts'
import { errorKindOf, type ErrorKind } from '../views/error-pages.ts'
import { PageError } from './page-error.ts'

/** Seconds after which a client may try again while the database is away. */
const databaseRetry = 5

const statusOf = (error: unknown): number | undefined => {
  const status = (error as { status?: unknown } | undefined)?.status
  return typeof status === 'number' ? status : undefined
}

/** The error as OAuth has it; faults of ours become server_error. */
export const asOAuthError = (error: unknown): OAuthError => {
  if (error instanceof OAuthError) return error
  if (error instanceof SetupError)
    return new OAuthError('invalid_setup', 'The OAuth2 setup of this Stud.IP installation has errors.', {
      cause: error,
    })
  if (isDatabaseAway(error))
    return new OAuthError('temporarily_unavailable', 'The database cannot be reached.', {
      retryAfter: databaseRetry,
      cause: error,
    })
  if (error instanceof PageError && error.kind === 'maintenance')
    return temporarilyUnavailable('Stud.IP is in maintenance mode.')
  return new OAuthError('server_error', 'The authorization server met an unexpected condition.', { cause: error })
}

const kindOfOAuthError = (error: OAuthError): ErrorKind => {
  if (error.code === 'invalid_setup') return 'setup'
  if (error.code === 'temporarily_unavailable') return 'unavailable'
  if (error.code === 'slow_down') return 'too-many'
  return error.code === 'server_error' ? 'internal' : 'malformed'
}

/** The page for an error. */
export const asPageError = (error: unknown): PageError => {
  if (error instanceof PageError) return error
  if (error instanceof TargetError || error instanceof ConsentError) return new PageError(error.fault)
  const status = statusOf(error)
  if (!(error instanceof OAuthError) && status !== undefined && status >= 400 && status < 500)
    return new PageError(errorKindOf(status))
  const oauthError = asOAuthError(error)
  const kind = kindOfOAuthError(oauthError)
  return new PageError(kind, kind === 'malformed' ? oauthError.description : undefined)
}

/** True for what an operator has to look at. */
export const isFault = (error: unknown): boolean => {
  if (error instanceof PageError || error instanceof TargetError || error instanceof ConsentError) return false
  return (error instanceof OAuthError ? error.status : (statusOf(error) ?? 500)) >= 500
}
