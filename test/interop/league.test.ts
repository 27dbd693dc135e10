// Our application and league/oauth2-server side by side on one database and one set of keys: whatever one issues, the other takes.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  approve,
  authorizationQuery,
  clientSecret,
  connect,
  credentialsOf,
  idOf,
  post,
  redeem,
  refresh,
  testApp,
} from '../support/app.ts'
import type { TestApp, TestClient, Tokens } from '../support/app.ts'
import { verifier } from '../support/app.ts'
import { testKeys } from '../support/keys.ts'
import { testDatabase } from '../support/mariadb.ts'
import type { TestDatabase } from '../support/mariadb.ts'
import { leagueMissing, startLeagueServer } from './league-server.ts'
import type { LeagueAnswer, LeagueServer, LeagueVersion } from './league-server.ts'

const userId = users.autor.user_id
const systemClock = () => Math.floor(Date.now() / 1000)

/** Answers alike from both sides. */
interface Side {
  readonly name: string
  authorize(client: TestClient): Promise<string>
  redeem(client: TestClient, code: string): Promise<{ status: number; body: unknown }>
  refresh(client: TestClient, refreshToken: string): Promise<{ status: number; body: unknown }>
}

const leagueSide = (league: LeagueServer): Side => ({
  name: 'league',
  authorize: async (client) => {
    const { location } = await league.authorize(
      Object.fromEntries(new URLSearchParams(authorizationQuery(client))),
      userId,
    )
    return new URL(location ?? '').searchParams.get('code') ?? ''
  },
  redeem: (client, code) =>
    league.token({
      grant_type: 'authorization_code',
      ...credentialsOf(client),
      code,
      redirect_uri: client.redirectUris[0] ?? '',
      ...(!client.confidential && { code_verifier: verifier }),
    }),
  refresh: (client, refreshToken) =>
    league.token({ grant_type: 'refresh_token', ...credentialsOf(client), refresh_token: refreshToken }),
})

const ourSide = (app: TestApp): Side => ({
  name: 'we',
  authorize: async (client) => (await approve(app, client)).searchParams.get('code') ?? '',
  redeem: (client, code) => redeem(app, client, code),
  refresh: (client, refreshToken) => refresh(app, client, refreshToken),
})

const tokensOf = (answer: { status: number; body: unknown }): Tokens => {
  expect(answer.status, JSON.stringify(answer.body)).to.equal(200)
  return answer.body as Tokens
}

const versions: readonly LeagueVersion[] = ['8.5.4', '9']

for (const version of versions) {
  describe(`side by side with league/oauth2-server ${version}`, () => {
    let database: TestDatabase
    let app: TestApp
    let league: LeagueServer
    let theirs: Side
    let ours: Side
    let clients: TestClient[]

    before(async function () {
      const missing = await leagueMissing(version)
      if (missing) {
        console.log(`      skipped: ${missing}`)
        return this.skip()
      }
      database = await testDatabase()
      app = await testApp({ database })
      league = await startLeagueServer(version, database.settings, await testKeys())
      theirs = leagueSide(league)
      ours = ourSide(app)
      clients = [await addClient(app), await addClient(app, { confidential: false })]
    })
    after(async () => {
      await league?.stop()
      await app?.close()
      await database?.drop()
    })

    /** Runs a story for a confidential and for a public client. */
    const forEachClient = async (story: (client: TestClient) => Promise<void>) => {
      for (const client of clients) await story(client)
    }
    const resource = async (accessToken: string): Promise<LeagueAnswer> => league.resource(accessToken)
    const active = async (client: TestClient, token: string): Promise<boolean> => {
      if (client.confidential)
        return ((await post(app, 'introspect', { ...credentialsOf(client), token })).body as { active: boolean }).active
      // A public client may not introspect (RFC 7662 §2.1): the same checks below the endpoint.
      const opened = await app.deps.credentials.openAccessToken(token)
      return opened !== undefined && (await app.deps.tokens.findLiveAccessToken(opened.id)) !== undefined
    }

    it('a code authorised here is redeemed there, and its tokens work on both sides', () =>
      forEachClient(async (client) => {
        const { access_token, refresh_token } = tokensOf(await theirs.redeem(client, await ours.authorize(client)))
        expect((await resource(access_token)).body).to.include({ oauth_client_id: client.id, oauth_user_id: userId })
        expect(await active(client, access_token)).to.equal(true)
        tokensOf(await ours.refresh(client, refresh_token))
      }))

    it('a code authorised there is redeemed here, and its tokens work on both sides', () =>
      forEachClient(async (client) => {
        const { access_token, refresh_token } = tokensOf(await ours.redeem(client, await theirs.authorize(client)))
        expect((await resource(access_token)).body).to.deep.include({
          oauth_client_id: client.id,
          oauth_user_id: userId,
          oauth_scopes: ['api'],
          oauth_access_token_id: idOf(access_token),
        })
        expect(await active(client, access_token)).to.equal(true)
        tokensOf(await theirs.refresh(client, refresh_token))
      }))

    it('a refresh token goes back and forth ten times; each side accepts the access token of the other', () =>
      forEachClient(async (client) => {
        let tokens = await connect(app, client)
        for (let turn = 0; turn < 20; turn++) {
          const side = turn % 2 ? ours : theirs
          const spent = tokens
          tokens = tokensOf(await side.refresh(client, spent.refresh_token))
          expect(
            (await resource(tokens.access_token)).status,
            `turn ${turn}, ${side.name}: league's ResourceServer`,
          ).to.equal(200)
          expect(await active(client, tokens.access_token), `turn ${turn}, ${side.name}: introspection`).to.equal(true)
          expect((await resource(spent.access_token)).status, 'the access token that was rotated').to.equal(401)
          expect(await active(client, spent.access_token)).to.equal(false)
        }
      }))

    it('a code used on one side is used up on the other', () =>
      forEachClient(async (client) => {
        const here = await ours.authorize(client)
        tokensOf(await ours.redeem(client, here))
        expect((await theirs.redeem(client, here)).status).to.equal(400)
        const there = await theirs.authorize(client)
        tokensOf(await theirs.redeem(client, there))
        expect((await ours.redeem(client, there)).status).to.equal(400)
      }))

    it('a token revoked here (RFC 7009) is dead there', () =>
      forEachClient(async (client) => {
        const { access_token, refresh_token } = await connect(app, client)
        expect((await resource(access_token)).status).to.equal(200)
        expect((await post(app, 'revoke', { ...credentialsOf(client), token: refresh_token })).status).to.equal(200)
        expect((await resource(access_token)).status).to.equal(401)
        expect((await theirs.refresh(client, refresh_token)).status).to.be.within(400, 401)
      }))

    it('what Stud.IP revokes in its tables is dead here', () =>
      forEachClient(async (client) => {
        const { access_token, refresh_token } = tokensOf(await theirs.redeem(client, await theirs.authorize(client)))
        expect(await active(client, access_token)).to.equal(true)
        await database
          .knex('oauth2_access_tokens')
          .where({ id: idOf(access_token) })
          .update({ revoked: 1 })
        await database
          .knex('oauth2_refresh_tokens')
          .where({ access_token_id: idOf(access_token) })
          .update({ revoked: 1 })
        expect(await active(client, access_token)).to.equal(false)
        expect((await ours.refresh(client, refresh_token)).status).to.equal(400)
      }))

    it('a suspended client gets nothing on either side', async () => {
      const client = await addClient(app)
      const { refresh_token } = await connect(app, client)
      await app.deps.administration.suspend(client.id)
      expect((await theirs.refresh(client, refresh_token)).status).to.equal(401)
      expect((await ours.refresh(client, refresh_token)).status).to.equal(401)
    })

    it('S-148 a requested client is unknown on both sides until it is approved', async () => {
      const registered = await addClient(app)
      const { refresh_token } = await connect(app, registered)
      const knex = app.database.knex
      const by = { id: users.autor.user_id, username: 'autor' }
      const wanted = { name: 'Wanted', description: '', owner: 'x', homepage: 'https://x.example', secretHash: null }
      const id = await app.deps.requests.ask(
        { ...wanted, redirectUris: registered.redirectUris as string[] },
        by,
        'why',
      )
      const { secret } = (await knex('oauth2_clients').where({ id: registered.id }).first('secret')) as {
        secret: string
      }
      await knex('oauth2_clients').where({ id }).update({ secret })
      const requested = { ...registered, id: id! }
      const statuses = async () => [
        (await theirs.refresh(requested, refresh_token)).status,
        (await ours.refresh(requested, refresh_token)).status,
      ]
      expect(await statuses()).to.deep.equal([401, 401])
      await app.deps.requests.approve(id!, by)
      // Known now, and refused for another's token.
      expect((await ours.refresh(requested, refresh_token)).status).to.equal(400)
      expect((await theirs.refresh(requested, refresh_token)).body).not.to.include({ error: 'invalid_client' })
    })

    it('a confidential client by HTTP Basic gets the same here and there', async () => {
      const client = clients[0]!
      const authorization = `Basic ${Buffer.from(`${client.id}:${clientSecret}`).toString('base64')}`
      const code = await theirs.authorize(client)
      const answer = await post(
        app,
        'token',
        { grant_type: 'authorization_code', code, redirect_uri: client.redirectUris[0] },
        { Authorization: authorization },
      )
      tokensOf(answer)
    })

    for (const [skew, whose] of [
      [2, 'our'],
      [-2, 'its'],
    ] as const) {
      it(`with ${whose} clock 2 s ahead, codes and tokens still cross in both directions`, async () => {
        const skewed = await testApp({ database, now: () => systemClock() + skew })
        // Stud.IP has no leeway: a token of a clock that is ahead is valid once its own clock gets there.
        const statusOnceValid = async (accessToken: string): Promise<number> => {
          await sleep(Math.max(0, skew) * 1000)
          return (await resource(accessToken)).status
        }
        try {
          const side = ourSide(skewed)
          for (const client of clients) {
            const mine = tokensOf(await side.redeem(client, await theirs.authorize(client)))
            expect(await statusOnceValid(mine.access_token), `league's ResourceServer, our token`).to.equal(200)
            const its = tokensOf(await theirs.refresh(client, mine.refresh_token))
            if (client.confidential) {
              const { body } = await post(skewed, 'introspect', { ...credentialsOf(client), token: its.access_token })
              expect(body).to.include({ active: true })
            }
            const back = tokensOf(await side.refresh(client, its.refresh_token))
            expect(await statusOnceValid(back.access_token)).to.equal(200)
            tokensOf(await theirs.redeem(client, await side.authorize(client)))
          }
        } finally {
          await skewed.close()
        }
      })
    }
  })
}
