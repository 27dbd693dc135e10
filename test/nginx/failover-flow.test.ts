// The service goes and comes back under load; Stud.IP's own token endpoint (the stand-in's) carries on in between (D1, D3).
import { expect } from 'chai'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type Connection, type Tokens } from '../stand-in/connection.ts'
import { startStage, type Stage } from '../stand-in/stage.ts'
import { users } from '../fixtures/users.ts'
import { insertSession, sessionCookieName } from '../support/php-session-writer.ts'
import { createVisitor } from '../support/visitor.ts'

for (const [version, base] of [
  ['6.0', '/'],
  ['5.4', '/studip/'],
] as const) {
  describe(`token failover, Stud.IP ${version}, base ${base}`, () => {
    let stage: Stage
    before(async () => {
      stage = await startStage({ version, base, env: { REFRESH_GRACE: '0' } })
    })
    after(() => stage.stop())

    const callbackFor = async (connection: Connection): Promise<string> => {
      const visitor = createVisitor(stage.url)
      const sid = await insertSession(stage.database.knex, {
        version,
        content: { uid: users.autor.user_id, sessionStart: 1 },
      })
      visitor.setCookie(stage.url, `${sessionCookieName(version)}=${sid}; Path=${base}`)
      return (await visitor.submit(await visitor.get(await connection.authorizationUrl()), 'allow')).leftFor ?? ''
    }
    const connection = () =>
      connect({ issuer: stage.issuer, clientId: stage.clientId, redirectUri: 'http://127.0.0.1:47110/callback' })
    const me = async ({ access }: Tokens) =>
      (await fetch(`${stage.url}jsonapi.php/v1/users/me`, { headers: { authorization: `Bearer ${access}` } })).status
    const isOurs = async (tokens: Tokens) =>
      (JSON.parse(Buffer.from(tokens.access.split('.')[0] ?? '', 'base64url').toString()) as { kid?: string }).kid !==
      undefined

    it('S-085 redeems our code at Stud.IP and refreshes its token here, and the other way round', async () => {
      const client = await connection()
      const callback = await callbackFor(client)
      await stage.stopSidecar()
      const theirs = await client.redeem(callback)
      expect(await isOurs(theirs)).to.equal(false)
      expect((await fetch(`${stage.url}dispatch.php/api/oauth2/authorize`)).status).to.equal(503)
      await stage.startSidecar()
      const ours = await client.refresh(theirs.refresh)
      expect(await isOurs(ours)).to.equal(true)
      expect([await me(theirs), await me(ours)]).to.deep.equal([401, 200])
      expect(stage.standIn.builtInConsentPages()).to.equal(0)
    })

    // No fixed pauses: a busy machine is slow, not wrong. The test's own limit ends a wait that is in vain.
    const until = async (reached: () => boolean): Promise<void> => {
      while (!reached()) await sleep(50)
    }

    it('loses no refresh while the service is stopped and started again', async () => {
      const clients = await Promise.all(
        Array.from({ length: 4 }, async () => {
          const client = await connection()
          return { client, tokens: await client.redeem(await callbackFor(client)) }
        }),
      )
      let going = true
      let [here, there] = [0, 0]
      const chains = clients.map(async ({ client, tokens }) => {
        while (going) {
          tokens = await client.refresh(tokens.refresh)
          if (await isOurs(tokens)) here++
          else there++
          await sleep(500) // oftener than twenty times a minute, a grant is told to slow down
        }
        return me(tokens)
      })
      const story = (async () => {
        await until(() => here >= 8)
        await stage.stopSidecar()
        await until(() => there >= 8)
        await stage.startSidecar()
        const before = here
        await until(() => here >= before + 8)
      })().finally(() => {
        going = false
      })
      const [statuses] = await Promise.all([Promise.all(chains), story])
      expect(statuses).to.deep.equal([200, 200, 200, 200])
    })
  })
}
