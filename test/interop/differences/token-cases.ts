// The token endpoint: the 26 errors of the golden corpus, then what only real Stud.IPs were asked.
import { league } from '../../fixtures/league/golden.ts'
import { verifier } from '../../support/app.ts'
import type { Case, World } from './case.ts'
import { why } from './case.ts'

type Form = Record<string, string>
const send = ({ app }: World, form: Form, headers: Form = {}) =>
  app.http.post(app.api('token')).set(headers).type('form').send(form)

const secret = league.client_secret_1
const callback = 'https://app.example.org/callback'
const app2 = { client_id: '2', redirect_uri: 'org.example.app:/oauth', grant_type: 'authorization_code' }
const app1 = { client_id: '1', client_secret: secret, redirect_uri: callback, grant_type: 'authorization_code' }
const refresh = { grant_type: 'refresh_token', client_id: '2' }
/** A code of the confidential client, without PKCE. */
const plainCode = { clientId: '1', redirectUri: callback, codeChallenge: undefined }
const tampered = (text: string) => text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')

interface Row {
  readonly name: string
  readonly http?: string
  readonly why: string
  ask(world: World): Promise<Awaited<ReturnType<Case['ask']>>>
}
const rows: readonly Row[] = [
  {
    name: 'unknown client',
    http: 'token: unknown client',
    why: why.json,
    ask: (world) => send(world, { ...app2, client_id: '99', code: 'x' }),
  },
  {
    name: 'missing client_id',
    why: why.same,
    ask: (world) => send(world, { grant_type: 'authorization_code', code: 'x' }),
  },
  {
    name: 'wrong secret in body',
    http: 'token: wrong secret',
    why: why.json,
    ask: (world) => send(world, { ...app1, client_secret: 'nope', code: 'x' }),
  },
  { name: 'missing secret', why: why.same, ask: (world) => send(world, { ...app1, client_secret: '', code: 'x' }) },
  {
    name: 'wrong secret by Basic',
    why: why.same,
    ask: (world) =>
      send(
        world,
        { grant_type: 'authorization_code', code: 'x', redirect_uri: callback },
        { Authorization: `Basic ${Buffer.from('1:nope').toString('base64')}` },
      ),
  },
  {
    name: 'missing grant_type',
    http: 'token: empty POST',
    why: why.missing,
    ask: (world) => send(world, { client_id: '2' }),
  },
  { name: 'empty grant_type', why: why.missing, ask: (world) => send(world, { client_id: '2', grant_type: '' }) },
  {
    name: 'unsupported grant',
    http: 'token: unknown grant',
    why: why.json,
    ask: (world) => send(world, { grant_type: 'password', client_id: '2' }),
  },
  {
    name: 'client_credentials',
    http: 'token: client_credentials',
    why: why.json,
    ask: (world) => send(world, { grant_type: 'client_credentials', client_id: '1', client_secret: secret }),
  },
  { name: 'missing code', why: why.same, ask: (world) => send(world, app2) },
  {
    name: 'garbage code',
    http: 'token: garbage code',
    why: why.rfcCode,
    ask: (world) => send(world, { ...app2, code: 'x', code_verifier: verifier }),
  },
  {
    name: 'tampered code',
    why: why.rfcCode,
    ask: async (world) => send(world, { ...app2, code: tampered(await world.code()), code_verifier: verifier }),
  },
  {
    name: 'expired code',
    why: why.rfcCode,
    ask: async (world) =>
      send(world, { ...app2, code: await world.code({ expiresAt: league.generated_at - 1 }), code_verifier: verifier }),
  },
  {
    name: 'code of another client',
    why: why.rfcCode,
    ask: async (world) => send(world, { ...app2, code: await world.code({ clientId: '3' }), code_verifier: verifier }),
  },
  {
    name: 'wrong redirect_uri',
    why: why.rfcCode,
    ask: async (world) =>
      send(world, { ...app1, redirect_uri: 'https://app.example.org/other', code: await world.code(plainCode) }),
  },
  {
    name: 'unregistered redirect_uri',
    why: why.rfcCode,
    ask: async (world) =>
      send(world, {
        ...app2,
        redirect_uri: 'https://evil.example/',
        code: await world.code(),
        code_verifier: verifier,
      }),
  },
  {
    name: 'missing redirect_uri',
    why: why.same,
    ask: async (world) => send(world, { ...app2, redirect_uri: '', code: await world.code(), code_verifier: verifier }),
  },
  {
    name: 'wrong code_verifier',
    why: why.same,
    ask: async (world) => send(world, { ...app2, code: await world.code(), code_verifier: verifier.replace('d', 'e') }),
  },
  {
    name: 'missing code_verifier',
    why: why.same,
    ask: async (world) => send(world, { ...app2, code: await world.code() }),
  },
  {
    name: 'malformed code_verifier',
    why: why.same,
    ask: async (world) => send(world, { ...app2, code: await world.code(), code_verifier: 'x' }),
  },
  {
    name: 'verifier without challenge',
    why: 'The same (RFC 9700 §2.1.1: a verifier without a challenge is a downgrade).',
    ask: async (world) => send(world, { ...app1, code: await world.code(plainCode), code_verifier: verifier }),
  },
  {
    name: 'missing refresh_token',
    http: 'token: missing refresh token',
    why: why.json,
    ask: (world) => send(world, refresh),
  },
  {
    name: 'garbage refresh token',
    http: 'token: garbage refresh token',
    why: why.rfcCode,
    ask: (world) => send(world, { ...refresh, refresh_token: 'x' }),
  },
  {
    name: 'expired refresh token',
    why: why.rfcCode,
    ask: async (world) =>
      send(world, { ...refresh, refresh_token: await world.refreshToken({ expiresAt: league.generated_at - 1 }) }),
  },
  {
    name: 'refresh token of another client',
    why: why.rfcCode,
    ask: async (world) => send(world, { ...refresh, refresh_token: await world.refreshToken({ clientId: '3' }) }),
  },
  {
    name: 'refresh with unknown scope',
    why: why.same,
    ask: async (world) => send(world, { ...refresh, refresh_token: await world.refreshToken(), scope: 'admin' }),
  },
]

const further: readonly Case[] = [
  {
    title: 'GET',
    http: 'token: GET',
    why: 'RFC 6749 §3.2: POST only; `Allow` says so.',
    ask: ({ app }) => app.http.get(app.api('token')),
  },
  {
    title: 'OPTIONS from a web page',
    http: 'token: OPTIONS',
    why: 'Browser apps of registered public clients may call us (CORS, without credentials); an origin that nobody registered gets no permission.',
    ask: ({ app }) =>
      app.http
        .options(app.api('token'))
        .set({ Origin: 'https://client.example.org', 'Access-Control-Request-Method': 'POST' }),
  },
  {
    title: 'used code',
    why: 'RFC 6749 §4.1.2: and everything that came from the code is revoked.',
    ask: async (world) => {
      const code = await world.code()
      await send(world, { ...app2, code, code_verifier: verifier })
      return send(world, { ...app2, code, code_verifier: verifier })
    },
  },
  {
    title: 'client_secret in the body and by Basic',
    why: 'RFC 6749 §2.3: one method a request. league takes the body.',
    ask: async (world) =>
      send(
        world,
        { ...app1, code: await world.code(plainCode) },
        { Authorization: `Basic ${Buffer.from(`1:${secret}`).toString('base64')}` },
      ),
  },
]

export const tokenCases: readonly Case[] = [
  ...rows.map(({ name, ...row }): Case => ({ title: name, league: { errors: name }, ...row })),
  ...further,
]
