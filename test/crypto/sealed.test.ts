// Values in the browser's hands: only what we sealed, for what we sealed it (D5, D7).
import { randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import { CompactEncrypt, base64url, compactDecrypt, decodeProtectedHeader, generateKeyPair } from 'jose'
import { open, seal } from '../../src/crypto/sealed.ts'

const key = randomBytes(32)
const value = { clientId: '1', state: 'ä"€', list: ['api'], expiresAt: 1_795_463_878 }
const plaintext = Buffer.from(JSON.stringify(value))

describe('sealed values', () => {
  it('open to what was sealed, and never look alike', () => {
    const [one, two] = [seal(value, key, 'pending'), seal(value, key, 'pending')]
    expect(open(one, key, 'pending')).to.deep.equal(value)
    expect(one).to.match(/^[A-Za-z0-9_.-]+$/)
    expect(one).to.not.equal(two)
    expect(decodeProtectedHeader(one)).to.deep.equal({ alg: 'dir', enc: 'A256GCM', typ: 'pending' })
  })

  it('are JWE: jose opens what we seal, and we open what jose sealed', async () => {
    const { plaintext: opened, protectedHeader } = await compactDecrypt(seal(value, key, 'pending'), key)
    expect(Buffer.from(opened)).to.deep.equal(plaintext)
    expect(protectedHeader).to.deep.equal({ alg: 'dir', enc: 'A256GCM', typ: 'pending' })
    const byJose = new CompactEncrypt(plaintext).setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'pending' })
    expect(open(await byJose.encrypt(key), key, 'pending')).to.deep.equal(value)
  })

  it('S-039 a pending cookie is no auth_token, with the same key or another', () => {
    const pending = seal(value, key, 'pending')
    expect(open(pending, key, 'auth_token')).to.equal(undefined)
    expect(open(pending, randomBytes(32), 'pending')).to.equal(undefined)
  })

  it('S-060 open with no other alg or enc', async () => {
    const encrypt = (header: object, withKey: Parameters<CompactEncrypt['encrypt']>[0] = key) =>
      new CompactEncrypt(plaintext).setProtectedHeader({ ...header, typ: 'pending' } as never).encrypt(withKey)
    const { publicKey } = await generateKeyPair('RSA-OAEP')
    const others = [
      await encrypt({ alg: 'A256KW', enc: 'A256GCM' }),
      await encrypt({ alg: 'A256GCMKW', enc: 'A256GCM' }),
      await encrypt({ alg: 'RSA-OAEP', enc: 'A256GCM' }, publicKey),
      await encrypt({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 1000 }),
      await encrypt({ alg: 'dir', enc: 'A128CBC-HS256' }),
      await encrypt({ alg: 'dir', enc: 'A192GCM' }, key.subarray(0, 24)),
    ]
    for (const text of others) expect(open(text, key, 'pending'), text.slice(0, 60)).to.equal(undefined)
    expect(
      open(await encrypt({ alg: 'dir', enc: 'A256GCM' }), key, 'pending'),
      'the test itself can succeed',
    ).to.deep.equal(value)
  })

  it('S-060 open with no zip member nor any other, even from who has the key', async () => {
    // Authentic in every other way: sealed with the key over exactly this header.
    const encrypt = async (header: object) => {
      const protectedHeader = base64url.encode(JSON.stringify(header))
      const iv = randomBytes(12)
      const gcm = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt'])
      const sealed = Buffer.from(
        await crypto.subtle.encrypt(
          { name: 'AES-GCM', iv, additionalData: Buffer.from(protectedHeader) },
          gcm,
          'zip' in header ? deflateRawSync(plaintext) : plaintext,
        ),
      )
      return [
        protectedHeader,
        '',
        base64url.encode(iv),
        base64url.encode(sealed.subarray(0, -16)),
        base64url.encode(sealed.subarray(-16)),
      ].join('.')
    }
    const header = { alg: 'dir', enc: 'A256GCM', typ: 'pending' }
    expect(open(await encrypt(header), key, 'pending'), 'the test itself can succeed').to.deep.equal(value)
    for (const member of [
      { zip: 'DEF' },
      { zip: 'NONE' },
      { crit: ['exp'], exp: 1 },
      { kid: 'x' },
      { jwk: {} },
      { cty: 'JWT' },
      { typ: 'PENDING' },
      { typ: undefined },
      { enc: 'a256gcm' },
    ]) {
      expect(open(await encrypt({ ...header, ...member }), key, 'pending'), JSON.stringify(member)).to.equal(undefined)
    }
  })

  it('do not open when anything was changed, cut or added, and never throw', () => {
    const sealed = seal(value, key, 'pending')
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.string({ maxLength: 3 }), fc.nat(2), (at, text, cut) => {
        const changed = sealed.slice(0, at) + text + sealed.slice(at + cut)
        // base64url leaves bits over at the end of a part, so another spelling of the same bytes may open; other bytes may not.
        const opened = open(changed, key, 'pending')
        if (opened !== undefined) expect(opened).to.deep.equal(value)
        return (
          changed === sealed ||
          opened === undefined ||
          Buffer.from(changed.split('.')[4]!, 'base64url').equals(Buffer.from(sealed.split('.')[4]!, 'base64url'))
        )
      }),
    )
    for (const text of [
      '',
      '.',
      '....',
      '.....',
      'x'.repeat(20_000),
      `${sealed}.`,
      sealed.split('.').slice(0, 3).join('.'),
      '\u0000',
      // A tag that is cut short would be guessed sooner.
      sealed.slice(0, -16),
      sealed.replace(/\.([\w-]+)$/, '.$1='),
      sealed.replace('.', '.x'),
    ]) {
      expect(open(text, key, 'pending')).to.equal(undefined)
    }
  })
})
