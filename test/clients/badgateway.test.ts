// @badgateway/oauth2-client: discovery, code with PKCE, refresh, introspection, revocation through nginx.
import { expect } from 'chai'
import { generateCodeVerifier, OAuth2Client } from '@badgateway/oauth2-client'
import { nativeRedirectUri, redirectUri, startInstallation, wellKnown, type Installation } from './installation.ts'

describe('@badgateway/oauth2-client', () => {
  let site: Installation
  before(async () => {
    site = await startInstallation()
  })
  after(() => site.stop())

  const methods = ['client_secret_basic', 'client_secret_post', 'client_secret_basic_interop', 'public'] as const
  for (const method of methods) {
    it(`${method}: the whole life of a grant`, async () => {
      const isPublic = method === 'public'
      const redirect = isPublic ? nativeRedirectUri : redirectUri
      const client = new OAuth2Client({
        server: site.issuer,
        discoveryEndpoint: wellKnown(site.issuer),
        ...(isPublic
          ? { clientId: site.mobile.id }
          : { clientId: site.confidential.id, clientSecret: site.confidential.secret, authenticationMethod: method }),
      })
      expect(await client.getEndpoint('tokenEndpoint')).to.equal(`${site.issuer}/token`)
      const codeVerifier = await generateCodeVerifier()
      const url = await client.authorizationCode.getAuthorizeUri({
        redirectUri: redirect,
        state: 'st ate',
        codeVerifier,
        scope: ['api'],
      })
      const first = await client.authorizationCode.getTokenFromCodeRedirect(await site.allow(url), {
        redirectUri: redirect,
        state: 'st ate',
        codeVerifier,
      })
      expect(first.expiresAt).to.be.greaterThan(Date.now() + 3_500_000)
      const second = await client.refreshToken(first)
      expect(second.refreshToken).not.to.equal(first.refreshToken)
      if (!isPublic) expect(await client.introspect(second)).to.include({ active: true })
      await client.revoke(second, 'refresh_token')
      const error = await client.refreshToken(second).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).to.include({ oauth2Code: 'invalid_grant' })
    })
  }
})
