// The redirect that answers an authorization request: the client's URI byte for byte, and our parameters behind it.
import { expect } from 'chai'
import fc from 'fast-check'
import { errorLocation, responseIssuer, successLocation } from '../../src/oauth/authorization-response.ts'
import { accessDenied, invalidRequest } from '../../src/oauth/errors.ts'

const issuer = 'https://studip.example.org/dispatch.php/api/oauth2'
/** Well-formed text of any characters, as URL decoding yields it. */
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 })

describe('authorization response', () => {
  const uris = [
    'https://app.example.org',
    'https://app.example.org/cb?own=1&b=%7e',
    'https://app.example.org/cb?',
    'com.example.app:/cb',
    'com.example.app://cb',
    'http://127.0.0.1:51004/cb',
    'https://App.Example.org:443/a/../b',
    'https://app.example.org/ü',
    'https://app.example.org/cb?a=b?c',
  ]
  for (const uri of uris) {
    it(`S-006 ${uri} stays as it is`, () => {
      const mark = uri.includes('?') ? '&' : '?'
      for (const location of [
        successLocation({ redirectUri: uri, state: 's', issuer }, 'c'),
        errorLocation({ redirectUri: uri, state: 's', issuer }, accessDenied()),
      ]) {
        expect(location.slice(0, uri.length + 1)).to.equal(uri + mark)
        expect(new URLSearchParams(location.slice(uri.length + 1)).get('state')).to.equal('s')
      }
    })
  }

  it('S-019 C7 state comes back with the same characters, as forms and as URIs are read, and adds nothing else', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('a', 'error'), (state, kind) => {
        const target = { redirectUri: 'https://app.example.org/cb', state, issuer }
        const location = kind === 'error' ? errorLocation(target, invalidRequest('x')) : successLocation(target, 'c')
        expect(location).to.match(/^https:\/\/app\.example\.org\/cb\?[A-Za-z0-9%&=._*-]+$/)
        const query = new URLSearchParams(location.split('?')[1])
        expect([...query.keys()]).to.deep.equal(
          kind === 'error' ? ['error', 'error_description', 'state', 'iss'] : ['code', 'state', 'iss'],
        )
        expect(query.get('state')).to.equal(state)
        expect(decodeURIComponent(/[?&]state=([^&]*)/.exec(location)?.[1] ?? '')).to.equal(state)
      }),
      { numRuns: 2000 },
    )
  })

  it('S-010 no state asked, none returned', () => {
    expect(successLocation({ redirectUri: 'https://a.example/', state: undefined, issuer }, 'c')).to.equal(
      `https://a.example/?code=c&iss=${encodeURIComponent(issuer)}`,
    )
  })

  it('C7 a blank is %20, which every library reads, and never +', () => {
    const target = { redirectUri: 'https://a.example/', state: 'a b+c', issuer: undefined }
    expect(errorLocation(target, accessDenied())).to.equal(
      'https://a.example/?error=access_denied&error_description=The%20resource%20owner%20denied%20the%20request.&state=a%20b%2Bc',
    )
    expect(successLocation(target, 'c')).to.equal('https://a.example/?code=c&state=a%20b%2Bc')
  })

  it('C1 S-020 the issuer is named to requests for openid, or to all', () => {
    expect(responseIssuer({ issuer, responseIss: 'openid' }, [])).to.equal(undefined)
    expect(responseIssuer({ issuer, responseIss: 'openid' }, ['api', 'openid2'])).to.equal(undefined)
    expect(responseIssuer({ issuer, responseIss: 'openid' }, ['api', 'openid'])).to.equal(issuer)
    expect(responseIssuer({ issuer, responseIss: 'always' }, [])).to.equal(issuer)
    const target = { redirectUri: 'https://a.example/', state: undefined, issuer: undefined }
    expect(successLocation(target, 'c')).to.equal('https://a.example/?code=c')
  })

  it('S-020 code or error, and one iss', () => {
    const target = { redirectUri: 'https://a.example/', state: 'x', issuer }
    for (const [location, own, other] of [
      [successLocation(target, 'c'), 'code', 'error'],
      [errorLocation(target, accessDenied()), 'error', 'code'],
    ] as const) {
      const query = new URL(location).searchParams
      expect(query.getAll('iss')).to.deep.equal([issuer])
      expect(query.getAll(own)).to.have.length(1)
      expect(query.has(other)).to.be.false
    }
  })
})
