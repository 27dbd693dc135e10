// The authorization endpoint as a logged-in user meets it: the 15 cases of the golden corpus, then what only real Stud.IPs were asked.
import { league } from '../../fixtures/league/golden.ts'
import { challenge, consentPage } from '../../support/app.ts'
import type { Case, World } from './case.ts'
import { why } from './case.ts'

type Query = Record<string, string>
const golden = (league as unknown as { authorize: Record<string, { query?: Query }> }).authorize
const queryOf = (name: string): Query => golden[name]?.query ?? {}

const ask = ({ app, cookie }: World, query: Query) =>
  app.http.get(`${app.api('authorize')}?${new URLSearchParams(query)}`).set('Cookie', cookie)

const rows: readonly { name: string; http?: string; why: string }[] = [
  { name: 'unknown client_id', http: 'authorize: unknown client', why: why.page },
  { name: 'missing client_id', why: why.page },
  { name: 'bad redirect_uri', http: 'authorize: redirect not registered', why: why.page },
  { name: 'redirect with extra query', why: why.page },
  { name: 'no redirect_uri, several registered', why: why.page },
  { name: 'public without code_challenge', http: 'authorize: public without challenge', why: why.redirected },
  { name: 'unknown method', http: 'authorize: method s512', why: why.redirected },
  {
    name: 'method missing (plain)',
    why: 'The same: the consent page, then a code. RFC 7636 §4.3: plain is the default. `PKCE_PLAIN=off` refuses it.',
  },
  { name: 'malformed challenge', http: 'authorize: short challenge', why: why.redirected },
  { name: 'unknown scope', http: 'authorize: unknown scope', why: why.redirected },
  { name: 'scope api twice', why: 'The same: the consent page, then a code.' },
  { name: 'response_type missing', http: 'authorize: no response_type', why: why.redirected },
  {
    name: 'response_type token',
    http: 'authorize: response_type token',
    why: `${why.redirected} The code for it is \`unsupported_response_type\`.`,
  },
  {
    name: 'client_id 1abc',
    http: 'authorize: client 1abc',
    why: `${why.page} Stud.IP's own server finds client 1 by "1abc", because MySQL compares numbers.`,
  },
]

const denied: Case = {
  title: 'denied',
  league: { authorize: 'denied' },
  why: 'The same. Stud.IP builds this redirect itself and loses the port of loopback clients and private-use schemes.',
  ask: async ({ app, cookie }) => {
    const query = new URLSearchParams(queryOf('scope api twice')).toString()
    const { fields } = await consentPage(app, cookie, query)
    return app.http
      .post(app.api('authorize'))
      .set('Cookie', cookie)
      .type('form')
      .send({ _method: 'delete', auth_token: fields['auth_token'], security_token: fields['security_token'], deny: '' })
  },
}

const public3 = {
  response_type: 'code',
  client_id: '3',
  scope: 'api',
  state: 's t&a',
  code_challenge: challenge,
  code_challenge_method: 'S256',
}
const further: readonly Case[] = [
  { title: 'nothing', http: 'authorize: nothing', why: why.page, ask: (world) => ask(world, {}) },
  {
    title: 'anonymous',
    http: 'authorize: anonymous',
    why: "To the login on Stud.IP's own page and back (D5). 5.4 shows the login form in place.",
    ask: ({ app }) =>
      app.http.get(
        `${app.api('authorize')}?${new URLSearchParams({ ...public3, redirect_uri: 'https://third.example.org/cb' })}`,
      ),
  },
  {
    title: 'no redirect_uri, one registered, logged in',
    http: 'authorize: no redirect_uri',
    why: 'The same after the login: the consent page. The recorded servers were asked without a login.',
    ask: (world) => ask(world, public3),
  },
  {
    title: 'a parameter twice',
    why: 'RFC 6749 §3.1: parameters must not repeat. PHP takes the last one.',
    ask: ({ app, cookie }) =>
      app.http
        .get(
          `${app.api('authorize')}?${new URLSearchParams({ ...public3, redirect_uri: 'https://third.example.org/cb' })}&scope=api`,
        )
        .set('Cookie', cookie),
  },
  {
    title: 'applications, anonymous',
    http: 'applications anonymous',
    why: 'To the login and back.',
    ask: ({ app }) => app.http.get(app.api('applications')),
  },
  {
    title: 'administration, anonymous',
    http: 'admin anonymous',
    why: 'To the login and back.',
    ask: ({ app }) => app.http.get(`${app.base}dispatch.php/admin/oauth2`),
  },
  {
    title: 'unknown path',
    http: 'unknown path',
    why: 'Not found is 404.',
    ask: ({ app }) => app.http.get(app.api('nosuch')),
  },
  {
    title: 'metadata',
    http: 'metadata',
    why: 'RFC 8414.',
    ask: ({ app }) => app.http.get(app.api('.well-known/oauth-authorization-server')),
  },
]

export const authorizeCases: readonly Case[] = [
  ...rows.map(({ name, ...row }): Case => ({
    title: name,
    league: { authorize: name },
    ask: (world) => ask(world, queryOf(name)),
    ...row,
  })),
  denied,
  ...further,
]
