// oauth4webapi, which checks every answer against the RFCs, through nginx.
import { expect } from 'chai'
import * as oauth from 'oauth4webapi'
import { nativeRedirectUri, redirectUri, startInstallation, type Installation } from './installation.ts'

const insecure = { [oauth.allowInsecureRequests]: true }

describe('oauth4webapi', () => {
  let site: Installation
  let server: oauth.AuthorizationServer
  before(async () => {
    site = await startInstallation()
    const issuer = new URL(site.issuer)
    server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
    )
  })
  after(() => site.stop())

  const kinds = {
    'confidential, client_secret_basic': () => ({
      client: { client_id: site.confidential.id },
      auth: oauth.ClientSecretBasic(site.confidential.secret),
      redirect: redirectUri,
    }),
    'confidential, client_secret_post': () => ({
      client: { client_id: site.confidential.id },
      auth: oauth.ClientSecretPost(site.confidential.secret),
      redirect: redirectUri,
    }),
    public: () => ({ client: { client_id: site.mobile.id }, auth: oauth.None(), redirect: nativeRedirectUri }),
  }
  for (const [kind, make] of Object.entries(kinds)) {
    it(`${kind}: code with PKCE, refresh, introspection, revocation`, async () => {
      const { client, auth, redirect } = make()
      const verifier = oauth.generateRandomCodeVerifier()
      const state = oauth.generateRandomState()
      const url = new URL(server.authorization_endpoint ?? '')
      url.search = new URLSearchParams({
        client_id: client.client_id,
        redirect_uri: redirect,
        response_type: 'code',
        scope: 'api',
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString()
      // Checks state, iss (RFC 9207) and that there is no error.
      const parameters = oauth.validateAuthResponse(server, client, await site.allow(url), state)
      const first = await oauth.processAuthorizationCodeResponse(
        server,
        client,
        await oauth.authorizationCodeGrantRequest(server, client, auth, parameters, redirect, verifier, insecure),
      )
      expect(first).to.include({ token_type: 'bearer', expires_in: 3600 })
      const second = await oauth.processRefreshTokenResponse(
        server,
        client,
        await oauth.refreshTokenGrantRequest(server, client, auth, first.refresh_token ?? '', insecure),
      )
      expect(second.refresh_token).to.be.a('string').and.not.equal(first.refresh_token)
      if (kind !== 'public') {
        const ask = async (token: string) =>
          oauth.processIntrospectionResponse(
            server,
            client,
            await oauth.introspectionRequest(server, client, auth, token, insecure),
          )
        expect(await ask(second.access_token)).to.include({ active: true, client_id: client.client_id, scope: 'api' })
        expect(await ask(first.access_token)).to.deep.equal({ active: false })
      }
      await oauth.processRevocationResponse(
        await oauth.revocationRequest(server, client, auth, second.refresh_token ?? '', insecure),
      )
      const error = await oauth
        .refreshTokenGrantRequest(server, client, auth, second.refresh_token ?? '', insecure)
        .then((response) => oauth.processRefreshTokenResponse(server, client, response))
        .then(
          () => undefined,
          (reason: unknown) => reason,
        )
      expect(error).to.be.instanceOf(oauth.ResponseBodyError).with.property('error', 'invalid_grant')
    })
  }

  it('a denied request is the error that the library expects', async () => {
    const url = new URL(server.authorization_endpoint ?? '')
    url.search = new URLSearchParams({
      client_id: site.confidential.id,
      redirect_uri: redirectUri,
      response_type: 'code',
      state: 's',
    }).toString()
    const sent = await site.deny(url)
    expect(() => oauth.validateAuthResponse(server, { client_id: site.confidential.id }, sent, 's'))
      .to.throw(oauth.AuthorizationResponseError)
      .with.property('error', 'access_denied')
  })

  it('a wrong secret is a challenge that the library reads', async () => {
    const client = { client_id: site.confidential.id }
    const error = await oauth
      .refreshTokenGrantRequest(server, client, oauth.ClientSecretBasic('wrong'), 'x', insecure)
      .then((response) => oauth.processRefreshTokenResponse(server, client, response))
      .then(
        () => undefined,
        (reason: unknown) => reason,
      )
    expect(error).to.be.instanceOf(oauth.WWWAuthenticateChallengeError).with.property('status', 401)
  })
})
