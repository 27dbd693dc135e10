// openid-client 5 without an issuer: endpoints by hand, code with and without PKCE, refresh, revocation, through nginx.
import { expect } from 'chai'
import { custom, generators, Issuer } from 'openid-client-5'
import { nativeRedirectUri, plainRedirectUri, startInstallation, type Installation } from './installation.ts'

describe('openid-client 5', () => {
  let site: Installation
  before(async () => {
    // Its own three and a half seconds are not enough where the service shares a processor with many.
    custom.setHttpOptionsDefaults({ timeout: 300_000 })
    site = await startInstallation()
  })
  after(() => site.stop())

  // Its types ask for an issuer; apps of the built-in server had none to name.
  const endpoints = () =>
    new Issuer({
      authorization_endpoint: `${site.issuer}/authorize`,
      token_endpoint: `${site.issuer}/token`,
      revocation_endpoint: `${site.issuer}/revoke`,
    } as ConstructorParameters<typeof Issuer>[0])

  const kinds = {
    'confidential, client_secret_basic': () => ({
      client_id: site.confidential.id,
      client_secret: site.confidential.secret,
      redirect_uris: [plainRedirectUri],
    }),
    'confidential, client_secret_post': () => ({
      client_id: site.confidential.id,
      client_secret: site.confidential.secret,
      token_endpoint_auth_method: 'client_secret_post' as const,
      redirect_uris: [plainRedirectUri],
    }),
    public: () => ({
      client_id: site.mobile.id,
      token_endpoint_auth_method: 'none' as const,
      redirect_uris: [nativeRedirectUri],
    }),
  }
  for (const [kind, metadata] of Object.entries(kinds)) {
    it(`C1 ${kind}: code, refresh, revocation without an issuer`, async () => {
      const client = new (endpoints().Client)({ ...metadata(), response_types: ['code'] })
      const [redirectUri] = metadata().redirect_uris
      const checks = { state: generators.state(), code_verifier: generators.codeVerifier() }
      const url = client.authorizationUrl({
        scope: 'api',
        state: checks.state,
        code_challenge: generators.codeChallenge(checks.code_verifier),
        code_challenge_method: 'S256',
      })
      const back = client.callbackParams((await site.allow(url)).href)
      const first = await client.oauthCallback(redirectUri, back, checks)
      expect(first.expires_in).to.be.within(3000, 3600)
      const second = await client.refresh(first.refresh_token ?? '')
      expect(second.access_token).to.be.a('string').and.not.equal(first.access_token)
      await client.revoke(second.refresh_token ?? '')
      const fault = await client.refresh(second.refresh_token ?? '').catch((reason: unknown) => reason)
      expect(fault).to.include({ error: 'invalid_grant' })
    })
  }

  it('C1 a denied request is the error that the library expects', async () => {
    const client = new (endpoints().Client)({ ...kinds.public(), response_types: ['code'] })
    const state = generators.state()
    const code_challenge = generators.codeChallenge(generators.codeVerifier())
    const denied = await site.deny(
      client.authorizationUrl({ scope: 'api', state, code_challenge, code_challenge_method: 'S256' }),
    )
    const fault = await client
      .oauthCallback(nativeRedirectUri, client.callbackParams(denied.href), { state })
      .catch((reason: unknown) => reason)
    expect(fault).to.include({ error: 'access_denied' })
  })
})
