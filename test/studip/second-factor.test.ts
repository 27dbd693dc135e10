// The second factor as PHP computes it: contract §2.3.
import { expect } from 'chai'
import { confirms, totp, totpCounter } from '../../src/studip/second-factor.ts'
import { parseSession } from '../../src/studip/session.ts'

const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const vectors = [
  [59n, 30n, 1n, '503347'],
  [1234567890123456789n, 30n, 41152263004115224n, '801652'],
  [4611686018427387905n, 30n, 153722867280912928n, '350958'],
  [9223372036854775807n, 30n, 307445734561825856n, '875613'],
  [9223372036854775807n, 5n, 1844674407370955264n, '485361'],
  [1234567890123456789n, 5n, 246913578024691360n, '822876'],
] as const
const factor = (type: string, more = {}) => ({ secret, confirmed: true, type, ...more })

describe('second factor', () => {
  for (const [timeslice, period, counter, code] of vectors) {
    it(`S-106 timeslice ${timeslice}, period ${period}: counter ${counter}, code ${code}`, () => {
      expect(totpCounter(timeslice, period)).to.equal(counter)
      expect(totp(secret, timeslice, period)).to.equal(code)
    })
  }
  it('computes the codes of RFC 6238, appendix B, in six digits', () => {
    const ascii = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
    expect(
      [59n, 1111111109n, 1111111111n, 1234567890n, 2000000000n, 20000000000n].map((time) => totp(ascii, time, 30n)),
    ).to.deep.equal(['287082', '081804', '050471', '005924', '279037', '353130'])
  })
  it('S-106 a mail code lives five seconds in 5.x and thirty in 6.x', () => {
    const [five, thirty] = [
      { code: '822876', timeslice: 1234567890123456789n },
      { code: '801652', timeslice: 1234567890123456789n },
    ]
    expect([confirms(five, factor('email'), 5), confirms(five, factor('email'), 6)]).to.deep.equal([true, false])
    expect([confirms(thirty, factor('email'), 5), confirms(thirty, factor('email'), 6)]).to.deep.equal([false, true])
    expect([confirms(thirty, factor('app'), 5), confirms(thirty, factor('app'), 6)]).to.deep.equal([true, true])
  })
  it('reads a padded secret and refuses one that is not Base32', () => {
    const confirmation = { code: '503347', timeslice: 59n }
    expect(confirms(confirmation, factor('app', { secret: `${secret}====` }), 6)).to.equal(true)
    for (const broken of ['', '====', `${secret}1`, `${secret.slice(1)}!`])
      expect(confirms(confirmation, factor('app', { secret: broken }), 6), broken).to.equal(false)
  })
  const refused: Readonly<Record<string, { code: string; timeslice: bigint }>> = {
    'a wrong code': { code: '503348', timeslice: 59n },
    'too few digits': { code: '50334', timeslice: 59n },
    'a leading zero too many': { code: '0503347', timeslice: 59n },
    'a line end behind': { code: '503347\n', timeslice: 59n },
    'another timeslice': { code: '503347', timeslice: 60n },
    'a negative timeslice': { code: '503347', timeslice: -59n },
    'more than 63 bits': { code: totp(secret, 2n ** 63n, 30n)!, timeslice: 2n ** 63n },
  }
  for (const [name, confirmation] of Object.entries(refused)) {
    it(`S-106 refuses ${name}`, () => expect(confirms(confirmation, factor('app'), 6)).to.equal(false))
  }
  it("S-106 the session must hold code and timeslice in PHP's own types", () => {
    const confirmation = (text: string) => parseSession(Buffer.from(`tfa/confirmed|${text}`), 6).confirmation
    expect(confirmation('a:2:{s:4:"code";s:6:"503347";s:9:"timeslice";i:59;}')).to.deep.equal({
      code: '503347',
      timeslice: 59n,
    })
    for (const text of [
      'b:1;',
      'a:0:{}',
      'a:1:{s:4:"code";s:6:"503347";}',
      'a:2:{s:4:"code";i:503347;s:9:"timeslice";i:59;}',
      'a:2:{s:4:"code";s:6:"503347";s:9:"timeslice";d:59;}',
    ]) {
      expect(confirmation(text), text).to.equal(undefined)
    }
  })
})
