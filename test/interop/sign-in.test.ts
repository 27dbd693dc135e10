// What a sign-in yields, at league/oauth2-server on the same database and keys: refused by its token endpoint and its resource server (S-133, D23).
import { expect } from 'chai'
import * as jose from 'jose'
import { signIdToken } from '../../src/crypto/id-token.ts'
import { approve, credentialsOf, idOf, redeem, refresh, type Tokens } from '../support/app.ts'
import { signInKeys } from '../support/keys.ts'
import { logIn, openProvider, userinfo, type Provider } from '../openid/provider.ts'
import { leagueMissing, startLeagueServer, type LeagueServer, type LeagueVersion } from './league-server.ts'

const versions: readonly LeagueVersion[] = ['8.5.4', '9']

for (const version of versions) {
  describe(`sign-ins beside league/oauth2-server ${version}`, () => {
    let provider: Provider
    let league: LeagueServer

    before(async function () {
      const missing = await leagueMissing(version)
      if (missing) {
        console.log(`      skipped: ${missing}`)
        return this.skip()
      }
      provider = await openProvider()
      league = await startLeagueServer(version, provider.app.database.settings, await signInKeys())
    })
    after(async () => {
      await league?.stop()
      await provider?.app.close()
    })

    const refused = async (form: Record<string, string>) => {
      for (const scope of [undefined, '', 'api', 'openid']) {
        const fields = { ...credentialsOf(provider.client), ...form, ...(scope !== undefined && { scope }) }
        const { status, body } = await league.token(fields)
        expect(status, JSON.stringify(body)).to.be.within(400, 499)
        expect(body).not.to.have.any.keys('access_token', 'refresh_token', 'id_token')
      }
    }

    it('S-133 its resource server takes the access token of a grant with api, and no ID token', async () => {
      const pure = await provider.signIn({ scope: 'openid profile offline_access' })
      const mixed = await provider.signIn({ scope: 'api openid' })
      expect((await league.resource(mixed.access_token)).status).to.equal(200)
      for (const text of [pure.id_token, mixed.id_token, pure.access_token, pure.refresh_token!])
        expect((await league.resource(text)).status).to.equal(401)
      const { signIn } = await provider.app.deps.keys.current()
      const claims = jose.decodeJwt(mixed.access_token) as Record<string, string | number>
      expect(claims['jti']).to.equal(idOf(mixed.access_token))
      expect((await league.resource(await signIdToken(claims, mixed.access_token, signIn!))).status).to.equal(401)
    })

    it('S-133 its token endpoint takes no code, refresh token or ID token of a pure sign-in, which keep working here', async () => {
      const { app, client } = provider
      const query = { scope: 'openid offline_access', nonce: 'n' }
      const location = await approve(app, client, { query, cookie: await logIn(app) })
      const code = location.searchParams.get('code')!
      const redirect_uri = client.redirectUris[0]!
      await refused({ grant_type: 'authorization_code', code, redirect_uri })
      const { id_token, refresh_token } = (await redeem(app, client, code)).body as Tokens & { id_token: string }
      for (const text of [id_token, refresh_token]) {
        await refused({ grant_type: 'refresh_token', refresh_token: text })
        await refused({ grant_type: 'authorization_code', code: text, redirect_uri })
      }
      expect((await refresh(app, client, refresh_token)).status).to.equal(200)
    })

    it('a grant with api and openid that league renews keeps api alone, so userinfo says insufficient_scope', async () => {
      const { app, client } = provider
      const { refresh_token = '' } = await provider.signIn({ scope: 'api openid' })
      const there = await league.token({ ...credentialsOf(client), grant_type: 'refresh_token', refresh_token })
      expect(there.status, JSON.stringify(there.body)).to.equal(200)
      const back = (await refresh(app, client, (there.body as unknown as Tokens).refresh_token)).body as Tokens
      expect(back).to.include({ scope: 'api' }).and.not.have.property('id_token')
      for (const token of [there.body['access_token'] as string, back.access_token])
        expect((await userinfo(app, token)).status).to.be.oneOf([401, 403])
      expect((await userinfo(app, back.access_token)).status).to.equal(403)
    })
  })
}
