// One PBKDF2 a month instead of one a token, and never many at once (D4).
import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { encrypt } from '../../src/crypto/defuse.ts'
import { createDerivedKeys } from '../../src/crypto/derived-keys.ts'
import type { EncryptionKey } from '../../src/crypto/encryption-key.ts'
import { OAuthError } from '../../src/oauth/errors.ts'
import { openIndependently } from './independent-defuse.ts'
import { password } from './key-folder.ts'

const encryption: EncryptionKey = { kind: 'password', password }
const at = (iso: string) => Date.parse(iso) / 1000

describe('derived keys', () => {
  it('gives all instances the same salt for a calendar month in UTC, and another one for another month or key', async () => {
    const saltAt = async (iso: string, key = encryption) =>
      (await createDerivedKeys({ encryption: key, now: () => at(iso) }).own()).salt.toString('hex')
    const november = await saltAt('2026-11-01T00:00:00Z')
    expect(november).to.match(/^[0-9a-f]{64}$/)
    expect(await saltAt('2026-11-30T23:59:59Z')).to.equal(november)
    const others = [
      await saltAt('2026-10-31T23:59:59Z'),
      await saltAt('2026-12-01T00:00:00Z'),
      await saltAt('2027-11-15T00:00:00Z'),
      await saltAt('2026-11-15T00:00:00Z', { kind: 'password', password: `${password}W` }),
    ]
    expect(new Set([november, ...others]).size).to.equal(5)
  })

  it('turns with the month without deriving anew, and still knows the month before and the one to come', async () => {
    let now = at('2026-12-31T23:59:59Z')
    const keys = createDerivedKeys({ encryption, now: () => now })
    const december = await keys.own()
    expect(keys.stats().derived).to.equal(3)
    now = at('2027-01-01T00:00:00Z')
    const january = await keys.own()
    expect(january.salt.equals(december.salt)).to.equal(false)
    expect(keys.stats().derived, 'only February is new').to.equal(4)
    expect(keys.knows(december.salt)).to.equal(true)
    expect(await keys.forSalt(december.salt)).to.deep.equal(december.keys)
    now = at('2026-12-31T23:59:59Z')
    expect(keys.knows(january.salt), 'of an instance whose clock is ahead').to.equal(true)
    expect(keys.stats().cached, 'own salts take no room among the foreign ones').to.equal(0)
  })

  it('derives a foreign salt once, however many ask at once', async () => {
    const keys = createDerivedKeys({ encryption, now: () => 0 })
    await keys.own()
    const salt = randomBytes(32)
    const before = keys.stats().derived
    expect(keys.knows(salt)).to.equal(false)
    const answers = await Promise.all(Array.from({ length: 20 }, () => keys.forSalt(Buffer.from(salt))))
    expect(new Set(answers).size).to.equal(1)
    expect(keys.stats().derived - before).to.equal(1)
    expect(keys.knows(salt)).to.equal(true)
  })

  it('refuses foreign salts with temporarily_unavailable when too many wait, and own ones never', async () => {
    const keys = createDerivedKeys({ encryption, now: () => 0, maxWaiting: 3 })
    const asked = await Promise.allSettled(Array.from({ length: 10 }, () => keys.forSalt(randomBytes(32))))
    const refused = asked.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as OAuthError)
    expect(refused.length).to.be.within(6, 7)
    for (const error of refused)
      expect(error).to.be.instanceOf(OAuthError).and.to.include({ code: 'temporarily_unavailable', status: 503 })
    expect((await keys.own()).salt).to.have.length(32)
    expect(keys.stats().waiting).to.equal(0)
  })

  it('holds a bounded number of foreign salts', async () => {
    const keys = createDerivedKeys({ encryption, now: () => 0, maxCached: 2 })
    for (let i = 0; i < 4; i += 1) await keys.forSalt(randomBytes(32))
    expect(keys.stats().cached).to.equal(2)
  })

  it('leaves the event loop free meanwhile', async () => {
    const keys = createDerivedKeys({ encryption, now: () => 0 })
    await keys.own()
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 1)
    await Promise.all(Array.from({ length: 5 }, () => keys.forSalt(randomBytes(32))))
    clearInterval(timer)
    expect(turns).to.be.greaterThan(10)
  })

  it('uses a Defuse key as it is: no derivation waits, and an independent implementation opens the result', async () => {
    const raw = randomBytes(32)
    const keys = createDerivedKeys({ encryption: { kind: 'key', raw }, now: () => 0, maxWaiting: 0 })
    const { salt, keys: own } = await keys.own()
    expect(openIndependently(encrypt('{"a":1}', own, { salt, iv: randomBytes(16) }), raw)).to.equal('{"a":1}')
    const foreign = randomBytes(32)
    expect(keys.knows(foreign)).to.equal(true)
    expect(
      openIndependently(encrypt('x', await keys.forSalt(foreign), { salt: foreign, iv: randomBytes(16) }), raw),
    ).to.equal('x')
  })
})
