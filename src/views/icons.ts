// Stud.IP's icons: pictures in blue until 6.0; since 6.1 in the colour of their text, as the institution's theme has it.
import type { Settings } from '../settings.ts'

/** Every icon that our pages use. */
export const iconShapes = [
  'accept',
  'accessibility',
  'add',
  'admin',
  'community',
  'content',
  'decline',
  'door-leave',
  'home',
  'key',
  'learnmodule',
  'lock-locked',
  'lock-unlocked',
  'mail',
  'oer-campus',
  'person',
  'question-circle',
  'resources',
  'schedule',
  'search',
  'seminar',
  'trash',
] as const

type Where = Pick<Settings, 'baseUrl' | 'assetsUrl' | 'studipVersion'>

/** A mask is not taken from another origin: there the pictures stay. */
export const areMasks = ({ baseUrl, assetsUrl, studipVersion: { major, minor } }: Where): boolean =>
  (major > 6 || (major === 6 && minor >= 1)) && new URL(assetsUrl, baseUrl).origin === new URL(baseUrl).origin

const quoted = (address: string): string => JSON.stringify(new URL(address).href)

/** The stylesheet that gives each icon its shape; undefined where icons are pictures. */
export const iconStylesheet = (settings: Where): string | undefined => {
  if (!areMasks(settings)) return undefined
  const { assetsUrl, baseUrl, studipVersion } = settings
  const address = (shape: string) =>
    new URL(`${assetsUrl}images/icons/black/${shape}.svg?v=${encodeURIComponent(studipVersion.text)}`, baseUrl).href
  return [
    '.oauth2-page svg.studip-icon { background: currentColor; mask: no-repeat center / contain; vertical-align: text-bottom; }',
    // Stud.IP's class sets one size for all, and gives another by a style attribute, which our policy forbids.
    ...[16, 24, 32].map((size) => `.oauth2-page svg.studip-icon[width="${size}"] { --icon-size-default: ${size}px; }`),
    '@media (forced-colors: active) { .oauth2-page svg.studip-icon { background: LinkText; forced-color-adjust: none; } }',
    ...iconShapes.map(
      (shape) => `.oauth2-page svg.icon-shape-${shape} { mask-image: url(${quoted(address(shape))}); }`,
    ),
    '',
  ].join('\n')
}
