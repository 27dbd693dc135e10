// One word for one thing, in both languages: the table of docs/pages.md, held against every text of pages, commands and doctor.
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { scopes } from '../../src/oauth/scopes/index.ts'
import { texts } from '../../src/views/texts.ts'
import { de as cliDe } from '../../src/cli/texts-de.ts'
import { en as cliEn } from '../../src/cli/texts-en.ts'
import { doctorDe } from '../../src/doctor/texts-de.ts'
import { doctorEn } from '../../src/doctor/texts-en.ts'
import { catalogues } from './catalogues.ts'

interface Thing {
  readonly is: string
  /** A word for it that is not ours. */
  readonly not: RegExp
  /** Keys that may have it, each for its own reason. */
  readonly but?: RegExp
}

const german: readonly Thing[] = [
  { is: 'Anwendung', not: /Applikation|\bDienstanbieter/ },
  // Stud.IP's own choice between two kinds of client, and programs that lie in wait on the same device.
  {
    is: 'Anwendung',
    not: /\bApps?\b/,
    but: /^(?:consent\.app|add\.(?:public|sharedScheme)|fault\.uri\.scheme-without-dot|client\.add\.example)$/,
  },
  { is: 'OAuth2-Client', not: /OAuth-Client|OAuth2 Client/ },
  // Stud.IP's own: the entry of its menu, and the permission of a file.
  { is: 'Berechtigung', not: /Genehmigung|Befugnis|\bScopes\b/ },
  { is: 'Autorisierung', not: /Freigaben|Bewilligung|Ermächtigung/ },
  { is: 'widerrufen', not: /entziehen|zurücknehmen/ },
  { is: 'nutzen', not: /benutz(?:t|en)\b|Benutzung/ },
  { is: 'Entwickelnde', not: /Entwicklern\b|Entwickler:innen|des Entwicklers/ },
  { is: 'Administration', not: /Administratoren/ },
  { is: 'ID', not: /\bId\b/ },
  { is: 'globaler Status', not: /Rechtestufe|Berechtigungsstufe/ },
  { is: 'Benutzername', not: /Anmeldename|Nutzername|Loginname/ },
  { is: '"…"', not: /[„“‚‘]/ },
  { is: 'Sie', not: /\b(?:du|dir|dich|dein|deine[mnrs]?|euch|euer|eure[mnrs]?)\b/i },
]

const english: readonly Thing[] = [
  {
    is: 'application',
    not: /(?<!\.)\bapps?\b(?!\.)/,
    but: /^(?:consent\.app|add\.sharedScheme|fault\.uri\.scheme-without-dot|client\.add\.example)$/,
  },
  // The names of OAuth2's own parts are the field's: authorization code, authorize endpoint.
  {
    is: 'authorisation',
    not: /authoriz(?:ation|e|ed)\b(?! codes)/i,
    but: /^doctor\.(?:json-api\.refused|round-trip\.ok)$/,
  },
  { is: 'OAuth2 client', not: /OAuth client|OAuth2-client/ },
  { is: 'permission', not: /\bScopes?\b/ },
  { is: 'global status', not: /permission level|level of permission/ },
  { is: 'revoke', not: /\bcancel (?:the |an )?authorisation|invalidate/ },
  { is: 'log in to Stud.IP', not: /\blog-?ons?\b|\bsign on\b/i },
  { is: 'end a connection', not: /\bunlink|\bdisconnect/i },
  { is: '"…"', not: /[“”‘]/ },
]

/** `where: text` of each that has another word. */
const strangers = (catalogue: Readonly<Record<string, string>>, things: readonly Thing[]): readonly string[] =>
  things.flatMap(({ is, not, but }) =>
    Object.entries(catalogue)
      .filter(([key, text]) => not.test(text) && !but?.test(key))
      .map(([key, text]) => `${key} should say ${is}: ${text}`),
  )

const scopeTexts = (language: 'de' | 'en') =>
  Object.fromEntries(
    scopes.map(({ name, words }) => [`scope ${name}`, JSON.stringify(words[language]).replaceAll('"', '')]),
  )

describe('one word for one thing', () => {
  it('German pages', () => expect(strangers({ ...catalogues.de, ...scopeTexts('de') }, german)).to.deep.equal([]))
  it('English pages', () => expect(strangers({ ...catalogues.en, ...scopeTexts('en') }, english)).to.deep.equal([]))
  it('German commands and doctor', () => {
    const people = german.filter(({ is }) => !['OAuth2-Client', 'Berechtigung', 'Anwendung'].includes(is))
    expect(strangers({ ...cliDe, ...doctorDe }, people)).to.deep.equal([])
  })
  it('English commands and doctor', () => {
    const people = english.filter(({ is }) => !['OAuth2 client', 'permission', 'application'].includes(is))
    expect(strangers({ ...cliEn, ...doctorEn }, people)).to.deep.equal([])
  })

  it('another word would be found', () => {
    expect(strangers({ x: 'Die Applikation', y: 'Ist das dein Gerät?' }, german)).to.have.length(2)
    expect(strangers({ x: 'Authorize the app', 'consent.app': 'an app' }, english)).to.have.length(2)
  })

  it('the words of the document are those of the pages', () => {
    const { t: de } = texts.de
    const { t: en } = texts.en
    const document = readFileSync('docs/pages.md', 'utf8')
    for (const key of [
      'consent.allow',
      'consent.deny',
      'applications.submit',
      'applications.disconnect',
      'decide.approve',
      'decide.reject',
      'requests.withdraw',
      'clients.suspend',
      'clients.resume',
    ] as const)
      expect(document, key).to.include(`| ${de(key)} | ${en(key)} |`)
  })
})
