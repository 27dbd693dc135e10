// Whose identity may be read from a session string: contract §1.3–§1.5.
import { expect } from 'chai'
import fc from 'fast-check'
import { parseSession } from '../../src/studip/session.ts'
import { goldenFiles, readFixture } from './golden.ts'

interface SyntheticCase {
  readonly name: string
  readonly description: string
  readonly val_hex: string
  readonly uid: string | null
}
const { cases } = readFixture<{ readonly cases: readonly SyntheticCase[] }>('synthetic.json')

const uid = 'e7a0a84b161f3e8c09b4a0a2e8a58147'
const uidOf = (text: string, major = 6) => parseSession(Buffer.from(text, 'latin1'), major).userId
const auth6 = `auth|a:1:{s:3:"uid";s:32:"${uid}";}`
const auth5 = (id: string, className = 'Seminar_Default_Auth') =>
  `auth|O:${className.length}:"${className}":2:{s:4:"auth";a:2:{s:3:"uid";s:${id.length}:"${id}";s:4:"perm";s:4:"root";}s:9:"classname";s:${className.length}:"${className}";}`

describe('session string: cases made with PHP', () => {
  for (const { name, description, val_hex, uid: expected } of cases) {
    it(`${name} (${description})`, () => {
      expect(parseSession(Buffer.from(val_hex, 'hex'), 6).userId ?? null).to.equal(expected)
    })
  }
})

describe('session string: shape of auth by version', () => {
  for (const className of ['Seminar_Auth', 'Seminar_Default_Auth', 'Seminar_Register_Auth']) {
    it(`5.x reads ${className}`, () => expect(uidOf(auth5(uid, className), 5)).to.equal(uid))
  }
  it('5.x does not believe another class', () => expect(uidOf(auth5(uid, 'Seminar_Evil'), 5)).to.equal(undefined))
  it('S-102 5.x does not believe the shape of 6.x', () => expect(uidOf(auth6, 5)).to.equal(undefined))
  it('S-102 6.x does not believe the shape of 5.x', () => expect(uidOf(auth5(uid), 6)).to.equal(undefined))
  it('5.x ignores a protected property of the name', () => {
    const text = `auth|O:12:"Seminar_Auth":1:{s:7:"\0*\0auth";a:1:{s:3:"uid";s:32:"${uid}";}}`
    expect(uidOf(text, 5)).to.equal(undefined)
  })
  for (const id of ['nobody', 'form', '']) {
    it(`S-103 5.x: ${JSON.stringify(id)} is nobody`, () => expect(uidOf(auth5(id), 5)).to.equal(undefined))
  }
  it('S-103 semi_logged_in alone is no login', () =>
    expect(uidOf(`semi_logged_in|s:32:"${uid}";auth|a:1:{s:3:"uid";s:6:"nobody";}`)).to.equal(undefined))
  it('reads when the login was, unless that is no time', () => {
    const start = (text: string) => parseSession(Buffer.from(text), 6).sessionStart
    expect(start('SessionStart|i:1795469602;')).to.equal(1_795_469_602)
    for (const text of [
      '',
      'SessionStart|i:0;',
      'SessionStart|i:-5;',
      'SessionStart|s:2:"17";',
      'SessionStart|b:1;',
      'SessionStart|i:9223372036854775807;',
    ])
      expect(start(text), text).to.equal(undefined)
  })
  it('R9 reads whether the session asks for high contrast, as PHP would ask it whether it is empty', () => {
    const asks = (text: string) => parseSession(Buffer.from(text), 6).highContrast
    for (const text of ['contrast|i:1;', 'contrast|b:1;', 'contrast|s:1:"1";']) expect(asks(text), text).to.equal(true)
    for (const text of [
      '',
      'contrast|i:0;',
      'contrast|b:0;',
      'contrast|s:1:"0";',
      'contrast|s:0:"";',
      'contrast|N;',
      'contrast|i:1',
    ])
      expect(asks(text), text).to.equal(false)
  })
  it('S-103 nothing is no login', () => expect(uidOf('SessionStart|i:1795469602;')).to.equal(undefined))
})

describe('session string: constructs of PHP', () => {
  const constructs: Readonly<Record<string, string>> = {
    'a custom-serialised object with braces and quotes in it': 'c|C:3:"Foo":13:{a:9:{";}|s:99}',
    'an object with private and protected properties': 'o|O:1:"A":2:{s:4:"\0*\0p";i:1;s:4:"\0A\0q";N;}',
    'an enum': 'e|E:11:"Suit:Hearts";',
    doubles: 'd|a:5:{i:0;d:INF;i:1;d:-INF;i:2;d:NAN;i:3;d:1.0E+25;i:4;d:-1.5;}',
    'references into other keys': 'o|O:1:"A":1:{s:1:"x";i:1;}p|r:1;q|a:1:{i:0;R:2;}',
    'a key with slashes and backslashes': 'Trails\\Flash/x|b:1;',
    'an empty key': '|i:1;',
    'UTF-8 in strings, counted in bytes': `n|s:6:"${Buffer.from('äöü').toString('latin1')}";`,
    'a lone undefined variable': '!gone|',
    'integers of 64 bits': 'i|a:2:{i:-9223372036854775808;i:9223372036854775807;i:0;i:-0;}',
  }
  for (const [name, text] of Object.entries(constructs)) {
    it(`reads past ${name}`, () => {
      expect(uidOf(text + auth6), 'before').to.equal(uid)
      if (!text.startsWith('!')) expect(uidOf(auth6 + text), 'after').to.equal(uid)
    })
  }
  const anonymous: Readonly<Record<string, string>> = {
    'auth is a reference': `x|a:1:{s:3:"uid";s:32:"${uid}";}auth|R:1;`,
    'auth is an object reference': `x|O:1:"A":1:{s:3:"uid";s:32:"${uid}";}auth|r:1;`,
    'auth occurs twice': auth6 + auth6,
    'uid occurs twice': `auth|a:2:{s:3:"uid";s:32:"${'0'.repeat(32)}";s:3:"uid";s:32:"${uid}";}`,
    'auth is custom-serialised': `auth|C:1:"A":5:{12345}`,
    'auth is undefined': '!auth|x|i:1;',
    'uid is in a nested array': `auth|a:1:{i:0;a:1:{s:3:"uid";s:32:"${uid}";}}`,
    'a byte too many follows': `${auth6}}`,
    'a key has no value': `${auth6}x|`,
    'the front was cut off in a string': `${auth6}";x|i:1;`,
    'a length is longer than its string': auth6.replace('s:32', 's:33'),
    'a length is shorter than its string': auth6.replace('s:32', 's:31'),
    'a count is too small': `auth|a:0:{s:3:"uid";s:32:"${uid}";}`,
    'an array key is an array': `auth|a:1:{a:0:{}s:32:"${uid}";}`,
    'a boolean is 2': `b|b:2;${auth6}`,
    'a boolean has two digits': `b|b:10;${auth6}`,
    'an integer is a lone minus': `i|i:-;${auth6}`,
    'a double is two numbers': `d|d:1.2.3;${auth6}`,
    'an integer is a word': `b|i:one;${auth6}`,
    'a type is unknown': `b|x:1;${auth6}`,
    'uid has a null byte': `auth|a:1:{s:3:"uid";s:32:"${uid.slice(1)}\0";}`,
    'uid has a blank behind': `auth|a:1:{s:3:"uid";s:32:"${uid.slice(1)} ";}`,
    'uid is empty': 'auth|a:1:{s:3:"uid";s:0:"";}',
    'uid is a number in a string of digits? no: an integer': 'auth|a:1:{s:3:"uid";i:12345678901234567890;}',
  }
  for (const [name, text] of Object.entries(anonymous)) {
    it(`S-103 anonymous when ${name}`, () => expect(uidOf(text)).to.equal(undefined))
  }
})

const large = 16 * 1024 * 1024

/** Milliseconds of processors, which other work on the machine does not use. */
const workOf = (work: () => unknown): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
const everyByteOf = (bytes: Buffer): number => {
  let sum = 0
  for (let at = 0; at < bytes.length; at++) sum += bytes[at]!
  return sum
}
const zeros = Buffer.alloc(large)
// Compiled before it is a measure.
for (let run = 0; run < 3; run++) everyByteOf(zeros)
/**
 * At most 50 ms, or twice the work of looking at every byte of 16 MB where the machine is slow; best of ten, because
 * compilers and collectors work beside.
 */
const isCheap = (bytes: Buffer, major = 6): boolean => {
  let [parsing, looking] = [workOf(() => parseSession(bytes, major)), 0]
  for (let run = 0; run < 10 && parsing > Math.max(50, 2 * looking); run++) {
    // The slowest look counts: the machine is as slow as it was in its worst moment, and only for a moment.
    looking = Math.max(
      looking,
      workOf(() => everyByteOf(zeros)),
    )
    parsing = Math.min(
      parsing,
      workOf(() => parseSession(bytes, major)),
    )
  }
  return parsing <= Math.max(50, 2 * looking)
}

describe('session string: hostile input is cheap', () => {
  const bombs: Readonly<Record<string, string>> = {
    'open arrays': 'auth|' + 'a:1:{i:0;'.repeat(large / 9 - 10),
    'open objects': 'auth|' + 'O:1:"A":1:{i:0;'.repeat(large / 16),
    'closed arrays, too deep': `auth|${'a:1:{i:0;'.repeat(5000)}N;${'}'.repeat(5000)}`,
    'millions of values': `x|a:2700000:{${'i:1;N;'.repeat(2_700_000)}}${auth6}`,
    'millions of doubles': `x|a:1600000:{${'i:0;d:0.5;'.repeat(1_600_000)}}${auth6}`,
    'millions of keys': 'a|N;'.repeat(large / 4 - 30) + auth6,
    'a key without an end': 'x'.repeat(large),
    'a number without an end': `x|d:${'1'.repeat(large - 10)}`,
    'an array of a hundred thousand in auth': `auth|a:90000:{${'i:1;N;'.repeat(90_000)}}`,
    'more than a mediumblob': `${auth6}x|s:${large}:"${'y'.repeat(large)}";`,
  }
  for (const [name, text] of Object.entries(bombs)) {
    it(`S-103 ${name}`, () => {
      const bytes = Buffer.from(text, 'latin1')
      expect(parseSession(bytes, 6).userId).to.equal(undefined)
      expect(isCheap(bytes)).to.equal(true)
    })
  }
  it('reads a session of 200,000 entries', () => {
    const bytes = Buffer.from(`x|a:200000:{${'s:3:"key";s:5:"value";'.repeat(200_000)}}${auth6}`)
    expect(parseSession(bytes, 6).userId).to.equal(uid)
    expect(isCheap(bytes)).to.equal(true)
  })
  it('reads a session of 15 MB whose size is one string', () => {
    const bytes = Buffer.from(`x|s:15000000:"${'y'.repeat(15_000_000)}";${auth6}`)
    expect(parseSession(bytes, 6).userId).to.equal(uid)
    expect(isCheap(bytes)).to.equal(true)
  })
})

describe('session string: no mutation makes somebody else of it', () => {
  const other = '00000000000000000000000000000666'
  const before = 'planted|s:95:"'
  const planted = `${before}auth|a:2:{s:3:"uid";s:32:"${other}";s:11:"auth_plugin";s:8:"standard";}";`
  const valid = goldenFiles.flatMap(({ studip, cases: golden }) =>
    golden
      .filter(({ session }) => session)
      .map(({ session }) => ({
        major: Number(studip[0]),
        text: planted + Buffer.from(session!.val_hex, 'hex').toString('latin1'),
      })),
  )
  const piece = fc.oneof(
    fc.string({ maxLength: 8, unit: 'binary-ascii' }),
    fc.constantFrom(';', '}', '{', '|', '"', ':', 'a:1:{', 's:32:"', 'auth|', 'N;', 'R:2;', '4294967296', '-1'),
  )
  const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), remove: fc.nat(40), insert: piece })
  const apply = (text: string, { at, remove, insert }: { at: number; remove: number; insert: string }) => {
    const position = Math.floor(at * text.length)
    return text.slice(0, position) + insert + text.slice(position + remove)
  }
  const uidsIn = (text: string, major: number) =>
    new Set([undefined, parseSession(Buffer.from(text, 'latin1'), major).userId])

  it('S-103 by edits anywhere: never throws, never the planted id, never slow', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...valid),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        ({ text, major }, edits) => {
          const bytes = Buffer.from(edits.reduce(apply, text), 'latin1')
          const { userId } = parseSession(bytes, major)
          if (!isCheap(bytes, major)) throw new Error('slow')
          return userId !== other
        },
      ),
      { numRuns: 3000 },
    )
  })
  it('S-103 by cutting a piece off either end: the same user or nobody', () => {
    fc.assert(
      fc.property(fc.constantFrom(...valid), fc.nat(400), fc.nat(400), ({ text, major }, front, back) => {
        // What is left then is a session of the other, and PHP reads it so.
        fc.pre(front !== before.length)
        const { userId } = parseSession(Buffer.from(text.slice(front, text.length - back), 'latin1'), major)
        return uidsIn(text, major).has(userId)
      }),
      { numRuns: 3000 },
    )
  })
  it('S-103 by flipping one bit outside the id: the same user or nobody', () => {
    const loggedIn = valid.filter(
      ({ text, major }) => parseSession(Buffer.from(text, 'latin1'), major).userId !== undefined,
    )
    fc.assert(
      fc.property(fc.constantFrom(...loggedIn), fc.nat(), fc.nat(7), ({ text, major }, at, bit) => {
        const bytes = Buffer.from(text, 'latin1')
        const known = parseSession(bytes, major).userId
        const position = at % bytes.length
        const start = text.indexOf(known!)
        if (position >= start && position < start + 32) return true
        bytes[position]! ^= 1 << bit
        const { userId } = parseSession(bytes, major)
        return userId === undefined || userId === known
      }),
      { numRuns: 3000 },
    )
  })
})
