// Our pages beside Stud.IP's own, entry by entry: what differs is on a list, each with its reason.
import { expect } from 'chai'
import type { Perms } from '../../src/studip/verdict.ts'
import { adminModel, applicationsModel, context, consentModel, plainSurroundings, user, viewsOf } from './fixtures.ts'
import { acceptedDifferences, type NativeVersion } from './native-differences.ts'
import { differences, elementsOf, find, nativePages, reshaped, type Element } from './skeleton.ts'
import { emptyRegistration } from '../../src/views/clients.ts'
import { wholeList } from '../../src/views/list-state.ts'

/** What the demo installations had in their configuration when they were looked at. */
const shipped = {
  API_ENABLED: '1',
  BLUBBER_GLOBAL_MESSENGER_ACTIVATE: '1',
  CALENDAR_ENABLE: '1',
  CRONJOBS_ENABLE: '1',
  DEPUTIES_DEFAULTENTRY_ENABLE: '1',
  DEPUTIES_ENABLE: '1',
  EASY_READ_URL: 'dispatch.php/siteinfo/show/1/9',
  LOG_ENABLE: '1',
  MAIL_NOTIFICATION_ENABLE: '1',
  OERCAMPUS_ENABLED: '1',
  OER_PUBLIC_STATUS: 'autor',
  PRIVACY_URL: 'dispatch.php/siteinfo/show/1/7',
  REPORT_BARRIER_MODE: 'on',
  RESOURCES_ENABLE: '1',
  RESTRICTED_USER_MANAGEMENT: '1',
  SCHEDULE_ENABLE: '1',
  SMILEYADMIN_ENABLE: '1',
  TERMS_OF_USE_URL: 'dispatch.php/siteinfo/show/1/10',
  TFA_PERMS: 'root',
  TOURS_ENABLE: '1',
  UNI_NAME_CLEAN: 'Stud.IP',
}
const drafts = ['9', '10']

const installations: Readonly<
  Record<
    NativeVersion,
    { readonly views: string; readonly base: string; readonly more?: Readonly<Record<string, string>> }
  >
> = {
  '5.2.9': { views: '5.2', base: '/studip/' },
  '5.4.11': { views: '5.4', base: '/studip/', more: { TFA_PERMS: '' } },
  '6.0.2': { views: '6.0', base: '/' },
  '6.1': {
    views: '6.1',
    base: '/',
    more: { ACCESSIBILITY_DISCLAIMER_URL: 'https://develop.studip.de/~hackl/demo/dispatch.php/siteinfo/show/1/8' },
  },
  '6.3a': { views: 'main', base: '/' },
}

const surroundings = {
  ...plainSurroundings,
  site: () =>
    Promise.resolve({
      themeChangedAt: 1_795_000_000,
      pages: new Map(
        ['7', '8', ...drafts].map((number) => [number, { isDraft: drafts.includes(number), isForUsersOnly: false }]),
      ),
    }),
}

const levels: Readonly<Record<string, Perms>> = { 'root@studip': 'root' }
const whoIs = (name: string) => user(levels[name] ?? (name.replace('test_', '') as Perms), 'Vor Nach', name)
const entries = /id=(?:navigation-level-1-items|barTopMenu|tabs|sidebar-navigation)\b/

const nativeClasses = new Set(['oauth2-clients--confidentiality', 'oauth2-application--owned-by'])
const withoutOurs = (label: string): string =>
  label
    .replace(/ class=(.*?)(?= [a-z-]+=| →|$)/, (_, list: string) => {
      const kept = list.split(' ').filter((name) => !name.startsWith('oauth2-') || nativeClasses.has(name))
      return kept.length > 0 && kept[0] !== '' ? ` class=${kept.join(' ')}` : ''
    })
    .replace(/ id=oauth2-(?!clients-)[\w-]+/, '')

// Stud.IP's skeletons come without SVG, `bdi` only sets off what comes from outside, and classes of ours are ours.
// The forms around the sidebar's lists carry a token for entries that post; none here does.
const shape = {
  unwrap: /^bdi$|^form (?:class=default )?method=post$/,
  empty: /^section class=authorize oauth$|^article class=(?!admin-oauth2).*studip$/,
  rename: (label: string) =>
    withoutOurs(label.replace(' class= ', ' ').replace(/ id=(?:messagebox-0|link-HEX)/, '')).replace(
      /^(button.*) type=submit/,
      '$1',
    ),
}

/** The page of ours that stands in the place of this one, as the same part of it. */
const ourPage = async (version: NativeVersion, title: string): Promise<Element> => {
  const { views: name, base, more } = installations[version]
  const views = viewsOf(name, base, { ...shipped, ...more }, { surroundings })
  const [who = '', page = '', part = ''] = title.split(' ')
  const reader = { ...context('de', whoIs(who)), path: `${base}dispatch.php/page` }
  const html = await {
    admin: () => views.admin(reader, adminModel()),
    'client-add': () =>
      views.addClient(reader, {
        list: wholeList,
        form: emptyRegistration,
        faults: [],
        sharedScheme: false,
        signIn: false,
        formKey: 'x',
        securityToken: 'x',
      }),
    applications: () => views.applications(reader, applicationsModel()),
    consent: () => views.consent(reader, { ...consentModel(), user: reader.user! }),
    denied: () => views.errorPage(reader, { kind: 'forbidden' }),
  }[page]!()
  const tree = elementsOf(html, base)
  if (part === 'page') return { label: '', children: [find(tree, /^body /)!] }
  if (part === 'content')
    return { label: '', children: [find(tree, /id=(?:content|layout_content)$|id=(?:content|layout_content) /)!] }
  const lists: Element[] = []
  const collect = (element: Element): void => {
    for (const child of element.children) {
      if (entries.test(child.label)) lists.push(child)
      else collect(child)
    }
  }
  collect(tree)
  return { label: '', children: lists }
}

const rulesOf = (version: NativeVersion) =>
  acceptedDifferences.filter(({ versions }) => versions?.includes(version) ?? true)

const differencesOf = async (version: NativeVersion, title: string, native: Element): Promise<readonly string[]> =>
  differences(reshaped(native, shape), reshaped(await ourPage(version, title), shape))

describe("skeletons of Stud.IP's own pages", () => {
  for (const version of Object.keys(installations) as NativeVersion[]) {
    const pages = [...nativePages(version)]
    for (const [title, native] of pages) {
      it(`R6 ${version}: ${title} differs by what is on the list only`, async () => {
        const rules = rulesOf(version)
        const found = await differencesOf(version, title, native)
        expect(found.filter((difference) => !rules.some(({ where }) => where.test(difference)))).to.deep.equal([])
      })
    }

    it(`R6 ${version}: nothing is on the list that does not differ`, async () => {
      const found = (await Promise.all(pages.map(([title, native]) => differencesOf(version, title, native)))).flat()
      const idle = rulesOf(version).filter(({ where }) => !found.some((difference) => where.test(difference)))
      expect(idle.map(({ where }) => String(where))).to.deep.equal([])
    })
  }

  it('R6 a comparison can fail: an entry too many, one too few and another address are seen', () => {
    const page = (body: string) => elementsOf(`<ul id="tabs">${body}</ul>`, '/')
    const entry = (name: string, to: string) => `<li id="nav_${name}"><a href="/${to}"></a></li>`
    expect(differences(page(entry('a', 'x') + entry('b', 'y')), page(entry('a', 'z') + entry('c', 'y')))).to.deep.equal(
      [
        'missing: ul id=tabs > li id=nav_b',
        'added: ul id=tabs > li id=nav_c',
        'other: li id=nav_a > a → ~/x | a → ~/z',
      ],
    )
  })
})
