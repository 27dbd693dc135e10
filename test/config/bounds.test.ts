// docs/bounds.md lists the bounds of the code, word for word.
import { readFile, writeFile } from 'node:fs/promises'
import { expect } from 'chai'
import { bounds } from '../../src/bounds.ts'

const file = new URL('../../docs/bounds.md', import.meta.url)
const rows = Object.entries(bounds).map(
  ([name, { most, unit, why }]) => `| \`${name}\` | ${most.toLocaleString('en')} | ${unit} | ${why} |`,
)

describe('documentation of the bounds', () => {
  it('has exactly the bounds of the code; DOCUMENT_BOUNDS=1 writes them', async () => {
    const lines = (await readFile(file, 'utf8')).split('\n')
    const isRow = (line: string) => /^\| `\w+` +\|/.test(line)
    const tidy = (line: string) => line.replaceAll(/ +\|/g, ' |')
    if (process.env['DOCUMENT_BOUNDS']) {
      const end = lines.findIndex((line) => line.startsWith('| ---')) + 1
      const rest = lines.slice(end).filter((line) => !isRow(line))
      return writeFile(file, [...lines.slice(0, end), ...rows, ...rest].join('\n'))
    }
    expect(lines.filter(isRow).map(tidy)).to.deep.equal(rows)
  })

  it('every bound is a whole number with a unit and a reason', () => {
    for (const [name, { most, unit, why }] of Object.entries(bounds)) {
      expect(Number.isSafeInteger(most) && most > 0, name).to.equal(true)
      expect(unit, name).to.match(/^[a-z]/)
      expect(why.length, name).to.be.greaterThan(20)
    }
    expect(Object.isFrozen(bounds)).to.equal(true)
  })
})
