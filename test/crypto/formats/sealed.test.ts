// Codes and tokens of grants without api: only we read them, each in its own place (D23).
import { expect } from 'chai'
import { compactVerify, decodeProtectedHeader, SignJWT } from 'jose'
import { createDerivedKeys } from '../../../src/crypto/derived-keys.ts'
import { decrypt, saltOf } from '../../../src/crypto/defuse.ts'
import { createCredentials } from '../../../src/crypto/formats/of.ts'
import { readIdTokenHint } from '../../../src/crypto/id-token.ts'
import { isSealed } from '../../../src/crypto/formats/sealed.ts'
import { createDeviceCodes } from '../../../src/crypto/formats/device-code.ts'
import { createKeyRing } from '../../../src/crypto/key-ring.ts'
import { open as openSealed, seal, sealBytes } from '../../../src/crypto/sealed.ts'
import type { AccessToken, AuthorizationCode, RefreshToken } from '../../../src/oauth/types.ts'
import { openIndependently } from '../independent-defuse.ts'
import { keyFolder, otherPair, password } from '../key-folder.ts'

const now = () => 1_795_463_878
const id = (digit: string) => digit.repeat(80)
const common = { clientId: '18446744073709551615', userId: '205f3efb7997a0fc9755da2b535038da', scopes: ['api.read'] }

const code: AuthorizationCode = {
  ...common,
  id: id('a'),
  redirectUri: 'https://app.example.org/cb?x=ä',
  codeChallenge: { challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', method: 'S256' },
  expiresAt: now() + 600,
}
const refreshToken: RefreshToken = { ...common, id: id('b'), accessTokenId: id('c'), expiresAt: now() + 2_592_000 }
const accessToken: AccessToken = { ...common, id: id('c'), issuedAt: now(), expiresAt: now() + 3600 }

describe('sealed credentials', () => {
  const { dir } = keyFolder()
  const keys = createKeyRing({ dir, now })
  const credentials = createCredentials({ keys, now })
  const sealedTexts = async (scopes: readonly string[] = ['api.read']) => ({
    code: await credentials.sealCode({ ...code, scopes }),
    refreshToken: await credentials.sealRefreshToken({ ...refreshToken, scopes }),
    accessToken: await credentials.sealAccessToken({ ...accessToken, scopes }),
  })

  it('open to what was sealed, and never look alike', async () => {
    const [one, two] = [await sealedTexts(), await sealedTexts()]
    expect(await credentials.openCode(one.code)).to.deep.equal(code)
    expect(await credentials.openRefreshToken(one.refreshToken)).to.deep.equal(refreshToken)
    expect(await credentials.openAccessToken(one.accessToken)).to.deep.equal(accessToken)
    for (const kind of ['code', 'refreshToken', 'accessToken'] as const) expect(one[kind]).to.not.equal(two[kind])
    const bare = { ...code, redirectUri: undefined, codeChallenge: undefined }
    expect(await credentials.openCode(await credentials.sealCode(bare))).to.deep.equal(bare)
  })

  it('S-121 are what every grant without api speaks, and no grant with it', async () => {
    for (const scopes of [['api.read'], ['openid'], ['openid', 'profile', 'email', 'offline_access'], ['unknown']])
      for (const text of Object.values(await sealedTexts(scopes)))
        expect(isSealed(text), scopes.join(' ')).to.equal(true)
    for (const scopes of [['api'], ['api', 'api.read'], ['openid', 'api'], []])
      for (const text of Object.values(await sealedTexts(scopes)))
        expect(isSealed(text), scopes.join(' ')).to.equal(false)
  })

  it("S-121 are no Defuse ciphertext under Stud.IP's key and no JWS", async () => {
    const { encryption, publicKey } = await keys.current()
    const { forSalt } = createDerivedKeys({ encryption, now })
    const texts = Object.values(await sealedTexts())
    // Also what somebody might make of it: the parts on their own, as hex, joined.
    const spellings = texts.flatMap((text) => {
      const parts = text.split('.')
      const hex = (part: string) => Buffer.from(part, 'base64url').toString('hex')
      return [text, ...parts, hex(text), ...parts.map(hex), `def50200${hex(parts[3] ?? '')}`, parts.join('')]
    })
    for (const text of spellings) {
      if (saltOf(text)) expect(await decrypt(text, forSalt)).to.equal(undefined)
      expect(() => openIndependently(text, password)).to.throw()
    }
    for (const text of texts) {
      const [header = '', , iv = '', sealed = '', tag = ''] = text.split('.')
      const threes = [
        text,
        [header, iv, sealed],
        [header, sealed, tag],
        [header, '', tag],
        [header, iv, ''],
        [header, sealed, ''],
      ]
      for (const jws of threes.map((parts) => (typeof parts === 'string' ? parts : parts.join('.')))) {
        const fault = await compactVerify(jws, publicKey).then(
          () => undefined,
          (error: unknown) => error,
        )
        expect(fault, jws).to.be.instanceOf(Error)
      }
    }
  })

  it('S-122 each kind is refused in the place of every other', async () => {
    const { derive } = await keys.current()
    const texts: Record<string, string> = await sealedTexts()
    const league = await sealedTexts(['api'])
    for (const [kind, text] of Object.entries(league)) texts[`${kind} of league`] = text
    for (const kind of ['pending', 'consent', 'notice', 'csrf', 'device_code'])
      texts[kind] = seal({ ...code, ...refreshToken, ...accessToken }, derive(kind), kind)
    const openers = {
      code: credentials.openCode,
      refreshToken: credentials.openRefreshToken,
      accessToken: credentials.openAccessToken,
    } as const
    for (const [place, open] of Object.entries(openers))
      for (const [kind, text] of Object.entries(texts))
        expect((await open(text)) !== undefined, `${kind} as ${place}`).to.equal(
          kind === place || kind === `${place} of league`,
        )
  })

  it('S-122 each cookie, ticket and notice opens in its own place only, and no credential or ID token does there', async () => {
    const { derive } = await keys.current()
    const kinds = ['pending', 'consent', 'notice', 'login_asked', 'csrf']
    const sealed = { ...code, ...refreshToken, ...accessToken }
    const texts: Record<string, string> = {
      ...(await sealedTexts()),
      deviceCode: await createDeviceCodes(keys).seal({
        id: id('d'),
        clientId: '1',
        scopes: ['api'],
        expiresAt: now() + 600,
      }),
      idToken: await new SignJWT({ sub: common.userId, aud: '1' })
        .setProtectedHeader({ alg: 'HS256', typ: 'pending' })
        .sign(derive('pending')),
    }
    for (const [kind, text] of Object.entries(await sealedTexts(['api']))) texts[`${kind} of league`] = text
    for (const kind of kinds) texts[kind] = seal(sealed, derive(kind), kind)
    for (const place of kinds)
      for (const [kind, text] of Object.entries(texts))
        expect(openSealed(text, derive(place), place) !== undefined, `${kind} as ${place}`).to.equal(kind === place)
    // Even under one key for both, which there is never.
    const oneKey = { ...(await keys.current()), signIn: undefined }
    for (const [kind, text] of Object.entries(texts))
      expect(await readIdTokenHint(text, oneKey, 'https://studip.example.org'), kind).to.equal(undefined)
  })

  it('S-122 a device code opens in its own place only, and nothing else opens there', async () => {
    const { derive } = await keys.current()
    const deviceCodes = createDeviceCodes(keys)
    const sent = { id: id('d'), clientId: '1', scopes: ['api'], expiresAt: now() + 600 }
    const text = await deviceCodes.seal(sent)
    expect(await deviceCodes.open(text), 'the test itself can succeed').to.deep.equal(sent)
    for (const open of [credentials.openCode, credentials.openRefreshToken, credentials.openAccessToken])
      expect(await open(text)).to.equal(undefined)
    const others = [...Object.values(await sealedTexts()), ...Object.values(await sealedTexts(['api']))]
    for (const kind of ['pending', 'consent', 'notice', 'csrf', 'id_token_hint', 'user_code'])
      others.push(seal(sent, derive(kind), kind), seal(sent, derive('device_code'), kind))
    for (const other of others) expect(await deviceCodes.open(other)).to.equal(undefined)
  })

  it('S-122 neither its header nor its key alone makes a kind', async () => {
    const { derive } = await keys.current()
    const kinds = ['authorization_code', 'refresh_token', 'access_token'] as const
    const claims = Buffer.from(
      JSON.stringify({
        aud: '1',
        jti: id('c'),
        iat: now(),
        nbf: now(),
        exp: now() + 10,
        sub: 'u1',
        scopes: ['api.read'],
      }),
    )
    for (const key of kinds)
      for (const header of kinds)
        expect(
          (await credentials.openAccessToken(sealBytes(claims, derive(key), header))) !== undefined,
          `${header} under the key of ${key}`,
        ).to.equal(key === 'access_token' && header === 'access_token')
  })

  it('S-121 never open to api, not even from who has the key', async () => {
    const { derive } = await keys.current()
    const claims = { aud: '1', jti: id('c'), iat: now(), nbf: now(), exp: now() + 10, sub: 'u1' }
    const open = async (scopes: unknown) =>
      credentials.openAccessToken(seal({ ...claims, scopes }, derive('access_token'), 'access_token'))
    expect(await open(['api.read']), 'the test itself can succeed').to.include({ id: id('c') })
    for (const scopes of [[], ['api'], ['api.read', 'api'], 'api.read', undefined, [1]])
      expect(await open(scopes), JSON.stringify(scopes)).to.equal(undefined)
  })

  it('do not open with other keys', async () => {
    const other = createCredentials({
      keys: createKeyRing({ dir: keyFolder({ ...otherPair, php: `<?php return '${'x'.repeat(48)}';` }).dir, now }),
      now,
    })
    const texts = await sealedTexts()
    expect(await other.openCode(texts.code)).to.equal(undefined)
    expect(await other.openRefreshToken(texts.refreshToken)).to.equal(undefined)
    expect(await other.openAccessToken(texts.accessToken)).to.equal(undefined)
  })

  it('say nothing but their kind in the open', async () => {
    const { accessToken: text } = await sealedTexts()
    expect(decodeProtectedHeader(text)).to.deep.equal({ alg: 'dir', enc: 'A256GCM', typ: 'access_token' })
    expect(text).to.match(/^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/)
  })

  it('wait for no signature, and opening them is always cheap', async () => {
    const done: string[] = []
    const note = (kind: string) => (text: string) => {
      done.push(kind)
      return text
    }
    const waiting = Array.from({ length: 20 }, () =>
      credentials.sealAccessToken({ ...accessToken, scopes: ['api'] }).then(note('signed')),
    )
    const text = await credentials.sealAccessToken(accessToken).then(note('sealed'))
    expect(done.indexOf('sealed'), 'signed before it').to.be.lessThan(10)
    expect(credentials.knowsSalt(text)).to.equal(true)
    await Promise.all(waiting)
  })
})
