// Where a bounced request may go on: one of our pages, canonical, byte for byte the same parameters.
import { expect } from 'chai'
import fc from 'fast-check'
import { canonicalTarget } from '../../src/studip/target.ts'

const root = { baseUrl: 'https://studip.example.org/' }
const sub = { baseUrl: 'https://studip.example.org/studip/' }

describe('target of a bounce', () => {
  const same: Readonly<Record<string, string>> = {
    '/dispatch.php/api/oauth2/authorize': '/dispatch.php/api/oauth2/authorize',
    '/dispatch.php/api/oauth2/authorize/': '/dispatch.php/api/oauth2/authorize',
    '/dispatch.php/admin/oauth2': '/dispatch.php/admin/oauth2',
    '/dispatch.php/admin/oauth2/index': '/dispatch.php/admin/oauth2/index',
    '/dispatch.php/api/oauth2/applications/details/0a1b': '/dispatch.php/api/oauth2/applications/details/0a1b',
    '//dispatch.php/api//%6fauth2/authorize': '/dispatch.php/api/oauth2/authorize',
    '/dispatch.php/api/oauth2/authorize?': '/dispatch.php/api/oauth2/authorize',
    '/dispatch.php/api/oauth2/authorize?a=b&&c': '/dispatch.php/api/oauth2/authorize?a=b&c=',
    '/dispatch.php/api/oauth2/authorize?state=a?b/c:d&x=1;2':
      '/dispatch.php/api/oauth2/authorize?state=a%3Fb%2Fc%3Ad&x=1%3B2',
    '/dispatch.php/api/oauth2/authorize?state=a+b%2Bc&state=%26%3D':
      '/dispatch.php/api/oauth2/authorize?state=a%20b%2Bc&state=%26%3D',
    '/dispatch.php/api/oauth2/authorize?state=%ff%00%C3%A4%zz%':
      '/dispatch.php/api/oauth2/authorize?state=%FF%00%C3%A4%25zz%25',
    '/dispatch.php/api/oauth2/authorize?a.b[c]=1': '/dispatch.php/api/oauth2/authorize?a.b%5Bc%5D=1',
  }
  for (const [raw, canonical] of Object.entries(same)) {
    it(`${raw} is ${canonical}`, () => expect(canonicalTarget(raw, root)).to.equal(canonical))
  }
  const foreign = [
    'https://evil.example/dispatch.php/api/oauth2/authorize',
    '//evil.example/dispatch.php/api/oauth2/authorize',
    '/\\evil.example',
    '',
    '/dispatch.php/start',
    '/dispatch.php/api/oauth2xyz',
    '/dispatch.php/admin/oauth2/../user',
    '/dispatch.php/api/oauth2/%2e%2e/x',
    '/logout.php',
    '/dispatch.php/api/oauth2/authorize\r\nSet-Cookie: a=b',
    '/dispatch.php/api/oauth2/x%0d%0aSet-Cookie: a=b',
    '/dispatch.php/api/oauth2/resume',
    '/dispatch.php/api/oauth2/resume/',
    '/dispatch.php/api/oauth2/resume/x?y',
    '/studip/dispatch.php/api/oauth2/authorize',
  ]
  for (const raw of foreign)
    it(`S-007 ${JSON.stringify(raw)} is no target`, () => expect(canonicalTarget(raw, root)).to.equal(undefined))

  it('keeps to the sub-path of the installation', () => {
    expect(canonicalTarget('/studip/dispatch.php/api/oauth2/authorize?x=1', sub)).to.equal(
      '/studip/dispatch.php/api/oauth2/authorize?x=1',
    )
    expect(canonicalTarget('/dispatch.php/api/oauth2/authorize', sub)).to.equal(undefined)
  })
  it('gives every byte of every parameter back, and changes nothing the second time', () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array))
    const percent = (value: Buffer) => Array.from(value, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
    const decode = (text: string) =>
      Buffer.from(
        text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
        'latin1',
      )
    fc.assert(
      fc.property(bytes, (state) => {
        const canonical = canonicalTarget(`/dispatch.php/api/oauth2/authorize?state=${percent(state)}`, root)!
        expect(decode(canonical.split('state=')[1]!)).to.deep.equal(state)
        expect(canonicalTarget(canonical, root)).to.equal(canonical)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (state) => {
        const target = canonicalTarget(`/dispatch.php/api/oauth2/authorize?state=${encodeURIComponent(state)}`, root)!
        expect(new URL(target, root.baseUrl).searchParams.get('state')).to.equal(state)
      }),
    )
  })
})
