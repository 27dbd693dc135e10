// What a sealed text may hold: authentic is not yet sound, because other software shares the key.
import { expect } from 'chai'
import fc from 'fast-check'
import { readCode, readRefreshToken, writeRefreshToken } from '../../src/crypto/payloads.ts'

const id = 'a'.repeat(80)
const common = { client_id: '1', scopes: ['api'], user_id: 'u1', expire_time: 1_795_464_478 }
const code = {
  ...common,
  redirect_uri: 'https://app.example.org/cb',
  auth_code_id: id,
  code_challenge: 'x'.repeat(43),
  code_challenge_method: 'plain',
}
const refreshToken = { ...common, refresh_token_id: id, access_token_id: id }

describe('payloads of codes and refresh tokens', () => {
  it('take what league writes', () => {
    expect(readCode(JSON.stringify(code))).to.deep.equal({
      id,
      clientId: '1',
      userId: 'u1',
      scopes: ['api'],
      redirectUri: 'https://app.example.org/cb',
      codeChallenge: { challenge: 'x'.repeat(43), method: 'plain' },
      expiresAt: 1_795_464_478,
    })
    expect(
      readCode(
        '{"client_id":"1","redirect_uri":"https:\\/\\/app.example.org\\/cb","auth_code_id":"' +
          id +
          '","scopes":[],"user_id":"u1","expire_time":1,"code_challenge":null,"code_challenge_method":null}',
      ),
    ).to.deep.include({ redirectUri: 'https://app.example.org/cb', codeChallenge: undefined })
    expect(readRefreshToken(JSON.stringify(refreshToken))).to.deep.equal({
      id,
      accessTokenId: id,
      clientId: '1',
      userId: 'u1',
      scopes: ['api'],
      expiresAt: 1_795_464_478,
    })
  })

  it('C4 name api alone where league looks, and other scopes behind it', () => {
    const token = { id, accessTokenId: id, clientId: '1', userId: 'u1', expiresAt: 1_795_464_478 }
    const written = (scopes: readonly string[]) => writeRefreshToken({ ...token, scopes })
    for (const scopes of [['api'], ['openid', 'profile'], ['api.read']]) {
      expect(written(scopes))
        .to.include(`"scopes":${JSON.stringify(scopes)},`)
        .and.not.include('further_scopes')
      expect(readRefreshToken(written(scopes))?.scopes).to.deep.equal(scopes)
    }
    const mixed = written(['openid', 'api', 'profile'])
    expect(mixed).to.include('"scopes":["api"],').and.include('"further_scopes":["openid","profile"]}')
    expect(readRefreshToken(mixed)?.scopes).to.deep.equal(['api', 'openid', 'profile'])
    for (const further_scopes of ['openid', [1], null, {}])
      expect(readRefreshToken(JSON.stringify({ ...refreshToken, further_scopes }))).to.equal(undefined)
  })

  it('S-039 a code is no refresh token and the other way round', () => {
    expect(readRefreshToken(JSON.stringify(code))).to.equal(undefined)
    expect(readCode(JSON.stringify(refreshToken))).to.equal(undefined)
    expect(readRefreshToken(JSON.stringify({ ...code, access_token_id: id }))).to.equal(undefined)
    expect(readCode(JSON.stringify({ ...refreshToken, redirect_uri: null, code_challenge: null }))).to.equal(undefined)
  })

  it('refuse a field that is missing or has another type', () => {
    const wrong: Record<string, readonly unknown[]> = {
      client_id: [1, null, '', '0', '01', '1abc', ' 1', '1.0', '-1', '1e3', '123456789012345678901', ['1']],
      scopes: ['api', null, [1], [null], { 0: 'api' }, [['api']]],
      user_id: [1, null, '', ['u'], 'u\n', 'x'.repeat(33)],
      expire_time: ['1795464478', null, 1.5, 0, -1, 1e300],
      auth_code_id: [null, '', 'a', 'a'.repeat(79), 'A'.repeat(80), [id], `${id}\n`],
      refresh_token_id: [null, '', 'a', 'A'.repeat(80)],
      access_token_id: [null, '', 'a', 'A'.repeat(80)],
      redirect_uri: [1, false, [], {}],
      code_challenge: [1, '', [], false],
      code_challenge_method: [null, 's256', 'S512', '', 1],
    }
    for (const [read, sound] of [
      [readCode, code],
      [readRefreshToken, refreshToken],
    ] as const) {
      for (const field of Object.keys(sound)) {
        expect(read(JSON.stringify({ ...sound, [field]: undefined })), `without ${field}`).to.equal(undefined)
        for (const value of wrong[field]!)
          expect(read(JSON.stringify({ ...sound, [field]: value })), `${field} = ${JSON.stringify(value)}`).to.equal(
            undefined,
          )
      }
    }
  })

  it('never throw, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json()),
        (text) => readCode(text) === undefined && readRefreshToken(text) === undefined,
      ),
    )
  })
})
