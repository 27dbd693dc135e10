// The frame from Stud.IP's configuration: what is shown to whom, at which version, and what odd values do to it.
import { expect } from 'chai'
import { globalFields, type GlobalField } from '../../src/studip/global-config.ts'
import type { Perms } from '../../src/studip/verdict.ts'
import { iconStylesheet } from '../../src/views/icons.ts'
import { createOddities } from '../../src/views/oddities.ts'
import { emptyRegistration } from '../../src/views/clients.ts'
import { wholeList } from '../../src/views/list-state.ts'
import {
  adminModel,
  applicationsModel,
  consentModel,
  context,
  NOW,
  plainSurroundings,
  user,
  versions,
  viewsOf,
} from './fixtures.ts'

type Values = Readonly<Partial<Record<GlobalField, string>>>

const page = (version: string, perms: Perms, values: Values, changes = {}, base = '/') =>
  viewsOf(version, base, values as Readonly<Record<string, string>>, changes).applications(
    { ...context('de', user(perms, 'Vor Nach', 'somebody')), path: `${base}dispatch.php/api/oauth2/applications` },
    applicationsModel(),
  )
const adminPage = (version: string, values: Values) =>
  viewsOf(version, '/', values as Readonly<Record<string, string>>).admin(context('de', user('root')), adminModel())

const withSite = (site: object) => ({
  surroundings: {
    ...plainSurroundings,
    site: () => Promise.resolve({ themeChangedAt: undefined, pages: undefined, ...site }),
  },
})
const withPerson = (person: object) => ({
  surroundings: {
    ...plainSurroundings,
    person: () => Promise.resolve({ picture: { kind: 'none' }, ...person }),
  },
})

/** Somebody who set a picture. */
const pictured = {
  picture: {
    kind: 'set',
    paths: { small: 'pictures/user/e7/e7_small.webp?d=1', medium: 'pictures/user/e7/e7_medium.webp?d=1' },
  },
}

describe('frame from configuration', () => {
  const switches: readonly (readonly [entry: string, values: Values, version: string, perms: Perms])[] = [
    ['id="nav_settings_calendar_new"', { CALENDAR_ENABLE: '1' }, '6.0', 'autor'],
    ['id="nav_settings_notification"', { MAIL_NOTIFICATION_ENABLE: '1' }, '6.0', 'autor'],
    ['id="nav_settings_deputies"', { DEPUTIES_ENABLE: '1', DEPUTIES_DEFAULTENTRY_ENABLE: '1' }, '6.0', 'dozent'],
    ['id="nav_settings_tfa"', { TFA_PERMS: 'root, autor' }, '6.0', 'autor'],
    ['id="nav_settings_api"', { API_ENABLED: '1' }, '5.4', 'autor'],
    ['id="nav_oer"', { OERCAMPUS_ENABLED: '1', OER_PUBLIC_STATUS: 'autor' }, '6.1', 'autor'],
    ['id="nav_resources"', { RESOURCES_ENABLE: '1' }, '6.1', 'root'],
    ['id="nav_calendar"', { SCHEDULE_ENABLE: '1' }, '5.4', 'autor'],
  ]
  for (const [entry, values, version, perms] of switches) {
    it(`R5 ${entry} is there by its switch only`, async () => {
      expect(await page(version, perms, values)).to.include(entry)
      expect(await page(version, perms, {})).to.not.include(entry)
      for (const field of Object.keys(values) as GlobalField[])
        expect(await page(version, perms, { ...values, [field]: '0' }), field).to.not.include(entry)
    })
  }

  it('R5 an entry of others is not there by the switch alone', async () => {
    const all = {
      DEPUTIES_ENABLE: '1',
      DEPUTIES_DEFAULTENTRY_ENABLE: '1',
      MAIL_NOTIFICATION_ENABLE: '1',
      API_ENABLED: '1',
    }
    expect(await page('6.0', 'tutor', all)).to.not.include('nav_settings_deputies')
    expect(await page('6.0', 'admin', all)).to.not.include('nav_settings_notification')
    expect(await page('6.0', 'autor', all)).to.not.include('nav_settings_api')
    expect(await page('6.0', 'autor', { TFA_PERMS: 'administrator,root' })).to.not.include('nav_settings_tfa')
    expect(await page('6.1', 'autor', { OERCAMPUS_ENABLED: '1', OER_PUBLIC_STATUS: 'dozent' })).to.not.include(
      'nav_oer',
    )
    expect(await page('6.1', 'autor', { OERCAMPUS_ENABLED: '1', OER_PUBLIC_STATUS: 'everybody' })).to.not.include(
      'nav_oer',
    )
  })

  it('R5 the level user has no settings at all, and its page appears', async () => {
    expect(await page('6.0', 'user', { CALENDAR_ENABLE: '1' }))
      .to.include('id="nav_profile_index"')
      .and.not.include('nav_profile_settings')
      .and.not.include('nav_settings_')
  })

  it("R5 root's entries follow their switches, and what left Stud.IP is gone with its version", async () => {
    const all = {
      CRONJOBS_ENABLE: '1',
      TOURS_ENABLE: '1',
      LOG_ENABLE: '1',
      SMILEYADMIN_ENABLE: '1',
      WEBSERVICES_ENABLE: '1',
      ELEARNING_INTERFACE_ENABLE: '1',
    }
    const entries = [
      'config_cronjobs',
      'config_tour',
      'admin_log',
      'config_smileys',
      'config_webservice_access',
      'config_elearning',
    ]
    const shown = async (version: string, values: Values) => {
      const html = await adminPage(version, values)
      return entries.filter((entry) => html.includes(`id="nav_${entry}"`))
    }
    expect(await shown('5.2', all)).to.deep.equal(entries)
    expect(await shown('5.4', all)).to.deep.equal(entries.filter((entry) => entry !== 'config_smileys'))
    expect(await shown('6.1', all)).to.deep.equal(entries.slice(0, 3))
    expect(await shown('5.2', {})).to.deep.equal([])
  })

  it('R12 words and ways are those of the version', async () => {
    expect(await page('5.4', 'autor', { CALENDAR_ENABLE: '1' })).to.include('>Terminkalender<')
    expect(await page('6.0', 'autor', { CALENDAR_ENABLE: '1' })).to.include('>Kalender<')
    expect(await page('6.1', 'autor', {})).to.include('dispatch.php/online/index')
    expect(await page('6.1', 'autor', { BLUBBER_GLOBAL_MESSENGER_ACTIVATE: '1' })).to.include('dispatch.php/blubber"')
    expect(await page('6.1', 'autor', { SCHEDULE_ENABLE: '1' })).to.include('dispatch.php/calendar/schedule/index')
    expect(await page('6.1', 'admin', { SCHEDULE_ENABLE: '1' })).to.include('calendar/calendar?defaultDate=2026-11-18')
    expect(await adminPage('5.2', {})).to.include('href="/admin_range_tree.php"')
    expect(await adminPage('6.1', {})).to.include('href="/dispatch.php/admin/tree/rangetree"')
  })

  for (const version of Object.keys(versions)) {
    it(`R6 ${version}: one can log out in the avatar's menu and in that of phones, as this version does`, async () => {
      const html = await page(version, 'autor', {})
      const [byPost, byLink] = [/(?:form)?action="\/dispatch\.php\/logout"/g, /href="\/logout\.php"/g]
      const isPost = versions[version]!.major >= 6
      expect(html.match(byPost) ?? []).to.have.length(isPost ? 2 : 0)
      expect(html.match(byLink) ?? []).to.have.length(isPost ? 0 : 2)
    })

    it(`R6 ${version}: header, footer and help are there`, async () => {
      const html = await page(version, 'autor', { PRIVACY_URL: 'dispatch.php/siteinfo/show/1/7' })
      for (const part of [
        'studip-logo',
        'helpbar_icon',
        'https://hilfe.studip.de/help/',
        '>Impressum<',
        '>Sitemap<',
        '>Datenschutzerklärung<',
      ])
        expect(html, part).to.include(part)
    })
  }

  it('R6 the picture that somebody set is shown, else the one for those without', async () => {
    expect(await page('6.0', 'autor', {}, withPerson(pictured), '/studip/'))
      .to.include('src="/studip/pictures/user/e7/e7_medium.webp?d=1"')
      .and.not.include('recolor')
    expect(await page('6.0', 'autor', {}, {}, '/studip/')).to.include('avatars/user/nobody_medium.webp')
    expect(await page('5.4', 'autor', {}, {}, '/studip/')).to.include('src="/studip/pictures/user/nobody_medium.png"')
  })

  it('R6 the consent page shows the same picture, in the size that it has there', async () => {
    const consent = (version: string, changes = {}) =>
      viewsOf(version, '/studip/', {}, changes).consent(context('de', user()), consentModel())
    expect(await consent('6.0', withPerson(pictured))).to.match(
      /<img class="avatar-small user-test_autor" src="\/studip\/pictures\/user\/e7\/e7_small\.webp\?d=1" alt="" width="25" height="25">/,
    )
    expect(await consent('6.0')).to.include('avatars/user/nobody_small.webp')
    expect(await consent('5.4')).to.include('src="/studip/pictures/user/nobody_small.png"')
  })

  it('U5 every legal link is there by its value and from its version on, drafts left out since 5.5', async () => {
    const values: Values = {
      PRIVACY_URL: 'dispatch.php/siteinfo/show/1/7',
      TERMS_OF_USE_URL: 'https://uni.example/terms',
      ACCESSIBILITY_DISCLAIMER_URL: '/studip/dispatch.php/siteinfo/show/1/8',
      EASY_READ_URL: 'dispatch.php/siteinfo/show/1/9',
      REPORT_BARRIER_MODE: 'logged-in',
    }
    const texts = [
      'Datenschutzerklärung',
      'Nutzungsbedingungen',
      'Barrierefreiheitserklärung',
      'Barriere melden',
      'Leichte Sprache',
    ]
    const open = { isDraft: false, isForUsersOnly: false }
    const site = withSite({
      pages: new Map([
        ['7', open],
        ['8', open],
        ['9', { ...open, isDraft: true }],
      ]),
    })
    const shown = async (version: string) => {
      const html = await page(version, 'autor', values, site, '/studip/')
      return texts.filter((text) => html.includes(`>${text}<`))
    }
    expect(await shown('5.2')).to.deep.equal(['Datenschutzerklärung'])
    expect(await shown('5.4')).to.deep.equal(['Datenschutzerklärung', 'Barrierefreiheitserklärung', 'Barriere melden'])
    expect(await shown('6.1')).to.deep.equal(texts.slice(0, 4))
    const html = await page('6.1', 'autor', values, site, '/studip/')
    expect(html)
      .to.include('href="/studip/dispatch.php/siteinfo/show/1/7?cancel_login=1"')
      .and.include('href="https://uni.example/terms" target="_blank" rel="noopener noreferrer"')
      .and.include('href="/studip/dispatch.php/siteinfo/show/1/8?cancel_login=1"')
      .and.include(
        `report_barrier?page=${encodeURIComponent('https://studip.example.org/studip/dispatch.php/api/oauth2/applications')}&amp;cancel_login=1"`,
      )
  })

  it('U5 who is not logged in finds them, too, but what is for users only', async () => {
    const closed = { isDraft: false, isForUsersOnly: true }
    const html = await viewsOf(
      '6.0',
      '/',
      {
        PRIVACY_URL: 'dispatch.php/siteinfo/show/1/7',
        TERMS_OF_USE_URL: 'dispatch.php/siteinfo/show/1/10',
        REPORT_BARRIER_MODE: 'on',
      },
      withSite({
        pages: new Map([
          ['7', { ...closed, isForUsersOnly: false }],
          ['10', closed],
        ]),
      }),
    ).errorPage({ language: 'de', languageTag: 'de-DE' }, { kind: 'not-found' })
    expect(html)
      .to.include('>Datenschutzerklärung<')
      .and.include('>Barriere melden<')
      .and.not.include('>Nutzungsbedingungen<')
      .and.not.include('>Sitemap<')
  })

  it('R8 the theme is linked with its age, and icons take the colour of their text from 6.1 on', async () => {
    const html = await page('6.1', 'autor', {}, withSite({ themeChangedAt: NOW }))
    expect(html)
      .to.include(`assets.php/css/studip-theme?v=${NOW}"`)
      .and.match(/<svg class="headericon original studip-icon icon-role-navigation icon-shape-home"/)
      .and.not.include('icons/blue')
    expect(await page('6.0', 'autor', {}, withSite({ themeChangedAt: NOW })))
      .to.include('icons/blue/home.svg')
      .and.not.include('studip-theme')
  })

  it('R8 icons have the size that is asked for, against the one size of their class', () => {
    const settings = { baseUrl: 'https://studip.example.org/', assetsUrl: '/assets/', studipVersion: versions['6.1']! }
    const css = iconStylesheet(settings) ?? ''
    for (const size of [16, 24, 32]) expect(css).to.include(`[width="${size}"] { --icon-size-default: ${size}px; }`)
  })

  it('R9 high contrast is linked last, where session or person ask for it, else by default', async () => {
    const links = async (version: string, byDefault: '0' | '1', highContrast: boolean | undefined) => {
      const views = viewsOf(version, '/', { USER_HIGH_CONTRAST: byDefault })
      const html = await views.errorPage({ ...context(), highContrast }, { kind: 'not-found' })
      return [...html.matchAll(/<link rel="stylesheet" href="([^"?]*)/g)].map(([, to]) => to)
    }
    const last = '/assets/stylesheets/accessibility.css'
    expect((await links('6.1', '0', true)).at(-1)).to.equal(last)
    expect((await links('5.2', '1', undefined)).at(-1)).to.equal(last)
    expect(await links('6.1', '1', false)).to.not.include(last)
    expect(await links('6.1', '0', undefined)).to.not.include(last)
  })

  it('R11 each field stands in its label, with a blank before the asterisk', async () => {
    const html = await viewsOf().addClient(context('de', user('root')), {
      list: wholeList,
      form: emptyRegistration,
      faults: [],
      sharedScheme: false,
      signIn: false,
      formKey: 'x',
      securityToken: 'x',
    })
    for (const name of ['name', 'redirect', 'description', 'owner', 'homepage', 'admin_notes'])
      expect(html, name).to.match(
        new RegExp(`<label>\\s*<span[^>]*>[^<]* </span>\\s*<(?:input|textarea)[^>]* name="${name}"[^]*?</label>`),
      )
  })

  it('R7 a message has one part, its details in a list of their own', async () => {
    const html = await viewsOf('6.1').admin(
      context('de', user('root')),
      adminModel({ notice: { kind: 'created', clientId: '6', secret: 'geheim' } }),
    )
    const [box = ''] = /<div class="messagebox messagebox_warning"[^]*?<\/div>\s*<\/div>\s*<\/div>/.exec(html) ?? []
    expect(box.match(/<div role="status">/g)).to.have.length(1)
    expect(box)
      .to.match(/<div class="messagebox_details">\s*<ul>/)
      .and.not.include('<p>')
  })
})

describe('frame with odd values', () => {
  const told: string[] = []
  const tellOdd = createOddities({ warn: (fields) => void told.push(JSON.stringify(fields)) })
  const odd: readonly (readonly [what: string, value: string])[] = [
    ['a script', 'javascript:alert(1)'],
    ['a script in capitals, behind blanks', ' JavaScript:alert(1)'],
    ['data', 'data:text/html,<b>x'],
    ['5 KB', `https://uni.example/${'x'.repeat(5000)}`],
    ['credentials', 'https://user:secret@uni.example/'],
    ['a host that is none', 'http://[::1'],
    ['a control character', 'java\u0000script:alert(1)'],
  ]
  for (const [what, value] of odd) {
    it(`R6 ${what} in place of an address: no link, the page appears, the log says it once`, async () => {
      for (const field of [
        'PRIVACY_URL',
        'TERMS_OF_USE_URL',
        'ACCESSIBILITY_DISCLAIMER_URL',
        'EASY_READ_URL',
      ] as const) {
        told.length = 0
        const fresh = createOddities({ warn: (fields) => void told.push(JSON.stringify(fields)) })
        for (let i = 0; i < 3; i++) {
          const html = await page('6.1', 'autor', { [field]: value }, { tellOdd: fresh })
          expect(html)
            .to.include('>Impressum<')
            .and.not.match(/href="(?:javascript|data):/i)
          expect(html).to.not.include('x'.repeat(100)).and.not.include('user:secret')
        }
        const isPath = what === 'a control character'
        expect(told, field).to.have.length(isPath ? 0 : 1)
        if (!isPath) expect(told[0]).to.include(field).and.not.include('secret').and.not.include('alert')
      }
    })
  }

  it('R6 an empty value is no link and nothing odd, blanks around an address are none of it', async () => {
    told.length = 0
    expect(await page('6.1', 'autor', { PRIVACY_URL: '  ' }, { tellOdd })).to.not.include('Datenschutz')
    expect(await page('6.1', 'autor', { PRIVACY_URL: ' dispatch.php/x ' }, { tellOdd })).to.include(
      'href="/dispatch.php/x?cancel_login=1"',
    )
    expect(await page('6.1', 'autor', { PRIVACY_URL: '//uni.example/p' }, { tellOdd })).to.include(
      'href="https://uni.example/p" target="_blank"',
    )
    expect(await page('6.1', 'autor', { REPORT_BARRIER_MODE: 'sometimes' }, { tellOdd })).to.not.include(
      'report_barrier',
    )
    expect(told).to.deep.equal([])
  })

  const oddities = () => {
    const lines: string[] = []
    return { lines, tellOdd: createOddities({ warn: (fields) => void lines.push(JSON.stringify(fields)) }) }
  }

  it('R6 a time zone that is none: Europe/Berlin stands in, and the log says it once', async () => {
    const { lines, tellOdd } = oddities()
    const shown = async (zone: string) => page('6.1', 'autor', { DEFAULT_TIMEZONE: zone }, { tellOdd })
    for (const zone of ['Mars/Phobos', '../x', 'Mars/Phobos'])
      expect(await shown(zone)).to.equal(await shown('Europe/Berlin'))
    expect(lines).to.have.length(1)
    expect(lines[0]).to.include('DEFAULT_TIMEZONE')
  })

  for (const version of Object.keys(versions)) {
    it(`R6 ${version}: whatever is in a field of the configuration, the page appears and links to nothing odd`, async () => {
      for (const field of globalFields) {
        for (const value of ['', '../x', 'javascript:alert(1)', 'z'.repeat(5000), '\u0000\n', 'null', '-1', '<b>']) {
          expect(await page(version, 'admin', { [field]: value }, oddities()), `${field} ${value}`)
            .to.match(/<\/html>\s*$/)
            .and.not.match(
              /(?:href|src|action)="(?!\/|#|https:\/\/(?:www\.studip\.de|hilfe\.studip\.de|rz\.example\.org)\/)/,
            )
            .and.not.include('<b>')
            .and.not.match(/z{400}/)
        }
      }
    })
  }

  it('R6 a name of 5 KB is cut, one that is empty is Stud.IP', async () => {
    told.length = 0
    const html = await page('6.1', 'autor', { UNI_NAME_CLEAN: 'Ü<b>'.repeat(1250) }, { tellOdd })
    expect(html).to.include('…</title>').and.not.include('<b>').and.not.include('Ü&lt;b&gt;'.repeat(60))
    expect(told).to.have.length(1)
    expect(await page('6.1', 'autor', {})).to.include('- Stud.IP</title>')
  })

  it('R8 a Stud.IP of tomorrow is drawn like the newest that is known, and the log says it once', async () => {
    const { lines, tellOdd } = oddities()
    const of = (version: object) =>
      viewsOf(
        'main',
        '/',
        {},
        {
          settings: {
            baseUrl: 'https://studip.example.org/',
            assetsUrl: '/assets/',
            keysPath: '/k',
            clientRequests: 'autor',
            studipVersion: version as never,
          },
          tellOdd,
        },
      ).applications(context(), applicationsModel())
    const plain = (html: string) => html.replaceAll(/\?v=[^"]*/g, '').replaceAll('/help/7/', '/help/6/')
    const tomorrow = { major: 7, minor: 0, text: '7.0' }
    expect(plain(await of(tomorrow))).to.equal(plain(await of(versions['main']!)))
    await of(tomorrow)
    expect(lines).to.have.length(1)
    expect(lines[0]).to.include('version').and.include('newer than 6.3')
  })

  it('R8 icons stay pictures where the assets are on another site, which gives no masks', async () => {
    const html = await viewsOf(
      '6.1',
      '/',
      {},
      {
        settings: {
          baseUrl: 'https://studip.example.org/',
          assetsUrl: 'https://cdn.example/assets/',
          keysPath: '/k',
          clientRequests: 'autor',
          studipVersion: versions['6.1']!,
        },
      },
    ).applications(context(), applicationsModel())
    expect(html).to.include('https://cdn.example/assets/images/icons/blue/home.svg').and.not.include('<svg')
  })
})
