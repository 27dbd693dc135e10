// No value that comes from outside changes the markup of a page, whatever it holds (S-024, S-027).
import { expect } from 'chai'
import { oddLetters } from '../../src/oauth/odd-letters.ts'
import { everyPage, versions, viewsOf } from './fixtures.ts'

const hostile: Readonly<Record<string, string>> = {
  'a script': '<script>alert(1)</script>',
  'quotes and an event attribute': '" onmouseover="alert(1)" x=\'` style="x',
  'the end of every element': '</title></textarea></style></bdi></code></dd></a>--><svg/onload=alert(1)>',
  'a template of ours': '<%= 1 %> <%- include("/etc/passwd") %> {{name}} $t(consent.title) %s',
  'markup written as entities': '&lt;img src=x onerror=alert(1)&gt; &quot; &#x27;',
  'right-to-left text and overrides': 'مرحبا \u202e evil \u202c שלום \u2066',
  'ten thousand characters': 'ä'.repeat(10_000),
}
const addresses = [
  'javascript:alert(1)',
  'JAVASCRIPT://x/%0aalert(1)',
  'data:text/html,<script>alert(1)</script>',
  'https://x.example/"><script>',
  'no address at all',
]

/** The markup without what it is filled with: tags, with the values of attributes blanked. */
const skeleton = (html: string): string =>
  (html.match(/<[^>]*>/g) ?? []).map((tag) => tag.replaceAll(/"[^"]*"/g, '""')).join('\n')
const linksOut = (html: string): readonly string[] =>
  [...html.matchAll(/(?:href|src|action)="([^"]*)"/g)]
    .map(([, address]) => address!)
    .filter((address) => !/^(?:\/|#)(?!\/)/.test(address))
    // The frame's own: the logo, and the help.
    .filter((address) => !/^https:\/\/(?:www|hilfe)\.studip\.de\//.test(address))

describe('pages with hostile values', () => {
  for (const version of Object.keys(versions)) {
    const views = viewsOf(version)
    for (const [what, text] of Object.entries(hostile)) {
      it(`S-027 ${what} stays text on every page of ${version}`, async () => {
        // Letters of two alphabets are pointed out, which is markup of its own.
        const good = everyPage(views, oddLetters(text).length > 0 ? 'H\u0430rmless' : 'Harmless', 'nothing')
        const bad = everyPage(views, text, 'nothing')
        for (const name of Object.keys(good)) {
          expect(skeleton(await bad[name]!), name).to.equal(skeleton(await good[name]!))
          if (!text.includes('&')) expect(await bad[name]!, name).not.to.include(text.includes('<') ? text : '\u0000')
        }
      })
    }
  }

  for (const address of addresses) {
    it(`S-027 the address ${address.slice(0, 40)} is shown, never linked to`, async () => {
      for (const [name, page] of Object.entries(everyPage(viewsOf(), 'Harmless', address))) {
        expect(
          linksOut(await page).filter((link) => !link.startsWith('https://x.example/')),
          name,
        ).to.deep.equal([])
      }
    })
  }

  it('S-027 a web homepage is linked to, without a referrer or a way back', async () => {
    const page = await everyPage(viewsOf(), 'Harmless', 'https://rz.example.org/?a=1&b="')['admin after created']!
    expect(page).to.include(
      '<a rel="noreferrer noopener" target="_blank" href="https://rz.example.org/?a=1&amp;b=%22">',
    )
  })

  it('S-024 no page holds a script, an event attribute or a style attribute', async () => {
    for (const version of Object.keys(versions)) {
      for (const [name, page] of Object.entries(everyPage(viewsOf(version), 'Harmless', 'https://x.example/'))) {
        expect(skeleton(await page), `${version} ${name}`).not.to.match(
          /<script|<style|<iframe|<object|<base|\son\w+=|\sstyle=|http-equiv/i,
        )
      }
    }
  })

  it('S-027 templates escape: raw output is for parts and the body only', async () => {
    const { readdirSync, readFileSync } = await import('node:fs')
    for (const name of readdirSync('templates', { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ejs'),
    )) {
      for (const [, raw] of readFileSync(`templates/${name}`, 'utf8').matchAll(/<%-\s*(.*?)%>/gs))
        // The guide is HTML of ours, which test/developers/guide.test.ts looks at.
        if (name !== 'guide.ejs' || raw !== 'm.html ') expect(raw, name).to.match(/^(?:embed\('|body\s*$)/)
    }
  })
})
