// The catalogue: no key missing, none unused, both languages alike.
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { scopes } from '../../src/oauth/scopes/index.ts'
import type { ScopeWords } from '../../src/oauth/scopes/scope.ts'
import { texts } from '../../src/views/texts.ts'
import { catalogues } from './catalogues.ts'

const { de: german, en: english } = catalogues
const stem = (key: string) => key.replace(/_(?:one|other)$/, '')
const known = new Set(Object.keys(german).map(stem))

const filesIn = (folder: string, end: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end) && !name.startsWith('texts-'))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
const templates = filesIn('templates', '.ejs').join('\n')
const sources = filesIn('src/views', '.ts').join('\n')
// Keys that are put together: `admin.setup.${name}`, `notice.${kind}`, `fault.uri.${code}` and the like.
const composed = [
  'admin.setup.private.key',
  'admin.setup.public.key',
  'admin.setup.encryption_key.php',
  'admin.setup.oidc.key',
  ...[...known].filter((key) => /^(?:fault\.uri|notice|frame\.message|admin\.only)\./.test(key)),
]
const used = new Set([
  ...composed,
  ...[...(templates + sources).matchAll(/'([a-z][\w-]*(?:\.[\w-]+)+)'/g)]
    .map(([, key]) => key!)
    .filter((key) => known.has(key)),
])
const prefixes = new Set([...known].map((key) => key.slice(0, key.indexOf('.'))))

describe('texts', () => {
  it('every key that a template or view names is in the catalogue', () => {
    const named = [...templates.matchAll(/(?:t|pieces)\(([^{}]*?)[,)]/g)].flatMap(([, inside]) =>
      [...inside!.matchAll(/'([\w.-]+)'/g)].map(([, key]) => key!),
    )
    const looksLikeOne = [...(templates + sources).matchAll(/'([a-z]+\.[a-z][\w.-]*)'/g)]
      .map(([, key]) => key!)
      .filter((key) => prefixes.has(key.slice(0, key.indexOf('.'))) && !/\.(?:ts|ejs|css)$/.test(key))
    expect(named).to.have.length.above(50)
    for (const key of [...named.filter((key) => key.includes('.')), ...looksLikeOne]) expect(known, key).to.include(key)
  })

  it('every key of the catalogue is used', () => {
    expect([...known].filter((key) => !used.has(key))).to.deep.equal([])
  })

  it('German and English have the same keys with the same values to fill in', () => {
    expect(Object.keys(english).sort()).to.deep.equal(Object.keys(german).sort())
    const gaps = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort()
    for (const [key, text] of Object.entries(german)) expect(gaps(english[key]!), key).to.deep.equal(gaps(text))
  })

  it('U1 every scope says what it means in both languages, and for the same people', () => {
    for (const { name, words } of scopes) {
      const [inGerman, inEnglish]: readonly ScopeWords[] = [words.de, words.en]
      expect(inGerman!.may, name).to.match(/^(?:Darf|Liest|Erfährt|Bleibt)\b.+\.$/)
      expect(inEnglish!.may, name).to.match(/^(?:May|Reads|Learns|Stays)\b.+\.$/)
      expect(inGerman!.such?.length, name).to.equal(inEnglish!.such?.length)
      expect(Object.keys(inGerman!.forPerms ?? {}), name).to.deep.equal(Object.keys(inEnglish!.forPerms ?? {}))
    }
  })

  it('U2 what people connect has one name in German', () => {
    for (const [key, text] of Object.entries(german)) expect(text, key).to.not.match(/Applikation/)
  })

  it('values are filled in as they are: EJS escapes, and a value is no template', () => {
    expect(texts.en.t('admin.setup.mode', { mode: '<b> {{mode}} $t(x)' })).to.equal(
      'Correct access permission: <b> {{mode}} $t(x)',
    )
  })

  it('a sentence comes in pieces, its values set off', () => {
    expect(texts.de.pieces('consent.wants', { client: 'X' })).to.deep.equal([
      { text: 'Die Anwendung "', value: false },
      { text: 'X', value: true },
      { text: '" möchte auf Ihre Daten zugreifen.', value: false },
    ])
  })

  it('plurals follow the number', () => {
    expect(texts.de.t('clients.delete.grants', { count: 1 })).to.equal('Damit endet 1 bestehende Autorisierung.')
    expect(texts.en.t('clients.delete.grants', { count: 0 })).to.equal('This ends 0 live authorisations.')
  })
})
