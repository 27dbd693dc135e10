// When an approval of before answers for the user (D25, RFC 8252 §8.6, RFC 6749 §10.2).
import { networkHost } from './redirect-uri.ts'
import type { AuthorizationRequest, Client } from './types.ts'

/**
 * True when nobody but the client itself gets an answer there: not behind a private-use scheme or on loopback, whatever else the
 * client is, and without https only for a client that has a secret.
 */
export const isToldApart = (client: Pick<Client, 'secretHash'>, redirectUri: string): boolean => {
  const place = networkHost(redirectUri)
  return place !== undefined && (place.secure || client.secretHash !== null)
}

/** May this request go on without the page? `approved`: the scopes of the approval that holds; none when there is none. */
export const mayPassSilently = (
  { redirectUri, scopes }: Pick<AuthorizationRequest, 'redirectUri' | 'scopes'>,
  client: Pick<Client, 'secretHash'>,
  approved: readonly string[],
): boolean => isToldApart(client, redirectUri) && scopes.every((name) => approved.includes(name))
