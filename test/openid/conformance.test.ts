// The OpenID Foundation's plans as tests: one module each, titled with its name, each asserting what that module asserts. They log in
// and out at a stand-in for Stud.IP, whose page the module's picture would show.
import { expect } from 'chai'
import { createHash } from 'node:crypto'
import * as jose from 'jose'
import * as oauth from 'oauth4webapi'
import * as oc from 'openid-client'
import { users } from '../fixtures/users.ts'
import { addClient, clientSecret, hiddenFields, redeem } from '../support/app.ts'
import type { Visitor } from '../support/visitor.ts'
import { asksToLogOut } from './provider.ts'
import { callback, openRelyingParty, type RelyingParty } from './relying-party.ts'

const sub = users.autor.user_id
const errorAt = (location: URL | string | undefined) => new URL(location ?? 'x:').searchParams.get('error')

describe('Basic OP', () => {
  let rp: RelyingParty
  let ahead = 0
  before(async () => (rp = await openRelyingParty({ now: () => Math.floor(Date.now() / 1000) + ahead })))
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
  /** Signs in, then asks with `more`, which leads to another login; answers the claims of both, and when the second was asked for. */
  const signInAgain = async (more: Record<string, string>) => {
    const first = (await works({})).claims()!
    const begin = rp.provider.app.deps.now()
    const browser = await rp.browser(60)
    const asked = await browser.get(request(more).href)
    expect(asked.html).to.include(asksToLogOut)
    const login = await browser.submit(asked, 'logout')
    const { leftFor = '' } = await rp.logInAt(browser, login)
    const checks = { expectedState: 's', expectedNonce: 'n', maxAge: 300 }
    const second = (await oc.authorizationCodeGrant(rp.config, new URL(leftFor), checks)).claims()!
    expect(second.auth_time).to.be.at.least(begin)
    expect(second.auth_time).to.be.greaterThan(first.auth_time!)
    expect(second.sub).to.equal(first.sub)
  }
  const userinfo = (init: RequestInit) => fetch(`${rp.issuer}/userinfo`, init)

  it('OIDCCServerTest', async () => {
    const tokens = await works({})
    expect(tokens.expires_in).to.be.greaterThan(0)
    const half = createHash('sha256').update(tokens.access_token).digest().subarray(0, 16)
    expect(tokens.claims()).to.have.property('at_hash', half.toString('base64url'))
    expect(tokens.claims()).not.to.have.any.keys('name', 'email')
  })
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
    // The scopes and the parameters the other way round, and a redirect URI with a query of its own, which openid-client would cut off.
    const redirect_uri = `${callback}?from=studip`
    const url = request({ redirect_uri, scope: 'email openid' })
    const reversed = new URLSearchParams([...url.searchParams].reverse())
    const { searchParams } = await rp.authorize(Object.fromEntries(reversed))
    expect(searchParams.get('from')).to.equal('studip')
    const { app, client } = rp.provider
    const { body } = await redeem(app, client, searchParams.get('code'), { redirect_uri })
    const { id_token, access_token } = body as { id_token: string; access_token: string }
    expect((await rp.provider.verify(id_token)).payload.sub).to.equal(sub)
    expect(await oc.fetchUserInfo(rp.config, access_token, sub)).to.have.keys('sub', 'email', 'email_verified')
  })
  it('OIDCCDisplayPage', async () => void (await works({ display: 'page' })))
  it('OIDCCDisplayPopup', async () => void (await works({ display: 'popup' })))
  it('OIDCCPromptLogin', () => signInAgain({ prompt: 'login' }))
  it('OIDCCPromptNoneNotLoggedIn', async () => {
    const state = oc.randomState().padEnd(128, '~')
    const { location } = await rp.visit(request({ prompt: 'none', state }))
    const answer = Object.fromEntries(new URL(location!).searchParams)
    expect(answer).to.deep.include({ error: 'login_required', state, iss: rp.issuer })
    expect(answer).not.to.have.property('code')
  })
  it('OIDCCMaxAge1', () => signInAgain({ max_age: '1' }))
  it('OIDCCMaxAge10000', async () => {
    const cookie = await rp.logIn(60)
    const [first, second] = [
      await rp.signIn({ max_age: '15000' }, { cookie, maxAge: 15_000 }),
      await rp.signIn({ max_age: '10000' }, { cookie, maxAge: 10_000 }),
    ]
    expect(second.claims()?.auth_time).to.be.a('number').and.equal(first.claims()?.auth_time)
    expect(second.claims()?.sub).to.equal(first.claims()?.sub)
  })
  it('OIDCCEnsureRequestWithUnknownParameterSucceeds', async () => void (await works({ extra: 'foobar' })))
  it('OIDCCLoginHint', async () => void (await works({ login_hint: 'autor' })))
  it('OIDCCUiLocales', async () => void (await works({ ui_locales: 'se en' })))
  it('OIDCCClaimsLocales', async () => void (await works({ claims_locales: 'se' })))
  it('OIDCCEnsureRequestWithAcrValuesSucceeds', async () => void (await works({ acr_values: '1 2' })))
  for (const [name, seconds] of Object.entries({ OIDCCAuthCodeReuse: 0, OIDCCAuthCodeReuseAfter30Seconds: 30 }))
    it(name, async () => {
      const location = await rp.authorize({ scope: 'openid', state: 's' })
      const use = () => oc.authorizationCodeGrant(rp.config, location, { expectedState: 's' })
      const { access_token } = await use()
      ahead = seconds
      try {
        const again = await use().catch((error: unknown) => error)
        expect(again).to.be.instanceOf(oc.ResponseBodyError).with.property('error', 'invalid_grant')
        expect((await userinfo({ headers: { authorization: `Bearer ${access_token}` } })).status).to.equal(401)
      } finally {
        ahead = 0
      }
    })
  it('OIDCCEnsureRegisteredRedirectUri', async () => {
    for (const redirect_uri of [`${callback}/Zq7aB12cD3`, 'https://evil.example/callback']) {
      const page = await rp.visit(request({ redirect_uri }), await rp.logIn())
      expect([page.status, page.location]).to.deep.equal([400, undefined])
      expect(page.html).to.include('redirect_uri')
    }
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
  const requestObject = () =>
    new jose.UnsecuredJWT({ redirect_uri: callback, state: 'other', response_type: 'code' }).encode()
  it('OIDCCUnsignedRequestObjectSupportedCorrectlyOrRejectedAsUnsupported', async () => {
    const { location } = await rp.visit(request({ request: requestObject() }), await rp.logIn())
    expect(errorAt(location)).to.equal('request_not_supported')
    expect(new URL(location!).searchParams.get('state')).to.equal('s')
  })
  it('OIDCCEnsureRequestObjectWithRedirectUri', async () => {
    // The address inside is registered, the one beside it is not, and that one counts: a page, and no redirect to either.
    const url = request({ request: requestObject(), redirect_uri: `${callback}/Zq7aB12cD3` })
    const page = await rp.visit(url, await rp.logIn())
    expect([page.status, page.location]).to.deep.equal([400, undefined])
    expect(page.html).to.include('redirect_uri')
  })
  it('OIDCCClaimsEssential', async () => {
    await works({ claims: JSON.stringify({ userinfo: { name: { essential: true } } }) })
  })
  it('OIDCCRefreshToken', async () => {
    expect(rp.config.serverMetadata().grant_types_supported).to.include('refresh_token')
    const asked = { scope: 'openid offline_access', prompt: 'consent' }
    const { refresh_token = '' } = await works(asked)
    const next = await oc.refreshTokenGrant(rp.config, refresh_token)
    expect((await oc.fetchUserInfo(rp.config, next.access_token, sub)).sub).to.equal(sub)
    expect(next.refresh_token)
      .to.match(/^[\x20-\x7e]+$/)
      .and.not.equal(refresh_token)
    // The token of another client, which keeps it.
    const { id } = await addClient(rp.provider.app, { redirectUris: [callback] })
    const other = await rp.discover(oc.ClientSecretBasic(clientSecret), id)
    const theirs = await rp.signIn({ ...asked, nonce: 'n'.repeat(43) }, { config: other })
    const foreign = await oc.refreshTokenGrant(rp.config, theirs.refresh_token!).catch((error: unknown) => error)
    expect(foreign).to.be.instanceOf(oc.ResponseBodyError).with.property('error', 'invalid_grant')
    expect(await oc.refreshTokenGrant(other, theirs.refresh_token!)).to.have.property('access_token')
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

describe('Config OP', () => {
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
    expect(as['request_parameter_supported']).to.equal(false)
    expect(as.id_token_signing_alg_values_supported).to.deep.equal(['RS256'])
    expect(as.grant_types_supported).to.include('authorization_code')
    expect(as.code_challenge_methods_supported).to.include('S256')
    expect(as.claims_supported).to.include.members(['sub', 'name', 'email', 'auth_time'])
    for (const locale of as.ui_locales_supported ?? []) expect(Intl.getCanonicalLocales(locale)).to.deep.equal([locale])
    const { keys } = (await (await fetch(as.jwks_uri!)).json()) as { keys: Record<string, unknown>[] }
    expect(new Set(keys.map(({ kid }) => kid)).size).to.equal(keys.length)
    for (const key of keys) {
      expect(key).to.include({ kty: 'RSA', use: 'sig', alg: 'RS256' })
      expect(key).not.to.have.any.keys('d', 'p', 'q', 'dp', 'dq', 'qi', 'oth')
    }
    for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri'] as const)
      expect(as[name]).to.satisfy((value: string) => value.startsWith(`${rp.issuer}/`))
    const root = `${url.origin}/.well-known/openid-configuration${url.pathname}`
    const other = `${url.origin}/.well-known/oauth-authorization-server${url.pathname}`
    for (const place of [root, other]) expect(await (await fetch(place)).json()).to.deep.equal(as)
    await rp.stop()
  })
})

describe('RP-Initiated Logout OP', () => {
  let rp: RelyingParty
  let hint: string
  before(async () => {
    rp = await openRelyingParty()
    hint = (await rp.signIn()).id_token!
  })
  after(() => rp.stop())

  const passesSilently = async (browser: Visitor) => {
    const url = oc.buildAuthorizationUrl(rp.config, { redirect_uri: callback, scope: 'openid', prompt: 'none' })
    const { searchParams } = new URL((await browser.get(url.href)).leftFor!)
    return searchParams.get('error') ?? searchParams.has('code')
  }
  const ask = (browser: Visitor, parameters: Record<string, string>) =>
    browser.get(`${rp.issuer}/logout?${new URLSearchParams(parameters)}`)
  /** Asks, clicks, and goes where Stud.IP's own logout leads; nobody is logged in any more. */
  const logout = async (parameters: Record<string, string>) => {
    const browser = await rp.browser(60)
    expect(await passesSilently(browser)).to.equal(true)
    const asked = await ask(browser, parameters)
    expect([asked.status, asked.leftFor]).to.deep.equal([200, undefined])
    const end = await browser.submit(asked, 'logout')
    expect(await passesSilently(browser)).to.equal('login_required')
    return end
  }
  const saysLoggedOut = async (parameters: Record<string, string>) => {
    const end = await logout(parameters)
    expect([end.status, end.leftFor]).to.deep.equal([200, undefined])
    expect(end.html).to.include('<h1>Abgemeldet</h1>').and.not.include(callback)
  }
  /** An error that leads nowhere and changes nothing. */
  const refuses = async (parameters: Record<string, string>) => {
    const browser = await rp.browser(60)
    const asked = await ask(browser, parameters)
    expect([asked.status, asked.leftFor]).to.deep.equal([400, undefined])
    expect(asked.html).not.to.include(asksToLogOut)
    expect(await passesSilently(browser)).to.equal(true)
  }
  const state = 'x'.repeat(128)
  const back = { post_logout_redirect_uri: callback, state }

  it('OIDCCRpInitiatedLogout', async () => {
    expect((await logout({ id_token_hint: hint, ...back })).leftFor).to.equal(`${callback}?state=${state}`)
  })
  it('OIDCCRpInitiatedLogoutBadIdTokenHint', async () => {
    const { privateKey } = await jose.generateKeyPair('RS256')
    const header = jose.decodeProtectedHeader(hint) as jose.JWTHeaderParameters
    const forged = await new jose.SignJWT(jose.decodeJwt(hint)).setProtectedHeader(header).sign(privateKey)
    for (const id_token_hint of [forged, 'bad']) await refuses({ id_token_hint, ...back })
  })
  it('OIDCCRpInitiatedLogoutBadLogoutRedirectUri', async () => {
    for (const uri of [`${new URL(callback).origin}/bad_post_logout_redirect_uri`, 'https://evil.example/'])
      await refuses({ id_token_hint: hint, post_logout_redirect_uri: uri, state })
  })
  it('OIDCCRpInitiatedLogoutDiscoveryEndpointVerification', () => {
    expect(rp.config.serverMetadata().end_session_endpoint).to.equal(`${rp.issuer}/logout`)
    const url = oc.buildEndSessionUrl(rp.config, { id_token_hint: hint })
    expect(url.href.startsWith(`${rp.issuer}/logout?`)).to.equal(true)
  })
  it('OIDCCRpInitiatedLogoutModifiedIdTokenHint', async () => {
    const [head, body, signature] = hint.split('.')
    const unsigned = `${Buffer.from('{"alg": "none"}').toString('base64url')}.${body}.`
    const claims = { ...jose.decodeJwt(hint), sub: users.root.user_id }
    const changed = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`
    for (const id_token_hint of [unsigned, changed]) await refuses({ id_token_hint, ...back })
  })
  it('OIDCCRpInitiatedLogoutNoIdTokenHint', () => saysLoggedOut(back))
  it('OIDCCRpInitiatedLogoutNoParams', () => saysLoggedOut({}))
  it('OIDCCRpInitiatedLogoutNoPostLogoutRedirectUri', () => saysLoggedOut({ id_token_hint: hint, state }))
  it('OIDCCRpInitiatedLogoutNoState', async () => {
    const { leftFor } = await logout({ id_token_hint: hint, post_logout_redirect_uri: callback })
    expect(leftFor).to.equal(callback)
  })
  it('OIDCCRpInitiatedLogoutOnlyState', () => saysLoggedOut({ state }))
  it('OIDCCRpInitiatedLogoutQueryAddedToLogoutRedirectUri', () =>
    refuses({ id_token_hint: hint, post_logout_redirect_uri: `${callback}?foo=bar`, state }))
  it('asks in the words of whoever is logged in, and offers to stay', async () => {
    const page = await rp.visit(`${rp.issuer}/logout`, await rp.logIn())
    expect(page.html).to.include('oauth2_resume=0')
    expect(hiddenFields(page.html)).to.deep.equal({})
  })
})
