// Group commit: what comes at the same moment shares a transaction, and whatever is unusual about one of them harms none of the others.
import { expect } from 'chai'
import type { Knex } from 'knex'
import { randomHex } from '../../src/crypto/random.ts'
import type { Tokens } from '../../src/oauth/ports.ts'
import type { AuthorizationCode, TokenPair } from '../../src/oauth/types.ts'
import { createClientAdministration } from '../../src/stores/client-administration.ts'
import type { Connection } from '../../src/stores/connection.ts'
import { openDatabase } from '../../src/stores/database.ts'
import { createTokens } from '../../src/stores/tokens.ts'
import { users } from '../fixtures/users.ts'
import { liveIds, newPair, orphans, rowsOfGrant, stoppedClock } from '../support/issuing.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { roundTrips } from '../support/round-trips.ts'

const userId = users.autor.user_id
const graceSeconds = 10

describe('tokens issued together', () => {
  const clock = stoppedClock()
  let database: TestDatabase, db: Knex, pool: Knex, tokens: Tokens, clientId: string
  before(async () => {
    database = await testDatabase()
    db = database.knex
    clientId = await newClient()
  })
  beforeEach(() => {
    pool = openDatabase(database.settings)
    tokens = createTokens(pool, clock.now)
  })
  afterEach(async () => {
    await pool.destroy()
    expect(await orphans(db)).to.equal(0)
  })
  after(() => database.drop())

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
  const newGrant = async (of = clientId): Promise<TokenPair> => {
    const code = await newCode(of)
    const pair = pairOf(code.id, of)
    expect(await tokens.redeem(code, pair)).to.equal('redeemed')
    return pair
  }
  const five = <T>(make: (index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: 5 }, (_, index) => make(index)))
  const rotate = (from: TokenPair, to = pairOf(from.refreshToken.id, from.accessToken.clientId)) =>
    tokens.rotate(from.refreshToken, to, graceSeconds)
  const liveOf = async (pair: TokenPair) => (await liveIds(db, pair.refreshToken.id.slice(0, 32))).length
  /** Hears what the pool's connections are asked from now on, before they ask it. */
  const listen = (hear: (sql: string, connection: Connection) => void): void => {
    const client = pool.client as { acquireConnection(): Promise<Connection> }
    const acquire = client.acquireConnection.bind(client)
    const heard = new WeakSet<Connection>()
    client.acquireConnection = async () => {
      const connection = await acquire()
      if (heard.has(connection)) return connection
      heard.add(connection)
      const query = connection.query.bind(connection)
      connection.query = (asked, done) => {
        hear(asked.sql, connection)
        query(asked, done)
      }
      return connection
    }
  }

  it('five refresh tokens are rotated in one transaction, exactly as one is', async () => {
    const grants = await five(() => newGrant())
    const successors = grants.map((grant) => pairOf(grant.refreshToken.id))
    expect(
      await roundTrips(pool, async () => {
        expect(await Promise.all(grants.map((grant, index) => rotate(grant, successors[index])))).to.deep.equal(
          Array(5).fill('rotated'),
        )
      }),
    ).to.equal(1)
    for (const [index, grant] of grants.entries()) {
      const { access, refresh } = await rowsOfGrant(db, grant.refreshToken.id.slice(0, 32))
      const next = successors[index]!
      expect(Object.fromEntries(access.map((row) => [row.id, row.revoked]))).to.deep.equal({
        [grant.accessToken.id]: 1,
        [next.accessToken.id]: 0,
      })
      expect(Object.fromEntries(refresh.map((row) => [row.id, [row.access_token_id, row.revoked]]))).to.deep.equal({
        [grant.refreshToken.id]: [grant.accessToken.id, 1],
        [next.refreshToken.id]: [next.accessToken.id, 0],
      })
      const stored = await db('oauth2_access_tokens').where({ id: next.accessToken.id }).first()
      expect(stored).to.include({
        user_id: userId,
        client_id: clientId,
        scopes: '["api"]',
        expires_at: next.accessToken.expiresAt,
        mkdate: clock.now(),
        chdate: clock.now(),
      })
      expect(await db('oauth2_access_tokens').where({ id: grant.accessToken.id }).first()).to.include({
        chdate: clock.now(),
      })
      expect(await db('oauth2_refresh_tokens').where({ id: next.refreshToken.id }).first()).to.include({
        expires_at: next.refreshToken.expiresAt,
      })
    }
  })

  it('five codes are redeemed in one transaction, and each of them once', async () => {
    const codes = await five(() => newCode())
    expect(
      await roundTrips(pool, async () => {
        expect(await Promise.all(codes.map((code) => tokens.redeem(code, pairOf(code.id))))).to.deep.equal(
          Array(5).fill('redeemed'),
        )
      }),
    ).to.equal(1)
    expect(await Promise.all(codes.map((code) => tokens.redeem(code, pairOf(code.id))))).to.deep.equal(
      Array(5).fill('replayed'),
    )
    for (const { id } of codes) expect((await rowsOfGrant(db, id.slice(0, 32))).access).to.have.length(1)
  })

  it('S-115 whether codes redeemed together were too many is asked in one round trip', async () => {
    const pairs = await Promise.all(Array.from({ length: 5 }, () => newGrant()))
    const ended: (readonly string[])[] = []
    const endOldest = async (newest: string) =>
      void ended.push(await tokens.endOldestGrants({ userId, clientId, newest }))
    expect(
      await roundTrips(pool, () => Promise.all(pairs.map(({ accessToken: { id } }) => endOldest(id.slice(0, 32))))),
    ).to.equal(1)
    expect(ended).to.deep.equal(Array(5).fill([]))
  })

  it('access tokens that are presented at the same moment are looked up in one round trip, each as it is', async () => {
    const pairs = await Promise.all(Array.from({ length: 5 }, () => newGrant()))
    const ids = pairs.map(({ accessToken }) => accessToken.id)
    await tokens.revokeAccessToken(ids[0]!, clientId)
    const found: (string | undefined)[] = []
    const find = async (id: string) => void found.push((await tokens.findLiveAccessToken(id))?.id)
    expect(await roundTrips(pool, () => Promise.all(ids.map(find)))).to.equal(1)
    expect(found.toSorted()).to.deep.equal([...ids.slice(1), undefined].toSorted())
  })

  it('S-050 a replay among them is found out, and the others get their tokens', async () => {
    const grants = await five(() => newGrant())
    await rotate(grants[2]!)
    clock.pass(graceSeconds + 1)
    expect(await Promise.all(grants.map((grant) => rotate(grant)))).to.deep.equal([
      'rotated',
      'rotated',
      'replayed',
      'rotated',
      'rotated',
    ])
    for (const grant of grants) expect(await liveOf(grant)).to.equal(2)
  })

  it('S-052 of two equal ones at the same moment one rotates and one is in grace', async () => {
    const grants = await five(() => newGrant())
    expect((await Promise.all([...grants, grants[0]!].map((grant) => rotate(grant)))).sort()).to.deep.equal([
      'in-grace',
      ...Array<string>(5).fill('rotated'),
    ])
  })

  it('S-034 of two equal codes at the same moment one is redeemed', async () => {
    const codes = await five(() => newCode())
    expect(
      (await Promise.all([...codes, codes[0]!].map((code) => tokens.redeem(code, pairOf(code.id))))).sort(),
    ).to.deep.equal([...Array<string>(5).fill('redeemed'), 'replayed'])
  })

  it('S-067 whose client was suspended gets nothing, the others do', async () => {
    const gone = await newClient()
    const grants = [...(await five(() => newGrant())), await newGrant(gone)]
    await db('oauth2_clients').where({ id: gone }).update({ revoked: 1 })
    const outcomes = await Promise.allSettled(grants.map((grant) => rotate(grant)))
    expect(
      outcomes.map((outcome) =>
        outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as { code: string }).code,
      ),
    ).to.deep.equal([...Array<string>(5).fill('rotated'), 'invalid_client'])
  })

  it('whose access token was purged is rotated with the others', async () => {
    const grants = await five(() => newGrant())
    await db('oauth2_access_tokens').where({ id: grants[3]!.accessToken.id }).delete()
    expect(
      await roundTrips(pool, async () => {
        expect(await Promise.all(grants.map((grant) => rotate(grant)))).to.deep.equal(Array(5).fill('rotated'))
      }),
    ).to.equal(1)
    await db('oauth2_refresh_tokens').where({ id: grants[3]!.refreshToken.id }).delete()
  })

  it('a row that another transaction keeps locked delays its own refresh, the others get theirs after one wait', async () => {
    const grants = await five(() => newGrant())
    const holder = await db.transaction()
    await holder.raw('SELECT 1 FROM oauth2_refresh_tokens WHERE id = ? FOR UPDATE', [grants[1]!.refreshToken.id])
    const outcomes = await Promise.allSettled(grants.map((grant) => rotate(grant)))
    await holder.rollback()
    expect(outcomes.map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ])
    expect(await rotate(grants[1]!)).to.equal('rotated')
  })

  it('walks primary keys, so that a group locks its own rows only', async () => {
    const grants = await five(() => newGrant())
    const bystander = await newGrant()
    const texts: string[] = []
    listen((sql) => texts.push(sql))
    const holder = await db.transaction()
    await holder.raw('SELECT 1 FROM oauth2_refresh_tokens WHERE id = ? FOR UPDATE', [bystander.refreshToken.id])
    expect(await Promise.all(grants.map((grant) => rotate(grant)))).to.deep.equal(Array(5).fill('rotated'))
    await holder.rollback()
    expect(texts, 'two packets').to.have.length(2)
    expect(texts.join(), 'no value in the text').not.to.match(/[0-9a-f]{32}/)
  })

  it('S-047 a connection lost between the two packets leaves everything unused', async () => {
    const grants = await five(() => newGrant())
    let once = true
    listen((sql, connection) => {
      if (once && sql.startsWith('INSERT')) {
        once = false
        connection.destroy()
      }
    })
    const outcomes = await Promise.allSettled(grants.map((grant) => rotate(grant)))
    expect(outcomes.map(({ status }) => status)).to.deep.equal(Array(5).fill('rejected'))
    for (const grant of grants) expect(await liveOf(grant)).to.equal(2)
    expect(await Promise.all(grants.map((grant) => rotate(grant)))).to.deep.equal(Array(5).fill('rotated'))
  })
})
