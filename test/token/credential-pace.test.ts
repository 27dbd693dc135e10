// A client that refreshes or asks in a loop is told to slow down, and loses nothing (A14).
import { expect } from 'chai'
import { bounds } from '../../src/bounds.ts'
import { createDevicePace } from '../../src/stores/device-pace.ts'
import { addClient, redeem, refresh, testApp, type Tokens } from '../support/app.ts'
import { issueCode, issueTokens } from '../support/issuing.ts'
import { whileTimeStands } from '../support/standing-time.ts'

describe('rotations of one grant', () => {
  it('A14 are twenty a minute; then 429 with Retry-After, nothing is revoked, and other grants go on', () =>
    whileTimeStands(async () => {
      const app = await testApp()
      const client = await addClient(app, { confidential: false })
      let { refresh_token: token } = await issueTokens(app, client)
      const other = await issueTokens(app, client)
      for (let i = 0; i < bounds.rotations.most; i += 1)
        token = ((await refresh(app, client, token).expect(200)).body as Tokens).refresh_token
      const live = () => app.database.knex('oauth2_refresh_tokens').where({ revoked: 0 }).pluck('id')
      const before = await live()
      for (let i = 0; i < 3; i += 1) {
        const { status, body, headers } = await refresh(app, client, token)
        expect([status, (body as { error: string }).error]).to.deep.equal([429, 'slow_down'])
        expect(Number(headers['retry-after'])).to.be.within(1, 60)
      }
      expect(await live()).to.deep.equal(before)
      await refresh(app, client, other.refresh_token).expect(200)
      await app.close()
    }))
})

describe('redemptions of one code', () => {
  it('A14 are a hundred a minute, whatever becomes of them; then 429, and other codes are redeemed', async () => {
    const app = await testApp()
    const client = await addClient(app, { confidential: false })
    const [{ text: code }, other] = [await issueCode(app, client), await issueCode(app, client)]
    const [more, atOnce] = [5, 15]
    const answers: Awaited<ReturnType<typeof redeem>>[] = []
    while (answers.length < bounds.redemptions.most + more)
      answers.push(...(await Promise.all(Array.from({ length: atOnce }, () => redeem(app, client, code)))))
    const slowed = answers.filter(({ status }) => status === 429)
    expect(slowed).to.have.length(more)
    expect(Number(slowed[0]?.headers['retry-after'])).to.be.within(1, 60)
    const { body } = await redeem(app, client, other.text).expect(200)
    // Its rotations are counted apart.
    await refresh(app, client, (body as Tokens).refresh_token).expect(200)
    await app.close()
  })
})

describe('device requests', () => {
  const sent = (count: number, addressOf: (index: number) => string, pace = createDevicePace()) =>
    Array.from({ length: count }, (_, index) => pace('1', addressOf(index))).filter((wait) => wait === 0).length

  it('A14 of somebody who has many networks are counted for all of these together', () => {
    const inSite = (index: number) => `2001:db8:1:${index.toString(16)}::1`
    expect(sent(2_000, inSite)).to.equal(bounds.deviceRequestsOfSite.most)
    expect(sent(2_000, (index) => `::ffff:192.0.2.${index % 200}`)).to.equal(bounds.deviceRequestsOfAll.most)
    expect(sent(5_000, (index) => `2001:db8:${index.toString(16)}::1`)).to.equal(bounds.deviceRequestsOfAll.most)
  })

  it('A14 that are refused for one limit are not counted for the others', () => {
    const pace = createDevicePace()
    expect(sent(5_000, () => '192.0.2.1', pace)).to.equal(bounds.deviceRequests.most)
    expect(sent(5_000, (index) => `2001:db8:1:${index.toString(16)}::1`, pace)).to.equal(
      bounds.deviceRequestsOfSite.most,
    )
    expect(pace('1', '192.0.2.2')).to.equal(0)
    expect(pace('1', '192.0.2.1')).to.be.within(1, 60)
  })
})
