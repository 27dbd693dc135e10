// The device flow of oauth4webapi and openid-client, through nginx.
import { expect } from 'chai'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { hiddenFields, logIn } from '../support/app.ts'
import { startInstallation, type Installation } from './installation.ts'

describe('device flow of the libraries', () => {
  let site: Installation
  let cookie: string
  before(async () => {
    site = await startInstallation()
    cookie = await logIn(site.app)
  })
  after(() => site.stop())

  const answer = async (page: string, button: 'allow' | 'deny') => {
    const shown = await fetch(page, { headers: { Cookie: cookie } })
    const { security_token = '', user_code = '' } = hiddenFields(await shown.text())
    const sent = await fetch(page.split('?')[0]!, {
      method: 'POST',
      headers: { Cookie: cookie, Origin: new URL(site.issuer).origin },
      body: new URLSearchParams({ security_token, user_code, [button]: '1' }),
    })
    expect([shown.status, sent.status]).to.deep.equal([200, 200])
  }

  it('S-145 oauth4webapi gets tokens after approval, and what is pending or denied before', async () => {
    const insecure = { [oauth.allowInsecureRequests]: true }
    const issuer = new URL(site.issuer)
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
    )
    const self = { client_id: site.confidential.id }
    const auth = oauth.ClientSecretBasic(site.confidential.secret)
    const ask = async () =>
      oauth.processDeviceAuthorizationResponse(
        server,
        self,
        await oauth.deviceAuthorizationRequest(server, self, auth, { scope: 'api' }, insecure),
      )
    const poll = async (code: string) =>
      oauth.processDeviceCodeResponse(
        server,
        self,
        await oauth.deviceCodeGrantRequest(server, self, auth, code, insecure),
      )
    const errorOf = (code: string) =>
      poll(code).then(
        () => 'none',
        (error: unknown) => (error as { error?: string }).error,
      )
    const device = await ask()
    expect(await errorOf(device.device_code)).to.equal('authorization_pending')
    expect(await errorOf(device.device_code)).to.equal('slow_down')
    await answer(device.verification_uri_complete!, 'allow')
    expect(await poll(device.device_code)).to.include({ token_type: 'bearer', scope: 'api' })
    const denied = await ask()
    await answer(denied.verification_uri_complete!, 'deny')
    expect(await errorOf(denied.device_code)).to.equal('access_denied')
  })

  it('S-145 openid-client polls until somebody approves', async () => {
    const config = await client.discovery(new URL(site.issuer), site.mobile.id, undefined, client.None(), {
      algorithm: 'oauth2',
      execute: [client.allowInsecureRequests],
      timeout: 300,
    })
    const device = await client.initiateDeviceAuthorization(config, { scope: 'api' })
    await answer(device.verification_uri_complete!, 'allow')
    const tokens = await client.pollDeviceAuthorizationGrant(config, device)
    expect(tokens.refresh_token).to.be.a('string')
  })
})
