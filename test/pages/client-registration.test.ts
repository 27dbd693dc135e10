// What may be registered as a client: the rules behind the form and the command line.
import { expect } from 'chai'
import type { ClientRegistration } from '../../src/oauth/client-registration.ts'
import { checkClientRegistration } from '../../src/oauth/client-registration.ts'
import { checkRedirectUri } from '../../src/oauth/redirect-uri-registration.ts'

const typed = (changes: Partial<ClientRegistration> = {}): ClientRegistration => ({
  name: 'Campus App',
  redirect: 'https://client.example.org/cb',
  description: '',
  confidentiality: 'public',
  owner: 'Rechenzentrum',
  homepage: 'https://rz.example.org',
  admin_notes: '',
  ...changes,
})
const codesOf = (changes: Partial<ClientRegistration>) => {
  const result = checkClientRegistration(typed(changes))
  return 'faults' in result ? result.faults.map(({ field, code }) => `${field} ${code}`) : []
}

describe('a new redirect URI', () => {
  const refused: Readonly<Record<string, readonly string[]>> = {
    fragment: ['https://x.de/#f', 'https://x.de#', 'com.example.app:/cb#x'],
    userinfo: ['https://user@x.de/cb', 'https://u:p@x.de/', 'com.example.app://u@x', 'https://@x.de/'],
    comma: ['https://x.de/a,b'],
    'white-space': [
      'https://x.de/a b',
      ' https://x.de/',
      'https://x.de/\t',
      'https://x.de/\u0000',
      'https://x.de/\u00a0',
      'java\nscript:x',
      'https://x.de/\u202e',
    ],
    'no-scheme': ['x.de/cb', '/cb', '//x.de/cb', '', 'ä:/x'],
    'dangerous-scheme': [
      'javascript:alert(1)',
      'JavaScript://x/%0aalert(1)',
      'data:text/html,x'.replace(',', ';'),
      'vbscript:x',
      'FILE:///etc/passwd',
      'blob:https://x.de/1',
      'about:blank',
      'intent://x/#Intent;end'.replace('#', ''),
      'view-source:https://x.de/',
      'ws://x.de/',
      'mailto:a@x.de',
    ],
    wildcard: ['https://*/cb', 'https://*.x.de/', 'https://x.de/*', 'com.example.app:/*', 'https://x.de:*/cb'],
    port: ['http://127.0.0.1:0/cb', 'http://[::1]:0', 'https://x.de:/cb', 'https://x.de:080/', 'http://localhost:00/'],
    'dot-segment': [
      'https://x.de/a/../cb',
      'https://x.de/./cb',
      'https://x.de/..',
      'https://x.de/%2e%2E/cb',
      'https://x.de/.%2e/cb',
      'com.example.app:/../cb',
    ],
    'response-parameter': ['https://x.de/cb?code=1', 'https://x.de/?a=b&state=', 'https://x.de/?%69ss=x'],
    'non-ascii': ['https://exämple.de/', 'https://x.de/Rückkehr', 'com.example.app:/ö', 'https://x.de/\u2026'],
    malformed: [
      'https://%2A/cb',
      'https://x%2ede/',
      'https://',
      'https:x.de',
      'https:///cb',
      'https://x.de\\@evil.example/',
      'https://x.de:99999/',
      'https://x.de/<b>',
      'https://x.de/%zz',
      'com.example.app:',
      'com.example.app:cb',
      'com.example.app://',
    ],
    'too-long': [`https://x.de/${'a'.repeat(1000)}`],
  }
  for (const [fault, uris] of Object.entries(refused)) {
    for (const uri of uris) {
      it(`S-004 A17 ${JSON.stringify(uri.slice(0, 60))} is refused: ${fault}`, () => {
        expect(checkRedirectUri(uri)).to.equal(fault)
        expect(checkRedirectUri(uri, { insecureHttp: true, sharedScheme: true })).to.equal(fault)
      })
    }
  }

  for (const uri of [
    'http://x.de/cb',
    'http://127.1/cb',
    'http://2130706433/',
    'http://127.0.0.1.example.org/',
    'http://[::2]/',
  ]) {
    it(`S-005 ${uri} is stored only by an operator who insists`, () => {
      expect(checkRedirectUri(uri)).to.equal('insecure-http')
      expect(checkRedirectUri(uri, { sharedScheme: true })).to.equal('insecure-http')
      expect(checkRedirectUri(uri, { insecureHttp: true, sharedScheme: true })).to.equal(undefined)
    })
  }

  for (const uri of [
    'https://x.de/cb?a=1&b=%20',
    'https://x.de',
    'http://127.0.0.1/cb',
    'http://127.0.0.1:8080/',
    'http://[::1]:80/x',
    'http://localhost:3000/cb',
    'https://x.de:443/cb',
    'https://x.de/.well-known/cb',
    'https://x.de/a..b/...?x=*&codes=1',
    'HTTPS://X.de/',
  ]) {
    it(`S-005 ${uri} may be registered`, () => expect(checkRedirectUri(uri)).to.equal(undefined))
  }

  for (const uri of ['com.example.app:/cb', 'com.example.app://cb', 'org.example.my-app:/oauth?x=1']) {
    it(`S-077 ${uri} may be registered`, () => expect(checkRedirectUri(uri)).to.equal(undefined))
  }

  for (const uri of ['myapp:/cb', 'myapp://cb', 'a+b:/x']) {
    it(`S-077 ${uri} has a scheme without a dot: only an operator who insists may`, () => {
      expect(checkRedirectUri(uri)).to.equal('scheme-without-dot')
      expect(checkRedirectUri(uri, { insecureHttp: true })).to.equal('scheme-without-dot')
      expect(checkRedirectUri(uri, { sharedScheme: true })).to.equal(undefined)
      expect(checkRedirectUri(uri, { insecureHttp: true, sharedScheme: true })).to.equal(undefined)
    })
  }
})

describe('a new client', () => {
  it('passes trimmed, with one redirect URI a line and none twice', () => {
    const result = checkClientRegistration(
      typed({
        name: ' Campus App ',
        redirect: 'https://a.de/cb\r\n\r\n  https://b.de/cb \nhttps://a.de/cb',
        confidentiality: 'confidential',
      }),
    )
    expect(result).to.deep.equal({
      client: {
        name: 'Campus App',
        redirectUris: ['https://a.de/cb', 'https://b.de/cb'],
        description: '',
        confidential: true,
        owner: 'Rechenzentrum',
        homepage: 'https://rz.example.org',
        adminNotes: '',
      },
    })
  })

  it('S-004 without a redirect URI is refused', () => {
    expect(codesOf({ redirect: '' })).to.deep.equal(['redirect missing'])
    expect(codesOf({ redirect: ' \r\n \n' })).to.deep.equal(['redirect missing'])
  })

  it('S-004 with one bad redirect URI among good ones is refused, and the bad one is named', () => {
    const result = checkClientRegistration(typed({ redirect: 'https://a.de/cb\njavascript:alert(1)\nhttps://b.de/#x' }))
    expect(result).to.deep.equal({
      faults: [
        { field: 'redirect', code: 'dangerous-scheme', uri: 'javascript:alert(1)' },
        { field: 'redirect', code: 'fragment', uri: 'https://b.de/#x' },
      ],
    })
  })

  it('tells every fault at once', () => {
    expect(
      codesOf({ name: '  ', owner: '', homepage: '', confidentiality: 'both', redirect: 'http://x.de' }),
    ).to.deep.equal([
      'name missing',
      'owner missing',
      'homepage missing',
      'confidentiality missing',
      'redirect insecure-http',
    ])
  })

  it('keeps to the limits of 255, 1,000, 100 and 200 characters', () => {
    expect(
      codesOf({
        name: 'ä'.repeat(255),
        owner: '💡'.repeat(100),
        description: 'x'.repeat(1000),
        homepage: `https://x.de/${'a'.repeat(187)}`,
      }),
    ).to.deep.equal([])
    expect(codesOf({ name: 'ä'.repeat(256) })).to.deep.equal(['name too-long'])
    expect(codesOf({ owner: 'x'.repeat(101) })).to.deep.equal(['owner too-long'])
    expect(codesOf({ description: 'x'.repeat(1001) })).to.deep.equal(['description too-long'])
    expect(codesOf({ homepage: `https://x.de/${'a'.repeat(188)}` })).to.deep.equal(['homepage too-long'])
    expect(
      codesOf({ redirect: Array.from({ length: 40 }, (_, i) => `https://x.de/callback/${i}/aaaa`).join('\r\n') }),
    ).to.deep.equal(['redirect too-long'])
    expect(codesOf({ description: 'line\r\n'.repeat(200) })).to.deep.equal([])
  })

  for (const homepage of ['javascript:alert(1)', 'ftp://x.de', 'x.de', 'https://u:p@x.de', 'https:x.de', 'http://']) {
    it(`the homepage ${homepage} is refused`, () => expect(codesOf({ homepage })).to.deep.equal(['homepage malformed']))
  }

  it('a name with a line feed inside is refused', () =>
    expect(codesOf({ name: 'Campus\nApp' })).to.deep.equal(['name malformed']))

  it('S-028 a name or owner that nobody sees is none', () => {
    for (const text of [
      '\u200b',
      '\u00ad \ufeff',
      '\u2800',
      '\u3164',
      '\u115f\u1160',
      '\u{e0041}',
      '\u200e\u200f',
      '\u2060',
    ])
      for (const field of ['name', 'owner'] as const)
        expect(codesOf({ [field]: text }), JSON.stringify(text)).to.deep.equal([`${field} missing`])
  })

  it('S-028 a name or owner that turns the direction of what is read is refused; names of right-to-left scripts are not', () => {
    for (const text of ['\u202ePI.dutS', 'Stud\u2067.IP', 'a\u202a', '\u2066x\u2069'])
      for (const field of ['name', 'owner'] as const)
        expect(codesOf({ [field]: text }), JSON.stringify(text)).to.deep.equal([`${field} malformed`])
    for (const name of ['تطبيق\u200f ٢', 'אפליקציה', '👩\u200d💻 App', 'می\u200cخواهم'])
      expect(codesOf({ name }), name).to.deep.equal([])
  })
})
