// What the documents name is there: links with their headings, files, settings, commands with their options, scripts, metrics.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import yargs from 'yargs'
import { commands } from '../src/cli/commands.ts'
import { textsIn } from '../src/cli/texts.ts'
import { createMetrics } from '../src/metrics.ts'

const root = join(import.meta.dirname, '..')
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')
const filesIn = (folder: string, ending: RegExp): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file) && !file.includes('node_modules'))
    .map((file) => join(folder, file))

const documents = [
  ...filesIn('docs', /\.md$/),
  ...filesIn('test', /README\.md$/),
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
]
/** What was is named there as well. */
const ofToday = documents.filter((file) => file !== 'CHANGELOG.md')
const fences = /^```.*?^```$/gms
const proseOf = (file: string): string => textOf(file).replaceAll(fences, '')
/** What stands in backticks. */
const quotedIn = (file: string): readonly string[] =>
  [...proseOf(file).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text)

/** What is found in files, each with the first file that has it. */
const named = (files: readonly string[], find: (file: string) => readonly string[]): ReadonlyMap<string, string> =>
  new Map([...files].reverse().flatMap((file) => find(file).map((name) => [name, file] as const)))
const missing = (names: ReadonlyMap<string, string>, known: (name: string) => boolean): readonly string[] =>
  [...names].filter(([name]) => !known(name)).map(([name, file]) => `${name} in ${file}`)

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
const anchorsOf = (file: string): readonly string[] =>
  [...proseOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

describe('names in documents', () => {
  it('every link leads to a file, and to a heading in it', () => {
    const links = documents.flatMap((file) =>
      [...proseOf(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => ({ file, link })),
    )
    const ours = links.filter(({ link }) => !/^(https?|mailto):/.test(link))
    expect(ours.length).to.be.greaterThan(40)
    const broken = ours.filter(({ file, link }) => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? file : join(dirname(file), path)
      return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
    })
    expect(broken).to.be.empty
  })

  it('every file is there', () => {
    const folders = /^(?:src|test|docs|bin|nginx|templates|migrations|\.ci)\/[\w./-]*$/
    const names = named(ofToday, (file) => [
      ...quotedIn(file).filter((text) => folders.test(text)),
      // The first word of a line that somebody types.
      ...[...textOf(file).matchAll(/^((?:bin|test|\.ci)\/[\w./-]+)/gm)].map(([, path = '']) => path),
    ])
    expect(names.size).to.be.greaterThan(40)
    // Made by a build or a run.
    const made = /^test\/.*\/node_modules/
    expect(missing(names, (name) => made.test(name) || existsSync(join(root, name)))).to.be.empty
  })

  it('every part of the nginx configuration is there', () => {
    const parts = new Set(filesIn('nginx', /\.conf$/).map((file) => file.replace(/.*\//, '')))
    const names = named(ofToday, (file) => quotedIn(file).filter((text) => /^[a-z][\w-]*\.conf$/.test(text)))
    expect(names.size).to.be.greaterThan(4)
    expect(missing(names, (name) => parts.has(name))).to.be.empty
  })

  it('every command and every option of it is there', () => {
    const global = ['json', 'quiet', 'no-ansi', 'no-interaction', 'help', 'version']
    const optionsOf = new Map<string, readonly string[]>(
      commands.map(({ name, options }) => {
        const args = options(yargs([]), textsIn('en')) as unknown as { getOptions(): { key: Record<string, unknown> } }
        return [name, [...global, ...Object.keys(args.getOptions().key)]]
      }),
    )
    const calls = documents.flatMap((file) =>
      // Up to the end of the code, the line or the command.
      [...textOf(file).matchAll(/\b(oauth2(?::[a-z]+)+)((?: [^`|\n#;&]*)?)/g)].flatMap(([, name = '', rest = '']) => [
        { file, name, option: undefined },
        ...[...rest.matchAll(/ \[?--([a-z][a-z-]*)/g)].map(([, option = '']) => ({ file, name, option })),
      ]),
    )
    expect(calls.filter(({ option }) => option !== undefined).length).to.be.greaterThan(15)
    const unknown = calls.filter(({ name, option }) => {
      const options = optionsOf.get(name)
      return !options || (option !== undefined && !options.includes(option))
    })
    expect(unknown).to.be.empty
  })

  it('every script of npm is there', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> }
    const names = named(documents, (file) =>
      [...textOf(file).matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map(([, name = '']) => name),
    )
    expect(names.size).to.be.greaterThan(3)
    expect(missing(names, (name) => name in scripts)).to.be.empty
  })

  it("every setting, ours or Stud.IP's, is read somewhere or is a fact of the contract", () => {
    const code = [
      ...filesIn('src', /\.ts$/),
      ...filesIn('test', /\.(ts|php|sh)$/),
      ...filesIn('docs', /\.service$/),
      ...filesIn('bin', /^[^.]+$/).filter((file) => !file.includes('package')),
      'docs/contract.md',
    ]
    const known = new Set(code.flatMap((file) => textOf(file).match(/[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+/g) ?? []))
    // Of a library, as its own documentation has it.
    known.add('REDIRECT_STATE')
    const names = named(
      ofToday.filter((file) => file !== 'docs/contract.md'),
      (file) => [...proseOf(file).matchAll(/`\$?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b/g)].map(([, name = '']) => name),
    )
    expect(names.size).to.be.greaterThan(20)
    expect(missing(names, (name) => known.has(name))).to.be.empty
  })

  it('every metric is there', async () => {
    const { registry } = createMetrics()
    const own = (await registry.getMetricsAsJSON()).map(({ name }) => name)
    const watched = [...textOf('src/wire/queues.ts').matchAll(/'([a-z_]+)'/g)].map(
      ([, name = '']) => `studip_oauth2_${name}`,
    )
    const names = named(ofToday, (file) =>
      [...textOf(file).matchAll(/\bstudip_oauth2_[a-z_]+[a-z]\b/g)].map(([name]) => name),
    )
    const locations = new Set(
      filesIn('nginx', /\.conf$/).flatMap((file) => textOf(file).match(/studip_oauth2_\w+/g) ?? []),
    )
    const bare = (name: string) => name.replace(/_(bucket|count|sum)$/, '')
    expect(names.size).to.be.greaterThan(3)
    expect(missing(names, (name) => [...own, ...watched].includes(bare(name)) || locations.has(name))).to.be.empty
  })
})
