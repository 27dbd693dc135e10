// The recipe for openid-client, as it stands in docs/sign-in.
import { expect } from 'chai'
import * as oc from 'openid-client'
import { users } from '../fixtures/users.ts'
import { recipe } from '../browser/relying-parties/recipe.ts'
import { addClient, clientSecret, hiddenFields } from '../support/app.ts'
import { asksToLogOut } from './provider.ts'
import { openRelyingParty, type RelyingParty } from './relying-party.ts'

interface Outcome {
  readonly sub: string
  readonly name: string
  readonly email: string
  readonly bye: URL
}
type Program = (library: unknown, visit: (url: URL) => Promise<URL>) => Promise<Outcome>
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (...source: string[]) => Program

/** There is no https here, which the library has to be told. */
const withoutTls = {
  ...oc,
  discovery: (server: URL, clientId: string, secret: string) =>
    oc.discovery(server, clientId, secret, undefined, { execute: [oc.allowInsecureRequests] }),
}

describe('the recipe for openid-client', () => {
  let rp: RelyingParty
  before(async () => (rp = await openRelyingParty()))
  after(() => rp.stop())

  it('signs in and logs out, line for line', async () => {
    const { app } = rp.provider
    const home = 'https://app.example.org'
    const client = await addClient(app, { redirectUris: [`${home}/callback`, `${home}/`] })
    const registered = { studip: app.deps.settings.baseUrl, clientId: client.id, clientSecret }
    const [begin = '', back = '', leave = ''] = await recipe('openid-client', registered, home)
    const source = [
      begin.replace("import * as oc from 'openid-client'", ''),
      'const currentUrl = await visit(url)',
      back,
      leave,
      'return { sub, name, email, bye }',
    ]
    const cookie = await rp.logIn()
    const outcome = await new AsyncFunction('oc', 'visit', source.join('\n'))(withoutTls, async (url) => {
      const page = await rp.visit(url, cookie)
      const { auth_token = '', security_token = '' } = hiddenFields(page.html)
      const answer = await rp.visit(`${rp.issuer}/authorize`, cookie, { auth_token, security_token, allow: '' })
      return new URL(answer.location ?? 'x:')
    })
    const { user_id } = users.autor
    expect(outcome).to.include({ sub: user_id, name: 'Ada Autorin', email: `${user_id}@demo.invalid` })
    expect((await rp.visit(outcome.bye, cookie)).html).to.include(asksToLogOut)
    expect(await rp.visit(outcome.bye)).to.include({ status: 302, location: `${home}/` })
  })
})
