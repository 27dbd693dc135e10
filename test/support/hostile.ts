// Requests that nobody sends in good faith, made by fast-check; and what no answer to them may do.
import { expect } from 'chai'
import fc from 'fast-check'
import type { RawAnswer, RawRequest } from './raw-http.ts'

/** What turns a host into work (RFC 3492): so many, hardly one twice. */
export const lettersOfOtherAlphabets = (count: number): string =>
  Array.from({ length: count }, (_, index) => String.fromCharCode(0x4e00 + ((index * 7919) % 20_000))).join('')

/** Marks what an answer must not give back as markup. */
const marks = [
  '<zq7>',
  '"><zq7 onzq7=1>',
  "' onzq7='1",
  '</title><zq7>',
  '<!--<zq7>-->',
  '&lt;zq7&gt;<zq7',
  'javascript:zq7()',
  '${zq7}',
  '<%= zq7 %>',
  '{{zq7}}',
]
const targets = [
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  'https:evil.example',
  'https://app.example.org@evil.example/',
  'javascript:alert(1)',
  'data:text/html,<zq7>',
  'http://127.0.0.1:1/',
  'http://169.254.169.254/',
]
const injections = [
  "' OR '1'='1",
  '%',
  '_',
  '\\',
  '1; DROP TABLE oauth2_clients',
  '../../../etc/passwd',
  '\r\nX-Zq7: 1',
  '\r\n\r\n<zq7>',
  '\0',
  '\uFEFF',
  '\u202E',
  '%00',
  '%0d%0a',
  '\uD83E\uDD89',
  'a'.repeat(5000),
  '[]',
  '{"$ne":1}',
  'null',
  'true',
  '-1',
  '1e400',
  'NaN',
  '__proto__',
  'constructor',
  'toString',
]
const scraps = [
  'def50200',
  `def50200${'00'.repeat(100)}`,
  'eyJhbGciOiJub25lIn0.e30.',
  'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0....',
  'Basic ',
  'api',
  'code',
  'S256',
  'plain',
  'delete',
  'authorization_code',
  'refresh_token',
  'password',
]

const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...marks, ...targets, ...injections, ...scraps) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...marks, ...injections), fc.string({ maxLength: 10 }))
      .map((parts) => parts.join('')),
  },
)
/** One encoded parameter: sound, hostile in name or value, or no encoding at all. */
const encoded = (text: string): string => encodeURIComponent(Buffer.from(text).toString())
const rawText = fc.constantFrom(
  '%',
  '%%',
  '%zz',
  '%ff',
  '%ed%a0%80',
  '%c3',
  '=',
  '&&',
  '=&=',
  'a[b]',
  'a[]=1',
  'a.b=1',
  ';',
  '+',
  '%00=%00',
  '\u00ff',
)

export interface HostileRequests {
  readonly methods: readonly string[]
  readonly paths: readonly string[]
  /** Names that the endpoint reads, with the values that make it go on. */
  readonly sound: Readonly<Record<string, readonly string[]>>
  /** Cookie headers of real sessions. */
  readonly cookies: readonly string[]
  readonly inQuery: boolean
}

const parameters = (sound: HostileRequests['sound']) => {
  const names = Object.keys(sound)
  // Most parameters are sound, so that requests come further than to the first check.
  const one = (name: string) =>
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...(sound[name] ?? [''])).map((text) => `${name}=${encoded(text)}`) },
      { weight: 1, arbitrary: value.map((text) => `${name}=${encoded(text)}`) },
      { weight: 1, arbitrary: fc.constant('') },
    )
  const extra = fc.oneof(
    fc
      .tuple(fc.oneof(fc.constantFrom(...names), value), value)
      .map(([name, text]) => `${encoded(name)}=${encoded(text)}`),
    fc
      .tuple(fc.constantFrom(...names), fc.constantFrom('[]', '[0]', '[a][b]', '.', '%00', '%20'))
      .map(([name, tail]) => `${name}${tail}=1`),
    rawText,
  )
  return fc
    .tuple(fc.tuple(...names.map(one)), fc.array(extra, { maxLength: 3 }))
    .map(([own, more]) => [...own, ...more].filter((part) => part !== '').join('&'))
}

/** Header values are bytes: what Node would refuse to send, and therefore to receive, is left out. */
const headerText = value
  .map((text) =>
    Buffer.from(text, 'utf8')
      .toString('latin1')
      .replaceAll(/[^\x20-\x7e\x80-\xff]/g, ''),
  )
  .map((text) => text.slice(0, 3000))
const headers = ({ cookies }: HostileRequests) =>
  fc.record(
    {
      Cookie: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom('', ...cookies) },
        { weight: 1, arbitrary: headerText },
        { weight: 1, arbitrary: headerText.map((text) => `Studip_Session=${text}; ${text}`) },
      ),
      'Content-Type': fc.oneof(
        { weight: 9, arbitrary: fc.constant('application/x-www-form-urlencoded') },
        {
          weight: 1,
          arbitrary: fc.oneof(
            headerText,
            fc.constantFrom(
              'application/json',
              'multipart/form-data',
              'text/plain',
              'application/x-www-form-urlencoded; charset=utf-16',
              'application/x-www-form-urlencoded;charset="<zq7>"',
            ),
          ),
        },
      ),
      Accept: headerText,
      'Accept-Language': headerText,
      Authorization: fc.oneof(
        headerText,
        headerText.map((text) => `Basic ${Buffer.from(text).toString('base64')}`),
        headerText.map((text) => `Bearer ${text}`),
      ),
      Origin: headerText,
      'Sec-Fetch-Site': fc.constantFrom('same-origin', 'cross-site', 'none', '<zq7>'),
      Host: headerText,
      'X-Forwarded-For': headerText,
      'X-Forwarded-Host': headerText,
      'X-Request-Id': headerText,
      Referer: headerText,
      'User-Agent': headerText,
      'Content-Encoding': fc.constantFrom('gzip', 'br', 'identity', '<zq7>'),
      'If-None-Match': headerText,
      Range: headerText,
    },
    { requiredKeys: ['Cookie', 'Content-Type'] },
  )

// At most a few of them a request: a request refused for its Content-Encoding shows nothing else.
const fewHeaders = (requests: HostileRequests) =>
  fc
    .tuple(headers(requests), fc.nat(0xffff))
    .map(([all, mask]) =>
      Object.fromEntries(
        Object.entries(all).filter(
          ([name], i) => name === 'Cookie' || name === 'Content-Type' || ((mask >> (i % 16)) & 3) === 3,
        ),
      ),
    )

const pathText = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: value.map((text) => `/${encoded(text)}`) },
  { weight: 1, arbitrary: fc.constantFrom('/', '//', '/index', '/.', '/%2e%2e', '/%00', '/%ff', ';x') },
)

/** A hostile request of this kind. */
export const hostileRequest = (requests: HostileRequests): fc.Arbitrary<RawRequest> =>
  fc
    .tuple(
      fc.constantFrom(...requests.methods),
      fc.constantFrom(...requests.paths),
      pathText,
      parameters(requests.sound),
      fewHeaders(requests),
    )
    .map(([method, path, tail, text, own]) => {
      const query = requests.inQuery ? text.replaceAll('\u00ff', '%ff').slice(0, 8_000) : ''
      return {
        method,
        path: `${path}${tail}${query && '?'}${query}`,
        headers: own,
        ...(requests.inQuery ? {} : { body: Buffer.from(text, 'latin1') }),
      }
    })

/** S-093: no fault of ours, no markup given back, no header slipped in, no way out but to a registered client. */
export const expectHarmless = (request: RawRequest, answer: RawAnswer, allowedTargets: readonly string[]): void => {
  try {
    judge(request, answer, allowedTargets)
  } catch (error) {
    throw new Error(`${String(error)}\n${JSON.stringify({ ...request, body: request.body?.toString('latin1') })}`, {
      cause: error,
    })
  }
}

const judge = (
  { method }: RawRequest,
  { status, headers: answered, rawHeaders, text }: RawAnswer,
  allowedTargets: readonly string[],
): void => {
  expect(status).to.be.within(200, 499)
  expect(answered).to.not.have.any.keys('x-zq7', 'refresh')
  const { location, ...others } = answered
  if (location !== undefined)
    expect(
      allowedTargets.some((target) => location.startsWith(target)),
      `leads to ${location}`,
    ).to.be.true
  expect(location ?? '').to.not.match(/[\s<>"]/)
  expect(JSON.stringify(others), 'header').to.not.match(/[<{ ]zq7|zq7[>(}]|onzq7|evil\.example/) // sealed cookies are random letters
  expect(rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'location').length).to.be.lessThan(2)
  if (status === 200 || status >= 400) expect(answered['x-content-type-options'], 'nosniff').to.equal('nosniff')
  if (method === 'HEAD') return
  if (/^application\/json/.test(answered['content-type'] ?? '')) return void JSON.parse(text)
  expect(text, 'markup').to.not.match(
    /<zq7|["'] ?onzq7|<!--<|(?:href|src|action)="(?:javascript|data|https?:\/\/evil|\/\/|\/\\)/i,
  )
}
