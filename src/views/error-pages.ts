// The closed set of error pages: what each says, and its HTTP status.
import type { Advice } from '../oauth/target-error.ts'
import type { TextKey } from './texts.ts'

interface ErrorPage {
  readonly status: number
  readonly title: TextKey
  readonly text: TextKey
}

const page = (status: number, title: TextKey, text: TextKey): ErrorPage => ({ status, title, text })

export const errorPages = {
  /** The authorization request is malformed, and the client or redirect URI is not proven (RFC 6749 §4.1.2.1). */
  malformed: page(400, 'error.request', 'error.request.text'),
  'unknown-client': page(400, 'error.client', 'error.client.text'),
  'redirect-uri-missing': page(400, 'error.redirect', 'error.redirect.missing'),
  'redirect-uri-mismatch': page(400, 'error.redirect', 'error.redirect.text'),
  /** The consent was answered before (D7). */
  'form-used': page(400, 'error.used', 'error.used.text'),
  forbidden: page(403, 'error.forbidden', 'error.forbidden.text'),
  /** CSRF token or auth_token missing, expired or made for somebody else. */
  'form-expired': page(403, 'error.form', 'error.form.text'),
  /** Sent by a page that is not ours (S-022). */
  'foreign-form': page(403, 'error.foreign', 'error.foreign.text'),
  /** Bounced to the login twice without success (contract §4.3 step 6). */
  'login-loop': page(403, 'error.loop', 'error.loop.text'),
  /** Interstitial where the trampoline cannot be used (contract §4.2 E). */
  'login-needed': page(401, 'error.login', 'error.login.text'),
  'not-found': page(404, 'error.missing', 'error.missing.text'),
  'method-not-allowed': page(405, 'error.method', 'error.method.text'),
  'too-large': page(413, 'error.large', 'error.large.text'),
  'too-many': page(429, 'error.often', 'error.often.text'),
  setup: page(500, 'error.setup', 'error.setup.text'),
  internal: page(500, 'error.internal', 'error.internal.text'),
  maintenance: page(503, 'error.maintenance', 'error.maintenance.text'),
  unavailable: page(503, 'error.unavailable', 'error.unavailable.text'),
} as const satisfies Record<string, ErrorPage>

export type ErrorKind = keyof typeof errorPages

/** For the developer of a client: nothing secret, and of the request only what is escaped and cut (S-118). */
export interface DeveloperDetails {
  /** OAuth's code for it. */
  readonly error?: string
  /** In English, as RFC 6749 has it. */
  readonly description?: string
  readonly hint?: string | undefined
  readonly parameter?: string | undefined
  /** Takes the place of the hint. */
  readonly advice?: Advice
  readonly clientId?: string
  /** As it was sent. */
  readonly redirectUri?: string
}

const advices: Readonly<Record<Advice, TextKey>> = {
  'send-once': 'advice.once',
  'compare-client-id': 'advice.client',
  'send-redirect-uri': 'advice.missing',
  'register-exactly': 'advice.exactly',
  'use-loopback-address': 'advice.loopback',
}

export interface ErrorModel {
  readonly kind: ErrorKind
  readonly developer?: DeveloperDetails | undefined
  /** Number of the request in the log. */
  readonly reference?: string | undefined
  /** `login-needed` only: path below BASE that goes on after the login. */
  readonly continuePath?: string | undefined
  /** `form-expired` only: path below BASE of the request that the form was about. */
  readonly againPath?: string | undefined
  /** Path below BASE of the page that asks whether to log out, where an application led wrongly there. */
  readonly logoutPath?: string | undefined
}

/** The variables of templates/error.ejs. */
export const errorValues = (model: ErrorModel) => ({
  ...model,
  text: errorPages[model.kind].text,
  advice: model.developer?.advice && advices[model.developer.advice],
})

/** The page for a status about which nothing more is known. */
export const errorKindOf = (status: number): ErrorKind => {
  const kinds: Readonly<Record<number, ErrorKind>> = {
    400: 'malformed',
    403: 'forbidden',
    404: 'not-found',
    405: 'method-not-allowed',
    413: 'too-large',
    429: 'too-many',
    503: 'unavailable',
  }
  return kinds[status] ?? (status < 500 ? 'malformed' : 'internal')
}

/** HTTP status of an error page. */
export const errorStatus = (kind: ErrorKind): number => errorPages[kind].status
