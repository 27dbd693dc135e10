// What an address costs that a request brings, in a header or a form (A2).
import { expect } from 'chai'
import { checkClientRegistration } from '../../src/oauth/client-registration.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { lettersOfOtherAlphabets } from '../support/hostile.ts'
import { leastProcessorTime, processorTime, times } from '../support/processor-time.ts'

const form = {
  name: 'App',
  redirect: 'https://app.example.org/cb',
  description: '',
  confidentiality: 'public',
  owner: 'Owner',
  homepage: 'https://app.example.org/',
  admin_notes: '',
}

describe('addresses in requests', () => {
  let app: TestApp
  before(async () => {
    app = await testApp()
  })
  after(() => app.close())

  it('A2 a host in thousands of letters of other alphabets costs no more than another text of its length', async () => {
    const hostile = `https://${encodeURIComponent(lettersOfOtherAlphabets(1_600))}/`
    const plain = 'x'.repeat(hostile.length)
    const requests: Readonly<Record<string, (address: string) => PromiseLike<unknown>>> = {
      Referer: (address) => app.http.get(app.api('resume')).set('Referer', address),
      Origin: (address) =>
        app.http
          .post(app.api('device'))
          .type('form')
          .set({ Origin: address, 'Sec-Fetch-Site': 'same-origin' })
          .send('a=b'),
    }
    const least = (work: () => unknown) => leastProcessorTime(times(10, work), 5)
    for (const [header, send] of Object.entries(requests))
      expect(await least(() => send(hostile)), header).to.be.below(2 * (await least(() => send(plain))))
    const homepage = (text: string) => () => checkClientRegistration({ ...form, homepage: text })
    // Some microseconds each; seconds, where the whole text is parsed.
    const long = homepage(`https://${lettersOfOtherAlphabets(16_000)}/`)
    expect(await processorTime(times(10, long))).to.be.below(500)
  })

  it('a homepage that is too long is one fault, however it is written', () => {
    for (const homepage of [`https://${'x'.repeat(300)}.example/`, 'x'.repeat(5_000), `https://${'ö'.repeat(3_000)}/`])
      expect(checkClientRegistration({ ...form, homepage })).to.deep.equal({
        faults: [{ field: 'homepage', code: 'too-long' }],
      })
    for (const homepage of ['x', 'javascript:x', 'https://user@app.example/'])
      expect(checkClientRegistration({ ...form, homepage })).to.deep.equal({
        faults: [{ field: 'homepage', code: 'malformed' }],
      })
  })
})
