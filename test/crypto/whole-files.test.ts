// Several files that appear together, or not at all.
import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { KeyFilesExistError, writeFilesTogether } from '../../src/crypto/whole-files.ts'
import { emptyFolder } from './key-folder.ts'

const names = ['a', 'b', 'c']
const files = (text: string) => names.map((name) => ({ name, text }))
const texts = (dir: string) =>
  readdirSync(dir)
    .sort()
    .map((name) => `${name}=${readFileSync(join(dir, name), 'utf8')}`)

describe('files written together', () => {
  it('S-062 come from one writer, when many start at the same moment and none may overwrite', async () => {
    for (let round = 0; round < 20; round += 1) {
      const dir = emptyFolder()
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) =>
          writeFilesTogether(dir, files(String(i)), { mode: 0o660, overwrite: false }),
        ),
      )
      const winners = outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []))
      expect(winners).to.have.length(1)
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).to.be.instanceOf(KeyFilesExistError)
      expect(texts(dir)).to.deep.equal(names.map((name) => `${name}=${winners[0]}`))
    }
  })

  it('S-062 are all taken back when the last name is taken meanwhile', async () => {
    const dir = emptyFolder()
    const writing = writeFilesTogether(dir, files('x'), { mode: 0o660, overwrite: false })
    // The check before has passed by the time the drafts are there.
    while (readdirSync(dir).length === 0) await new Promise(setImmediate)
    mkdirSync(join(dir, 'c'))
    expect(
      await writing.then(
        () => undefined,
        (error: unknown) => error,
      ),
    ).to.be.instanceOf(KeyFilesExistError)
    expect(readdirSync(dir)).to.deep.equal(['c'])
  })
})
