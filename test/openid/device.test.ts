// Signing in by a device: the claims of the code flow, without a nonce (OpenID Connect Core §2, RFC 8628).
import { expect } from 'chai'
import { users } from '../fixtures/users.ts'
import { clientSecret, hiddenFields, logIn, post } from '../support/app.ts'
import { openProvider, userinfo, type Provider } from './provider.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:device_code'

describe('openid by device_code', () => {
  let provider: Provider
  before(async () => (provider = await openProvider()))
  after(() => provider.app.close())

  const tokensOf = async (scope: string, cookie: string) => {
    const { app, client } = provider
    const proof = { client_id: client.id, client_secret: clientSecret }
    const device = (await post(app, 'device_authorization', { ...proof, scope }).expect(200)).body as Record<
      string,
      string
    >
    const page = await app.http.get(app.api('device')).query({ user_code: device['user_code'] }).set('Cookie', cookie)
    const form = { ...hiddenFields(page.text), allow: '1' }
    await app.http.post(app.api('device')).type('form').set('Cookie', cookie).send(form).expect(200)
    const poll = { ...proof, grant_type: grantType, device_code: device['device_code'] ?? '' }
    return (await post(app, 'token', poll).expect(200)).body as Record<string, string>
  }

  it('S-134 the ID token says what that of the code flow says: the same claims, auth_time of who approved, no nonce', async () => {
    const { app, verify, signIn } = provider
    const loginAt = app.deps.now() - 300
    const cookie = await logIn(app, users.autor, { content: { uid: users.autor.user_id, sessionStart: loginAt } })
    const tokens = await tokensOf('openid profile email', cookie)
    const { payload } = await verify(tokens['id_token'] ?? '')
    const { payload: byCode } = await verify((await signIn({}, cookie)).id_token)
    expect(payload).to.include({ auth_time: loginAt, sub: users.autor.user_id })
    expect(Object.keys(payload).sort()).to.deep.equal(
      Object.keys(byCode)
        .filter((name) => name !== 'nonce')
        .sort(),
    )
    for (const name of ['name', 'email', 'preferred_username', 'auth_time', 'iss', 'aud'])
      expect(payload[name], name).to.deep.equal(byCode[name])
    expect((await userinfo(app, tokens['access_token'] ?? '')).body).to.include({ sub: users.autor.user_id })
    expect(tokens).not.to.have.property('refresh_token')
  })

  it('S-134 without openid there is none, and offline_access gives a refresh token', async () => {
    const cookie = await logIn(provider.app)
    expect(await tokensOf('api', cookie)).not.to.have.property('id_token')
    expect(await tokensOf('openid offline_access', cookie)).to.include.keys('id_token', 'refresh_token')
  })
})
