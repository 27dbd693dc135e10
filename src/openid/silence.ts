// prompt=none before the gate: who hears an error without anybody having logged in (S-143, OpenID Connect Core §3.1.2.6).
import { interactionRequired, loginRequired, type OAuthError } from '../oauth/errors.ts'
import type { RequestTarget } from '../oauth/authorization-request.ts'

/**
 * Who may be sent an error by somebody who sees nothing of it: https or confidential, as S-143 says. That is less than
 * `isToldApart` asks for, on purpose: an error is worth nothing to whoever catches it on the device, a code is.
 */
export const mayHearUnseen = ({ client, redirectUri }: RequestTarget): boolean =>
  client.secretHash !== null || redirectUri.toLowerCase().startsWith('https:')

/** What somebody lacks whom the gate does not admit: a login, or only what Stud.IP asks after it. */
export const lackError = (lack: string | undefined): OAuthError =>
  lack === 'terms' || lack === 'visibility' ? interactionRequired() : loginRequired()
