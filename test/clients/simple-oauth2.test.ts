// simple-oauth2, which knows neither discovery nor PKCE: confidential clients with Basic or a body, through nginx.
import { expect } from 'chai'
import { AuthorizationCode } from 'simple-oauth2'
import { redirectUri, startInstallation, type Installation } from './installation.ts'

describe('simple-oauth2', () => {
  let site: Installation
  before(async () => {
    site = await startInstallation()
  })
  after(() => site.stop())

  for (const authorizationMethod of ['header', 'body'] as const) {
    for (const credentialsEncodingMode of ['strict', 'loose'] as const) {
      it(`secret in the ${authorizationMethod}, encoding ${credentialsEncodingMode}: code, refresh, revocation`, async () => {
        const { origin, pathname } = new URL(site.issuer)
        const client = new AuthorizationCode({
          client: { id: site.confidential.id, secret: site.confidential.secret },
          auth: {
            tokenHost: origin,
            tokenPath: `${pathname}/token`,
            refreshPath: `${pathname}/token`,
            revokePath: `${pathname}/revoke`,
            authorizePath: `${pathname}/authorize`,
          },
          options: { authorizationMethod, credentialsEncodingMode, bodyFormat: 'form' },
        })
        const location = await site.allow(client.authorizeURL({ redirect_uri: redirectUri, scope: 'api', state: 's' }))
        const first = await client.getToken({
          code: location.searchParams.get('code') ?? '',
          redirect_uri: redirectUri,
        })
        expect(first.expired()).to.equal(false)
        const second = await first.refresh({ scope: 'api' })
        expect(second.token['access_token']).to.be.a('string').and.not.equal(first.token['access_token'])
        await second.revokeAll()
        const error = (await second.refresh().then(
          () => undefined,
          (reason: unknown) => reason,
        )) as { data?: { payload?: unknown } }
        expect(error.data?.payload).to.include({ error: 'invalid_grant' })
      })
    }
  }
})
