// The guide for developers of applications and what it leads to (docs/), with the addresses of this Stud.IP in it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tokens } from 'marked'
import { templatesPath } from './render.ts'

/** Stud.IP's address in all documents. */
const example = 'https://studip.example.org/'

/** Pages below our prefix, and the document of each. */
export const guidePages = {
  developers: 'developers.md',
  'developers/devices': 'devices.md',
  'developers/openid-connect': 'openid-connect.md',
  'developers/bounds': 'bounds.md',
} as const
export type GuidePage = keyof typeof guidePages

/** Markdown. `baseUrl` is Stud.IP's address with its sub-path. @throws when the file is missing */
export const guideText = (page: GuidePage, baseUrl: string): string => {
  const guide = readFileSync(join(templatesPath(), '../docs', guidePages[page]), 'utf8')
  const { origin, pathname } = new URL(baseUrl)
  const wellKnown = '.well-known/oauth-authorization-server/'
  // RFC 8414 §3.1 has the sub-path behind the well-known part.
  return guide
    .replaceAll(`${example}${wellKnown}dispatch.php`, `${origin}/${wellKnown}${pathname.slice(1)}dispatch.php`)
    .replaceAll(example, baseUrl)
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Where a link of a document leads; undefined where we hand out no such page. */
const target = (href: string, api: string): string | undefined => {
  if (/^https?:\/\//.test(href)) return href
  const [page] = Object.entries(guidePages).find(([, file]) => file === href) ?? []
  return page && `${api}/${page}`
}

/** HTML of a document of ours. HTML in it is shown as text; comments are left out. `api` is the path of our prefix. */
export const guideHtml = async (markdown: string, api: string): Promise<string> => {
  const { Marked } = await import('marked') // no worker needs it before somebody reads the guide
  const marked = new Marked({
    renderer: {
      html: ({ text }: Tokens.HTML | Tokens.Tag) => (/^<!--.*-->\s*$/s.test(text) ? '' : escaped(text)),
      image: ({ text }) => escaped(text),
      link({ href, tokens }) {
        const [to, text] = [target(href, api), this.parser.parseInline(tokens)]
        return to === undefined ? text : `<a href="${escaped(to)}">${text}</a>`
      },
      // What is wider than the page is scrolled, by keyboard too.
      code: ({ text }) => `<pre tabindex="0"><code>${escaped(text)}</code></pre>\n`,
      table({ header, rows }) {
        const cells = (row: typeof header, tag: string) =>
          row.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('')
        // A table without words in its head is a list of names.
        const head = header.some(({ text }) => text !== '') ? `<thead><tr>${cells(header, 'th')}</tr></thead>` : ''
        return `<table class="default">${head}<tbody>${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')}</tbody></table>\n`
      },
    },
  })
  return marked.parse(markdown, { async: false })
}
