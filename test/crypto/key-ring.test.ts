// Keys follow their files without a restart, and faults last no longer than the files are faulty (D13).
import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from 'jose'
import { createCredentials } from '../../src/crypto/formats/of.ts'
import { createKeyRing } from '../../src/crypto/key-ring.ts'
import type { Keys } from '../../src/crypto/key-ring.ts'
import { SetupError } from '../../src/oauth/errors.ts'
import { emptyFolder, keyFolder, otherPair, password, soundPair } from './key-folder.ts'
import type { PemPair } from './key-folder.ts'

const now = () => 1_795_463_878
const ring = (dir: string) => {
  let elapsed = 0
  const lines: string[] = []
  const log = {
    info: (_: object, message: string) => lines.push(message),
    error: (_: object, message: string) => lines.push(`error: ${message}`),
  }
  return {
    ...createKeyRing({ dir, now, log, elapsed: () => elapsed }),
    wait: (ms: number) => {
      elapsed += ms
    },
    lines,
  }
}
const token = {
  id: 'c'.repeat(80),
  clientId: '2',
  userId: 'u1',
  scopes: ['api'],
  issuedAt: now(),
  expiresAt: now() + 3600,
}
const fault = (current: Promise<Keys>) =>
  current.then(
    () => expect.fail('keys were given'),
    (error: unknown) => {
      expect(error).to.be.instanceOf(SetupError)
      return (error as SetupError).message
    },
  )
const replace = (dir: string, { privatePem, publicPem }: PemPair) => {
  for (const [name, text] of [
    ['private.key', privatePem],
    ['public.key', publicPem],
  ] as const) {
    writeFileSync(join(dir, `.${name}`), text)
    renameSync(join(dir, `.${name}`), join(dir, name))
  }
}

describe('key ring', () => {
  it('S-075 names the public key by its RFC 7638 thumbprint and shows public members only', async () => {
    const { jwk, kid, bits, loadedAt } = await ring(keyFolder().dir).current()
    expect(Object.keys(jwk).sort()).to.deep.equal(['alg', 'e', 'kid', 'kty', 'n', 'use'])
    expect(jwk).to.include({ kty: 'RSA', alg: 'RS256', use: 'sig', kid })
    expect(kid)
      .to.equal(await calculateJwkThumbprint(jwk, 'sha256'))
      .and.have.length(43)
    expect({ bits, loadedAt }).to.deep.equal({ bits: 2048, loadedAt: now() })
  })

  it('S-075 shows a JWK that verifies a fresh access token, and follows replaced files without a restart', async () => {
    const { dir } = keyFolder()
    const keys = ring(dir)
    const credentials = createCredentials({ keys, now })
    const verify = async () =>
      jwtVerify(await credentials.sealAccessToken(token), createLocalJWKSet({ keys: [(await keys.current()).jwk] }), {
        currentDate: new Date(now() * 1000),
      })
    const first = await verify()
    replace(dir, otherPair)
    keys.wait(999)
    expect((await verify()).protectedHeader.kid, 'the files are looked at once a second').to.equal(
      first.protectedHeader.kid,
    )
    keys.wait(1001)
    const second = await verify()
    expect(second.protectedHeader.kid).to.not.equal(first.protectedHeader.kid)
    expect(keys.lines).to.deep.equal(['key files loaded', 'key files loaded'])
  })

  it('keeps what it has while the files stay, and notices a file written in place with its old times', async () => {
    const { dir, write } = keyFolder()
    const keys = ring(dir)
    const first = await keys.current()
    keys.wait(5000)
    expect(await keys.current()).to.equal(first)
    utimesSync(join(dir, 'encryption_key.php'), 1, 1)
    keys.wait(2000)
    expect((await keys.current()).encryption).to.deep.equal(first.encryption)
    // A tick of the clock by which file systems date a change: it is all that tells the two files apart.
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
    write('encryption_key.php', `<?php return '${password.toLowerCase()}';`)
    utimesSync(join(dir, 'encryption_key.php'), 1, 1)
    keys.wait(2000)
    expect((await keys.current()).encryption).to.deep.equal({ kind: 'password', password: password.toLowerCase() })
  })

  it('opens what was sealed before the signing key changed, and nothing from before the encryption key changed', async () => {
    const { dir, write } = keyFolder()
    const keys = ring(dir)
    const credentials = createCredentials({ keys, now })
    const refreshToken = {
      id: 'b'.repeat(80),
      accessTokenId: token.id,
      clientId: '2',
      userId: 'u1',
      scopes: ['api'],
      expiresAt: now() + 3600,
    }
    const sealed = await credentials.sealRefreshToken(refreshToken)
    replace(dir, otherPair)
    keys.wait(2000)
    const { derived } = credentials.stats().derivedKeys
    expect(await credentials.openRefreshToken(sealed)).to.deep.equal(refreshToken)
    expect(credentials.stats().derivedKeys.derived, 'nothing is derived anew').to.equal(derived)
    write('encryption_key.php', `<?php return '${password.toLowerCase()}';`)
    keys.wait(2000)
    expect(await credentials.openRefreshToken(sealed)).to.equal(undefined)
  })

  it('S-061 signs, seals and opens nothing while the files are faulty, says so once, and goes on when they are mended', async () => {
    const { dir, write } = keyFolder()
    const keys = ring(dir)
    const credentials = createCredentials({ keys, now })
    const jwt = await credentials.sealAccessToken(token)
    write('public.key', otherPair.publicPem)
    keys.wait(2000)
    expect(await fault(keys.current())).to.match(/public\.key does not belong to/)
    for (const use of [
      credentials.sealAccessToken(token),
      credentials.openAccessToken(jwt),
      credentials.openCode('x'),
      credentials.openRefreshToken('x'),
      credentials.prepare(),
    ]) {
      expect(
        await use.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ).to.be.instanceOf(SetupError)
    }
    keys.wait(2000)
    await fault(keys.current())
    rmSync(join(dir, 'public.key'))
    keys.wait(2000)
    expect(await fault(keys.current())).to.match(/public\.key does not exist/)
    write('public.key', soundPair.publicPem)
    expect(await fault(keys.current()), 'within the same second').to.match(/does not exist/)
    keys.wait(2000)
    expect(await credentials.openAccessToken(jwt)).to.deep.equal(token)
    expect(
      keys.lines.map((line) => line.replace(/^(error: )?.*(does not belong|does not exist|loaded).*$/, '$1$2')),
    ).to.deep.equal(['loaded', 'error: does not belong', 'error: does not exist', 'loaded'])
  })

  it('starts without files and takes them when they come', async () => {
    const dir = emptyFolder()
    const keys = ring(dir)
    expect(await fault(keys.current())).to.match(/There are no key files in/)
    replace(dir, soundPair)
    writeFileSync(join(dir, 'encryption_key.php'), `<?php return '${password}';`)
    keys.wait(2000)
    expect((await keys.current()).bits).to.equal(2048)
  })

  it('waits a moment for the second half of a pair that is being replaced', async () => {
    const { dir, write } = keyFolder()
    const keys = ring(dir)
    const before = await keys.current()
    write('private.key', otherPair.privatePem)
    keys.wait(2000)
    const pending = keys.current()
    setTimeout(() => write('public.key', otherPair.publicPem), 30)
    expect((await pending).kid).to.not.equal(before.kid)
    expect(keys.lines).to.not.include('error')
  })

  it('under load goes on with the keys it has while it looks, and then with the new ones', async () => {
    const { dir } = keyFolder()
    const keys = ring(dir)
    const before = await keys.current()
    replace(dir, otherPair)
    keys.wait(1000)
    expect(await keys.current()).to.equal(before)
    while (keys.lines.length < 2)
      await new Promise((resolve) => {
        setTimeout(resolve, 5)
      })
    expect((await keys.current()).kid).to.not.equal(before.kid)
  })

  it('looks once for all who ask at the same time', async () => {
    const keys = ring(keyFolder().dir)
    const asked = await Promise.all(Array.from({ length: 50 }, () => keys.current()))
    expect(new Set(asked).size).to.equal(1)
    expect(keys.lines).to.have.length(1)
  })

  it('derives a key of 32 bytes for each purpose, the same on every instance and another one for every encryption key', async () => {
    const [one, two] = [await ring(keyFolder().dir).current(), await ring(keyFolder(otherPair).dir).current()]
    const other = await ring(keyFolder({ php: `<?php return '${password.toLowerCase()}';` }).dir).current()
    expect(one.derive('pending')).to.have.length(32)
    expect(one.derive('pending').equals(two.derive('pending'))).to.equal(true)
    expect(one.derive('pending').equals(one.derive('csrf'))).to.equal(false)
    expect(one.derive('pending').equals(other.derive('pending'))).to.equal(false)
    expect(one.derive('pending').includes(password)).to.equal(false)
  })

  it('gives jose a CryptoKey that cannot be read back', async () => {
    const { signingKey } = await ring(keyFolder().dir).current()
    expect(signingKey.constructor.name).to.equal('CryptoKey')
    expect(signingKey).to.include({ type: 'private', extractable: false })
  })
})
