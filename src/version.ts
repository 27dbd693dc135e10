// Which version of this project runs: the nearest package.json above, from the sources as well as from dist/.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const folder = (): string => {
  let at = import.meta.dirname
  while (!existsSync(join(at, 'package.json')) && at !== dirname(at)) at = dirname(at)
  return at
}

/** Such as `1.0.0`. */
export const version = (JSON.parse(readFileSync(join(folder(), 'package.json'), 'utf8')) as { version: string }).version
