// The guide for developers of applications (docs/developers.md), with the addresses of this Stud.IP in it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { templatesPath } from './render.ts'

/** Stud.IP's address in all documents. */
const example = 'https://studip.example.org/'

/** Markdown. `baseUrl` is Stud.IP's address with its sub-path. @throws when the file is missing */
export const developersGuide = (baseUrl: string): string => {
  const guide = readFileSync(join(templatesPath(), '../docs/developers.md'), 'utf8')
  const { origin, pathname } = new URL(baseUrl)
  const wellKnown = '.well-known/oauth-authorization-server/'
  // RFC 8414 §3.1 has the sub-path behind the well-known part.
  return guide
    .replaceAll(`${example}${wellKnown}dispatch.php`, `${origin}/${wellKnown}${pathname.slice(1)}dispatch.php`)
    .replaceAll(example, baseUrl)
}
