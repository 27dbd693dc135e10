// prompt, max_age, hints, response modes, requests by POST (Core §3.1.2.1; S-137…S-139, S-143).
import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { expect } from 'chai'
import { decodeJwt, SignJWT } from 'jose'
import { isToldApart } from '../../src/oauth/remembered-consent.ts'
import { mayHearUnseen } from '../../src/openid/silence.ts'
import { users } from '../fixtures/users.ts'
import { addClient, authorizationQuery, hiddenFields } from '../support/app.ts'
import { ask, asksToLogOut, logIn, nonce, openProvider, type Provider } from './provider.ts'

describe('authorization request of a sign-in', () => {
  let provider: Provider
  before(async () => (provider = await openProvider()))
  after(() => provider.app.close())

  const logInAt = (loginAt: number, user = users.autor) =>
    logIn(provider.app, user, { content: { uid: user.user_id, sessionStart: loginAt } })
  const now = () => provider.app.deps.now()

  it('an unknown prompt, none with another, and a max_age that is no number are invalid requests', async () => {
    const cookie = await logIn(provider.app)
    for (const more of [{ prompt: 'sometimes' }, { prompt: 'none login' }, { max_age: 'abc' }, { max_age: '-1' }]) {
      const { params } = await ask(provider, more, cookie)
      expect([params?.get('error'), params?.get('state')], JSON.stringify(more)).to.deep.equal([
        'invalid_request',
        'xyz',
      ])
    }
  })

  it('S-143 prompt=none of a confidential client hears login_required before any login, with state and iss', async () => {
    const { status, params, headers } = await ask(provider, { prompt: 'none' })
    expect([status, params?.get('error')]).to.deep.equal([302, 'login_required'])
    expect([params?.get('state'), params?.get('iss')]).to.deep.equal(['xyz', provider.app.deps.issuer])
    expect(headers).not.to.have.property('set-cookie')
  })

  it('S-143 for a client that cannot be told from an impostor, an unknown one, or a foreign address it is a page', async () => {
    const { app } = provider
    const client = await addClient(app, { confidential: false, redirectUris: ['org.example.app:/callback'] })
    const impostor = await ask({ ...provider, client }, { prompt: 'none' })
    expect([impostor.status, impostor.location]).to.deep.equal([401, undefined])
    const foreign = await ask(provider, { prompt: 'none', redirect_uri: 'https://evil.example/callback' })
    expect([foreign.status, foreign.location]).to.deep.equal([400, undefined])
    expect((await ask(provider, { prompt: 'none', client_id: '999' })).status).to.equal(400)
  })

  it('S-129 S-143 who gets a code unasked may always hear an error unseen, and a secret alone is enough only for the error', () => {
    const blank = { id: '3', name: '', description: '', owner: '', homepage: '', changedAt: 1 }
    const decided = (redirectUri: string, secretHash: string | null) => {
      const client = { ...blank, secretHash, redirectUris: [redirectUri] }
      return [
        isToldApart(client, redirectUri),
        mayHearUnseen({ client, redirectUri, requestedRedirectUri: redirectUri }),
      ]
    }
    const table: readonly (readonly [string, readonly boolean[], readonly boolean[]])[] = [
      // redirect URI, public: [code unasked, error unseen], confidential: the same
      ['https://app.example.org/cb', [true, true], [true, true]],
      ['HTTPS://app.example.org/cb', [true, true], [true, true]],
      ['http://app.example.org/cb', [false, false], [true, true]],
      ['https://localhost/cb', [false, true], [false, true]],
      ['http://127.0.0.1:7777/cb', [false, false], [false, true]],
      ['org.example.app:/cb', [false, false], [false, true]],
    ]
    for (const [uri, ofPublic, ofConfidential] of table) {
      expect(decided(uri, null), uri).to.deep.equal(ofPublic)
      expect(decided(uri, '$2y$'), uri).to.deep.equal(ofConfidential)
    }
  })

  it('prompt=none of somebody who has not approved is consent_required', async () => {
    const { params } = await ask(provider, { prompt: 'none' }, await logIn(provider.app))
    expect(params?.get('error')).to.equal('consent_required')
    expect(params?.get('error_description')).to.include('not approved')
  })

  it('B19 S-131 prompt=none in the hidden frame of a library is consent_required as ever, and says that it is the frame', async () => {
    const { app, client } = provider
    const cookie = await logIn(app)
    const url = `${app.api('authorize')}?${authorizationQuery(client, { scope: 'openid', prompt: 'none' })}`
    for (const dest of ['iframe', 'empty']) {
      const { status, headers } = await app.http.get(url).set({ Cookie: cookie, 'Sec-Fetch-Dest': dest })
      const { searchParams } = new URL(headers['location'] as string)
      expect([status, searchParams.get('error')], dest).to.deep.equal([302, 'consent_required'])
      expect(searchParams.get('error_description'), dest).to.include('in a frame')
    }
  })

  it('S-143 prompt=none: what Stud.IP asks after the login is interaction_required, a second factor or a lock is login_required', async () => {
    for (const [user, error] of [
      [users.termsPending, 'interaction_required'],
      [users.visibilityPending, 'interaction_required'],
      [users.appFactor, 'login_required'],
      [users.locked, 'login_required'],
    ] as const) {
      const { params, headers } = await ask(provider, { prompt: 'none' }, await logIn(provider.app, user))
      expect([params?.get('error'), params?.get('state')], user.username).to.deep.equal([error, 'xyz'])
      expect(headers).not.to.have.property('set-cookie')
    }
  })

  it('S-138 prompt=login and a passed max_age ask for a logout, and only a later login satisfies them', async () => {
    const loginAt = now() - 1000
    for (const more of [{ prompt: 'login' }, { max_age: '500' }, { max_age: '0' }]) {
      const asked = await ask(provider, more, await logInAt(loginAt))
      expect([asked.status, asked.html.includes(asksToLogOut)], JSON.stringify(more)).to.deep.equal([200, true])
      const cookies = asked.headers['set-cookie'] as unknown as string[]
      expect(cookies.some((line) => line.startsWith('studip_oauth2_resume=leave'))).to.equal(true)
      const jar = cookies.map((line) => line.split(';')[0]).join('; ')
      // Stud.IP's start page leads here when nobody is logged in any more.
      const back = await provider.app.http.get(`${provider.app.api('resume')}?from=start`).set('Cookie', jar)
      const target = back.headers['location'] as string
      expect(target).to.include('login_asked=')
      const again = (cookie: string) => provider.app.http.get(target).set('Cookie', `${jar}; ${cookie}`)
      const same = await again(await logInAt(loginAt))
      expect(new URL(same.headers['location'] as string).searchParams.get('error')).to.equal('login_required')
      const later = await again(await logInAt(now() + 1))
      expect([later.status, later.text.includes('name="allow"')]).to.deep.equal([200, true])
    }
  })

  it('S-138 who had to log in anyway is not asked twice', async () => {
    const { status, location, headers } = await ask(provider, { prompt: 'login' })
    expect([status, location]).to.satisfy(
      ([code, to]: [number, string]) => code === 302 && to.includes('mark_notification'),
    )
    const jar = (headers['set-cookie'] as unknown as string[]).map((line) => line.split(';')[0]).join('; ')
    const back = await provider.app.http.get(provider.app.api('resume')).set('Cookie', jar)
    const answer = await provider.app.http
      .get(back.headers['location'] as string)
      .set('Cookie', `${jar}; ${await logInAt(now() + 1)}`)
    expect(answer.text).to.include('name="allow"')
  })

  it('S-138 what was asked in one browser counts in no other, however young its login', async () => {
    const asked = await ask(provider, { prompt: 'login' }, await logInAt(now() - 1000))
    const jar = (asked.headers['set-cookie'] as unknown as string[]).map((line) => line.split(';')[0]!)
    const back = await provider.app.http.get(`${provider.app.api('resume')}?from=start`).set('Cookie', jar.join('; '))
    const target = back.headers['location'] as string
    const other = (await ask(provider, { prompt: 'login' }, await logInAt(now() - 1000))).headers[
      'set-cookie'
    ] as unknown as string[]
    const names = (lines: readonly string[]) => lines.filter((line) => line.startsWith('studip_oauth2_login='))
    const [mine = '', theirs = ''] = [names(jar)[0], names(other)[0]?.split(';')[0]]
    expect(names(other)[0]).to.match(
      /^studip_oauth2_login=[0-9a-f]{32}; Max-Age=1800; Path=\/dispatch\.php\/api\/oauth2\/; HttpOnly; SameSite=Lax$/i,
    )
    expect(mine).to.not.equal(theirs)
    const session = await logInAt(now() + 1)
    for (const cookies of [session, `${theirs}; ${session}`, `studip_oauth2_login=; ${session}`]) {
      const answer = await provider.app.http.get(target).set('Cookie', cookies)
      expect(answer.text, cookies).to.include(asksToLogOut)
    }
    expect((await provider.app.http.get(target).set('Cookie', `${mine}; ${session}`)).text).to.include('name="allow"')
  })

  it('S-138 what was asked is believed of nobody else', async () => {
    const forged = await ask(provider, { prompt: 'login', login_asked: 'a.b.c.d.e' }, await logInAt(now() - 10))
    expect(forged.html).to.include(asksToLogOut)
  })

  it('S-138 a young login satisfies max_age, and prompt=none with an old one is login_required', async () => {
    expect((await ask(provider, { max_age: '500' }, await logInAt(now() - 100))).html).to.include('name="allow"')
    const { params } = await ask(provider, { prompt: 'none', max_age: '50' }, await logInAt(now() - 100))
    expect(params?.get('error')).to.equal('login_required')
  })

  it('S-139 an id_token_hint with another signature, algorithm, issuer or audience is refused; another user’s is login_required', async () => {
    const { app, signIn } = provider
    const { id_token } = await signIn()
    const cookie = await logIn(app)
    expect((await ask(provider, { id_token_hint: id_token }, cookie)).html).to.include('name="allow"')
    const [head, body, signature = ''] = id_token.split('.')
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`
    const modified = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    const claims = decodeJwt(id_token)
    const { signIn: own, signingKey: studip } = await app.deps.keys.current()
    const secret = Buffer.from(
      createPublicKey({ key: own!.jwk as JsonWebKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' }),
    )
    const signed = (alg: string, key: Parameters<SignJWT['sign']>[0], more: object = {}) =>
      new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg, kid: own!.kid }).sign(key)
    expect((await ask(provider, { id_token_hint: await signed('RS256', own!.signingKey) }, cookie)).html).to.include(
      'name="allow"',
    )
    const hints = {
      nonsense: 'x',
      unsigned,
      modified,
      'signed with the public key as a secret': await signed('HS256', secret),
      "signed with Stud.IP's key": await signed('RS256', studip),
      'of another issuer': await signed('RS256', own!.signingKey, { iss: `${app.deps.issuer}/` }),
      'without an issuer': await signed('RS256', own!.signingKey, { iss: undefined }),
      'of two audiences': await signed('RS256', own!.signingKey, { aud: [claims.aud, '999'] }),
    }
    for (const [which, hint] of Object.entries(hints)) {
      const { params } = await ask(provider, { id_token_hint: hint }, cookie)
      expect(params?.get('error'), which).to.equal('invalid_request')
    }
    const other = await ask({ ...provider, client: await addClient(app) }, { id_token_hint: id_token }, cookie)
    expect(other.params?.get('error')).to.equal('invalid_request')
    const tutor = await ask(provider, { id_token_hint: id_token }, await logIn(app, users.tutor))
    expect(tutor.params?.get('error')).to.equal('login_required')
  })

  it('a request by POST is the same request', async () => {
    const { app, client } = provider
    const form = authorizationQuery(client, { scope: 'openid', nonce })
    const answer = await app.http
      .post(app.api('authorize'))
      .set({ Origin: 'https://app.example.org', 'Sec-Fetch-Site': 'cross-site' })
      .type('form')
      .send(form)
    expect(answer.status).to.equal(303)
    const page = await app.http.get(answer.headers['location'] as string).set('Cookie', await logIn(app))
    expect(page.text).to.include('name="allow"')
  })

  // MSAL in the browser and Guacamole ask for it unless told otherwise.
  it('C10 response_mode=fragment answers behind a #, errors too, and leaves a query of the redirect URI alone', async () => {
    const { app } = provider
    const redirect_uri = 'https://app.example.org/callback?from=studip'
    const client = await addClient(app, { redirectUris: [redirect_uri, 'org.example.app:/callback'] })
    const asking = { ...provider, client }
    const cookie = await logIn(app)
    const answered = (location: string | undefined, uri = redirect_uri) => {
      expect(location?.slice(0, uri.length + 1)).to.equal(`${uri}#`)
      return Object.fromEntries(new URLSearchParams(location?.slice(uri.length + 1)))
    }
    const fragment = { response_mode: 'fragment' }
    for (const uri of client.redirectUris) {
      const page = await ask(asking, { ...fragment, redirect_uri: uri }, cookie)
      const { auth_token, security_token } = hiddenFields(page.html)
      for (const [choice, member] of [
        [{ _method: 'delete', deny: '' }, 'error'],
        [{ allow: '' }, 'code'],
      ] as const) {
        const sent = await app.http
          .post(app.api('authorize'))
          .set('Cookie', cookie)
          .type('form')
          .send({ auth_token, security_token, ...choice })
        expect(sent.status).to.equal(303)
        expect(answered(sent.headers['location'] as string, uri)).to.include.keys(member, 'state', 'iss')
      }
    }
    const refused = await ask(asking, { ...fragment, response_type: 'token' }, cookie)
    expect(answered(refused.location)).to.include({ error: 'unsupported_response_type', state: 'xyz' })
    const silent = await ask(asking, { ...fragment, prompt: 'none' })
    expect(answered(silent.location)).to.include({ error: 'login_required', state: 'xyz' })
    // Without openid it is a parameter that nobody reads (S-011).
    const unread = await ask(asking, { ...fragment, scope: 'api', response_type: 'token' }, cookie)
    expect(unread.location).to.match(/^https:\/\/app\.example\.org\/callback\?from=studip&error=/)
  })

  it('response_mode=form_post goes by the query to an app to which no browser posts', async () => {
    const { app } = provider
    const client = await addClient(app, { redirectUris: ['com.example.app:/cb', 'javascript:alert(1)'] })
    for (const redirect_uri of client.redirectUris) {
      const more = { response_mode: 'form_post', prompt: 'none', redirect_uri }
      const { status, location, html } = await ask({ ...provider, client }, more, await logIn(app))
      expect([status, location?.startsWith(`${redirect_uri}?error=consent_required`)]).to.deep.equal([302, true])
      expect(html).not.to.include('<form')
    }
  })

  it('response_mode=form_post answers with a form and no script, errors too', async () => {
    const { app, client } = provider
    const cookie = await logIn(app)
    const page = await ask(provider, { response_mode: 'form_post' }, cookie)
    const fields = hiddenFields(page.html)
    const answer = await app.http
      .post(app.api('authorize'))
      .set('Cookie', cookie)
      .type('form')
      .send({ auth_token: fields['auth_token'], security_token: fields['security_token'], allow: '' })
    expect([answer.status, answer.headers['location']]).to.deep.equal([200, undefined])
    expect(answer.text).to.include(`action="${client.redirectUris[0]}"`).and.not.include('<script')
    expect(hiddenFields(answer.text)).to.include.keys('code', 'state', 'iss')
    const refused = await ask(provider, { response_mode: 'form_post', response_type: 'token' }, cookie)
    expect(hiddenFields(refused.html)).to.include({ error: 'unsupported_response_type', state: 'xyz' })
    const unknown = await ask(provider, { response_mode: 'web_message' }, cookie)
    expect(unknown.params?.get('error')).to.equal('invalid_request')
  })
})

describe('logout', () => {
  let provider: Provider
  before(async () => (provider = await openProvider()))
  after(() => provider.app.close())

  it('S-140 happens only after a click of the user on a page of ours, and leads back with state', async () => {
    const { app, client, signIn } = provider
    const { id_token } = await signIn()
    const query = new URLSearchParams({
      id_token_hint: id_token,
      post_logout_redirect_uri: client.redirectUris[0]!,
      state: 'a b&c',
    })
    const path = `${app.api('logout')}?${query.toString()}`
    const page = await app.http.get(path).set('Cookie', await logIn(app))
    expect([page.status, page.text.includes(asksToLogOut)]).to.deep.equal([200, true])
    const jar = (page.headers['set-cookie'] as unknown as string[]).map((line) => line.split(';')[0]).join('; ')
    const back = await app.http.get(`${app.api('resume')}?from=start`).set('Cookie', jar)
    const done = await app.http.get(back.headers['location'] as string)
    expect([done.status, done.headers['location']]).to.deep.equal([302, `${client.redirectUris[0]}?state=a%20b%26c`])
  })

  it('S-140 compares the address as it compares redirect URIs: any port of the loopback interface, and nothing that no header can carry', async () => {
    const { app } = provider
    const uris = ['http://127.0.0.1/bye?x=1', 'https://app.example.org/\u0001']
    const client = await addClient(app, { redirectUris: uris })
    const end = (uri: string) =>
      app.http.get(
        `${app.api('logout')}?${new URLSearchParams({ client_id: client.id, post_logout_redirect_uri: uri, state: 's' }).toString()}`,
      )
    const loopback = await end('http://127.0.0.1:47110/bye?x=1')
    expect([
      loopback.status,
      loopback.text.includes('href="http://127.0.0.1:47110/bye?x=1&amp;state=s"'),
    ]).to.deep.equal([200, true])
    for (const uri of ['http://127.0.0.1:47110/bye', 'http://127.0.0.2/bye?x=1', uris[1]!])
      expect((await end(uri)).status, uri).to.equal(400)
  })

  it('S-140 S-027 never links to an address that a browser executes, whatever Stud.IP registered', async () => {
    const { app } = provider
    const uris = ['javascript:alert(1)', 'JavaScript://x/%0aalert(1)', 'data:text/html;base64,PHNjcmlwdD4=']
    const client = await addClient(app, { redirectUris: uris })
    for (const uri of uris) {
      const query = new URLSearchParams({ client_id: client.id, post_logout_redirect_uri: uri })
      const answer = await app.http.get(`${app.api('logout')}?${query}`)
      expect([answer.status, answer.headers['location'], /href="(?:javascript|data)/i.test(answer.text)]).to.deep.equal(
        [400, undefined, false],
      )
    }
  })

  it('B16 S-140 whoever is still logged in when an application asks wrongly is led to the logout, and nobody else', async () => {
    const { app, client } = provider
    const cookie = await logIn(app)
    const plain = app.api('logout')
    for (const wrong of [
      'id_token_hint=of.another.key',
      'client_id=999',
      `client_id=${client.id}&post_logout_redirect_uri=https://evil.example/`,
    ]) {
      const { status, text } = await app.http.get(`${plain}?${wrong}`).set('Cookie', cookie)
      expect([status, text.includes(`href="${plain}"`)], wrong).to.deep.equal([400, true])
      const nobody = await app.http.get(`${plain}?${wrong}`)
      expect([nobody.status, nobody.text.includes(`href="${plain}"`)]).to.deep.equal([400, false])
    }
    expect((await app.http.get(plain).set('Cookie', cookie)).text).to.include(asksToLogOut)
    const elsewhere = await app.http.get(`${app.api('authorize')}?client_id=999`).set('Cookie', cookie)
    expect([elsewhere.status, elsewhere.text.includes(`href="${plain}"`)]).to.deep.equal([400, false])
  })

  it('S-140 leads nowhere that is not registered for a proven client', async () => {
    const { app, client, signIn } = provider
    const { id_token } = await signIn()
    const to = (parameters: Record<string, string>) =>
      app.http.get(`${app.api('logout')}?${new URLSearchParams(parameters).toString()}`)
    const uri = client.redirectUris[0]!
    for (const wrong of [`${uri}?more=1`, 'https://evil.example/', `${uri}/`]) {
      const answer = await to({ id_token_hint: id_token, post_logout_redirect_uri: wrong })
      expect([answer.status, answer.headers['location']]).to.deep.equal([400, undefined])
    }
    expect((await to({ id_token_hint: 'x', post_logout_redirect_uri: uri })).status).to.equal(400)
    const unproven = await to({ post_logout_redirect_uri: uri })
    expect([unproven.status, unproven.headers['location'], unproven.text.includes(uri)]).to.deep.equal([
      200,
      undefined,
      false,
    ])
    const named = await to({ post_logout_redirect_uri: uri, client_id: client.id })
    expect([named.status, named.headers['location'], named.text.includes(uri)]).to.deep.equal([200, undefined, true])
    const posted = await app.http.post(app.api('logout')).type('form').send({ id_token_hint: id_token })
    expect(posted.status).to.equal(303)
  })
})
