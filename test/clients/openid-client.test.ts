// openid-client as a plain OAuth client: discovery, code with PKCE, refresh, introspection, revocation through nginx.
import { expect } from 'chai'
import * as client from 'openid-client'
import { signInKeys } from '../support/keys.ts'
import { nativeRedirectUri, plainRedirectUri, startInstallation, type Installation } from './installation.ts'

describe('openid-client', () => {
  let site: Installation
  before(async () => {
    site = await startInstallation()
  })
  after(() => site.stop())

  const kinds = {
    'confidential, client_secret_basic': () => ({
      id: site.confidential.id,
      auth: client.ClientSecretBasic(site.confidential.secret),
      redirect: plainRedirectUri,
    }),
    'confidential, client_secret_post': () => ({
      id: site.confidential.id,
      auth: client.ClientSecretPost(site.confidential.secret),
      redirect: plainRedirectUri,
    }),
    public: () => ({ id: site.mobile.id, auth: client.None(), redirect: nativeRedirectUri }),
  }
  for (const [kind, make] of Object.entries(kinds)) {
    it(`${kind}: the whole life of a grant`, async () => {
      const { id, auth, redirect } = make()
      const config = await client.discovery(new URL(site.issuer), id, undefined, auth, {
        algorithm: 'oauth2',
        execute: [client.allowInsecureRequests],
        timeout: 300,
      })
      expect(config.serverMetadata().supportsPKCE()).to.equal(true)
      const verifier = client.randomPKCECodeVerifier()
      const state = client.randomState()
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirect,
        scope: 'api',
        state,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      const first = await client.authorizationCodeGrant(config, await site.allow(url), {
        pkceCodeVerifier: verifier,
        expectedState: state,
      })
      expect(first.expiresIn()).to.be.within(3000, 3600)
      const second = await client.refreshTokenGrant(config, first.refresh_token ?? '', { scope: 'api' })
      if (kind !== 'public') {
        expect(await client.tokenIntrospection(config, second.access_token)).to.include({ active: true })
        expect(await client.tokenIntrospection(config, first.access_token)).to.deep.equal({ active: false })
      }
      await client.tokenRevocation(config, second.refresh_token ?? '')
      const error = await client.refreshTokenGrant(config, second.refresh_token ?? '').then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).to.be.instanceOf(client.ResponseBodyError).with.property('error', 'invalid_grant')
    })
  }
})

// RFC 9207 §2.4: who reads that a server names its issuer refuses every response that does not.
describe('openid-client where people can sign in with Stud.IP', () => {
  let site: Installation
  before(async () => (site = await startInstallation({ keysPath: await signInKeys() })))
  after(() => site.stop())

  for (const algorithm of ['oauth2', 'oidc'] as const)
    it(`C1 S-072 with the metadata of ${algorithm}: who asks for api alone gets tokens, and so does who signs people in`, async () => {
      const config = await client.discovery(
        new URL(site.issuer),
        site.confidential.id,
        undefined,
        client.ClientSecretBasic(site.confidential.secret),
        { algorithm, execute: [client.allowInsecureRequests], timeout: 300 },
      )
      for (const scope of ['api', 'openid', 'api openid']) {
        const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()]
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: plainRedirectUri,
          scope,
          state,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        })
        const checks = { pkceCodeVerifier: verifier, expectedState: state }
        const tokens = await client.authorizationCodeGrant(config, await site.allow(url), checks)
        expect(tokens.scope, scope).to.equal(scope)
        const refusal = await client.authorizationCodeGrant(config, await site.deny(url), checks).then(
          () => undefined,
          (reason: unknown) => reason,
        )
        expect(refusal, scope)
          .to.be.instanceOf(client.AuthorizationResponseError)
          .with.property('error', 'access_denied')
      }
    })
})
