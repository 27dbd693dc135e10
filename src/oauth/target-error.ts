// An authorization request whose client or redirect URI is not proven ends on a page (RFC 6749 §4.1.2.1), which says how to mend it.

export type TargetFault = 'malformed' | 'unknown-client' | 'redirect-uri-missing' | 'redirect-uri-mismatch'

/** What a developer has to do. It follows from what was sent alone: what is registered is nobody else's business. */
export type Advice =
  'send-once' | 'compare-client-id' | 'send-redirect-uri' | 'register-exactly' | 'use-loopback-address'

const hints: Readonly<Record<Advice, string>> = {
  'send-once': 'Send client_id, and redirect_uri at most once',
  'compare-client-id':
    'Compare client_id with the number that the administrators of this Stud.IP see; it may be suspended',
  'send-redirect-uri': 'Send redirect_uri: it may be left out only where exactly one is registered',
  'register-exactly':
    'Register exactly this redirect_uri, or send one that is registered: every character counts, a slash at the end and the query too',
  'use-loopback-address':
    'Register exactly this redirect_uri, port included, or register and send http://127.0.0.1 instead of localhost: there the port may differ (RFC 8252)',
}

const localhost = /^http:\/\/localhost(?::\d{1,5})?(?:[/?]|$)/i

const adviceFor = (fault: TargetFault, redirectUri: string | undefined): Advice => {
  if (fault === 'malformed') return 'send-once'
  if (fault === 'unknown-client') return 'compare-client-id'
  if (fault === 'redirect-uri-missing') return 'send-redirect-uri'
  return localhost.test(redirectUri ?? '') ? 'use-loopback-address' : 'register-exactly'
}

/** The request ends on a page: answering by redirect would make us an open redirector. */
export class TargetError extends Error {
  override readonly name = 'TargetError'
  readonly fault: TargetFault
  readonly parameter: 'client_id' | 'redirect_uri'
  readonly advice: Advice
  /** The advice for programs and logs. */
  readonly hint: string
  /** `redirectUri`: as it was sent. */
  constructor(fault: TargetFault, redirectUri?: string) {
    super(`authorization request without a proven target: ${fault}`)
    this.fault = fault
    this.parameter = fault.startsWith('redirect') ? 'redirect_uri' : 'client_id'
    this.advice = adviceFor(fault, redirectUri)
    this.hint = hints[this.advice]
  }
}
