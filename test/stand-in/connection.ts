// A client application's side of the flow, with a client library that none of us wrote (oauth4webapi).
import * as oauth from 'oauth4webapi'

// The library insists on https; here everything is loopback.
const insecure = { [oauth.allowInsecureRequests]: true }

export interface Tokens {
  readonly access: string
  readonly refresh: string
}

export interface Connection {
  /** Where the browser is sent to begin. Every call begins anew. */
  authorizationUrl(): Promise<string>
  /** Takes the URL that the browser came back with; checks state and iss, redeems the code. */
  redeem(callbackUrl: string): Promise<Tokens>
  refresh(refreshToken: string): Promise<Tokens>
  /** RFC 7009 */
  revoke(token: string): Promise<void>
}

export interface ConnectionOptions {
  readonly issuer: string
  readonly clientId: string
  readonly redirectUri: string
  readonly clientSecret?: string
}

/** Finds the endpoints by the issuer alone (RFC 8414). */
export async function connect({ issuer, clientId, redirectUri, clientSecret }: ConnectionOptions): Promise<Connection> {
  const issuerUrl = new URL(issuer)
  const server = await oauth.processDiscoveryResponse(
    issuerUrl,
    await oauth.discoveryRequest(issuerUrl, { algorithm: 'oauth2', ...insecure }),
  )
  const client: oauth.Client = { client_id: clientId }
  const authentication = clientSecret === undefined ? oauth.None() : oauth.ClientSecretBasic(clientSecret)
  let [state, verifier] = ['', '']
  const tokensOf = ({ access_token, refresh_token }: oauth.TokenEndpointResponse): Tokens => ({
    access: access_token,
    refresh: refresh_token ?? '',
  })
  return {
    async authorizationUrl() {
      ;[state, verifier] = [oauth.generateRandomState(), oauth.generateRandomCodeVerifier()]
      const url = new URL(server.authorization_endpoint ?? '')
      url.search = String(
        new URLSearchParams({
          response_type: 'code',
          client_id: clientId,
          redirect_uri: redirectUri,
          scope: 'api',
          state,
          code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        }),
      )
      return url.href
    },
    async redeem(callbackUrl) {
      const parameters = oauth.validateAuthResponse(server, client, new URL(callbackUrl), state)
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        parameters,
        redirectUri,
        verifier,
        insecure,
      )
      return tokensOf(await oauth.processAuthorizationCodeResponse(server, client, response))
    },
    async refresh(refreshToken) {
      const response = await oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, insecure)
      return tokensOf(await oauth.processRefreshTokenResponse(server, client, response))
    },
    async revoke(token) {
      await oauth.processRevocationResponse(
        await oauth.revocationRequest(server, client, authentication, token, insecure),
      )
    },
  }
}
