// Which stylesheets a page links, by version and person (contract §13). A changed file has another address.
import { basePath, type Settings } from '../settings.ts'
import type { OwnAssets } from './own-assets.ts'

export interface Stylesheet {
  readonly href: string
  readonly media: string
}

export interface StylesheetsView {
  readonly settings: Pick<Settings, 'baseUrl' | 'assetsUrl' | 'studipVersion'>
  readonly assets: OwnAssets
  /** Unix seconds. */
  readonly themeChangedAt: number | undefined
  readonly highContrast: boolean
}

const theme = (base: string, changedAt: number | undefined): string =>
  `${base}assets.php/css/studip-theme${changedAt === undefined ? '' : `?v=${changedAt}`}`

/** Ours first, so that Stud.IP's decide; high contrast last, as in Stud.IP. */
export const stylesheets = ({
  settings,
  assets,
  themeChangedAt,
  highContrast,
}: StylesheetsView): readonly Stylesheet[] => {
  const { major, minor, text } = settings.studipVersion
  const base = basePath(settings)
  const studip = (name: string, media: string) => ({
    href: `${settings.assetsUrl}stylesheets/${name}?v=${encodeURIComponent(text)}`,
    media,
  })
  return [
    ...assets.stylesheets.map((name) => ({ href: base + assets.path(name), media: 'all' })),
    studip('studip-base.css', 'screen'),
    ...(major > 6 || (major === 6 && minor >= 1) ? [{ href: theme(base, themeChangedAt), media: 'all' }] : []),
    studip('print.css', 'print'),
    ...(highContrast ? [studip('accessibility.css', 'all')] : []),
  ]
}
