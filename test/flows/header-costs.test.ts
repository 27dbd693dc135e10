// No header of a request costs several times what another of its length does, whatever it is made of (A2).
import { expect } from 'chai'
import { addClient, authorizationQuery, testApp, type TestApp } from '../support/app.ts'
import { lettersOfOtherAlphabets } from '../support/hostile.ts'
import { leastProcessorTime } from '../support/processor-time.ts'

const length = 15_000
const filled = (part: string, start = ''): string =>
  (start + part.repeat(Math.ceil(length / part.length))).slice(0, length)
/** What parsers that look again and again at the same are slow at. */
const hostile: Readonly<Record<string, string>> = {
  'a quote and commas': filled(',', '"'),
  'a quote and semicolons': filled(';', 'a="'),
  blanks: `${filled(' ', 'Basic ')}!`,
  schemes: filled('Bearer '),
  cookies: filled('a=b;'),
  'other names of the session cookie': filled('Studip.Sessio=;'),
  'waiting requests': filled('studip_oauth2_pending_1=aaaaaaaa.0.8.x;'),
  languages: filled('de;q=0.1,'),
  etags: filled('W/"a",'),
  'percent signs': filled('%'),
  escapes: filled('\\"', 'a="'),
  parameters: filled(';a=b', 'application/x-www-form-urlencoded'),
  'a host of many letters': `https://${encodeURIComponent(lettersOfOtherAlphabets(1_600))}/`,
  'a long path': filled('../', 'https://x/'),
}
const headers = [
  'Accept',
  'Accept-Language',
  'Authorization',
  'Cache-Control',
  'Content-Type',
  'Cookie',
  'If-None-Match',
  'Origin',
  'Referer',
  'Sec-Fetch-Site',
]

describe('costs of headers', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app.close())

  for (const endpoint of ['authorize', 'resume', 'token', 'developers', 'device'])
    it(`A2 ${endpoint}`, async () => {
      const query =
        endpoint === 'authorize' ? `?${authorizationQuery(await addClient(app, { confidential: false }))}` : ''
      const send = (header: string, text: string) => () =>
        (['token', 'device'].includes(endpoint)
          ? app.http
              .post(app.api(endpoint))
              .type('form')
              .set('Sec-Fetch-Site', 'same-origin')
              .set(header, text)
              .send('a=b')
          : app.http.get(app.api(endpoint) + query).set(header, text)
        ).then(
          () => undefined,
          () => undefined, // no header that Node would read
        )
      const found: string[] = []
      for (const header of headers) {
        const usual = Math.max(2, await leastProcessorTime(send(header, filled('x')), 4))
        for (const [name, text] of Object.entries(hostile))
          if (
            (await leastProcessorTime(send(header, text), 2)) > 3 * usual &&
            (await leastProcessorTime(send(header, text), 10)) > 3 * usual
          )
            found.push(`${header}: ${name}`)
      }
      expect(found).to.be.empty
    })
})
