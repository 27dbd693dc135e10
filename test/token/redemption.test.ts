// grant_type=authorization_code: who may redeem a code, once, for what (RFC 6749 §4.1.3, RFC 7636 §4.6).
import { expect } from 'chai'
import {
  addClient,
  credentialsOf,
  approve,
  challenge,
  clientSecret,
  idOf,
  post,
  redeem,
  redirectUri,
  refresh,
  s256,
  testApp,
  verifier,
  type Query,
  type TestApp,
  type TestClient,
} from '../support/app.ts'
import { issueCode, issueTokens, liveIds, stoppedClock } from '../support/issuing.ts'

describe('POST token, grant_type=authorization_code', () => {
  const clock = stoppedClock()
  let app: TestApp
  let confidential: TestClient
  let mobile: TestClient
  before(async () => {
    app = await testApp({ now: clock.now })
    confidential = await addClient(app)
    mobile = await addClient(app, { confidential: false })
  })
  after(() => app.close())

  const refused = async (client: TestClient, code: string | null, more: Query, error: string, status = 400) => {
    const answer = await redeem(app, client, code, more)
    expect([answer.status, answer.body.error], JSON.stringify(more)).to.deep.equal([status, error])
    return answer
  }
  const introspected = async (token: string) =>
    (await post(app, 'introspect', { client_id: confidential.id, client_secret: clientSecret, token }).expect(200))
      .body as { active: boolean }

  it('S-017 the example pair of RFC 7636 passes as S256, nothing near it does', async () => {
    const { text } = await issueCode(app, mobile, { codeChallenge: { challenge, method: 'S256' } })
    for (const wrong of [`${verifier.slice(0, -1)}l`, `e${verifier.slice(1)}`, verifier.toLowerCase(), challenge])
      await refused(mobile, text, { code_verifier: wrong }, 'invalid_grant')
    await redeem(app, mobile, text, { code_verifier: verifier }).expect(200)
  })

  it('S-017 with plain the verifier is the challenge itself, and its hash is refused', async () => {
    const { text } = await issueCode(app, mobile, { codeChallenge: { challenge: verifier, method: 'plain' } })
    await refused(mobile, text, { code_verifier: s256(verifier) }, 'invalid_grant')
    await redeem(app, mobile, text, { code_verifier: verifier }).expect(200)
  })

  for (const kind of ['confidential', 'public'] as const) {
    it(`S-018 a ${kind} client cannot leave out or add the verifier`, async () => {
      const client = kind === 'public' ? mobile : confidential
      const withChallenge = await issueCode(app, client, { codeChallenge: { challenge, method: 'S256' } })
      await refused(client, withChallenge.text, { code_verifier: undefined }, 'invalid_request')
      await refused(client, withChallenge.text, { code_verifier: '' }, 'invalid_request')
      await refused(client, withChallenge.text, { code_verifier: 'too-short' }, 'invalid_request')
      await refused(client, withChallenge.text, { code_verifier: `${verifier} ` }, 'invalid_request')
      const without = await issueCode(app, client, { codeChallenge: undefined })
      await refused(client, without.text, { code_verifier: verifier }, 'invalid_request')
      await redeem(app, client, withChallenge.text, { code_verifier: verifier }).expect(200)
    })
  }

  it('S-032 the second redemption is refused and takes every token of the grant along', async () => {
    const tokens = await issueTokens(app, confidential)
    const next = (await refresh(app, confidential, tokens.refresh_token).expect(200)).body as typeof tokens
    await refused(confidential, tokens.code, {}, 'invalid_grant')
    expect(await liveIds(app.database.knex, tokens.grantId)).to.deep.equal([])
    for (const { access_token, refresh_token } of [tokens, next]) {
      expect(await introspected(access_token)).to.deep.equal({ active: false })
      expect(await introspected(refresh_token)).to.deep.equal({ active: false })
      expect((await refresh(app, confidential, refresh_token)).body).to.include({ error: 'invalid_grant' })
    }
  })

  it('B6 C5 what this server does not read may repeat: resource (RFC 8707 §2), utm_source', async () => {
    const { text } = await issueCode(app, confidential)
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      ...credentialsOf(confidential),
      code: text,
      redirect_uri: confidential.redirectUris[0] ?? '',
    })
    for (const name of ['resource', 'utm_source', 'audience']) for (const value of ['a', 'b']) form.append(name, value)
    const answer = await app.http.post(app.api('token')).type('form').send(form.toString())
    expect([answer.status, answer.text]).to.include(200)
  })

  it('S-033 a replay that is not otherwise in order revokes nothing', async () => {
    const { text, code } = await issueCode(app, confidential, { codeChallenge: { challenge, method: 'S256' } })
    const { body } = await redeem(app, confidential, text, { code_verifier: verifier }).expect(200)
    const other = await addClient(app)
    await refused(confidential, text, { code_verifier: `${verifier.slice(0, -1)}l` }, 'invalid_grant')
    await refused(confidential, text, { code_verifier: undefined }, 'invalid_request')
    await refused(confidential, text, { code_verifier: verifier, client_secret: 'wrong' }, 'invalid_client', 401)
    await refused(
      confidential,
      text,
      { code_verifier: verifier, redirect_uri: 'https://app.example.org/' },
      'invalid_grant',
    )
    await refused(other, text, { code_verifier: verifier }, 'invalid_grant')
    expect(await introspected(body.access_token)).to.include({ active: true })
    expect(await liveIds(app.database.knex, code.id.slice(0, 32))).to.have.length(2)
    await refresh(app, confidential, body.refresh_token).expect(200)
  })

  it('S-035 a code ends after 600 seconds', async () => {
    const [young, old] = [await issueCode(app, confidential), await issueCode(app, confidential)]
    clock.pass(600)
    await redeem(app, confidential, young.text).expect(200)
    clock.pass(1)
    await refused(confidential, old.text, {}, 'invalid_grant')
  })

  it('S-035 a code from the consent page lives 600 seconds as well', async () => {
    const [young, old] = [await approve(app, confidential), await approve(app, confidential)].map((url) =>
      url.searchParams.get('code'),
    )
    clock.pass(600)
    await redeem(app, confidential, young ?? null).expect(200)
    clock.pass(1)
    await refused(confidential, old ?? null, {}, 'invalid_grant')
  })

  it('S-035 a code with a byte changed, cut or added is refused and stays redeemable', async () => {
    const { text } = await issueCode(app, confidential)
    const changedAt = (place: number) =>
      text.slice(0, place) + (text[place] === '0' ? '1' : '0') + text.slice(place + 1)
    const salted = [changedAt(10)]
    const spoilt = [0, 7, 75, 110, 150, text.length - 1].map(changedAt)
    for (const wrong of [
      ...spoilt,
      ...salted,
      text.slice(0, -2),
      text.slice(0, -1),
      text.slice(2),
      `${text}00`,
      `${text}0`,
      ` ${text}`,
      'x',
      'def50200',
    ]) {
      await refused(confidential, wrong, {}, 'invalid_grant')
    }
    await redeem(app, confidential, text).expect(200)
  })

  it('S-035 an authentic code without a matching row is refused', async () => {
    const stranger = await addClient(app)
    const spoil = [{ id: 'f'.repeat(80) }, { client_id: stranger.id }, { user_id: 'f'.repeat(32) }, { revoked: 1 }]
    for (const change of spoil) {
      const { text, code } = await issueCode(app, confidential)
      await app.database.knex('oauth2_auth_codes').where({ id: code.id }).update(change)
      await refused(confidential, text, {}, 'invalid_grant')
      await app.database.knex('oauth2_auth_codes').where({ id: code.id }).delete()
      await refused(confidential, text, {}, 'invalid_grant')
    }
    expect(await app.database.knex('oauth2_access_tokens').where({ client_id: stranger.id })).to.deep.equal([])
  })

  it('S-036 a code works for its client and its redirect_uri only', async () => {
    const other = await addClient(app, { redirectUris: [redirectUri] })
    const { text } = await issueCode(app, confidential)
    await refused(other, text, {}, 'invalid_grant')
    await refused(mobile, text, { code_verifier: undefined }, 'invalid_grant')
    for (const uri of [
      `${redirectUri}/`,
      `${redirectUri}?a`,
      'https://app.example.org/other',
      redirectUri.toUpperCase(),
    ])
      await refused(confidential, text, { redirect_uri: uri }, 'invalid_grant')
    await refused(confidential, text, { redirect_uri: undefined }, 'invalid_request')
    await refused(confidential, text, { redirect_uri: '' }, 'invalid_request')
    await redeem(app, confidential, text).expect(200)
  })

  it('S-036 a loopback client names the port of its request again', async () => {
    const native = await addClient(app, { confidential: false, redirectUris: ['http://127.0.0.1/cb'] })
    const { text } = await issueCode(app, native, { redirectUri: 'http://127.0.0.1:51004/cb' })
    await refused(native, text, { redirect_uri: 'http://127.0.0.1/cb' }, 'invalid_grant')
    await refused(native, text, { redirect_uri: 'http://127.0.0.1:51005/cb' }, 'invalid_grant')
    await redeem(app, native, text, { redirect_uri: 'http://127.0.0.1:51004/cb' }).expect(200)
  })

  it('S-036 without redirect_uri in the request none is needed, and a foreign one is refused', async () => {
    const { text } = await issueCode(app, confidential, { redirectUri: undefined })
    await refused(confidential, text, { redirect_uri: 'https://evil.example.org/' }, 'invalid_grant')
    await redeem(app, confidential, text, { redirect_uri: undefined }).expect(200)
  })

  it('S-037 after every refusal the code still works for its rightful client', async () => {
    const other = await addClient(app)
    const { text } = await issueCode(app, mobile)
    await refused(other, text, {}, 'invalid_grant')
    await refused(mobile, text, { code_verifier: s256('another') }, 'invalid_grant')
    await refused(mobile, text, { code_verifier: undefined }, 'invalid_request')
    await refused(mobile, text, { redirect_uri: 'https://other.example.org/' }, 'invalid_grant')
    await refused(mobile, text, { redirect_uri: undefined }, 'invalid_request')
    await redeem(app, mobile, text).expect(200)
  })

  it('S-057 the id of a code is no code', async () => {
    const { code, text } = await issueCode(app, confidential)
    for (const id of [code.id, `def50200${code.id}`, Buffer.from(code.id).toString('hex')])
      await refused(confidential, id, {}, 'invalid_grant')
    await redeem(app, confidential, text).expect(200)
  })

  it('C4 S-046 the answer names type, scope and lifetime, and the lifetime is that of the token', async () => {
    const { text } = await issueCode(app, confidential)
    const { body, headers } = await redeem(app, confidential, text).expect(200)
    const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString()) as {
      exp: number
      iat: number
    }
    expect(body).to.have.all.keys('token_type', 'expires_in', 'access_token', 'refresh_token', 'scope')
    expect(body).to.include({ token_type: 'Bearer', scope: 'api' })
    expect(body.expires_in).to.equal(claims.exp - clock.now())
    expect(headers).to.include({ 'cache-control': 'no-store', pragma: 'no-cache' })
    const row = await app.database
      .knex('oauth2_access_tokens')
      .where({ id: idOf(body.access_token) })
      .first()
    expect(row).to.include({
      expires_at: claims.exp,
      mkdate: clock.now(),
      client_id: confidential.id,
      scopes: '["api"]',
    })
  })
})
