// Identifiers come from the CSPRNG, secrets are compared in constant time: here and in all of src.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { equalConstantTime } from '../../src/crypto/constant-time.ts'
import { randomAlphanumeric, randomHex } from '../../src/crypto/random.ts'

const src = join(import.meta.dirname, '../../src')
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(join(src, name), 'utf8') }))

describe('random identifiers', () => {
  it('S-038 are lower-case hex, twice as many characters as bytes, and never come again', () => {
    const ids = Array.from({ length: 1000 }, () => randomHex(40))
    for (const id of ids) expect(id).to.match(/^[0-9a-f]{80}$/)
    expect(new Set(ids.map((id) => id.slice(0, 16))).size).to.equal(1000)
    expect(randomHex(16)).to.have.length(32)
  })

  it('draw every character of the alphabet about equally often', () => {
    const counts = new Map<string, number>()
    for (const c of randomAlphanumeric(62_000)) counts.set(c, (counts.get(c) ?? 0) + 1)
    expect(counts.size).to.equal(62)
    // 1000 each, deviation 31: seven deviations happen once in 10^10 runs.
    for (const [c, count] of counts) expect(count, c).to.be.within(780, 1220)
  })
})

describe('comparison in constant time', () => {
  it('is equality of bytes, whatever the lengths', () => {
    expect(equalConstantTime('abc', 'abc')).to.equal(true)
    expect(equalConstantTime('ä', Buffer.from('ä'))).to.equal(true)
    for (const [a, b] of [
      ['abc', 'abd'],
      ['abc', 'ab'],
      ['', 'a'],
      ['a', 'A'],
      ['a\0', 'a'],
    ] as const)
      expect(equalConstantTime(a, b)).to.equal(false)
    expect(equalConstantTime('', '')).to.equal(true)
  })
})

describe('the source', () => {
  it('S-097 nowhere uses Math.random', () => {
    expect(sources.length).to.be.greaterThan(20)
    expect(sources.filter(({ text }) => text.includes('Math.random')).map(({ name }) => name)).to.deep.equal([])
  })

  it('S-097 compares secrets, MACs, challenges and CSRF values only by the constant-time helper', () => {
    const own = join('crypto', 'constant-time.ts')
    expect(
      sources.filter(({ name, text }) => name !== own && text.includes('timingSafeEqual')).map(({ name }) => name),
    ).to.deep.equal([])
    const named = suspicious(sources)
    expect(named).to.deep.equal([])
    // The pattern finds what it is for, and not questions about type or presence.
    const found = (text: string) => suspicious([{ name: 'x', text }]).length === 1
    for (const bad of [
      'if (mac === expected)',
      'x !== codeChallenge',
      'hash.equals(digest)',
      'params.client_secret == secret',
      'a.mac.equals(b)',
      'securityToken === t',
      'challenge === s256(v)',
    ])
      expect(found(bad), bad).to.equal(true)
    for (const good of [
      'secret === undefined',
      "challenge === ''",
      'challenge === null',
      "typeof secret === 'string'",
      'secret.length === 40',
      'challenges.length === 0',
    ])
      expect(found(good), good).to.equal(false)
  })
})

/** Lines that compare something by a secret's name with === or .equals, other than with a literal. */
function suspicious(files: readonly { name: string; text: string }[]): string[] {
  const secretName = String.raw`[\w.]*(?:secret|mac|digest|signature|challenge|csrfToken|securityToken|security_token|verifier)`
  const literal = String.raw`(?:undefined|null|true|false|'|"|\d)`
  const patterns = [
    new RegExp(String.raw`(?<!typeof )(?<![\w.])${secretName}\b(?!\.)\s*[!=]==?(?!=)(?!\s*${literal})`, 'i'),
    new RegExp(String.raw`(?<!typeof )(?<!${literal}\s*)[!=]==?\s*${secretName}\b(?![.(])`, 'i'),
    new RegExp(String.raw`\b${secretName}\.equals\(|\.equals\(${secretName}\b`, 'i'),
  ]
  return files.flatMap(({ name, text }) =>
    text
      .split('\n')
      .filter((line) => !/^\s*(?:\/\/|\*|\/\*)/.test(line) && patterns.some((pattern) => pattern.test(line)))
      .map((line) => `${name}: ${line.trim()}`),
  )
}
