// Defuse v2 against the contract's vector, league's own ciphertexts and an independent implementation.
import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { decrypt, encrypt, saltOf } from '../../src/crypto/defuse.ts'
import { createDerivedKeys } from '../../src/crypto/derived-keys.ts'
import { league, leagueCiphertexts } from '../fixtures/league/golden.ts'
import { openIndependently } from './independent-defuse.ts'
import { password } from './key-folder.ts'

const derivedKeys = (secret: string) =>
  createDerivedKeys({ encryption: { kind: 'password', password: secret }, now: () => league.generated_at })
const never = (): never => {
  throw new Error('a key was derived')
}

describe('Defuse v2', () => {
  const ours = derivedKeys(password)
  const leagues = derivedKeys(league.encryption_key)
  const salt = Buffer.alloc(32, 1)
  const iv = Buffer.alloc(16, 2)
  const vector = `def50200${'01'.repeat(32)}${'02'.repeat(16)}fa5dcc4a42a662c19b1917b2109ee641691c840abe1ca5924af963f3b56e47a23570f74a1d9f34`

  it('encrypts the vector of contract §9.3', async () => {
    expect(encrypt('{"a":1}', await ours.forSalt(salt), { salt, iv })).to.equal(vector)
  })

  it('decrypts the vector in either case', async () => {
    expect(await decrypt(vector, ours.forSalt)).to.equal('{"a":1}')
    expect(await decrypt(vector.toUpperCase(), ours.forSalt)).to.equal('{"a":1}')
  })

  for (const { title, text, payload } of leagueCiphertexts) {
    it(`decrypts what league encrypted, and encrypts it again byte for byte (${title})`, async () => {
      const plaintext = await decrypt(text, leagues.forSalt)
      expect(JSON.parse(plaintext!)).to.deep.equal(payload)
      const bytes = Buffer.from(text, 'hex')
      const given = { salt: bytes.subarray(4, 36), iv: bytes.subarray(36, 52) }
      expect(encrypt(plaintext!, await leagues.forSalt(given.salt), given)).to.equal(text)
    })
  }

  it('is opened by an independent implementation of contract §9.3, whatever the text', async () => {
    const { salt: own, keys } = await ours.own()
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
        const sealed = encrypt(text, keys, { salt: own, iv: randomBytes(16) })
        expect(sealed).to.match(/^def50200[0-9a-f]+$/)
        expect(await decrypt(sealed, ours.forSalt)).to.equal(text)
      }),
    )
    const sealed = encrypt('ä€😀', keys, { salt: own, iv: randomBytes(16) })
    expect(openIndependently(sealed, password)).to.equal('ä€😀')
  })

  it('S-035 refuses a ciphertext with any byte changed, cut or added', async () => {
    for (let i = 0; i < vector.length; i += 2) {
      const changed = (Number.parseInt(vector.slice(i, i + 2), 16) ^ 0x40).toString(16).padStart(2, '0')
      // Another salt would only cost time: whatever keys it gives, the MAC is over the salt too.
      const keysFor = () => ours.forSalt(salt)
      expect(
        await decrypt(vector.slice(0, i) + changed + vector.slice(i + 2), keysFor),
        `byte ${i / 2} changed`,
      ).to.equal(undefined)
      expect(await decrypt(vector.slice(0, i) + vector.slice(i + 2), keysFor), `byte ${i / 2} cut`).to.equal(undefined)
      expect(await decrypt(`${vector.slice(0, i)}41${vector.slice(i)}`, keysFor), `byte ${i / 2} added`).to.equal(
        undefined,
      )
    }
    expect(await decrypt(`${vector}00`, ours.forSalt)).to.equal(undefined)
  })

  it('refuses what is no ciphertext before it derives a key', async () => {
    const hopeless = [
      '',
      'x',
      'def50200',
      vector.slice(0, 166),
      vector.slice(1),
      `${vector}0`,
      vector.replace('def5', 'def6'),
      vector.replace('fa5d', 'fa5g'),
      ` ${vector}`,
      `${vector}\n`,
      `${vector.slice(0, -2)}ü`,
      `${vector.slice(0, -2)}\u0130\u0130`,
      'def50200'.padEnd(16_386, '0'),
    ]
    for (const text of hopeless) {
      expect(await decrypt(text, never), text.slice(0, 40)).to.equal(undefined)
      expect(saltOf(text), text.slice(0, 40)).to.equal(undefined)
    }
  })

  it('does not open what another key sealed', async () => {
    expect(await decrypt(vector, derivedKeys(`${password}W`).forSalt)).to.equal(undefined)
  })
})
