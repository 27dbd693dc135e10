// next-auth 4 without an issuer, by the handler that an app mounts in its pages: sign-in and callback, through nginx.
import { expect } from 'chai'
import NextAuth, { type AuthOptions } from 'next-auth'
import { addClient, clientSecret } from '../support/app.ts'
import { startInstallation, type Installation } from './installation.ts'

type Handle = (request: object, response: object, options: AuthOptions) => Promise<void>
const handle = ((NextAuth as unknown as { default?: Handle }).default ?? NextAuth) as unknown as Handle

/** What the handler did to the response that Next would have handed it. */
interface Handled {
  readonly location: string | undefined
  readonly cookies: readonly string[]
}

const call = async (
  options: AuthOptions,
  request: { method: string; path: readonly string[]; query?: object; cookies?: object; body?: object },
): Promise<Handled> => {
  const headers = new Map<string, unknown>()
  const response = {
    status: () => response,
    getHeader: (name: string) => headers.get(name),
    setHeader: (name: string, value: unknown) => (headers.set(name, value), response),
    json: () => undefined,
    send: () => undefined,
    end: () => undefined,
  }
  const { method, path, query = {}, cookies = {}, body = {} } = request
  await handle(
    { method, body, cookies, headers: { host: 'app.example.org' }, query: { nextauth: path, ...query } },
    response,
    options,
  )
  return {
    location: headers.get('Location') as string | undefined,
    cookies: (headers.get('Set-Cookie') ?? []) as string[],
  }
}

const jarOf = (...answers: readonly Handled[]): Record<string, string> =>
  Object.fromEntries(
    answers.flatMap(({ cookies }) =>
      cookies.map((line): [string, string] => {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        return [name, decodeURIComponent(value)]
      }),
    ),
  )

describe('next-auth 4', () => {
  const appUrl = 'https://app.example.org/api/auth'
  const environment = process.env['NEXTAUTH_URL']
  let site: Installation
  let id: string
  before(async () => {
    process.env['NEXTAUTH_URL'] = appUrl
    site = await startInstallation()
    id = (await addClient(site.app, { redirectUris: [`${appUrl}/callback/studip`] })).id
  })
  after(async () => {
    if (environment === undefined) delete process.env['NEXTAUTH_URL']
    else process.env['NEXTAUTH_URL'] = environment
    await site.stop()
  })

  for (const checks of [['pkce', 'state'], ['pkce'], ['state']] as const) {
    it(`C1 signs in without an issuer, with ${checks.join(' and ')}`, async () => {
      const received: (string | undefined)[] = []
      const options: AuthOptions = {
        secret: 'a secret of the app that is long enough',
        providers: [
          {
            id: 'studip',
            name: 'Stud.IP',
            type: 'oauth',
            clientId: id,
            clientSecret,
            checks: [...checks],
            httpOptions: { timeout: 300_000 }, // its own three and a half seconds are over soon on a busy machine
            authorization: { url: `${site.issuer}/authorize`, params: { scope: 'api' } },
            token: `${site.issuer}/token`,
            userinfo: { request: ({ tokens }) => (received.push(tokens.access_token), { sub: 'u' }) },
            profile: () => ({ id: 'u', name: 'U' }),
          },
        ],
        logger: { error: () => undefined, warn: () => undefined, debug: () => undefined },
      }
      const form = await call(options, { method: 'GET', path: ['csrf'] })
      const csrf = jarOf(form)
      const [csrfToken] = (Object.entries(csrf).find(([name]) => name.endsWith('csrf-token'))?.[1] ?? '').split('|')
      const begun = await call(options, {
        method: 'POST',
        path: ['signin', 'studip'],
        cookies: csrf,
        body: { csrfToken },
      })
      const back = await site.allow(begun.location ?? '')
      const done = await call(options, {
        method: 'GET',
        path: ['callback', 'studip'],
        query: Object.fromEntries(back.searchParams),
        cookies: { ...csrf, ...jarOf(begun) },
      })
      expect(done.location, back.search).to.equal('https://app.example.org')
      expect(Object.keys(jarOf(done)).join()).to.include('session-token')
      expect(received).to.have.length(1)
      expect(received[0]).to.be.a('string')
    })
  }
})
