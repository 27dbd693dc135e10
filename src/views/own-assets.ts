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
  /** Path below BASE of one of our files, with its hash. Throws when there is no such file. */
  readonly path: (name: string) => string
  readonly find: (name: string) => Asset | undefined
}

const types: Readonly<Record<string, string>> = { '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' }

const read = (file: string): Asset => {
  const body = readFileSync(file)
  const type = types[extname(file)]
  if (!type) throw new Error(`${file} is of a kind that is not served`)
  return { type, body, hash: createHash('sha256').update(body).digest('hex').slice(0, 16) }
}

/** Reads templates/assets/ into memory. */
export const createOwnAssets = (folder: string = join(templatesPath(), 'assets')): OwnAssets => {
  const assets = new Map(readdirSync(folder).map((name) => [name, read(join(folder, name))]))
  return {
    path: (name) => {
      const asset = assets.get(name)
      if (!asset) throw new Error(`There is no asset ${name}`)
      return `dispatch.php/api/oauth2/assets/${name}?v=${asset.hash}`
    },
    find: (name) => assets.get(name),
  }
}
