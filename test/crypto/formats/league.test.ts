// Codes, refresh tokens and access tokens: what goes in comes out, and nothing else opens (D3).
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { CompactSign, SignJWT, base64url, decodeJwt, decodeProtectedHeader, importPKCS8, importSPKI } from 'jose'
import { createCredentials } from '../../../src/crypto/formats/of.ts'
import { createKeyRing } from '../../../src/crypto/key-ring.ts'
import { seal } from '../../../src/crypto/sealed.ts'
import type { AccessToken, AuthorizationCode, RefreshToken } from '../../../src/oauth/types.ts'
import { league, leagueCiphertexts, leagueDir } from '../../fixtures/league/golden.ts'
import { openIndependently } from '../independent-defuse.ts'
import { keyFolder, otherPair, password, soundPair } from '../key-folder.ts'

const now = () => 1_795_463_878
const ringOf = (dir: string) => createKeyRing({ dir, now })
const id = (digit: string) => digit.repeat(80)

const code: AuthorizationCode = {
  id: id('a'),
  clientId: '18446744073709551615',
  userId: '205f3efb7997a0fc9755da2b535038da',
  scopes: ['api'],
  redirectUri: 'https://app.example.org/cb?x=ä',
  codeChallenge: { challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', method: 'S256' },
  expiresAt: 1_795_464_478,
}
const refreshToken: RefreshToken = {
  id: id('b'),
  accessTokenId: id('c'),
  clientId: '2',
  userId: code.userId,
  scopes: ['api'],
  expiresAt: 1_798_055_878,
}
const accessToken: AccessToken = {
  id: id('c'),
  clientId: '2',
  userId: code.userId,
  scopes: ['api'],
  issuedAt: 1_795_463_878,
  expiresAt: 1_795_467_478,
}

describe('credentials', () => {
  const { dir } = keyFolder()
  const keys = ringOf(dir)
  const credentials = createCredentials({ keys, now })

  describe('codes and refresh tokens', () => {
    it('open to what was sealed', async () => {
      expect(await credentials.openCode(await credentials.sealCode(code))).to.deep.equal(code)
      const bare = { ...code, redirectUri: undefined, codeChallenge: undefined }
      expect(await credentials.openCode(await credentials.sealCode(bare))).to.deep.equal(bare)
      expect(await credentials.openRefreshToken(await credentials.sealRefreshToken(refreshToken))).to.deep.equal(
        refreshToken,
      )
    })

    it("hold the JSON of contract §9.3, fields in league's order", async () => {
      expect(openIndependently(await credentials.sealCode(code), password)).to.equal(
        JSON.stringify({
          client_id: '18446744073709551615',
          redirect_uri: 'https://app.example.org/cb?x=ä',
          auth_code_id: id('a'),
          scopes: ['api'],
          user_id: code.userId,
          expire_time: 1_795_464_478,
          code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
          code_challenge_method: 'S256',
        }),
      )
      expect(
        openIndependently(
          await credentials.sealCode({ ...code, redirectUri: undefined, codeChallenge: undefined }),
          password,
        ),
      )
        .to.include('"redirect_uri":null')
        .and.to.include('"code_challenge":null,"code_challenge_method":null}')
      expect(openIndependently(await credentials.sealRefreshToken(refreshToken), password)).to.equal(
        JSON.stringify({
          client_id: '2',
          refresh_token_id: id('b'),
          access_token_id: id('c'),
          scopes: ['api'],
          user_id: code.userId,
          expire_time: 1_798_055_878,
        }),
      )
    })

    it('never come twice, although their salt does', async () => {
      const sealed = await Promise.all(Array.from({ length: 50 }, () => credentials.sealCode(code)))
      expect(new Set(sealed.map((text) => text.slice(0, 72))).size).to.equal(1)
      expect(new Set(sealed.map((text) => text.slice(72, 104))).size).to.equal(50)
    })

    it('tell whether opening them is cheap', async () => {
      await credentials.prepare()
      expect(credentials.knowsSalt(await credentials.sealCode(code))).to.equal(true)
      expect(credentials.knowsSalt('no ciphertext at all')).to.equal(true)
      const foreign = leagueCiphertexts[0]!.text
      const { cached } = credentials.stats().derivedKeys
      expect(credentials.knowsSalt(foreign)).to.equal(false)
      await credentials.openCode(foreign)
      expect(credentials.knowsSalt(foreign)).to.equal(true)
      expect(credentials.stats().derivedKeys.cached - cached).to.equal(1)
    })

    it('are read from league as it wrote them', async () => {
      const ofLeague = createCredentials({
        keys: {
          current: async () => ({
            ...(await keys.current()),
            encryption: { kind: 'password' as const, password: league.encryption_key },
          }),
        },
        now,
      })
      for (const { title, kind, text, payload } of leagueCiphertexts) {
        const opened = kind === 'code' ? await ofLeague.openCode(text) : await ofLeague.openRefreshToken(text)
        expect(opened, title).to.include({
          id: payload.auth_code_id ?? payload.refresh_token_id,
          clientId: payload.client_id,
          userId: payload.user_id,
          expiresAt: payload.expire_time,
        })
        // An empty list has the full power at the API.
        expect(opened?.scopes, title).to.deep.equal(['api'])
        if (kind === 'code') {
          expect(opened, title).to.deep.include({
            redirectUri: payload.redirect_uri ?? undefined,
            codeChallenge: payload.code_challenge
              ? { challenge: payload.code_challenge, method: payload.code_challenge_method }
              : undefined,
          })
        } else expect(opened, title).to.include({ accessTokenId: payload.access_token_id })
      }
    })
  })

  it('S-039 a code, a refresh token, an access token, a pending cookie and an auth_token are each refused in the place of any other', async () => {
    const { derive } = await keys.current()
    const texts = {
      code: await credentials.sealCode(code),
      refreshToken: await credentials.sealRefreshToken(refreshToken),
      accessToken: await credentials.sealAccessToken(accessToken),
      pending: seal(code, derive('pending'), 'pending'),
      authToken: seal(code, derive('auth_token'), 'auth_token'),
    }
    const openers = {
      code: credentials.openCode,
      refreshToken: credentials.openRefreshToken,
      accessToken: credentials.openAccessToken,
    } as const
    for (const [place, open] of Object.entries(openers)) {
      for (const [kind, text] of Object.entries(texts))
        expect((await open(text)) !== undefined, `${kind} as ${place}`).to.equal(kind === place)
    }
  })

  it('S-057 the id of a row is neither a code nor a refresh token nor an access token', async () => {
    for (const row of [code.id, refreshToken.id, `def50200${code.id}`, `def50200${code.id}${code.id}`]) {
      expect(await credentials.openCode(row)).to.equal(undefined)
      expect(await credentials.openRefreshToken(row)).to.equal(undefined)
      expect(await credentials.openAccessToken(row)).to.equal(undefined)
    }
  })

  describe('access tokens', () => {
    it('S-058 carry exactly the header and claims of contract §8.1, in whole seconds', async () => {
      const jwt = await credentials.sealAccessToken(accessToken)
      const { kid } = await keys.current()
      expect(decodeProtectedHeader(jwt)).to.deep.equal({ typ: 'JWT', alg: 'RS256', kid })
      expect(JSON.stringify(decodeJwt(jwt))).to.equal(
        JSON.stringify({
          aud: '2',
          jti: accessToken.id,
          iat: 1_795_463_878,
          nbf: 1_795_463_878,
          exp: 1_795_467_478,
          sub: accessToken.userId,
          scopes: ['api'],
        }),
      )
      expect(await credentials.openAccessToken(jwt)).to.deep.equal(accessToken)
    })

    it('of league open, their microseconds cut off, whether or not they have expired', async () => {
      // league's private key is not among the golden files, so its public key verifies beside our private one.
      const publicKey = await importSPKI(readFileSync(`${leagueDir}/public.key`, 'utf8'), 'RS256')
      const ofLeague = createCredentials({
        keys: { current: async () => ({ ...(await keys.current()), publicKey }) },
        now: () => league.generated_at + 10 * 365 * 86_400,
      })
      for (const {
        token_response: { body },
        jwt_claims: claims,
      } of Object.values(league.cases)) {
        expect(await ofLeague.openAccessToken(body.access_token)).to.deep.equal({
          id: claims.jti,
          clientId: claims.aud,
          userId: claims.sub,
          scopes: ['api'],
          issuedAt: Math.floor(claims.iat),
          expiresAt: Math.floor(claims.exp),
        })
        expect(await credentials.openAccessToken(body.access_token), 'with another key').to.equal(undefined)
      }
    })

    it('S-059 signed with another algorithm or another key are refused', async () => {
      const valid = await credentials.sealAccessToken(accessToken)
      const claims = decodeJwt(valid)
      const [, payload, signature] = valid.split('.') as [string, string, string]
      const header = (value: object) => base64url.encode(JSON.stringify(value))
      const none = `${header({ typ: 'JWT', alg: 'none' })}.${payload}.`
      const hs256 = `${header({ typ: 'JWT', alg: 'HS256' })}.${payload}`
      const ownKey = async (alg: string) =>
        new SignJWT(claims).setProtectedHeader({ typ: 'JWT', alg }).sign(await importPKCS8(soundPair.privatePem, alg))
      const forged = [
        none,
        `${none}${signature}`,
        `${hs256}.${createHmac('sha256', soundPair.publicPem).update(hs256).digest('base64url')}`,
        await ownKey('RS512'),
        await ownKey('PS256'),
        await new SignJWT(claims)
          .setProtectedHeader({ typ: 'JWT', alg: 'RS256' })
          .sign(await importPKCS8(otherPair.privatePem, 'RS256')),
        `${valid.slice(0, -8)}AAAAAAAA`,
        `${valid}.`,
        valid.slice(1),
        `${header({ typ: 'JWT', alg: 'RS256' })}.${payload}.${signature}`,
        '',
        '..',
        'a.b.c',
      ]
      for (const [i, jwt] of forged.entries())
        expect(await credentials.openAccessToken(jwt), `${i}: ${jwt.slice(0, 60)}`).to.equal(undefined)
    })

    it('S-059 choose no key by jwk, jku, x5u, x5c or kid', async () => {
      const attackers = await importPKCS8(otherPair.privatePem, 'RS256')
      const jwk = (await ringOf(keyFolder(otherPair).dir).current()).jwk
      const hostile = {
        jwk,
        jku: 'http://127.0.0.1:1/jwks',
        x5u: 'http://127.0.0.1:1/cert',
        kid: "../../../../etc/passwd' OR 1=1",
      } as const
      for (const [name, value] of Object.entries(hostile)) {
        const sign = async (key: typeof attackers) =>
          new SignJWT(decodeJwt(await credentials.sealAccessToken(accessToken)))
            .setProtectedHeader({ typ: 'JWT', alg: 'RS256', [name]: value })
            .sign(key)
        expect(await credentials.openAccessToken(await sign(attackers)), `${name}, attacker's key`).to.equal(undefined)
        expect(
          await credentials.openAccessToken(await sign((await keys.current()).signingKey)),
          `${name}, our key`,
        ).to.deep.equal(accessToken)
      }
    })

    it('with claims of another kind are refused, although the signature is right', async () => {
      const { signingKey } = await keys.current()
      const signed = (claims: unknown, header: object = {}) =>
        new CompactSign(Buffer.from(JSON.stringify(claims)))
          .setProtectedHeader({ typ: 'JWT', alg: 'RS256', ...header })
          .sign(signingKey)
      const good = decodeJwt(await credentials.sealAccessToken(accessToken))
      expect(await credentials.openAccessToken(await signed({ ...good, aud: ['2'] }))).to.deep.equal(accessToken)
      const wrong: object[] = [
        [good],
        { ...good, aud: ['2', '3'] },
        { ...good, aud: [] },
        { ...good, aud: 2 },
        { ...good, aud: '1abc' },
        { ...good, aud: '02' },
        { ...good, aud: { 0: '2' } },
        { ...good, jti: accessToken.id.toUpperCase() },
        { ...good, jti: 'x' },
        { ...good, jti: 7 },
        { ...good, sub: '' },
        { ...good, sub: null },
        { ...good, sub: 'x'.repeat(33) },
        { ...good, scopes: 'api' },
        { ...good, scopes: [1] },
        { ...good, scopes: undefined },
        { ...good, exp: '1795467478' },
        { ...good, exp: undefined },
        { ...good, iat: null },
        { ...good, iat: -1 },
      ]
      for (const claims of wrong)
        expect(await credentials.openAccessToken(await signed(claims)), JSON.stringify(claims)).to.equal(undefined)
      expect(await credentials.openAccessToken(await signed(good, { typ: 'secevent+jwt' }))).to.equal(undefined)
      expect(await credentials.openAccessToken(`${await signed(good)}${'A'.repeat(9000)}`)).to.equal(undefined)
    })
  })
})
