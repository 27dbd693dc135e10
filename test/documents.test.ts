// The project explains itself (D31): every number that code, tests and documents point to stands in a document.
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorPages } from '../src/views/error-pages.ts'

const root = join(import.meta.dirname, '..')
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')
const filesIn = (folder: string, ending: RegExp): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file))
    .map((file) => join(folder, file))

const sources = [
  ...filesIn('src', /\.c?ts$/),
  ...filesIn('test', /\.ts$/),
  ...filesIn('migrations', /\.ts$/),
  ...filesIn('nginx', /\.conf$/),
  ...filesIn('docs', /\.md$/),
  'README.md',
]

/** Numbers of a pattern's first group in all files, each with a file that has it. */
const pointedTo = (pattern: RegExp, files: readonly string[] = sources): ReadonlyMap<string, string> =>
  new Map(
    files.flatMap((file) => [...textOf(file).matchAll(pattern)].map(([, number = '']) => [number, file] as const)),
  )
const unresolved = (numbers: ReadonlyMap<string, string>, known: ReadonlySet<string>): readonly string[] =>
  [...numbers].filter(([number]) => !known.has(number)).map(([number, file]) => `${number} in ${file}`)

const sectionsOf = (markdown: string): ReadonlySet<string> => {
  const known = new Set<string>()
  let section = ''
  for (const line of markdown.split('\n')) {
    const heading = /^#{2,3} (\d+(?:\.\d+)?)/.exec(line)?.[1]
    const item = /^(\d+)\. /.exec(line)?.[1]
    if (heading) known.add((section = heading))
    // Points of a numbered list: §15-7. Section 16 has several on a line.
    else if (item) known.add(`${section}-${item}`)
    if (section === '16') for (const [, number] of line.matchAll(/(?:^|\s)(\d+)\. /g)) known.add(`16-${number}`)
  }
  return known
}

describe('documents', () => {
  it('no file holds both sides of a merge', () => {
    const files = [...sources, 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md']
    expect(files.filter((file) => /^(<{7}|>{7}) /m.test(textOf(file)))).to.be.empty
  })

  it('D31 every section of the contract that is pointed to is there', () => {
    const pattern = /contract(?:,? (?:and |or )?§[\d.]+(?:-\d+)?)*?,? (?:and |or )?§(\d+(?:\.\d+)?(?:-\d+)?)/g
    const numbers = pointedTo(pattern)
    expect(numbers.size).to.be.greaterThan(30)
    expect(unresolved(numbers, sectionsOf(textOf('docs/contract.md')))).to.be.empty
  })

  it('D31 every security statement that is pointed to is there', () => {
    const known = new Set(
      [...textOf('docs/security.md').matchAll(/\*\*(S-\d{3})\*\*/g)].map(([, number = '']) => number),
    )
    expect(known.size).to.be.greaterThan(140)
    expect(unresolved(pointedTo(/\b(S-\d{3})\b/g), known)).to.be.empty
  })

  it('D31 every decision that is pointed to is there', () => {
    const known = new Set([...textOf('docs/decisions.md').matchAll(/^\*\*(D\d+) /gm)].map(([, number = '']) => number))
    expect(known.size).to.be.greaterThan(20)
    expect(unresolved(pointedTo(/(?<![\w"'-])(D\d{1,2})\b(?!-)/g), known)).to.be.empty
  })

  it('D31 every finding that a test decides is there', () => {
    const known = new Set(
      [...textOf('docs/findings.md').matchAll(/^\| ([ABCMOPRU]\d+) \|/gm)].map(([, number = '']) => number),
    )
    const titles = pointedTo(/\b(?:it|describe)\(\s*['"`]([ABCMOPRU]\d+) /g, filesIn('test', /\.test\.ts$/))
    expect(unresolved(titles, known)).to.be.empty
  })

  it('D29 every event and every reason of a refusal is explained to operators', () => {
    const reference = textOf('docs/operations.md').split('## Log messages')[1]!.split('\n## ')[0]!
    const events = [...textOf('src/oauth/ports.ts').matchAll(/\| '([a-z]+\.[a-z-]+)'/g)].map(([, event = '']) => event)
    const codes = [...textOf('src/oauth/errors.ts').matchAll(/^ {2}\| '([a-z_]+)'/gm)].map(([, code = '']) => code)
    expect([events.length > 15, codes.length > 10]).to.deep.equal([true, true])
    const words = [...events, ...codes, ...Object.keys(errorPages)]
    expect(words.filter((word) => !reference.includes(`\`${word}\``))).to.be.empty
  })

  it('R22 single sign-on has a page: the plugin of 5.x, who is not you, and a configuration that includes others', () => {
    const page = textOf('docs/single-sign-on.md')
    for (const word of ['`API_OAUTH_AUTH_PLUGIN`', '## "Not you?"', '## A configuration that includes other files'])
      expect(page).to.include(word)
    expect(textOf('README.md')).to.include('single-sign-on.md')
  })
})
