// The frame around a page: title, stylesheets, navigation and footer as this Stud.IP version has them (contract §13).
import type { Settings } from '../settings.ts'
import { basePath } from '../settings.ts'
import type { Language, StudipUser } from '../studip/verdict.ts'
import type { Moments } from './moments.ts'
import { moments } from './moments.ts'
import type { Navigation, Place } from './navigation.ts'
import { navigation } from './navigation.ts'
import type { OwnAssets } from './own-assets.ts'
import type { TemplateValues } from './render.ts'
import type { TextKey } from './texts.ts'
import { texts } from './texts.ts'

/** For whom a page is rendered. */
export interface PageContext {
  readonly language: Language
  /** E.g. `de-DE`, for the lang attribute and for dates. */
  readonly languageTag: string
  /** Undefined where nobody is known to be logged in. */
  readonly user?: StudipUser | undefined
}

/** What sets one page's frame apart from another's. */
export interface PageFrame {
  readonly title: TextKey
  /** As contract §10 lists it. */
  readonly bodyId: string
  readonly place?: Place
  /** The consent page has no header, as in Stud.IP. */
  readonly bare?: boolean
  /** Views and actions in the sidebar. */
  readonly sidebar?: 'clients'
}

/** Unconverted global value of Stud.IP's configuration; rejects while the database is away. */
export interface GlobalConfig {
  global(field: string): Promise<string>
}

export interface FrameDeps {
  readonly settings: Pick<Settings, 'baseUrl' | 'assetsUrl' | 'studipVersion'>
  readonly config: GlobalConfig
  readonly assets: OwnAssets
  readonly now: () => number
}

const stylesheets = ({ settings, assets }: FrameDeps) => {
  const { major, minor, text } = settings.studipVersion
  const studip = (name: string) => `${settings.assetsUrl}stylesheets/${name}?v=${encodeURIComponent(text)}`
  return [
    { href: basePath(settings) + assets.path('oauth2.css'), media: 'all' },
    { href: studip('studip-base.css'), media: 'screen' },
    { href: studip('print.css'), media: 'print' },
    ...(major > 6 || (major === 6 && minor >= 1)
      ? [{ href: `${basePath(settings)}assets.php/css/studip-theme`, media: 'all' }]
      : []),
  ]
}

/** What a layout template gets as `page`. */
export interface Frame {
  readonly title: TextKey
  readonly bodyId: string
  readonly languageTag: string
  readonly siteName: string
  readonly stylesheets: readonly { readonly href: string; readonly media: string }[]
  readonly user: StudipUser | undefined
  readonly bare: boolean
  readonly sidebar: 'clients' | undefined
  readonly navigation: Navigation | undefined
  readonly now: number
}

/** Answers, for each page, the layout to use and everything its templates see. */
export const createFrames = (deps: FrameDeps) => {
  const { settings, config, now } = deps
  const base = basePath(settings)
  const sheets = stylesheets(deps)
  const layout = settings.studipVersion.major === 5 && settings.studipVersion.minor < 3 ? 'layout-5.2' : 'layout'
  const version = encodeURIComponent(settings.studipVersion.text)
  // An error page must appear while the database is away, too.
  const global = (field: string, otherwise: string) =>
    config.global(field).then(
      (value) => value || otherwise,
      () => otherwise,
    )

  const frameOf = (context: PageContext, frame: PageFrame, siteName: string): Frame => ({
    title: frame.title,
    bodyId: frame.bodyId,
    languageTag: context.languageTag,
    siteName,
    stylesheets: sheets,
    user: context.user,
    bare: frame.bare ?? false,
    sidebar: frame.sidebar,
    navigation:
      context.user && !frame.bare ? navigation(settings.studipVersion, context.user.perms, frame.place) : undefined,
    now: now(),
  })

  return async (
    context: PageContext,
    frame: PageFrame,
    m: unknown,
  ): Promise<{ readonly layout: string; readonly values: TemplateValues }> => {
    const [siteName, zone] = await Promise.all([
      global('UNI_NAME_CLEAN', 'Stud.IP'),
      global('DEFAULT_TIMEZONE', 'Europe/Berlin'),
    ])
    const { t, pieces } = texts[context.language]
    const { when, day }: Moments = moments(context.languageTag, zone)
    const url = (path: string) => base + path
    const icon = (colour: string, name: string) =>
      `${settings.assetsUrl}images/icons/${colour}/${name}.svg?v=${version}`
    return { layout, values: { page: frameOf(context, frame, siteName), m, t, pieces, url, icon, when, day } }
  }
}
