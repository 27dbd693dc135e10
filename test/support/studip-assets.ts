// Built stylesheets, fonts and pictures of real Stud.IP checkouts, where STUDIP_ASSETS names a folder with one a version.
import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { extname, join, normalize } from 'node:path'

/** The folder, or undefined where this machine has none. */
export const studipAssets: string | undefined = process.env['STUDIP_ASSETS']

/** Whether Stud.IP of this version, e.g. `6.1`, was built there. */
export const isBuilt = (version: string): boolean =>
  studipAssets !== undefined && existsSync(join(studipAssets, version, 'public/assets/stylesheets/studip-base.css'))

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

export interface BuiltAsset {
  readonly type: string
  readonly body: Buffer | string
}

/** A file below `public/` by the path of its address, for a Stud.IP at the root of its site. */
export const publicFile = async (version: string, path: string): Promise<BuiltAsset | undefined> => {
  const type = types[extname(path)]
  const file = join(studipAssets!, version, 'public', normalize(decodeURIComponent(path)))
  const body = type === undefined ? undefined : await readFile(file).catch(() => undefined)
  return body && { type: type!, body }
}

const shippedTheme = /INSERT INTO `themes` VALUES\s*\([^{]*'(?<type>light|dark|high-contrast)','(?<values>\{[^}]*\})'/

/** What `assets.php/css/studip-theme` answers since 6.1: the theme of the installation, else the one that is shipped. */
export const theme = async (version: string): Promise<BuiltAsset> => {
  const checkout = join(studipAssets!, version)
  const written = await readFile(join(checkout, 'data/assets_cache/theme.css'), 'utf8').catch(() => undefined)
  if (written !== undefined) return { type: types['.css']!, body: written }
  const sql = await readFile(join(checkout, 'db/studip-base-installation.sql'), 'utf8')
  const values = shippedTheme.exec(sql)?.groups?.['values']
  if (values === undefined) throw new Error(`Stud.IP ${version} ships no theme; put one in data/assets_cache/theme.css`)
  const colours = JSON.parse(values.replaceAll('\\"', '"')) as Readonly<Record<string, string>>
  return {
    type: types['.css']!,
    body: `:root { ${Object.entries(colours)
      .map((pair) => pair.join(': '))
      .join('; ')} }`,
  }
}
