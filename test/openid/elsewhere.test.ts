// What a sign-in yields is good for the relying party alone: no API of Stud.IP and no endpoint of ours takes it for more (S-133, D23).
import { expect } from 'chai'
import * as jose from 'jose'
import { signIdToken } from '../../src/crypto/id-token.ts'
import { users } from '../fixtures/users.ts'
import { startStandIn, type RunningStandIn } from '../stand-in/stand-in.ts'
import { connect, idOf, redeem, refresh } from '../support/app.ts'
import { signInKeys } from '../support/keys.ts'
import { clientSecret, openProvider, userinfo, type Provider } from './provider.ts'

for (const studip of ['6.0', '5.4'] as const) {
  describe(`what a sign-in yields, beside Stud.IP ${studip}`, () => {
    let provider: Provider
    let standIn: RunningStandIn
    before(async () => {
      provider = await openProvider({ studip })
      const keysPath = await signInKeys()
      standIn = await startStandIn({ version: studip, database: provider.app.database.settings, keysPath })
    })
    after(async () => {
      await standIn.stop()
      await provider.app.close()
    })

    const atTheApi = async (bearer: string) =>
      (await fetch(`${standIn.url}jsonapi.php/v1/users/me`, { headers: { authorization: `Bearer ${bearer}` } })).status
    const post = async (path: string, form: Record<string, string>) => {
      const { app, client } = provider
      const credentials = { client_id: client.id, client_secret: clientSecret }
      return app.http
        .post(app.api(path))
        .type('form')
        .send({ ...credentials, ...form })
    }

    it('S-133 the JSON:API takes the access token of a grant with api, and nothing else', async () => {
      const { app, client, signIn } = provider
      const pure = await signIn({ scope: 'openid profile email offline_access' })
      const mixed = await signIn({ scope: 'api openid' })
      expect(await atTheApi(mixed.access_token)).to.equal(200)
      for (const text of [pure.id_token, mixed.id_token, pure.access_token, pure.refresh_token!])
        expect(await atTheApi(text)).to.equal(401)
      expect(await atTheApi((await connect(app, client)).access_token)).to.equal(200)
    })

    it('S-133 the key alone decides: neither a live jti nor any other claim makes an ID token more', async () => {
      const { app, client } = provider
      const { access_token } = await connect(app, client)
      const claims = jose.decodeJwt(access_token) as Record<string, string | number>
      expect(claims['jti']).to.equal(idOf(access_token))
      const { signIn, kid } = await app.deps.keys.current()
      for (const key of [signIn!, { ...signIn!, kid }])
        expect(await atTheApi(await signIdToken({ ...claims, aud: client.id }, access_token, key))).to.equal(401)
      expect((await userinfo(app, await signIdToken(claims, access_token, signIn!))).status).to.equal(401)
    })

    it('S-133 an ID token is nothing here, either: not for userinfo, introspection, revocation or the token endpoint', async () => {
      const { app, client, signIn } = provider
      for (const scope of ['openid offline_access', 'api openid']) {
        const { id_token, access_token, refresh_token = '' } = await signIn({ scope })
        expect((await userinfo(app, id_token)).status).to.equal(401)
        expect((await post('introspect', { token: id_token })).body).to.deep.equal({ active: false })
        expect((await post('revoke', { token: id_token })).status).to.equal(200)
        const asRefresh = await refresh(app, client, id_token)
        const asCode = await redeem(app, client, id_token)
        for (const { status, body } of [asRefresh, asCode])
          expect([status, (body as { error: string }).error]).to.deep.equal([400, 'invalid_grant'])
        // Whoever holds it has taken nothing away.
        expect((await userinfo(app, access_token)).status).to.equal(200)
        expect((await post('introspect', { token: access_token })).body).to.include({
          active: true,
          sub: users.autor.user_id,
        })
        expect((await refresh(app, client, refresh_token)).status).to.equal(200)
      }
    })

    it('S-135 userinfo takes both forms of access token, if the grant has openid; else it says so', async () => {
      const { app, client, signIn } = provider
      const mixed = await signIn({ scope: 'api openid email' })
      const api = await connect(app, client)
      expect((await userinfo(app, mixed.access_token)).body).to.include.keys('sub', 'email')
      const refused = await userinfo(app, api.access_token)
      expect([refused.status, (refused.body as { error: string }).error]).to.deep.equal([403, 'insufficient_scope'])
      expect(refused.headers['www-authenticate']).to.include('error="insufficient_scope"').and.include('scope="openid"')
      for (const other of [mixed.refresh_token!, api.refresh_token]) {
        const { status, headers } = await userinfo(app, other)
        expect([status, headers['www-authenticate']]).to.satisfy(
          ([code, challenge]: [number, string]) => code === 401 && challenge.includes('error="invalid_token"'),
        )
      }
    })
  })
}
