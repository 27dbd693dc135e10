// A replay or revocation that comes again and again costs no more than it costs once (A5).
import { expect } from 'chai'
import { createContinuedByStudip } from '../../src/stores/continued-by-studip.ts'
import { openDatabase } from '../../src/stores/database.ts'
import { createTokens } from '../../src/stores/tokens.ts'
import { randomHex } from '../../src/crypto/random.ts'
import { users } from '../fixtures/users.ts'
import { stoppedClock } from '../support/issuing.ts'
import { testDatabase } from '../support/mariadb.ts'

describe('what comes again and again', () => {
  it('A5 a hundred at once read the rows of their user twice, and end the grant twice', async () => {
    const database = await testDatabase()
    const db = openDatabase(database.settings)
    const counted = { readings: 0, endings: 0 }
    db.on('query', ({ sql }: { sql: string }) => {
      if (sql.includes('IGNORE INDEX (PRIMARY)')) counted.readings += 1
      if (sql.startsWith('UPDATE oauth2_auth_codes')) counted.endings += 1
    })
    const { now } = stoppedClock()
    const replayed = () => ({
      id: randomHex(40),
      clientId: '1',
      userId: users.autor.user_id,
      scopes: ['api'],
      redirectUri: undefined,
      codeChallenge: undefined,
      expiresAt: now() + 600,
    })
    const { revokeReplayed } = createContinuedByStudip(db)
    const one = replayed()
    await Promise.all(Array.from({ length: 100 }, () => revokeReplayed(one, now())))
    expect(counted).to.deep.equal({ readings: 2, endings: 2 })
    // Several codes share the reading.
    await Promise.all(Array.from({ length: 20 }, () => revokeReplayed(replayed(), now())))
    expect(counted.readings).to.be.below(10)
    await db.destroy()
    await database.drop()
  })

  it('A5 a grant that is revoked a hundred times at once ends twice', async () => {
    const database = await testDatabase()
    const db = openDatabase(database.settings)
    let endings = 0
    db.on('query', ({ sql }: { sql: string }) => {
      if (sql.startsWith('UPDATE oauth2_auth_codes')) endings += 1
    })
    const { revokeGrant } = createTokens(db, stoppedClock().now)
    const grantId = randomHex(16)
    await Promise.all(Array.from({ length: 100 }, () => revokeGrant(grantId)))
    expect(endings).to.equal(2)
    await db.destroy()
    await database.drop()
  })
})
