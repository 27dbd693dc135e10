// The OpenID Foundation's plans as tests: one module each, titled with its name, each asserting what that module asserts.
import { expect } from 'chai'
import * as jose from 'jose'
import * as oauth from 'oauth4webapi'
import * as oc from 'openid-client'
import { users } from '../fixtures/users.ts'
import { clientSecret, hiddenFields, redeem } from '../support/app.ts'
import { asksToLogOut } from './provider.ts'
import { callback, openRelyingParty, type RelyingParty } from './relying-party.ts'

const sub = users.autor.user_id
const errorAt = (location: URL | string | undefined) => new URL(location ?? 'x:').searchParams.get('error')

describe('Basic OP', function () {
  this.timeout(60_000)
  let rp: RelyingParty
  before(async () => (rp = await openRelyingParty()))
  after(() => rp.stop())

  const request = (more: Record<string, string>) =>
    oc.buildAuthorizationUrl(rp.config, { redirect_uri: callback, scope: 'openid', state: 's', nonce: 'n', ...more })
  const works = async (more: Record<string, string | undefined>) => {
    const tokens = await rp.signIn(more)
    expect(tokens.claims()?.sub).to.equal(sub)
    return tokens
  }
  const claimsAt = async (scope: string) => {
    const tokens = await works({ scope })
    const claims = await oc.fetchUserInfo(rp.config, tokens.access_token, sub)
    for (const [name, value] of Object.entries(claims)) expect(tokens.claims()?.[name], name).to.deep.equal(value)
    return claims
  }
  const userinfo = (init: RequestInit) => fetch(`${rp.issuer}/userinfo`, init)

  it('OIDCCServerTest', async () => void (await works({})))
  it('OIDCCResponseTypeMissing', async () => {
    const url = request({})
    url.searchParams.delete('response_type')
    const { location } = await rp.visit(url, await rp.logIn())
    expect(errorAt(location)).to.equal('invalid_request')
  })
  it('OIDCCIdTokenSignature', async () => {
    const { id_token = '' } = await works({})
    const keys = jose.createRemoteJWKSet(new URL(`${rp.issuer}/jwks`))
    const { protectedHeader } = await jose.jwtVerify(id_token, keys, { issuer: rp.issuer, algorithms: ['RS256'] })
    expect(protectedHeader.kid).to.be.a('string')
  })
  it('OIDCCIdTokenUnsigned', () => {
    // Not offered, so the module is skipped: what is offered are signatures alone.
    expect(rp.config.serverMetadata()['id_token_signing_alg_values_supported']).to.deep.equal(['RS256'])
  })
  it('OIDCCUserInfoGet', async () => {
    const { access_token } = await works({})
    const answer = await userinfo({ headers: { authorization: `Bearer ${access_token}` } })
    expect([answer.status, ((await answer.json()) as { sub: string }).sub]).to.deep.equal([200, sub])
  })
  it('OIDCCUserInfoPostHeader', async () => {
    const { access_token } = await works({})
    const answer = await userinfo({ method: 'POST', headers: { authorization: `Bearer ${access_token}` } })
    expect([answer.status, ((await answer.json()) as { sub: string }).sub]).to.deep.equal([200, sub])
  })
  it('OIDCCUserInfoPostBody', async () => {
    const { access_token } = await works({})
    const answer = await userinfo({ method: 'POST', body: new URLSearchParams({ access_token }) })
    expect([answer.status, ((await answer.json()) as { sub: string }).sub]).to.deep.equal([200, sub])
  })
  it('OIDCCEnsureRequestWithoutNonceSucceedsForCodeFlow', async () => {
    expect((await works({ nonce: undefined })).claims()).not.to.have.property('nonce')
  })
  it('OIDCCScopeProfile', async () => {
    expect(await claimsAt('openid profile')).to.include({ name: 'Ada Autorin', preferred_username: 'autor' })
  })
  it('OIDCCScopeEmail', async () => {
    expect(await claimsAt('openid email')).to.deep.equal({ sub, email: `${sub}@demo.invalid`, email_verified: true })
  })
  for (const [name, scope] of Object.entries({ OIDCCScopeAddress: 'address', OIDCCScopePhone: 'phone' }))
    it(name, async () => {
      // Not offered: the request works, and the claim is missing.
      const { scope: granted } = await works({ scope: `openid ${scope}` })
      expect(granted).to.equal('openid')
      expect(await claimsAt(`openid ${scope}`)).to.deep.equal({ sub })
    })
  it('OIDCCScopeAll', async () => {
    const scope = 'openid profile email address phone offline_access'
    expect(await claimsAt(scope)).to.include.keys('sub', 'name', 'email', 'email_verified')
  })
  it('OIDCCAlternateHappyFlow', async () => {
    // A redirect URI with a query of its own, which openid-client would cut off.
    const redirect_uri = `${callback}?from=studip`
    const { searchParams } = await rp.authorize({ scope: 'openid', redirect_uri })
    expect(searchParams.get('from')).to.equal('studip')
    const { app, client } = rp.provider
    const { body } = await redeem(app, client, searchParams.get('code'), { redirect_uri })
    expect((await rp.provider.verify((body as { id_token: string }).id_token)).payload.sub).to.equal(sub)
  })
  it('OIDCCDisplayPage', async () => void (await works({ display: 'page' })))
  it('OIDCCDisplayPopup', async () => void (await works({ display: 'popup' })))
  it('OIDCCPromptLogin', async () => {
    const first = (await works({})).claims()
    const asked = await fetch(request({ prompt: 'login' }), { headers: { cookie: await rp.logIn() } })
    expect(await asked.text()).to.include(asksToLogOut)
    const jar = asked.headers.getSetCookie().map((line) => line.split(';')[0]!)
    // The start page after the logout, and the login that follows.
    const back = await rp.visit(`${rp.issuer.replace(/api\/oauth2$/, '')}start`, jar.join('; '))
    const resumed = await rp.visit(new URL(back.location!, rp.issuer), jar.join('; '))
    const later = `${jar.join('; ')}; ${await rp.logIn(-1)}`
    const target = new URL(resumed.location!, rp.issuer)
    const location = await rp.authorize(Object.fromEntries(target.searchParams), later)
    const checks = { expectedState: 's', expectedNonce: 'n' }
    const second = (await oc.authorizationCodeGrant(rp.config, location, checks)).claims()
    expect(second?.auth_time).to.be.greaterThan(first!.auth_time!)
    expect(second?.sub).to.equal(first!.sub)
  })
  it('OIDCCPromptNoneNotLoggedIn', async () => {
    const { location } = await rp.visit(request({ prompt: 'none' }))
    expect(errorAt(location)).to.equal('login_required')
    expect(new URL(location!).searchParams.get('state')).to.equal('s')
  })
  it('OIDCCMaxAge1', async () => {
    const { html } = await rp.visit(request({ max_age: '1' }), await rp.logIn(60))
    expect(html).to.include(asksToLogOut)
  })
  it('OIDCCMaxAge10000', async () => {
    const cookie = await rp.logIn(60)
    const [first, second] = [
      await rp.signIn({}, { cookie }),
      await rp.signIn({ max_age: '10000' }, { cookie, maxAge: 10_000 }),
    ]
    expect(second.claims()?.auth_time).to.equal(first.claims()?.auth_time)
  })
  it('OIDCCEnsureRequestWithUnknownParameterSucceeds', async () => void (await works({ extra: 'foobar' })))
  it('OIDCCLoginHint', async () => void (await works({ login_hint: 'autor' })))
  it('OIDCCUiLocales', async () => void (await works({ ui_locales: 'se en' })))
  it('OIDCCClaimsLocales', async () => void (await works({ claims_locales: 'se' })))
  it('OIDCCEnsureRequestWithAcrValuesSucceeds', async () => void (await works({ acr_values: '1 2' })))
  for (const name of ['OIDCCAuthCodeReuse', 'OIDCCAuthCodeReuseAfter30Seconds'])
    it(name, async () => {
      // A code is used once, however much later: time has no part in it.
      const location = await rp.authorize({ scope: 'openid', state: 's' })
      const use = () => oc.authorizationCodeGrant(rp.config, location, { expectedState: 's' })
      const { access_token } = await use()
      const again = await use().catch((error: unknown) => error)
      expect(again).to.be.instanceOf(oc.ResponseBodyError).with.property('error', 'invalid_grant')
      expect((await userinfo({ headers: { authorization: `Bearer ${access_token}` } })).status).to.equal(401)
    })
  it('OIDCCEnsureRegisteredRedirectUri', async () => {
    const page = await rp.visit(request({ redirect_uri: 'https://evil.example/callback' }), await rp.logIn())
    expect([page.status, page.location]).to.deep.equal([400, undefined])
  })
  it('OIDCCEnsurePostRequestSucceeds', async () => {
    const url = request({})
    const answer = await rp.visit(`${rp.issuer}/authorize`, undefined, Object.fromEntries(url.searchParams))
    expect(answer.status).to.equal(303)
    const target = new URL(answer.location!, rp.issuer)
    const location = await rp.authorize(Object.fromEntries(target.searchParams))
    const tokens = await oc.authorizationCodeGrant(rp.config, location, { expectedState: 's', expectedNonce: 'n' })
    expect(tokens.claims()?.sub).to.equal(sub)
  })
  it('OIDCCServerTestClientSecretPost', async () => {
    const config = await rp.discover(oc.ClientSecretPost(clientSecret))
    expect((await rp.signIn({}, { config })).claims()?.sub).to.equal(sub)
  })
  it('OIDCCRequestUriUnsignedSupportedCorrectlyOrRejectedAsUnsupported', async () => {
    const { location } = await rp.visit(request({ request_uri: `${callback}/request.jwt` }), await rp.logIn())
    expect(errorAt(location)).to.equal('request_uri_not_supported')
  })
  for (const name of [
    'OIDCCUnsignedRequestObjectSupportedCorrectlyOrRejectedAsUnsupported',
    'OIDCCEnsureRequestObjectWithRedirectUri',
  ])
    it(name, async () => {
      const object = new jose.UnsecuredJWT({ redirect_uri: callback, state: 'other' }).encode()
      const { location } = await rp.visit(request({ request: object }), await rp.logIn())
      expect(errorAt(location)).to.equal('request_not_supported')
      expect(new URL(location!).searchParams.get('state')).to.equal('s')
    })
  it('OIDCCClaimsEssential', async () => {
    await works({ claims: JSON.stringify({ userinfo: { name: { essential: true } } }) })
  })
  it('OIDCCRefreshToken', async () => {
    const { refresh_token = '' } = await works({ scope: 'openid offline_access', prompt: 'consent' })
    const next = await oc.refreshTokenGrant(rp.config, refresh_token)
    expect((await oc.fetchUserInfo(rp.config, next.access_token, sub)).sub).to.equal(sub)
    expect(next.refresh_token).to.be.a('string').and.not.equal(refresh_token)
  })
  it('OIDCCEnsureRequestWithValidPkceSucceeds', async () => {
    await works({ code_challenge: 'of signIn', code_challenge_method: 'S256' })
  })
  it('OIDCCPromptNoneLoggedIn', async () => {
    const cookie = await rp.logIn(60)
    const first = (await rp.signIn({}, { cookie })).claims()
    const second = (await rp.signIn({ prompt: 'none' }, { cookie })).claims()
    expect([second?.sub, second?.auth_time]).to.deep.equal([first?.sub, first?.auth_time])
  })
  it('OIDCCIdTokenHint', async () => {
    const cookie = await rp.logIn(60)
    const first = await rp.signIn({}, { cookie })
    const second = await rp.signIn({ prompt: 'none', id_token_hint: first.id_token }, { cookie })
    expect(second.claims()?.sub).to.equal(first.claims()?.sub)
  })
})

describe('Config OP', function () {
  this.timeout(60_000)
  it('OIDCCDiscoveryEndpointVerification', async () => {
    const rp = await openRelyingParty()
    const url = new URL(rp.issuer)
    const answer = await oauth.discoveryRequest(url, { [oauth.allowInsecureRequests]: true })
    const as = await oauth.processDiscoveryResponse(url, answer)
    expect(as.issuer).to.equal(rp.issuer)
    expect(as.subject_types_supported).to.deep.equal(['public'])
    expect(as.response_types_supported).to.deep.equal(['code'])
    expect(as.scopes_supported).to.include('openid')
    expect(as.request_uri_parameter_supported).to.equal(false)
    expect(as['claims_parameter_supported']).to.equal(false)
    for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri'] as const)
      expect(as[name]).to.satisfy((value: string) => value.startsWith(`${rp.issuer}/`))
    const root = `${url.origin}/.well-known/openid-configuration${url.pathname}`
    const other = `${url.origin}/.well-known/oauth-authorization-server${url.pathname}`
    for (const place of [root, other]) expect(await (await fetch(place)).json()).to.deep.equal(as)
    await rp.stop()
  })
})

describe('RP-Initiated Logout OP', function () {
  this.timeout(60_000)
  let rp: RelyingParty
  let hint: string
  before(async () => {
    rp = await openRelyingParty()
    hint = (await rp.signIn()).id_token!
  })
  after(() => rp.stop())

  /** Asks, clicks, and comes back by Stud.IP's start page. */
  const logout = async (parameters: Record<string, string>) => {
    const query = new URLSearchParams(parameters).toString()
    const asked = await fetch(`${rp.issuer}/logout?${query}`, {
      headers: { cookie: await rp.logIn() },
      redirect: 'manual',
    })
    const html = await asked.text()
    if (!html.includes(asksToLogOut)) return { status: asked.status, location: undefined, html }
    const jar = asked.headers
      .getSetCookie()
      .map((line) => line.split(';')[0]!)
      .join('; ')
    const start = await rp.visit(`${rp.issuer.replace(/api\/oauth2$/, '')}start`, jar)
    const resumed = await rp.visit(new URL(start.location!, rp.issuer), jar)
    return rp.visit(new URL(resumed.location!, rp.issuer), jar)
  }
  const back = { post_logout_redirect_uri: callback, state: 'xyz' }
  const staysHere = async (parameters: Record<string, string>, status: number) => {
    const end = await logout(parameters)
    expect([end.status, end.location]).to.deep.equal([status, undefined])
    return end
  }

  it('OIDCCRpInitiatedLogout', async () => {
    expect((await logout({ id_token_hint: hint, ...back })).location).to.equal(`${callback}?state=xyz`)
  })
  it('OIDCCRpInitiatedLogoutBadIdTokenHint', async () => void (await staysHere({ id_token_hint: 'bad', ...back }, 400)))
  it('OIDCCRpInitiatedLogoutBadLogoutRedirectUri', async () => {
    await staysHere({ id_token_hint: hint, post_logout_redirect_uri: 'https://evil.example/' }, 400)
  })
  it('OIDCCRpInitiatedLogoutDiscoveryEndpointVerification', () => {
    expect(rp.config.serverMetadata().end_session_endpoint).to.equal(`${rp.issuer}/logout`)
    const url = oc.buildEndSessionUrl(rp.config, { id_token_hint: hint })
    expect(url.href.startsWith(`${rp.issuer}/logout?`)).to.equal(true)
  })
  it('OIDCCRpInitiatedLogoutModifiedIdTokenHint', async () => {
    const [head, , signature] = hint.split('.')
    const claims = { ...jose.decodeJwt(hint), sub: users.root.user_id }
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url')
    await staysHere({ id_token_hint: `${head}.${body}.${signature}`, ...back }, 400)
  })
  it('OIDCCRpInitiatedLogoutNoIdTokenHint', async () => {
    expect((await staysHere(back, 200)).html).not.to.include(callback)
  })
  it('OIDCCRpInitiatedLogoutNoParams', async () => void (await staysHere({}, 200)))
  it('OIDCCRpInitiatedLogoutNoPostLogoutRedirectUri', async () => {
    await staysHere({ id_token_hint: hint, state: 'xyz' }, 200)
  })
  it('OIDCCRpInitiatedLogoutNoState', async () => {
    const { location } = await logout({ id_token_hint: hint, post_logout_redirect_uri: callback })
    expect(location).to.equal(callback)
  })
  it('OIDCCRpInitiatedLogoutOnlyState', async () => void (await staysHere({ state: 'xyz' }, 200)))
  it('OIDCCRpInitiatedLogoutQueryAddedToLogoutRedirectUri', async () => {
    const uri = `${callback}?added=1`
    await staysHere({ id_token_hint: hint, post_logout_redirect_uri: uri }, 400)
  })
  it('asks in the words of whoever is logged in, and offers to stay', async () => {
    const page = await rp.visit(`${rp.issuer}/logout`, await rp.logIn())
    expect(page.html).to.include('oauth2_resume=0')
    expect(hiddenFields(page.html)).to.deep.equal({})
  })
})
