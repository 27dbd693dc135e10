// The field security_token: an HMAC over session, user and form, so that nothing has to be stored (D7).
import { createHmac } from 'node:crypto'
import { equalConstantTime } from './constant-time.ts'

export interface CsrfBinding {
  readonly sessionId: string
  readonly userId: string
  /** Name of the form, so that a token of one form is refused by another. */
  readonly form: string
}

/** 43 base64url characters. JSON keeps the three values apart whatever characters they hold. */
export const csrfToken = (key: Buffer, { sessionId, userId, form }: CsrfBinding): string =>
  createHmac('sha256', key)
    .update(JSON.stringify([sessionId, userId, form]))
    .digest('base64url')

/** False for anything but the token of exactly this session, user and form; `presented` may be whatever a form brought. */
export const csrfTokenMatches = (key: Buffer, binding: CsrfBinding, presented: unknown): boolean =>
  typeof presented === 'string' && equalConstantTime(presented, csrfToken(key, binding))
