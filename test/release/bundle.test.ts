// What the program loads when it runs from dist/: its own files, Node's modules, and the few packages that bin/bundle leaves apart.
import { execFile } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { temporaryDirectory } from '../support/child-process.ts'

const root = path.join(import.meta.dirname, '../..')
const bundle = (folder: string) => promisify(execFile)(process.execPath, [path.join(root, 'bin/bundle'), folder])

describe('bin/bundle', () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  let files: readonly string[]
  const textOf = (file: string) => readFileSync(path.join(folder.path, file), 'utf8')

  before(async () => {
    folder = await temporaryDirectory('bundle')
    await bundle(folder.path)
    files = readdirSync(folder.path, { recursive: true, encoding: 'utf8' }).filter((file) => /\.c?js$/.test(file))
  })
  after(() => folder.remove())

  it('leaves bcrypt and yargs in node_modules, and asks for drivers of other databases by no way that is taken', () => {
    expect(files).to.include.members([
      'src/cli/index.js',
      'src/server/worker-process.js',
      'src/server/worker-start.cjs',
    ])
    expect(files.length).to.be.lessThan(100)
    const asked = files.flatMap((file) =>
      [
        ...textOf(file).matchAll(
          /^(?:import|export) [^'"()]*"([^"]+)"|\bimport\("([^"]+)"\)|\b__require\("([^"]+)"\)/gm,
        ),
      ]
        .map(([, ...names]) => names.find((name) => name !== undefined) ?? '')
        .filter((name) => !isBuiltin(name) && (!name.startsWith('.') || name.includes('node_modules'))),
    )
    const outside = [...new Set(asked)].filter((name) => !/knex\/lib\/dialects\/(?!mysql)[\w-]+\/index\.js$/.test(name))
    expect(outside.sort()).to.deep.equal(['bcrypt', 'mysql', 'yargs'])
  })

  it('holds no character that would make V8 keep a file in two bytes a character', () => {
    for (const file of files) expect(/[^\0-\x7f]/.exec(textOf(file))?.[0], file).to.equal(undefined)
  })

  it('makes the same files again, so that a release can be made by others', async () => {
    const again = await temporaryDirectory('bundle-again')
    try {
      await bundle(again.path)
      for (const file of files)
        expect(readFileSync(path.join(again.path, file), 'utf8') === textOf(file), file).to.equal(true)
    } finally {
      again.remove()
    }
  })
})
