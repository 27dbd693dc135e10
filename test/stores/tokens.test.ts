// What redeeming, rotating and revoking mean in the database: the outcomes, and that rivals cannot both win (D8).
import { expect } from 'chai'
import type { Knex } from 'knex'
import { randomHex } from '../../src/crypto/random.ts'
import { OAuthError } from '../../src/oauth/errors.ts'
import type { Tokens } from '../../src/oauth/ports.ts'
import type { AuthorizationCode, TokenPair } from '../../src/oauth/types.ts'
import { createClientAdministration } from '../../src/stores/client-administration.ts'
import { openDatabase } from '../../src/stores/database.ts'
import { createTokens } from '../../src/stores/tokens.ts'
import { users } from '../fixtures/users.ts'
import { inParallel } from '../support/in-parallel.ts'
import { liveIds, newPair, orphans, rowsOfGrant, stoppedClock } from '../support/issuing.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { roundTrips } from '../support/round-trips.ts'

const userId = users.autor.user_id
const graceSeconds = 10
const rounds = Number(process.env['ROUNDS'] ?? 500)

describe('tokens in the database', () => {
  const clock = stoppedClock()
  let database: TestDatabase
  let db: Knex
  let pools: Knex[]
  /** The same store over two pools, as two instances have it. */
  let stores: Tokens[]
  let clientId: string
  before(async () => {
    database = await testDatabase()
    db = database.knex
    pools = [openDatabase(database.settings), openDatabase(database.settings)]
    stores = pools.map((pool) => createTokens(pool, clock.now))
    clientId = await newClient()
  })
  after(async () => {
    await Promise.all(pools.map((pool) => pool.destroy()))
    await database.drop()
  })

  const newClient = () =>
    createClientAdministration(db, clock.now).add({
      name: 'Test',
      redirectUris: ['https://a.example.org/'],
      description: '',
      owner: '',
      homepage: '',
      adminNotes: '',
      secretHash: null,
    })
  const tokens = (i = 0): Tokens => stores[i % stores.length] as Tokens
  const newCode = async (of = clientId): Promise<AuthorizationCode> => {
    const code = {
      id: randomHex(40),
      clientId: of,
      userId,
      scopes: ['api'],
      redirectUri: undefined,
      codeChallenge: undefined,
      expiresAt: clock.now() + 600,
    }
    await db('oauth2_auth_codes').insert({
      id: code.id,
      user_id: userId,
      client_id: of,
      scopes: '["api"]',
      revoked: 0,
      expires_at: code.expiresAt,
      mkdate: clock.now(),
      chdate: clock.now(),
    })
    return code
  }
  const pairOf = (id: string, of = clientId): TokenPair => newPair(id, { clientId: of, userId, time: clock.now() })
  const newGrant = async (): Promise<TokenPair & { grantId: string }> => {
    const code = await newCode()
    const pair = pairOf(code.id)
    expect(await tokens().redeem(code, pair)).to.equal('redeemed')
    return { ...pair, grantId: code.id.slice(0, 32) }
  }
  const rotate = (from: TokenPair, grace = graceSeconds, store = tokens(), to = pairOf(from.refreshToken.id)) =>
    store.rotate(from.refreshToken, to, grace)
  const count = async (table: string) =>
    Number(((await db(table).count({ total: '*' })) as { total: number }[])[0]?.total)

  it('a code is redeemed once, then replayed, and unknown without a row', async () => {
    const code = await newCode()
    const pair = pairOf(code.id)
    expect(await tokens().redeem(code, pair)).to.equal('redeemed')
    const { codes, access, refresh } = await rowsOfGrant(db, code.id.slice(0, 32))
    expect(codes.map(({ revoked }) => revoked)).to.deep.equal([1])
    expect(access.map(({ id, revoked }) => [id, revoked])).to.deep.equal([[pair.accessToken.id, 0]])
    expect(refresh.map((row) => [row.id, row.access_token_id, row.revoked])).to.deep.equal([
      [pair.refreshToken.id, pair.accessToken.id, 0],
    ])
    expect(await tokens().redeem(code, pairOf(code.id))).to.equal('replayed')
    expect(await tokens().redeem({ ...code, id: randomHex(40) }, pairOf(code.id))).to.equal('unknown')
    expect((await rowsOfGrant(db, code.id.slice(0, 32))).access, 'the losers left nothing').to.have.length(1)
  })

  it('S-032 a code whose row was purged is replayed while its grant has rows', async () => {
    const code = await newCode()
    await tokens().redeem(code, pairOf(code.id))
    await db('oauth2_auth_codes').where({ id: code.id }).delete()
    expect(await tokens().redeem(code, pairOf(code.id))).to.equal('replayed')
  })

  it('a code of another client or user is not redeemed', async () => {
    const code = await newCode()
    expect(await tokens().redeem({ ...code, clientId: await newClient() }, pairOf(code.id))).to.equal('unknown')
    expect(await tokens().redeem({ ...code, userId: users.tutor.user_id }, pairOf(code.id))).to.equal('unknown')
    expect(await tokens().redeem(code, pairOf(code.id))).to.equal('redeemed')
  })

  it('a refresh token is rotated, in grace for a while, then replayed; unknown once its grant is over', async () => {
    const first = await newGrant()
    expect(await rotate(first)).to.equal('rotated')
    expect(await db('oauth2_access_tokens').where({ id: first.accessToken.id }).first()).to.include({
      revoked: 1,
      chdate: clock.now(),
    })
    clock.pass(graceSeconds)
    expect(await rotate(first)).to.equal('in-grace')
    expect(await rotate(first, 0), 'window off').to.equal('replayed')
    clock.pass(1)
    expect(await rotate(first)).to.equal('replayed')
    expect((await rowsOfGrant(db, first.grantId)).refresh).to.have.length(3)
    await tokens().revokeGrant(first.grantId)
    expect(await rotate(first)).to.equal('unknown')
    expect(await liveIds(db, first.grantId)).to.deep.equal([])
  })

  it(`A11 ${rounds / 50} times, twenty parallel refreshes of a token yield three pairs, over two pools`, async () => {
    for (let round = 0; round < rounds / 50; round += 1) {
      const first = await newGrant()
      const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => rotate(first, graceSeconds, tokens(i))))
      expect(outcomes.sort()).to.deep.equal([
        'in-grace',
        'in-grace',
        'rotated',
        ...Array.from({ length: 17 }, () => 'spent'),
      ])
      expect((await liveIds(db, first.grantId)).length).to.equal(6)
    }
  })

  it('S-113 a use that comes while the pair of another is being taken back is no replay', async () => {
    const first = await newGrant()
    const lost = pairOf(first.refreshToken.id)
    expect(await rotate(first, graceSeconds, tokens(), lost)).to.equal('rotated')
    clock.pass(graceSeconds + 1)
    const again = rotate(first)
    expect(await tokens(1).takeBackRotation(first.refreshToken, lost)).to.equal(true)
    expect(await again).to.equal('rotated')
    expect((await rowsOfGrant(db, first.grantId)).refresh).to.have.length(2)
  })

  it('S-113 a code that comes while the pair of its first redemption is being taken back is no replay', async () => {
    const code = await newCode()
    const lost = pairOf(code.id)
    expect(await tokens().redeem(code, lost)).to.equal('redeemed')
    const again = tokens().redeem(code, pairOf(code.id))
    expect(await tokens(1).takeBackRedemption(code, lost)).to.equal(true)
    expect(await again).to.equal('redeemed')
    expect((await rowsOfGrant(db, code.id.slice(0, 32))).refresh).to.have.length(1)
  })

  it('the grace window is as long to both sides when a clock goes back', async () => {
    const first = await newGrant()
    await rotate(first)
    clock.pass(-graceSeconds)
    expect(await rotate(first)).to.equal('in-grace')
    clock.pass(-1)
    expect(await rotate(first)).to.equal('replayed')
    clock.pass(graceSeconds + 1)
  })

  it('S-050 a rotated refresh token whose row was purged is replayed while its grant lives', async () => {
    const first = await newGrant()
    await rotate(first)
    await db('oauth2_refresh_tokens').where({ id: first.refreshToken.id }).delete()
    clock.pass(graceSeconds + 1)
    expect(await rotate(first)).to.equal('replayed')
    expect(
      await tokens().rotate({ ...first.refreshToken, id: randomHex(40) }, pairOf(randomHex(40)), graceSeconds),
    ).to.equal('unknown')
    await db('oauth2_access_tokens').where({ id: first.accessToken.id }).delete()
  })

  it('a grant whose last refresh token expired is over', async () => {
    const first = await newGrant()
    await rotate(first)
    await db('oauth2_refresh_tokens').where('id', 'like', `${first.grantId}%`).update({ expires_at: clock.now() })
    expect(await rotate(first)).to.equal('unknown')
  })

  it('S-067 without its client nothing is issued', async () => {
    const gone = await newClient()
    const [code, kept] = [await newCode(gone), await newCode(gone)]
    const pair = pairOf(kept.id, gone)
    await tokens().redeem(kept, pair)
    await db('oauth2_clients').where({ id: gone }).update({ revoked: 1 })
    for (const attempt of [
      () => tokens().redeem(code, pairOf(code.id, gone)),
      () => rotate(pair, graceSeconds, tokens(), pairOf(kept.id, gone)),
    ]) {
      const error = await attempt().then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).to.be.instanceOf(OAuthError).with.property('code', 'invalid_client')
    }
    expect((await rowsOfGrant(db, code.id.slice(0, 32))).access).to.deep.equal([])
    expect(await orphans(db)).to.equal(0)
  })

  it('S-094 a grant prefix that is not 32 hex characters never enters a LIKE', async () => {
    const first = await newGrant()
    const patterns: string[] = []
    const listen = ({ sql, bindings }: { sql: string; bindings?: unknown[] }) => {
      if (sql.includes('LIKE')) patterns.push(...(bindings ?? []).map(String).filter((value) => /[%_]/.test(value)))
    }
    pools[0]?.on('query', listen)
    for (const id of ['', '%', '_'.repeat(32), '%'.repeat(80), `${'a'.repeat(31)}%${'a'.repeat(48)}`, 'A'.repeat(80)]) {
      for (const prefix of [id, id.slice(0, 32)]) await tokens().revokeGrant(prefix)
      await tokens().rotate({ ...first.refreshToken, id }, pairOf(first.refreshToken.id), graceSeconds)
      await tokens().redeem({ ...(await newCode()), id }, pairOf(first.refreshToken.id))
    }
    await tokens().revokeGrant('a'.repeat(32))
    pools[0]?.removeListener('query', listen)
    expect([...new Set(patterns)]).to.deep.equal([`${'a'.repeat(32)}%`])
    expect((await liveIds(db, first.grantId)).length).to.equal(2)
  })

  it(`S-034 ${rounds} times, of three rivals for a code exactly one wins, and no row is orphaned`, async () => {
    const before = await count('oauth2_access_tokens')
    await inParallel(rounds, 16, async (round) => {
      const code = await newCode()
      const outcomes = await Promise.all([0, 1, round].map((i) => tokens(i).redeem(code, pairOf(code.id))))
      expect(outcomes.sort()).to.deep.equal(['redeemed', 'replayed', 'replayed'])
    })
    expect(await count('oauth2_access_tokens')).to.equal(before + rounds)
    expect(await orphans(db)).to.equal(0)
  })

  it(`S-052 ${rounds} times, of three rivals for a refresh token exactly one wins, and no row is orphaned`, async () => {
    const before = await count('oauth2_access_tokens')
    await inParallel(rounds, 16, async (round) => {
      const first = await newGrant()
      const outcomes = await Promise.all([0, 1, round].map((i) => rotate(first, 0, tokens(i))))
      expect(outcomes.sort()).to.deep.equal(['replayed', 'replayed', 'rotated'])
    })
    expect(await count('oauth2_access_tokens')).to.equal(before + 2 * rounds)
    expect(await orphans(db)).to.equal(0)
  })

  it(`S-051 ${rounds / 10} times, a grant revoked during twenty parallel refreshes stays dead`, async () => {
    const seen = new Set<string | void>()
    await inParallel(rounds / 10, 2, async (round) => {
      const first = await newGrant()
      const outcomes = await Promise.all([
        ...Array.from({ length: 20 }, (_, i) => rotate(first, graceSeconds, tokens(i))),
        new Promise((resolve) => setTimeout(resolve, round % 20)).then(() => tokens(round).revokeGrant(first.grantId)),
      ])
      for (const outcome of outcomes) seen.add(outcome)
      expect(await liveIds(db, first.grantId), `round ${round}`).to.deep.equal([])
      expect(await rotate(first)).to.equal('unknown')
    })
    expect([...seen], 'the revocation came before, between and after')
      .to.include.members(['in-grace', 'rotated', 'unknown'])
      .and.not.include('replayed')
    expect(await orphans(db)).to.equal(0)
  })

  it(`S-051 ${rounds / 5} times, a grant revoked while its code is redeemed stays dead`, async () => {
    await inParallel(rounds / 5, 16, async (round) => {
      const code = await newCode()
      const outcomes = await Promise.all([
        tokens(0).redeem(code, pairOf(code.id)),
        tokens(1).revokeGrant(code.id.slice(0, 32)),
        tokens(1).redeem(code, pairOf(code.id)),
      ])
      expect(outcomes.filter((outcome) => outcome === 'redeemed').length).to.be.at.most(1)
      expect(await liveIds(db, code.id.slice(0, 32)), `round ${round}`).to.deep.equal([])
    })
    expect(await orphans(db)).to.equal(0)
  })

  it('a row that stays locked is given up after some seconds, and nothing is consumed', async () => {
    const code = await newCode()
    const holder = await db.transaction()
    await holder.raw('SELECT 1 FROM oauth2_auth_codes WHERE id = ? FOR UPDATE', [code.id])
    let error: unknown
    const attempts = await roundTrips(pools[0]!, async () => {
      error = await tokens()
        .redeem(code, pairOf(code.id))
        .catch((reason: unknown) => reason)
    })
    expect(error).to.have.property('errno', 1205)
    // Five seconds each; eight would be made for a conflict that is over at once.
    expect(attempts).to.be.within(1, 3)
    await holder.rollback()
    expect(await tokens().redeem(code, pairOf(code.id))).to.equal('redeemed')
  })

  it('S-051 twenty parallel refreshes of a token and of its successor never run out of patience', async () => {
    for (let round = 0; round < rounds / 50; round += 1) {
      const first = await newGrant()
      const second = pairOf(first.refreshToken.id)
      await rotate(first, graceSeconds, tokens(), second)
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, i) => rotate(i % 2 ? first : second, graceSeconds, tokens(i >> 1))),
      )
      expect(outcomes.filter((outcome) => outcome === 'rotated')).to.have.length(1)
      // Of the first token before its successor is used, of the second in any case.
      expect(outcomes.filter((outcome) => outcome === 'in-grace').length).to.be.within(2, 4)
      expect(outcomes.filter((outcome) => !/^(rotated|in-grace|spent)$/.test(outcome))).to.deep.equal([])
    }
    expect(await orphans(db)).to.equal(0)
  })
})
