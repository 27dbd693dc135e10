// Which redirect URI a request may name: nearly none, and only byte for byte.
import { expect } from 'chai'
import fc from 'fast-check'
import { acceptedRedirectUri, redirectUriMatches } from '../../src/oauth/redirect-uri.ts'
import { isFixedToItsPort } from '../../src/oauth/redirect-uri-registration.ts'

describe('redirect URI of a request', () => {
  const registered = 'https://app.example.org/callback'
  const foreign: readonly (readonly [string, string, string?])[] = [
    ['the host in capitals', 'https://APP.example.org/callback'],
    ['the scheme in capitals', 'HTTPS://app.example.org/callback'],
    ['the path in capitals', 'https://app.example.org/Callback'],
    ['a trailing slash', `${registered}/`],
    ['a missing slash', 'https://app.example.org', 'https://app.example.org/'],
    ['an added query', `${registered}?next=https://evil.example`],
    ['an empty query', `${registered}?`],
    ['a fragment', `${registered}#`],
    ['another percent-encoding', 'https://app.example.org/%63allback'],
    ['other hex digits', 'https://app.example.org/%e4', 'https://app.example.org/%E4'],
    ['dot segments', 'https://app.example.org/x/../callback'],
    ['userinfo', 'https://user@app.example.org/callback'],
    ['the registered host as userinfo', 'https://app.example.org@evil.example/callback'],
    ['a backslash', 'https://app.example.org\\@evil.example/callback'],
    ['the default port', 'https://app.example.org:443/callback'],
    ['another port', 'https://app.example.org:8443/callback'],
    ['a longer host', 'https://app.example.org.evil.example/callback'],
    ['a blank before', ` ${registered}`],
    ['a line end after', `${registered}\n`],
    ['NUL after', `${registered}\0`],
    ['a subdomain for a *', 'https://evil.example.org/', 'https://*.example.org/'],
    ['a path for a *', 'https://app.example.org/evil', 'https://app.example.org/*'],
    ['anything for a *', 'https://evil.example/', '*'],
    ['http for https', 'http://app.example.org/callback'],
    ['the same letters composed otherwise', 'https://app.example.org/u\u0308', 'https://app.example.org/\u00fc'],
  ]
  for (const [what, requested, own = registered] of foreign) {
    it(`S-001 ${what} is another URI: ${JSON.stringify(requested)}`, () => {
      expect(redirectUriMatches(requested, own)).to.be.false
      expect(acceptedRedirectUri(requested, [own, 'https://other.example/'])).to.be.undefined
    })
  }

  it('S-001 no text passes but the registered ones, wherever it was changed', () => {
    fc.assert(
      fc.property(
        fc.webUrl({ withQueryParameters: true }),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 3, unit: 'binary' }),
        fc.boolean(),
        (uri, at, text, insert) => {
          const cut = at % (uri.length + 1)
          const other = uri.slice(0, cut) + text + uri.slice(insert ? cut : cut + text.length)
          expect(acceptedRedirectUri(uri, [uri])).to.equal(uri)
          expect(acceptedRedirectUri(other, [uri])).to.equal(other === uri ? uri : undefined)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('S-003 none named is the only registered one, and nothing when there are none or several', () => {
    expect(acceptedRedirectUri(undefined, [registered])).to.equal(registered)
    expect(acceptedRedirectUri(undefined, [])).to.be.undefined
    expect(acceptedRedirectUri(undefined, [registered, 'https://other.example/'])).to.be.undefined
    expect(acceptedRedirectUri(undefined, [registered, registered])).to.be.undefined
  })

  const freePort: readonly (readonly [string, string])[] = [
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb'],
    ['http://[::1]/cb', 'http://[::1]:51004/cb'],
    ['http://127.0.0.1:8080/cb?a=b', 'http://127.0.0.1:9090/cb?a=b'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1'],
  ]
  for (const [own, requested] of freePort) {
    it(`S-076 ${own} matches ${requested}`, () => {
      expect(acceptedRedirectUri(requested, [own])).to.equal(requested)
    })
  }

  it('C8 of the addresses of this device, all but http://127.0.0.1 and http://[::1] are said to be bound to their port', () => {
    for (const uri of [
      'http://localhost',
      'http://LOCALHOST:80/cb',
      'http://localhost?a',
      'HTTP://127.0.0.1/cb',
      'Http://[::1]:1/',
    ])
      expect(isFixedToItsPort(uri), uri).to.equal(true)
    for (const uri of [
      ...freePort.map(([own]) => own),
      'http://localhost.example.org/',
      'x.localhost:/cb',
      'https://a.example/',
    ])
      expect(isFixedToItsPort(uri), uri).to.equal(false)
  })

  const fixedPort: readonly (readonly [string, string])[] = [
    ['http://localhost/cb', 'http://localhost:51004/cb'],
    ['https://127.0.0.1/cb', 'https://127.0.0.1:51004/cb'],
    ['https://app.example.org/cb', 'https://app.example.org:51004/cb'],
    ['http://127.1/cb', 'http://127.1:51004/cb'],
    ['http://127.0.0.1/cb', 'http://127.1:51004/cb'],
    ['http://127.0.0.1/cb', 'http://2130706433:51004/cb'],
    ['http://127.0.0.1/cb', 'http://0x7f000001/cb'],
    ['http://2130706433/cb', 'http://2130706433:51004/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1.example.org/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004@evil.example/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004.evil.example/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/CB'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb/'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb?x'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/./cb'],
    ['http://127.0.0.1/cb', 'http://[::1]/cb'],
    ['http://127.0.0.1/cb', 'http://localhost/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.2/cb'],
    ['http://[::1]/cb', 'http://[0:0:0:0:0:0:0:1]/cb'],
    ['http://127.0.0.1/cb', 'HTTP://127.0.0.1:51004/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:510041/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:-1/cb'],
    ['http://127.0.0.1/cb', 'http://user@127.0.0.1:51004/cb'],
    ['http://127.0.0.1', 'http://127.0.0.1:51004\n'],
  ]
  for (const [own, requested] of fixedPort) {
    it(`S-076 ${own} does not match ${JSON.stringify(requested)}`, () => {
      expect(acceptedRedirectUri(requested, [own])).to.be.undefined
    })
  }

  it('S-076 any port, and nothing but the port', () => {
    const host = fc.constantFrom('http://127.0.0.1', 'http://[::1]')
    const path = fc.webPath().map((text) => (text.startsWith('/') ? text : `/${text}`))
    fc.assert(
      fc.property(host, path, path, fc.integer({ min: 0, max: 65535 }), (origin, own, other, port) => {
        expect(redirectUriMatches(`${origin}:${port}${own}`, `${origin}${own}`)).to.be.true
        expect(redirectUriMatches(`${origin}:${port}${other}`, `${origin}${own}`)).to.equal(own === other)
      }),
    )
  })
})
