// When an approval of before answers for the user (D25, RFC 8252 §8.6, RFC 6749 §10.2).
import { networkHost } from './redirect-uri.ts'
import type { AuthorizationRequest, Client } from './types.ts'

/**
 * True when nobody but the client itself gets an answer there: not behind a private-use scheme or on loopback, whatever else the
 * client is, and without https only for a client that has a secret. It is asked for codes; errors of prompt=none need less
 * (`mayHearUnseen`).
 */
export const isToldApart = (client: Pick<Client, 'secretHash'>, redirectUri: string): boolean => {
  const place = networkHost(redirectUri)
  return place !== undefined && (place.secure || client.secretHash !== null)
}

/** Whether everything that is asked for was approved. */
export const isWithin = (scopes: readonly string[], approved: readonly string[]): boolean =>
  scopes.every((name) => approved.includes(name))

/** May this request go on without the page? `approved` answers the scopes of the approval that holds, and is asked only where that matters. */
export const mayPassSilently = async (
  { redirectUri, scopes }: Pick<AuthorizationRequest, 'redirectUri' | 'scopes'>,
  client: Pick<Client, 'secretHash'>,
  approved: () => Promise<readonly string[]>,
): Promise<boolean> => isToldApart(client, redirectUri) && isWithin(scopes, await approved())
