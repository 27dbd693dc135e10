// The footer's links: those of every Stud.IP, and those that its configuration names (contract §18.5).
import { basePath, type Settings } from '../settings.ts'
import type { ConfigValue } from '../studip/config-values.ts'
import { configuredLink, type ConfiguredLink } from './configured-link.ts'
import { since } from './navigation/entry.ts'
import type { TellOdd } from './oddities.ts'
import type { TextKey } from './texts.ts'

export interface FooterLink extends ConfiguredLink {
  readonly text: TextKey
}

export interface FooterView {
  readonly settings: Pick<Settings, 'baseUrl' | 'studipVersion'>
  readonly value: ConfigValue
  readonly isLoggedIn: boolean
  /** Whether the page with this number of Stud.IP's own site information can be opened by this person. */
  readonly isOpenPage: (number: string) => boolean
  /** Path of the page that is shown, for the report of a barrier. */
  readonly path: string
  readonly tellOdd: TellOdd
}

const studip = (text: TextKey, href: string): FooterLink => ({ text, href, leaves: false })
const home: FooterLink = { text: 'frame.studip', href: 'https://www.studip.de/', leaves: true }

const siteinfoPage = /^dispatch\.php\/siteinfo\/show\/\d+\/(\d{1,9})(?!\d)/

const configured = (
  { settings: { baseUrl, studipVersion: version }, value, isOpenPage, tellOdd }: FooterView,
  text: TextKey,
  field: 'TERMS_OF_USE_URL' | 'PRIVACY_URL' | 'ACCESSIBILITY_DISCLAIMER_URL' | 'EASY_READ_URL',
): readonly FooterLink[] => {
  const [, number] = siteinfoPage.exec(value(field)) ?? []
  // Since 5.5 Stud.IP leaves out what is still a draft; before, it showed the link.
  if (number !== undefined && since({ version }, 5, 5) && !isOpenPage(number)) return []
  const link = configuredLink(value(field), { field, baseUrl, tellOdd })
  return link ? [{ text, ...link }] : []
}

const barrier = ({ settings, value, isLoggedIn, path }: FooterView): readonly FooterLink[] => {
  const mode = value('REPORT_BARRIER_MODE')
  if (mode !== 'on' && !(mode === 'logged-in' && isLoggedIn)) return []
  const page = new URLSearchParams({ page: new URL(settings.baseUrl).origin + path, cancel_login: '1' })
  return [studip('frame.reportBarrier', `${basePath(settings)}dispatch.php/accessibility/forms/report_barrier?${page}`)]
}

/** In the order of this version of Stud.IP. */
export const footerLinks = (view: FooterView): readonly FooterLink[] => {
  const { settings, isLoggedIn } = view
  const base = basePath(settings)
  const at = (major: number, minor: number) => since({ version: settings.studipVersion }, major, minor)
  const imprint = studip('frame.imprint', `${base}dispatch.php/siteinfo/show?cancel_login=1`)
  const sitemap = isLoggedIn ? [studip('frame.sitemap', `${base}dispatch.php/sitemap/`)] : []
  const privacy = configured(view, 'frame.privacy', 'PRIVACY_URL')
  if (!at(5, 3)) return [...sitemap, home, imprint, ...privacy]
  return [
    imprint,
    ...sitemap,
    home,
    ...(at(6, 0) ? configured(view, 'frame.terms', 'TERMS_OF_USE_URL') : []),
    ...privacy,
    ...configured(view, 'frame.accessibility', 'ACCESSIBILITY_DISCLAIMER_URL'),
    ...barrier(view),
    ...(at(5, 5) ? configured(view, 'frame.easyRead', 'EASY_READ_URL') : []),
  ]
}
