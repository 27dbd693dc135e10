// Our own static files (templates/assets/), read once; their address carries a hash of the content, so browsers may keep them.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { templatesPath } from './render.ts'

export interface Asset {
  readonly type: string
  readonly body: Buffer
  readonly hash: string
}

export interface OwnAssets {
  /** Names of the stylesheets that every page links. */
  readonly stylesheets: readonly string[]
  /** Path below BASE of one of our files, with its hash. Throws when there is no such file. */
  readonly path: (name: string) => string
  readonly find: (name: string) => Asset | undefined
}

const types: Readonly<Record<string, string>> = { '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' }

const asset = (name: string, body: Buffer): Asset => {
  const type = types[extname(name)]
  if (!type) throw new Error(`${name} is of a kind that is not served`)
  return { type, body, hash: createHash('sha256').update(body).digest('hex').slice(0, 16) }
}

/** Reads templates/assets/ into memory; `made` are files that depend on the settings. */
export const createOwnAssets = (
  made: Readonly<Record<string, string | undefined>> = {},
  folder: string = join(templatesPath(), 'assets'),
): OwnAssets => {
  const read = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))] as const)
  const written = Object.entries(made).flatMap(([name, text]) => (text ? [[name, Buffer.from(text)] as const] : []))
  const assets = new Map([...read, ...written].map(([name, body]) => [name, asset(name, body)]))
  return {
    stylesheets: [...assets.keys()].filter((name) => name.endsWith('.css')),
    path: (name) => {
      const found = assets.get(name)
      if (!found) throw new Error(`There is no asset ${name}`)
      return `dispatch.php/api/oauth2/assets/${name}?v=${found.hash}`
    },
    find: (name) => assets.get(name),
  }
}
