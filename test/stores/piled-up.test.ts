// Whatever somebody has piled up: what a page, a revocation and a redemption cost, in rows and statements, never by a clock.
import { expect } from 'chai'
import type { Knex } from 'knex'
import { bounds } from '../../src/bounds.ts'
import { randomHex } from '../../src/crypto/random.ts'
import { createClientAdministration } from '../../src/stores/client-administration.ts'
import { openDatabase } from '../../src/stores/database.ts'
import { createGrants } from '../../src/stores/grants.ts'
import { createTokens } from '../../src/stores/tokens.ts'
import { newPair } from '../support/issuing.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { roundTrips } from '../support/round-trips.ts'

const now = 1_800_000_000
const clock = () => now
const userOf = (letter: string) => letter.repeat(32)

interface Pile {
  readonly user: string
  readonly grants: number
  readonly clientId?: number
  /** Rotated pairs before the live one. */
  readonly rotations?: number
  /** False: all of it revoked. */
  readonly alive?: boolean
  /** A refresh token whose id has another prefix than its access token, as Stud.IP's own server makes them. */
  readonly ofStudip?: boolean
}

describe('S-115 piled up', () => {
  let database: TestDatabase
  let db: Knex
  before(async () => {
    database = await testDatabase({ users: false })
    db = openDatabase(database.settings)
    for (const id of [7, 8])
      await db('oauth2_clients').insert({ id, name: 'App', redirect: 'https://a.example/cb', mkdate: 1, chdate: 1 })
  })
  after(async () => {
    await db.destroy()
    await database.drop()
  })

  const pile = async ({ user, grants, clientId = 7, rotations = 0, alive = true, ofStudip = false }: Pile) => {
    const [codes, access, refresh] = [[] as object[], [] as object[], [] as object[]]
    const ids: string[] = []
    for (let grant = 0; grant < grants; grant += 1) {
      const grantId = randomHex(16)
      ids.push(grantId)
      const common = { user_id: user, client_id: clientId, scopes: '["api"]', chdate: now - 700 }
      codes.push({ id: grantId + randomHex(24), ...common, revoked: 1, expires_at: now, mkdate: now - 900 })
      for (let pair = 0; pair <= rotations; pair += 1) {
        const revoked = pair < rotations || !alive ? 1 : 0
        const id = (ofStudip ? randomHex(16) : grantId) + randomHex(24)
        access.push({ id, ...common, revoked, expires_at: now + 3600, mkdate: now - 800 + grant })
        refresh.push({ id: grantId + randomHex(24), access_token_id: id, revoked, expires_at: now + 9999 })
      }
    }
    await db.batchInsert('oauth2_auth_codes', codes, 2000)
    await db.batchInsert('oauth2_access_tokens', access, 2000)
    await db.batchInsert('oauth2_refresh_tokens', refresh, 2000)
    await db.raw('ANALYZE TABLE oauth2_auth_codes, oauth2_access_tokens, oauth2_refresh_tokens')
    return ids
  }
  const rowsRead = (work: (grants: ReturnType<typeof createGrants>) => Promise<unknown>): Promise<number> =>
    db.transaction(async (trx) => {
      const read = async () => {
        const [rows] = (await trx.raw("SHOW SESSION STATUS LIKE 'Handler_read%'")) as [{ Value: string }[]]
        return rows.reduce((sum, { Value }) => sum + Number(Value), 0)
      }
      const base = -(await read()) + (await read())
      const before = await read()
      await work(createGrants(trx as never, clock))
      return (await read()) - before - base
    })
  const aliveOf = async (user: string) =>
    Number(
      (
        (await db('oauth2_access_tokens as a')
          .leftJoin('oauth2_refresh_tokens as r', 'r.access_token_id', 'a.id')
          .where('a.user_id', user)
          .where((row) => void row.where('a.revoked', 0).orWhere('r.revoked', 0))
          .count({ total: '*' })) as { total: number | string }[]
      )[0]?.total,
    )
  const statementsOf = async (
    work: () => Promise<unknown>,
  ): Promise<{ sql: string; bindings: readonly unknown[] }[]> => {
    const seen: { sql: string; bindings: readonly unknown[] }[] = []
    const note = ({ sql, bindings = [] }: { sql: string; bindings?: unknown[] }) => void seen.push({ sql, bindings })
    db.on('query', note)
    await work().finally(() => db.removeListener('query', note))
    return seen
  }

  it('A5 a page of somebody with 10,000 grants costs at most three times that of somebody with ten', async () => {
    await pile({ user: userOf('a'), grants: 10 })
    await pile({ user: userOf('b'), grants: 10_000 })
    const [few, many] = [
      await rowsRead((grants) => grants.pageOfUser(userOf('a'))),
      await rowsRead((grants) => grants.pageOfUser(userOf('b'))),
    ]
    expect(few).to.be.greaterThan(10)
    expect(many / few).to.be.lessThan(3)
    const { applications, next } = await createGrants(db, clock).pageOfUser(userOf('b'))
    expect(applications).to.have.length(bounds.grantsOfPage.most)
    const later = await rowsRead((grants) => grants.pageOfUser(userOf('b'), next))
    expect(later / few, 'the second page').to.be.lessThan(3)
  })

  it('A5 the pages show every live grant once, also where dead rows lie between and where a grant has several pairs', async () => {
    const user = userOf('c')
    const expected = await pile({ user, grants: 60, rotations: 3 })
    await pile({ user, grants: 300, rotations: 20, alive: false })
    expected.push(...(await pile({ user, grants: 20, ofStudip: true })))
    const many = expected[0]!
    for (let i = 0; i < 40; i += 1) {
      const { accessToken, refreshToken } = newPair(many + randomHex(24), {
        clientId: '7',
        userId: user,
        time: now - 5,
      })
      await db('oauth2_access_tokens').insert({
        id: accessToken.id,
        user_id: user,
        client_id: 7,
        scopes: '[]',
        revoked: 0,
        expires_at: now,
        mkdate: now - 5,
        chdate: now - 5,
      })
      await db('oauth2_refresh_tokens').insert({
        id: refreshToken.id,
        access_token_id: accessToken.id,
        revoked: 0,
        expires_at: now + 99,
      })
    }
    const store = createGrants(db, clock)
    const shown: string[] = []
    let from: string | undefined = ''
    for (let page = 0; from !== undefined; page += 1) {
      expect(page).to.be.lessThan(50)
      const start: string = from
      expect(await rowsRead((grants) => grants.pageOfUser(user, start))).to.be.lessThan(10 * bounds.rowsOfPage.most)
      const { applications, next } = await store.pageOfUser(user, start)
      shown.push(...applications.map(({ grantId }) => grantId))
      from = next
    }
    expect(shown.sort()).to.deep.equal(expected.sort())
    expect((await store.listByUser(user, 1000)).map(({ grantId }) => grantId).sort()).to.deep.equal(expected)
    expect((await store.listByUser(user, 1000))[0]).to.include({ grantId: many, lastUsedAt: now - 5 })
  })

  it('A5 revoking all of 20,000 ends all, says how many, and takes no long statement', async () => {
    const [user, other] = [userOf('d'), userOf('e')]
    await pile({ user, grants: 19_900 })
    await pile({ user, grants: 100, ofStudip: true })
    await pile({ user: other, grants: 10 })
    await db('oauth2_auth_codes').where({ user_id: user }).limit(3000).update({ revoked: 0 })
    let ended = 0
    const statements = await statementsOf(async () => {
      ended = await createGrants(db, clock).revokeAllOf(user)
    })
    expect(ended).to.equal(20_000)
    expect(await aliveOf(user)).to.equal(0)
    expect(await db('oauth2_auth_codes').where({ user_id: user, revoked: 0 })).to.deep.equal([])
    expect(await aliveOf(other)).to.equal(10)
    const values = statements.map(({ bindings }) => bindings.flat().length)
    expect(Math.max(...values)).to.be.at.most(bounds.rowsOfStatement.most + 1)
    expect(Math.max(...statements.map(({ sql }) => sql.length))).to.be.lessThan(8_000)
    expect(statements.length, 'one a part, not one a grant').to.be.lessThan(3_000)
  })

  it('A5 revoking all of a client ends all of it, and lists no more than asked for', async () => {
    await pile({ user: userOf('f'), grants: 1_500, clientId: 8 })
    const store = createGrants(db, clock)
    expect(await store.listByClient('8', 100)).to.have.length(100)
    expect(await store.revokeAllOfClient('8')).to.equal(1_500)
    expect(await store.listByClient('8', 100)).to.deep.equal([])
    expect(await aliveOf(userOf('b')), 'of another client').to.be.greaterThan(9_000)
  })

  it('A5 deleting a client takes its rows in parts', async () => {
    await pile({ user: userOf('g'), grants: 3_000, clientId: 8 })
    const statements = await statementsOf(() => createClientAdministration(db, clock).delete('8'))
    expect(await db('oauth2_access_tokens').where({ client_id: 8 })).to.deep.equal([])
    expect(Math.max(...statements.map(({ bindings }) => bindings.flat().length))).to.be.at.most(
      bounds.rowsOfStatement.most,
    )
  })

  describe('live grants of one user and client', () => {
    const redeem = async (user: string, clientId = '7', time = now) => {
      const id = randomHex(40)
      const code = {
        id,
        userId: user,
        clientId,
        scopes: ['api'],
        redirectUri: undefined,
        codeChallenge: undefined,
        expiresAt: now + 9,
      }
      await db('oauth2_auth_codes').insert({
        id,
        user_id: user,
        client_id: clientId,
        scopes: '["api"]',
        revoked: 0,
        expires_at: now + 9,
        mkdate: time,
        chdate: time,
      })
      const tokens = createTokens(db, () => time)
      expect(await tokens.redeem(code, newPair(id, { clientId, userId: user, time }))).to.equal('redeemed')
      return tokens.endOldestGrants({ userId: user, clientId, newest: id.slice(0, 32) })
    }
    const live = async (user: string) =>
      (await createGrants(db, clock).listByUser(user, 1000)).map(({ grantId }) => grantId)

    it('A5 are fifty at most: the one unused the longest ends', async () => {
      const user = userOf('h')
      const old = await pile({ user, grants: 50 })
      expect(await redeem(user)).to.deep.equal([old[0]])
      expect(await live(user))
        .to.have.length(50)
        .and.not.include(old[0])
      for (let i = 0; i < 3; i += 1) await redeem(user)
      expect(await live(user)).to.have.length(50)
    })

    it('A5 come down to fifty where more were there, and others lose nothing', async () => {
      const user = userOf('i')
      await pile({ user, grants: 120, ofStudip: true })
      await db('oauth2_clients').insert({ id: 9, name: 'Other', redirect: 'https://a.example/', mkdate: 1, chdate: 1 })
      const others = await pile({ user, grants: 60, clientId: 9 })
      expect(await redeem(user)).to.have.length(71)
      const left = await live(user)
      expect(left).to.have.length(110)
      expect(left).to.include.members(others)
    })

    it('A5 cost nearly everybody one look at an index', async () => {
      const user = userOf('j')
      await pile({ user, grants: 5, rotations: 3 })
      const ending = () => createTokens(db, clock).endOldestGrants({ userId: user, clientId: '7', newest: '' })
      expect(await roundTrips(db, ending)).to.equal(1)
    })
  })
})
