// What the page tests render: views on a fixed clock, and values of every kind.
import type { StudipVersion } from '../../src/settings.ts'
import type { Language, Perms, StudipUser } from '../../src/studip/verdict.ts'
import type { ConsentModel } from '../../src/views/consent.ts'
import type { PageContext } from '../../src/views/frame.ts'
import { createOwnAssets } from '../../src/views/own-assets.ts'
import { createViews } from '../../src/views/views.ts'

export const NOW = 1_795_000_000
export const versions: Readonly<Record<string, StudipVersion>> = {
  '5.2': { major: 5, minor: 2, text: '5.2' },
  '5.4': { major: 5, minor: 4, text: '5.4.11' },
  '6.0': { major: 6, minor: 0, text: '6.0.2' },
  '6.1': { major: 6, minor: 1, text: '6.1' },
}

export const viewsOf = (version = '6.0', base = '/', values: Readonly<Record<string, string>> = {}) =>
  createViews({
    settings: { baseUrl: `https://studip.example.org${base}`, assetsUrl: `${base}assets/`, studipVersion: versions[version]! },
    config: { global: (field) => Promise.resolve(values[field] ?? '') },
    assets: createOwnAssets(),
    now: () => NOW,
  })

export const user = (perms: Perms = 'autor', fullName = 'Testaccount Autor', username = 'test_autor'): StudipUser => ({
  id: 'e7a0a84b161f3e8c09b4a0a2e8a58147', username, fullName, perms,
})

export const context = (language: Language = 'de', known: StudipUser | undefined = user()): PageContext => ({
  language, languageTag: language === 'de' ? 'de-DE' : 'en-GB', user: known,
})

export const consentModel = (changes: Partial<ConsentModel['client']> = {}, redirectUri = 'https://client.example.org/cb'): ConsentModel => ({
  client: { id: '3', name: 'Campus App', owner: 'Rechenzentrum', homepage: 'https://rz.example.org/', ...changes },
  redirectUri,
  user: user(),
  authToken: 'sealed-request',
  securityToken: 'csrf-token',
})
