// Grants without api at league/oauth2-server on the same database and keys: refused there in every form in which it may be asked (contract §18.2).
import { expect } from 'chai'
import { sealBytes } from '../../src/crypto/sealed.ts'
import { writeCode, writeRefreshToken } from '../../src/crypto/payloads.ts'
import { claimsOf } from '../../src/crypto/access-token.ts'
import type { AccessToken } from '../../src/oauth/types.ts'
import { users } from '../fixtures/users.ts'
import { addClient, connect, credentialsOf, redeem, refresh, testApp, verifier } from '../support/app.ts'
import type { TestApp, TestClient, Tokens } from '../support/app.ts'
import { issueCode, rowsOfGrant } from '../support/issuing.ts'
import { testKeys } from '../support/keys.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { leagueMissing, startLeagueServer, type LeagueServer, type LeagueVersion } from './league-server.ts'

const versions: readonly LeagueVersion[] = ['8.5.4', '9']
/** How `scope` may stand in a request; undefined leaves it out. */
const askedFor = [undefined, '', ' ', 'api', 'api.read', 'api.read api', 'openid', 'unknown'] as const

for (const version of versions) {
  describe(`sealed grants beside league/oauth2-server ${version}`, () => {
    let database: TestDatabase
    let app: TestApp
    let league: LeagueServer
    let clients: TestClient[]

    before(async function () {
      const missing = await leagueMissing(version)
      if (missing) {
        console.log(`      skipped: ${missing}`)
        return this.skip()
      }
      database = await testDatabase()
      app = await testApp({ database, settings: { apiRead: true } })
      league = await startLeagueServer(version, database.settings, await testKeys())
      clients = [await addClient(app), await addClient(app, { confidential: false })]
    })
    after(async () => {
      await league?.stop()
      await app?.close()
      await database?.drop()
    })

    const forms = (client: TestClient, fields: Record<string, string>) =>
      askedFor.map((scope) => ({ ...credentialsOf(client), ...fields, ...(scope !== undefined && { scope }) }))
    const refused = async (form: Record<string, string>, why: string) => {
      const { status, body } = await league.token(form)
      expect(status, `${why}, ${JSON.stringify(form['scope'])}: ${JSON.stringify(body)}`).to.be.within(400, 499)
      expect(body).not.to.have.any.keys('access_token', 'refresh_token')
    }
    const redemption = (client: TestClient, code: string) =>
      forms(client, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: client.redirectUris[0] ?? '',
        ...(!client.confidential && { code_verifier: verifier }),
      })
    const renewal = (client: TestClient, text: string) =>
      forms(client, { grant_type: 'refresh_token', refresh_token: text })

    it('S-121 no code, refresh token or access token is taken there, however it is asked, and nothing is lost here', async () => {
      for (const client of clients) {
        const { text, code } = await issueCode(app, client, { scopes: ['api.read'] })
        for (const form of redemption(client, text)) await refused(form, 'the code')
        const tokens = (await redeem(app, client, text)).body as Tokens
        expect(tokens, 'redeemed here all the same').to.include({ scope: 'api.read' })
        for (const form of renewal(client, tokens.refresh_token)) await refused(form, 'the refresh token')
        for (const form of renewal(client, tokens.access_token))
          await refused(form, 'the access token, as a refresh token')
        for (const form of redemption(client, tokens.refresh_token)) await refused(form, 'the refresh token, as a code')
        for (const token of Object.values(tokens).filter((value) => typeof value === 'string'))
          expect((await league.resource(token)).status).to.equal(401)
        expect((await refresh(app, client, tokens.refresh_token)).body).to.include({ scope: 'api.read' })
        const { access, refresh: rows } = await rowsOfGrant(database.knex, code.id.slice(0, 32))
        expect([access.length, rows.length], 'league issued none').to.deep.equal([2, 2])
      }
    })

    it('S-121 an empty list of scopes inside makes no difference', async () => {
      const { derive } = await app.deps.keys.current()
      const sealed = (json: string, kind: string) => sealBytes(Buffer.from(json), derive(kind), kind)
      for (const client of clients) {
        const { code } = await issueCode(app, client)
        const token = { ...code, accessTokenId: code.id, scopes: [] }
        const access: AccessToken = { ...token, userId: users.autor.user_id, issuedAt: app.deps.now() }
        const text = sealed(writeCode({ ...code, scopes: [] }), 'authorization_code')
        for (const form of redemption(client, text)) await refused(form, 'the code')
        for (const form of renewal(client, sealed(writeRefreshToken(token), 'refresh_token')))
          await refused(form, 'the refresh token')
        const bearer = sealed(JSON.stringify(claimsOf(access)), 'access_token')
        expect((await league.resource(bearer)).status).to.equal(401)
      }
    })

    it('S-132 the row of a remembered approval is redeemed by nobody', async () => {
      for (const client of clients) {
        const known = await app.deps.clients.find(client.id)
        const approved = await issueCode(app, client)
        await app.deps.approvals.remember(approved.code, known!)
        const { id } = (await database
          .knex('oauth2_auth_codes')
          .where({ client_id: client.id })
          .where('expires_at', '>', app.deps.now() + 86_400)
          .first()) as { id: string }
        const { code } = await issueCode(app, client)
        const text = await app.deps.credentials.sealCode({ ...code, id })
        for (const form of redemption(client, text)) await refused(form, 'the approval')
        expect(await app.deps.approvals.find(users.autor.user_id, known!)).to.deep.equal(['api'])
      }
    })

    it('a grant with api crosses in both directions, whatever else it holds; league keeps api alone', async () => {
      for (const client of clients) {
        const query = { scope: 'api.read api' }
        const { text } = await issueCode(app, client, { scopes: ['api.read', 'api'] })
        const [form = {}] = redemption(client, text)
        const there = await league.token(form)
        expect(there.status, JSON.stringify(there.body)).to.equal(200)
        const tokens = await connect(app, client, { query })
        expect((await league.resource(tokens.access_token)).status).to.equal(200)
        const here = (await refresh(app, client, tokens.refresh_token)).body as Tokens
        expect(here).to.include({ scope: 'api api.read' })
        const [renew = {}] = renewal(client, here.refresh_token)
        const renewed = await league.token(renew)
        expect(renewed.status, JSON.stringify(renewed.body)).to.equal(200)
        const back = await refresh(app, client, (renewed.body as unknown as Tokens).refresh_token)
        expect(back.body).to.include({ scope: 'api' })
      }
    })
  })
}
