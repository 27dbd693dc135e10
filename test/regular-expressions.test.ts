// Every regular expression takes linear work, whoever chose the text (D28, S-112).
import { expect } from 'chai'
import { javaScript, pcre } from './regular-expressions/collect.ts'
import type { Expression } from './regular-expressions/expression.ts'
import { expressionsOfJavaScript } from './regular-expressions/javascript.ts'
import { expressionsOfNginx } from './regular-expressions/web-servers.ts'
import { excessOf, type Excess } from './regular-expressions/growth.ts'
import { excessesOfPcre } from './regular-expressions/pcre.ts'
import { partsOf } from './regular-expressions/subjects.ts'

const asExpression = (source: string, flags = ''): Expression => ({ where: 'here', source, flags })
const told = (excess: Excess | undefined): string =>
  excess
    ? `${excess.expression.where} /${excess.expression.source}/${excess.expression.flags} ${excess.why}: ${JSON.stringify(excess.subject)}`
    : ''

/** Patterns that this project had, and others of their kinds. */
const quadratic = {
  javaScript: [
    asExpression('^basic +([A-Za-z0-9+/=_-]*) *$', 'i'),
    asExpression(' +$'),
    asExpression(String.raw`\s*;`),
    asExpression(String.raw`\/\*.*?\*\/`, 'gs'),
    asExpression('^(a+)+$'),
    asExpression(String.raw`^.*,.*,x$`),
    asExpression(String.raw`(\d+)-(\d+)x`),
  ],
  pcre: [
    asExpression(String.raw`dispatch\.php.* [^? ]*(?:/|%2[fF])(?:\.|%2[eE]){1,2}(?:/|%2[fF]|\?|$)`),
    asExpression(String.raw` [^? ]*dispatch\.php[^? ]*(?:/|%2[fF])(?:\.|%2[eE]){1,2}(?:/|%2[fF]|\?|$)`),
    asExpression(String.raw`^\S+\s+[^?\s]*dispatch\.php[^?\s]*(?:/|%2f)(?:\.|%2e){1,2}(?:/|%2f|\?|\s)`, 'i'),
    asExpression('/+x'),
    asExpression('/+[xy]'),
    asExpression('^(?:[a-z]+/?)+$'),
  ],
}

describe('regular expressions', () => {
  it('S-112 are found wherever they stand', () => {
    const sources = javaScript().map(({ source }) => source)
    expect(sources.length).to.be.greaterThan(60)
    expect(
      expressionsOfJavaScript(
        'const word = String.raw`\\w+`\nconst all = [/a\\/b/gi, new RegExp(`^${word}-${unknown}$`, "i"), RegExp("x" + /y/.source)]',
        'some.ts',
      ),
    ).to.deep.equal([
      { where: 'some.ts:2', source: 'a\\/b', flags: 'gi' },
      { where: 'some.ts:2', source: '^\\w+-x$', flags: 'i' },
      { where: 'some.ts:2', source: 'xy', flags: '' },
      { where: 'some.ts:2', source: 'y', flags: '' },
    ])
    expect(
      expressionsOfNginx(
        '# ~no\nlocation ~* \\.php$ { rewrite ^/x{2} /y last; }\nmap $a $b { "~^\\"z" 1; }\nif ($c !~ d) {}',
        'some.conf',
      ),
    ).to.deep.equal([
      { where: 'some.conf:2', source: '\\.php$', flags: 'i' },
      { where: 'some.conf:2', source: '^/x', flags: '' },
      { where: 'some.conf:3', source: '^"z', flags: '' },
      { where: 'some.conf:4', source: 'd', flags: '' },
    ])
    const where = pcre().map((expression) => expression.where.replace(/:\d+$/, ''))
    expect(where).to.include.members([
      'nginx/http.conf',
      'nginx/root.conf',
      'nginx/examples/root-fpm.conf',
      'docs/apache.md',
    ])
    expect(partsOf(String.raw`^a+\.b[^c-]{2}(?<x>\d|e)?$`)).to.deep.equal([
      ['a'],
      ['.b'],
      ['a', '0', ' ', '!', '/', '.', '<', '\n'],
      ['aa', '00', '  ', '!!', '//', '..', '<<', '\n\n'],
      ['0'],
      ['e'],
    ])
  })

  it('S-112 are told apart: what grows too fast is caught', async () => {
    for (const expression of quadratic.javaScript)
      expect(excessOf(expression), expression.source).not.to.equal(undefined)
    for (const [index, excess] of (await excessesOfPcre(quadratic.pcre)).entries())
      expect(excess, quadratic.pcre[index]?.source).not.to.equal(undefined)
  })

  it('A2 S-112 of the service take linear time over 32 KB of each literal and class that they contain', () => {
    expect(javaScript().map(excessOf).map(told).filter(Boolean)).to.deep.equal([])
  })

  it('A1 S-112 of nginx/ and of the documented mounts do so by PCRE', async () => {
    expect((await excessesOfPcre(pcre())).map(told).filter(Boolean)).to.deep.equal([])
  })
})
