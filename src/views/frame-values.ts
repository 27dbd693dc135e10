// What a layout template gets as `page`: this page, this person, this version of Stud.IP and its configuration.
import { bounds } from '../bounds.ts'
import type { StudipVersion } from '../settings.ts'
import { isSwitchedOn, type ConfigValue } from '../studip/config-values.ts'
import type { Person, Site } from '../studip/surroundings.ts'
import type { Language, StudipUser } from '../studip/verdict.ts'
import { avatars, type Avatars } from './avatar.ts'
import { footerLinks, type FooterLink } from './footer.ts'
import type { FrameDeps, PageContext, PageFrame } from './page.ts'
import { areMasks } from './icons.ts'
import { moments } from './moments.ts'
import { since } from './navigation/entry.ts'
import { navigation, type Navigation, type Place } from './navigation/index.ts'
import type { TellOdd } from './oddities.ts'
import { stylesheets, type Stylesheet } from './stylesheets.ts'
import type { TextKey } from './texts.ts'

/** What sets one version's frame apart from another's. */
interface Traits {
  /** 6.x logs out by POST only, 5.x by a link (contract §18.4). */
  readonly logoutByPost: boolean
  /** Class of the third level, since 5.3, with a blank before it. */
  readonly levels: string
  /** Since 6.0 Stud.IP's icons have a class of their own. */
  readonly iconClass: string
}

export interface Frame extends Traits {
  readonly title: TextKey
  readonly bodyId: string
  readonly languageTag: string
  readonly siteName: string
  readonly stylesheets: readonly Stylesheet[]
  readonly highContrast: boolean
  readonly user: StudipUser | undefined
  readonly bare: boolean
  readonly place: Place | undefined
  readonly sidebar: 'clients' | undefined
  readonly navigation: Navigation | undefined
  readonly avatars: Avatars | undefined
  readonly footer: readonly FooterLink[]
  readonly help: string
  /** Until 5.5 the sidebar begins with a banner, beside the avatar on one's own pages. */
  readonly banner: 'none' | 'plain' | 'avatar'
  readonly icons: 'picture' | 'mask'
  readonly now: number
}

export interface Known {
  readonly value: ConfigValue
  readonly site: Site
  readonly person: Person | undefined
}

const wantsHighContrast = ({ highContrast }: PageContext, { value }: Known): boolean =>
  highContrast ?? isSwitchedOn(value, 'USER_HIGH_CONTRAST')

const isOpenPage =
  ({ site: { pages } }: Known, isLoggedIn: boolean) =>
  (number: string): boolean => {
    // What cannot be read is shown: a legal link that leads to an empty page is better than none.
    if (!pages) return true
    const page = pages.get(number)
    return page !== undefined && !page.isDraft && (isLoggedIn || !page.isForUsersOnly)
  }

const cutName = (name: string, tellOdd: TellOdd): string => {
  if (name.length <= bounds.siteName.most) return name
  tellOdd('UNI_NAME_CLEAN', `longer than ${bounds.siteName.most} characters`)
  return `${name.slice(0, bounds.siteName.most)}…`
}

/** Stud.IP's own help, in the language of the page. */
const helpAddress = ({ studipVersion }: FrameDeps['settings'], language: Language): string =>
  `https://hilfe.studip.de/help/${studipVersion.major}/${language}/Basis.Allgemeines`

const traitsOf = (version: StudipVersion): Traits => ({
  logoutByPost: since({ version }, 6, 0),
  levels: since({ version }, 5, 3) ? ' navigation-level-3' : '',
  iconClass: since({ version }, 6, 0) ? 'studip-icon' : '',
})

const bannerOf = (version: StudipVersion, { place }: PageFrame): Frame['banner'] => {
  if (since({ version }, 6, 0)) return 'none'
  return place === 'profile' ? 'avatar' : 'plain'
}

const navigationOf = (
  { settings, now }: FrameDeps,
  { user, languageTag }: PageContext,
  frame: PageFrame,
  value: ConfigValue,
): Navigation | undefined => {
  if (!user || frame.bare) return undefined
  const today = moments(languageTag, value('DEFAULT_TIMEZONE')).isoDay(now())
  return navigation({ version: settings.studipVersion, perms: user.perms, value, today }, frame.place)
}

const footerOf = (deps: FrameDeps, { user, path = '' }: PageContext, known: Known): readonly FooterLink[] => {
  const isLoggedIn = user !== undefined
  const { settings, tellOdd } = deps
  return footerLinks({
    settings,
    value: known.value,
    isLoggedIn,
    isOpenPage: isOpenPage(known, isLoggedIn),
    path,
    tellOdd,
  })
}

export const frameValues = (deps: FrameDeps, context: PageContext, frame: PageFrame, known: Known): Frame => {
  const { settings, assets, tellOdd, now } = deps
  const { user, languageTag, language } = context
  const { themeChangedAt } = known.site
  const highContrast = wantsHighContrast(context, known)
  return {
    ...traitsOf(settings.studipVersion),
    title: frame.title,
    bodyId: frame.bodyId,
    languageTag,
    siteName: cutName(known.value('UNI_NAME_CLEAN') || 'Stud.IP', tellOdd),
    stylesheets: stylesheets({ settings, assets, themeChangedAt, highContrast }),
    highContrast,
    user,
    bare: frame.bare ?? false,
    place: frame.place,
    sidebar: frame.sidebar,
    navigation: navigationOf(deps, context, frame, known.value),
    avatars: user && avatars(user, known.person?.picture, settings),
    footer: frame.bare ? [] : footerOf(deps, context, known),
    help: helpAddress(settings, language),
    banner: bannerOf(settings.studipVersion, frame),
    icons: areMasks(settings) ? 'mask' : 'picture',
    now: now(),
  }
}
