// prompt=none before the gate: who hears an error without anybody having logged in (S-143, OpenID Connect Core §3.1.2.6).
import { interactionRequired, loginRequired, type OAuthError } from '../oauth/errors.ts'
import type { RequestTarget } from '../oauth/authorization-request.ts'

/** An app behind a private-use scheme or a loopback port cannot be told from an impostor (RFC 8252 §8.6). */
export const mayHearUnseen = ({ client, redirectUri }: RequestTarget): boolean =>
  client.secretHash !== null || redirectUri.toLowerCase().startsWith('https:')

/** What somebody lacks whom the gate does not admit: a login, or only what Stud.IP asks after it. */
export const lackError = (lack: string | undefined): OAuthError =>
  lack === 'terms' || lack === 'visibility' ? interactionRequired() : loginRequired()
