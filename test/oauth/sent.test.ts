// What is repeated of a request: one line, printable, bounded, and without what opens a door (D29, S-095, S-118).
import { expect } from 'chai'
import fc from 'fast-check'
import { bounds } from '../../src/bounds.ts'
import { loggedUri, printable, whatWasSent } from '../../src/oauth/sent.ts'

describe('what a request sent', () => {
  const hostile = fc.string({ unit: 'binary', maxLength: 2000 })

  it('S-118 is printable ASCII of bounded length, whatever it was', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const shown of [printable(text), loggedUri(text)]) {
          expect(shown).to.match(/^[\x20-\x7e]*$/)
          expect(shown.length).to.be.at.most(6 * (bounds.repeated.most + 3))
        }
      }),
    )
  })

  it('S-095 has no value of a code, token, state or password, wherever a client put it', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9_.~-]{6,60}$/).map((text) => `Zq7${text}`)
    const place = fc.constantFrom(
      (text: string) => `https://a.example/cb?code=${text}`,
      (text: string) => `https://a.example/cb?x=1&state=${text}&y=2`,
      (text: string) => `https://a.example/cb?ID_TOKEN=${text}`,
      (text: string) => `https://a.example/cb#access_token=${text}`,
      (text: string) => `https://user:${text}@a.example/cb`,
      (text: string) => `https://a.example/cb?%63od%65=${text}`,
      (text: string) => `https://a.example/cb??code=${text}`,
      (text: string) => `/cb?client_secret=${text}#`,
    )
    fc.assert(
      fc.property(place, secret, (at, text) => {
        expect(loggedUri(at(text))).to.not.include(text)
        expect(JSON.stringify(whatWasSent({ client_id: [text], redirect_uri: [at(text)] }))).to.not.include(text)
      }),
    )
  })

  it('S-095 has no code, token or password that came in the place of a name, however short', () => {
    const letters = 'BCDFGHJKLMNPQRSTVWXZ'.split('')
    const userCode = fc
      .array(fc.constantFrom(...letters), { minLength: 8, maxLength: 8 })
      .map((code) => code.join(''))
      .chain((code) =>
        fc.constantFrom(
          code,
          `${code.slice(0, 4)}-${code.slice(4)}`,
          code.toLowerCase(),
          `${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase(),
          `${code.slice(0, 4)} ${code.slice(4)}`.toLowerCase(),
        ),
      )
    const short = fc.oneof(
      userCode,
      fc.stringMatching(/^[0-9]{6}$/),
      fc.stringMatching(/^[a-z]{2}[0-9A-Z]{3,28}$/),
      fc.stringMatching(/^eyJ[A-Za-z0-9_-]{4,20}(?:\.[A-Za-z0-9_-]{4,20}){2,4}$/),
      fc.stringMatching(/^[a-z]{40}$/),
    )
    fc.assert(
      fc.property(short, fc.constantFrom('scope', 'response_type', 'grant_type'), (text, name) => {
        expect(JSON.stringify(whatWasSent({ [name]: [text] }))).to.not.include(text)
        if (!text.includes(' ')) expect(JSON.stringify(whatWasSent({ [name]: [`api ${text}`] }))).to.not.include(text)
      }),
    )
  })

  it('has the names that were meant', () => {
    const names = {
      scope: 'api api.read openid offline_access read:user https://other.example/read',
      response_type: 'id_token',
      grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer',
    }
    const raw = Object.fromEntries(Object.entries(names).map(([name, value]) => [name, [value]]))
    expect(whatWasSent(raw)).to.deep.equal({
      scope: names.scope,
      responseType: names.response_type,
      grantType: names.grant_type,
    })
    expect(whatWasSent({ scope: ['api Xy7'] }).scope).to.equal('api ***')
  })

  it('is otherwise as it was', () => {
    for (const uri of [
      'https://app.example.org/cb/?tenant=4&x',
      'com.example.app:/cb',
      'http://localhost:4711/cb',
      'urn:ietf:wg:oauth:2.0:oob',
      'https://app.example.org/7f9c24e8-3b12-4fef-91e0-56a2d5a7b1cd/cb',
    ])
      expect(loggedUri(uri)).to.equal(uri)
  })
})
