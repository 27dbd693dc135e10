// Auth.js without an issuer, as apps of the built-in server were set up: sign-in from its own route to its own callback, through nginx.
import { Auth, skipCSRFCheck, type AuthConfig } from '@auth/core'
import { expect } from 'chai'
import { addClient, clientSecret } from '../support/app.ts'
import { cookiesOf, startInstallation, type Installation } from './installation.ts'

describe('Auth.js', () => {
  const appUrl = 'https://app.example.org/auth'
  let site: Installation
  let id: string
  before(async () => {
    site = await startInstallation()
    id = (await addClient(site.app, { redirectUris: [`${appUrl}/callback/studip`] })).id
  })
  after(() => site.stop())

  const configure = (checks: ('pkce' | 'state')[], received: unknown[]): AuthConfig => ({
    secret: 'a secret of the app that is long enough',
    trustHost: true,
    basePath: '/auth',
    skipCSRFCheck,
    providers: [
      {
        id: 'studip',
        name: 'Stud.IP',
        type: 'oauth',
        clientId: id,
        clientSecret,
        checks,
        authorization: { url: `${site.issuer}/authorize`, params: { scope: 'api' } },
        token: `${site.issuer}/token`,
        // The library insists on an address, and asks none where there is a function.
        userinfo: {
          url: 'https://app.example.org/me',
          request: ({ tokens }: { tokens: unknown }) => (received.push(tokens), { sub: 'u' }),
        },
        profile: () => ({ id: 'u', name: 'U' }),
      },
    ],
    logger: { error: () => undefined, warn: () => undefined, debug: () => undefined },
  })

  for (const checks of [['pkce', 'state'], ['pkce'], ['state']] as const) {
    it(`C1 signs in without an issuer, with ${checks.join(' and ')}`, async () => {
      const received: { access_token?: string }[] = []
      const config = configure([...checks], received)
      const begun = await Auth(new Request(`${appUrl}/signin/studip`, { method: 'POST' }), config)
      const back = await site.allow(begun.headers.get('location') ?? '')
      const done = await Auth(new Request(back, { headers: { cookie: cookiesOf(begun) } }), config)
      expect(done.headers.get('location'), back.search).to.equal('https://app.example.org')
      expect(cookiesOf(done)).to.match(/session-token=/)
      expect(received.map((tokens) => typeof tokens.access_token)).to.deep.equal(['string'])
    })
  }

  it('C1 knows a denied request for what it is', async () => {
    const config = configure(['pkce', 'state'], [])
    const begun = await Auth(new Request(`${appUrl}/signin/studip`, { method: 'POST' }), config)
    const back = await site.deny(begun.headers.get('location') ?? '')
    const done = await Auth(new Request(back, { headers: { cookie: cookiesOf(begun) } }), config)
    expect(new URL(done.headers.get('location') ?? '').searchParams.get('error')).to.equal('OAuthCallbackError')
  })
})
