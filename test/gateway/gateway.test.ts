// In front of the JSON:API (D24): methods × spellings of the path × headers × tokens, each with its one right outcome.
import { expect } from 'chai'
import { connect, type AddressInfo } from 'node:net'
import { users } from '../fixtures/users.ts'
import { send, type Answer, type Send } from '../nginx/echo.ts'
import { addClient, idOf } from '../support/app.ts'
import { issueCode, issueTokens } from '../support/issuing.ts'
import { temporaryDirectory } from '../support/child-process.ts'
import { startNginx } from '../support/nginx.ts'
import { openScene, type Arrived, type Scene } from './scene.ts'

const reading = ['GET', 'HEAD', 'OPTIONS'] as const
const writing = ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'GETX', 'POST_GET', 'TRACE']

for (const base of ['/', '/studip/'] as const) {
  describe(`jsonapi.php behind nginx/api-read.conf, base ${base}`, () => {
    let scene: Scene, sealed: string, jwt: string
    const me = `${base}jsonapi.php/v1/users/me`
    const bearer = (token: string) => `Bearer ${token}`

    interface Outcome extends Answer {
      readonly arrived: readonly Arrived[]
    }
    const ask = async (
      authorization: string | string[] | undefined,
      { path = me, away = false, headers, ...more }: Send & { path?: string; away?: boolean } = {},
    ): Promise<Outcome> => {
      const before = scene.jsonApi.arrived.length
      const answer = await send((away ? scene.away : scene.nginx).port, path, {
        ...more,
        headers: { ...(authorization !== undefined && { authorization }), ...headers },
      })
      return { ...answer, arrived: scene.jsonApi.arrived.slice(before) }
    }
    const errorOf = (body: string) => (JSON.parse(body) as { errors: { code: string; status: string }[] }).errors[0]

    const expectRefused = (outcome: Outcome, status: 401 | 403, code: string, what = '') => {
      expect(outcome.status, what).to.equal(status)
      expect(outcome.arrived, what).to.deep.equal([])
      expect(outcome.headers, what).to.include({
        'content-type': 'application/vnd.api+json',
        'cache-control': 'no-store',
      })
      const challenge = outcome.headers['www-authenticate'] ?? ''
      expect(challenge.split('Bearer '), what).to.have.length(2)
      expect(challenge).to.include(`error="${code}"`)
      expect(challenge).to.include(`resource_metadata="${scene.app.deps.issuer}/.well-known/oauth-protected-resource"`)
      if (outcome.body !== '') expect(errorOf(outcome.body), what).to.include({ code, status: String(status) })
    }
    const expectExchanged = (outcome: Outcome, what = '') => {
      const [one, ...more] = outcome.arrived
      expect(more, what).to.deep.equal([])
      expect(outcome.status, what).to.equal(200)
      expect(one, what).to.include({ user: users.autor.user_id })
      expect(reading, what).to.include(one?.method)
      expect(one?.headers.authorization, what).to.match(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)
    }
    /** Arrives exactly as it does without us. */
    const expectUntouched = (outcome: Outcome, authorization: string | undefined, what = '') => {
      expect(outcome.arrived, what).to.have.length(1)
      expect(outcome.arrived[0]?.headers.authorization, what).to.equal(authorization)
      expect(outcome.headers).not.to.have.property('x-api-authorization')
    }

    before(async () => {
      scene = await openScene(base)
      const { app, client } = scene
      sealed = (await issueTokens(app, client, { scopes: ['api.read'] })).access_token
      jwt = (await issueTokens(app, client)).access_token
    })
    after(() => scene.stop())

    it('S-124 api.read reads', async () => {
      for (const method of reading) expectExchanged(await ask(bearer(sealed), { method }), method)
      const { arrived } = await ask(bearer(sealed), { path: `${me}?filter[a]=%2F+%26&page[limit]=1` })
      expect(arrived[0]).to.include({ path: `${me}?filter[a]=%2F+%26&page[limit]=1`, method: 'GET' })
      const more = (await issueTokens(scene.app, scene.client, { scopes: ['openid', 'api.read'] })).access_token
      expectExchanged(await ask(bearer(more)))
    })

    it('S-124 and nothing else, whatever the method, with or without a body', async () => {
      for (const method of writing) {
        for (const body of [undefined, '{"data":{}}']) {
          const outcome = await ask(bearer(sealed), { method, ...(body !== undefined && { body }) })
          expect(outcome.arrived, method).to.deep.equal([])
          // nginx itself refuses TRACE.
          if (method === 'TRACE') expect(outcome.status).to.equal(405)
          else expectRefused(outcome, 403, 'insufficient_scope', method)
        }
      }
      const { headers } = await ask(bearer(sealed), { method: 'POST', body: 'x' })
      expect(headers['www-authenticate']).to.include('scope="api"')
    })

    it('S-124 no header changes the method, and a body or an upgrade beside GET none either', async () => {
      for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'x_http_method_override']) {
        const { arrived, status } = await ask(bearer(sealed), { headers: { [name]: 'DELETE' } })
        expect([status, arrived.length, arrived[0]?.method]).to.deep.equal([200, 1, 'GET'])
        expect(JSON.stringify(arrived[0]?.headers), name).not.to.include('DELETE')
        expectRefused(
          await ask(bearer(sealed), { method: 'POST', headers: { [name]: 'GET' } }),
          403,
          'insufficient_scope',
        )
      }
      for (const more of [
        { body: '_method=DELETE' },
        { headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'x' } },
        { path: `${me}?_method=DELETE&access_token=${jwt}` },
      ]) {
        const outcome = await ask(bearer(sealed), more)
        expectExchanged(outcome)
        expect(outcome.arrived[0]?.method).to.equal('GET')
      }
    })

    it('S-124 every other token is refused, and never reaches PHP', async () => {
      const { app, client } = scene
      const { deps } = app
      const rows = (id: string) => app.database.knex('oauth2_access_tokens').where({ id })
      const fresh = async (scopes = ['api.read'], more: object = {}) => {
        const tokens = await issueTokens(app, client, { scopes, ...more })
        return { ...tokens, id: (await deps.credentials.openAccessToken(tokens.access_token))?.id ?? '' }
      }
      const [openid, { text: code }, revoked, past, full, gone] = [
        await fresh(['openid', 'profile']),
        await issueCode(app, client, { scopes: ['api.read'] }),
        await fresh(),
        await fresh(),
        await fresh(),
        await fresh(),
      ]
      await rows(revoked.id).update({ revoked: 1 })
      await rows(past.id).update({ expires_at: deps.now() })
      // A row cannot make more of a token than it is.
      await rows(full.id).update({ scopes: '["api","api.read"]' })
      await rows(gone.id).delete()
      for (const [what, token, status] of [
        ['only for sign-in', openid.access_token, 403],
        ['revoked', revoked.access_token, 401],
        ['expired', past.access_token, 401],
        ['of another kind than its row', full.access_token, 401],
        ['purged', gone.access_token, 401],
        ['a code', code, 401],
        ['a refresh token', openid.refresh_token ?? sealed.replace(/.$/, ''), 401],
        ['cut', sealed.slice(0, -3), 401],
        ['longer', `${sealed}A`, 401],
        ['with a byte more', `${sealed}%00`, 401],
        ['of another key', sealed.replace(/^[^.]+/, 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0'), 401],
        ['no token at all', 'foo', 401],
        ['the id of a row', idOf(jwt), 401],
        ['endless', 'x'.repeat(12_000), 401],
      ] as const)
        for (const method of ['GET', 'POST'])
          expectRefused(
            await ask(bearer(token), { method }),
            status,
            status === 403 ? 'insufficient_scope' : 'invalid_token',
            `${what}, ${method}`,
          )
    })

    it('S-126 nothing is handed out after revocation, suspension or a lock, and at once', async () => {
      const { app } = scene
      const { knex } = app.database
      const other = await addClient(app)
      const { access_token, grantId } = await issueTokens(app, other, { scopes: ['api.read'] })
      const outcome = async () => (await ask(bearer(access_token))).status
      expect(await outcome()).to.equal(200)
      await app.deps.administration.suspend(other.id)
      expect(await outcome()).to.equal(401)
      await app.deps.administration.resume(other.id)
      expect(await outcome()).to.equal(200)
      const autor = () => knex('auth_user_md5').where({ user_id: users.autor.user_id })
      await autor().update({ locked: 1 })
      expect(await outcome()).to.equal(401)
      await autor().update({ locked: 0 })
      expect(await outcome()).to.equal(200)
      await app.deps.tokens.revokeGrant(grantId)
      expect(await outcome()).to.equal(401)
    })

    it('O4 S-117 a refusal names the client whose token it is, and that the client is answered in JSON', async () => {
      const { app, client, log } = scene
      const signIn = (await issueTokens(app, client, { scopes: ['openid'] })).access_token
      const cases = [
        [sealed, { method: 'POST' }, 'insufficient_scope', client.id],
        [signIn, {}, 'insufficient_scope', client.id],
        ['a.b.c.d.e', {}, 'invalid_token', undefined],
      ] as const
      for (const [token, more, reason, clientId] of cases) {
        const before = log.length
        await ask(bearer(token), more)
        const [line, ...others] = log.slice(before).map((text) => JSON.parse(text) as Record<string, unknown>)
        expect(others).to.deep.equal([])
        expect(line).to.include({ reason, endpoint: 'api-read', answer: 'json' })
        expect(line?.['clientId']).to.equal(clientId)
      }
    })

    it('S-126 what Stud.IP gets is never in an answer or the log', async () => {
      const outcomes = [await ask(bearer(sealed)), await ask(bearer(sealed), { method: 'POST' }), await ask('Bearer x')]
      const [handed = ''] = [outcomes[0]?.arrived[0]?.headers.authorization?.slice('Bearer '.length)]
      expect(handed.split('.')).to.have.length(3)
      for (const { headers, body } of outcomes) {
        expect(JSON.stringify(headers) + body)
          .not.to.include(handed)
          .and.not.to.include(sealed)
        expect(Object.keys(headers).filter((name) => name.startsWith('x-api'))).to.deep.equal([])
      }
      const log = scene.log.join('\n') + scene.nginx.log() + scene.away.log()
      expect(log).to.include('"endpoint":"api-read"')
      for (const secret of [handed, sealed, jwt]) expect(log).not.to.include(secret)
    })

    it('S-127 one header, one outcome: what Stud.IP would believe is what is decided on', async () => {
      const cases: readonly (readonly [header: string, outcome: 'exchanged' | 'untouched' | 'refused'])[] = [
        [`Bearer ${sealed}`, 'exchanged'],
        [`bearer ${sealed}`, 'exchanged'],
        [`BEARER ${sealed}`, 'exchanged'],
        [`Bearer  ${sealed}`, 'exchanged'],
        [`Bearer ${sealed},`, 'exchanged'],
        [`Bearer ${sealed}, Bearer`, 'exchanged'],
        [`Basic eDp4, Bearer ${sealed}`, 'exchanged'],
        [`Bearer ${jwt}, Bearer ${sealed}`, 'exchanged'],
        [`Bearer x Bearer ${sealed}, x`, 'exchanged'],
        [`Bearer ${sealed}, Basic eDp4`, 'exchanged'],
        [`Bearer ${jwt}`, 'untouched'],
        [`bearer ${jwt}`, 'untouched'],
        [`Bearer ${jwt},`, 'untouched'],
        [`Bearer ${sealed}, Bearer ${jwt}`, 'untouched'],
        [`Basic eDp4, Bearer ${jwt}`, 'untouched'],
        ['Bearer a.b.c', 'untouched'],
        ['Basic eDp4', 'untouched'],
        [`Basic ${sealed}`, 'untouched'],
        [`Token ${sealed}`, 'untouched'],
        [`XBearer${sealed}`, 'untouched'],
        [sealed, 'untouched'],
        ['Bearer', 'refused'],
        ['Bearer ,', 'refused'],
        [`Bearer , ${sealed}`, 'refused'],
        [`Bearer ${sealed} x`, 'refused'],
        [`Bearer x, ${sealed}`, 'refused'],
        [`Bearer "${sealed}"`, 'refused'],
        [`Bearer\t${sealed}`, 'refused'],
        [`bearer x, Bearer ${sealed}x`, 'refused'],
        [`Bearer ${sealed}, Bearer x`, 'refused'],
        ['Bearer ' + 'Bearer '.repeat(1_500), 'refused'],
      ]
      for (const [header, outcome] of cases) {
        const what = header.replaceAll(sealed, 'SEALED').replaceAll(jwt, 'JWT').slice(0, 60)
        const got = await ask(header)
        if (outcome === 'exchanged') expectExchanged(got, what)
        else if (outcome === 'untouched') expectUntouched(got, header, what)
        else expectRefused(got, 401, 'invalid_token', what)
        const write = await ask(header, { method: 'DELETE' })
        if (outcome === 'exchanged') expectRefused(write, 403, 'insufficient_scope', what)
        else if (outcome === 'untouched') expectUntouched(write, header, what)
        else expectRefused(write, 401, 'invalid_token', what)
      }
    })

    it('S-127 two Authorization headers are refused', async () => {
      for (const two of [
        [bearer(sealed), bearer(jwt)],
        [bearer(jwt), bearer(sealed)],
        ['Basic eDp4', bearer(sealed)],
      ])
        for (const method of ['GET', 'POST']) {
          const { status, arrived } = await ask(two, { method })
          expect([status, arrived.length]).to.deep.equal([400, 0])
        }
    })

    it('S-127 the token says who asks: no session beside it goes along, and beside all others it does', async () => {
      const headers = { cookie: 'Studip_Session=0123; a=b' }
      const cookieAt = async (authorization?: string) =>
        (await ask(authorization, { headers })).arrived[0]?.headers.cookie
      expect(await cookieAt(bearer(sealed))).to.equal(undefined)
      for (const other of [bearer(jwt), 'Basic eDp4', undefined]) expect(await cookieAt(other)).to.equal(headers.cookie)
      expectRefused(await ask(bearer(sealed), { method: 'POST', headers }), 403, 'insufficient_scope')
    })

    it('S-124 in every spelling of the path', async () => {
      const spellings = [
        'jsonapi.php',
        'jsonapi.php/',
        'jsonapi.php/v1//users/me',
        'jsonapi.php//v1/users/me',
        '/jsonapi.php/v1/users/me',
        '%6asonapi.php/v1/users/me',
        'jsonapi%2ephp/v1/users/me',
        'jsonapi.php%2Fv1%2Fusers%2Fme',
        'jsonapi.php/v1/wiki-pages/a_b%20c%C3%BC%25%3F%23',
        'jsonapi.php/v1/%',
      ]
      for (const spelling of spellings) {
        const path = base + spelling
        const outcome = await ask(bearer(sealed), { path })
        if (spelling.endsWith('%')) expect([outcome.status, outcome.arrived.length]).to.deep.equal([400, 0])
        else expectExchanged(outcome, path)
        expect((await ask(bearer(sealed), { path, method: 'POST', body: 'x' })).arrived, path).to.deep.equal([])
      }
      // Each of those who read them could take them for something else.
      for (const spelling of [
        'x/../jsonapi.php/v1/users/me',
        'jsonapi.php/../jsonapi.php/v1/users/me',
        'jsonapi.php/v1/../v1/users/me',
        './jsonapi.php/v1/users/me',
        'jsonapi.php/%2e%2e/jsonapi.php/v1/users/me',
        'x/..%2fjsonapi.php/v1/users/me',
        'dispatch.php/jsonapi.php/v1/users/me',
      ])
        for (const method of ['GET', 'POST'])
          expectRefused(
            await ask(bearer(sealed), { path: base + spelling, method }),
            403,
            'insufficient_scope',
            spelling,
          )
      // Not the API: the token arrives as it is, and is worth nothing.
      for (const spelling of [
        'dispatch.php/start',
        'index.php',
        'jsonapi.phpx/v1',
        'xjsonapi.php/v1',
        'JSONAPI.PHP/v1',
      ])
        for (const method of ['GET', 'POST']) {
          const outcome = await ask(bearer(sealed), { path: base + spelling, method })
          expectUntouched(outcome, bearer(sealed), spelling)
          expect(outcome.arrived[0]?.user).to.equal(null)
        }
    })

    const raw = (text: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(scene.nginx.port, '127.0.0.1', () => socket.write(text, 'latin1'))
        let answer = ''
        socket.setEncoding('latin1').on('data', (part: string) => {
          answer += part
        })
        socket.once('end', () => resolve(answer)).once('error', reject)
      })

    it('S-127 a header with bytes that no header may hold is refused like any other that is no token', async () => {
      for (const token of ['a\x01b', `${sealed}\x1f`, `\x7f, Bearer ${sealed}`, `${sealed}\x0b`, 'a\xffb', '\x80'])
        for (const method of ['GET', 'POST']) {
          const before = scene.jsonApi.arrived.length
          const answer = await raw(
            `${method} ${me} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\nContent-Length: 0\r\n\r\n`,
          )
          const what = JSON.stringify(token.replace(sealed, 'SEALED'))
          expect(answer, what).to.match(/^HTTP\/1\.1 401 /)
          expect(answer, what).to.include('error="invalid_token"')
          expect(scene.jsonApi.arrived.length, what).to.equal(before)
        }
    })

    it('S-124 over HTTP/1.0, and with a body of unknown length', async () => {
      const auth = `Authorization: Bearer ${sealed}\r\n`
      expect(await raw(`GET ${me} HTTP/1.0\r\n${auth}\r\n`)).to.match(/^HTTP\/1\.1 200 /)
      expect(await raw(`POST ${me} HTTP/1.0\r\n${auth}Content-Length: 1\r\n\r\nx`)).to.match(/^HTTP\/1\.1 403 /)
      const chunked = 'Host: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n'
      expect(await raw(`PATCH ${me} HTTP/1.1\r\n${auth}${chunked}`)).to.match(/^HTTP\/1\.1 403 /)
      // A method is what it is, letter for letter.
      for (const method of ['get', 'Get', 'GET\x00', 'GET\tX', 'GET-'])
        expect(await raw(`${method} ${me} HTTP/1.0\r\n${auth}\r\n`), method).to.match(/^HTTP\/1\.1 40[03] /)
      // The host of an absolute address is no part of the question.
      expect(await raw(`DELETE http://x${me} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${auth}\r\n`)).to.match(
        /^HTTP\/1\.1 403 /,
      )
    })

    it('S-124 S-126 whatever else the server lets in, and whatever it keeps', async () => {
      const { port } = scene.app.server.address() as AddressInfo
      const folder = await temporaryDirectory('nginx-cache')
      const careless = await startNginx({
        base,
        sidecar: `127.0.0.1:${port}`,
        php: scene.jsonApi.address,
        http: `proxy_cache_path ${folder.path} keys_zone=all:1m;`,
        server: `satisfy any; allow all; auth_request /open;
          location = /open { auth_request off; return 204; }
          proxy_cache all; proxy_cache_key $uri; proxy_cache_valid any 1h; proxy_ignore_headers Cache-Control Expires;`,
      })
      const status = async (token: string, number: number, method = 'GET') =>
        (await send(careless.port, `${me}/${number}`, { method, headers: { authorization: bearer(token) } })).status
      const { access_token, grantId } = await issueTokens(scene.app, scene.client, { scopes: ['api.read'] })
      expect(await status(access_token, 1)).to.equal(200)
      await scene.app.deps.tokens.revokeGrant(grantId)
      const before = scene.jsonApi.arrived.length
      expect(await status(access_token, 2)).to.equal(401)
      expect(await status('foo', 3)).to.equal(401)
      expect(await status(sealed, 4, 'POST')).to.equal(403)
      expect(scene.jsonApi.arrived.length).to.equal(before)
      await careless.stop()
      folder.remove()
    })

    it('S-125 the decision cannot be asked from outside', async () => {
      const headers = {
        'x-api-method': 'GET',
        'x-api-path': me,
        authorization: bearer(sealed),
      }
      const before = scene.jsonApi.arrived.length
      for (const path of [
        '.studip-oauth2/api-read',
        '.studip-oauth2/api',
        '.studip-oauth2//api-read',
        '%2estudip-oauth2/api-read',
        '.studip-oauth2%2Fapi-read',
        'x/../.studip-oauth2/api-read',
        '.well-known/../.studip-oauth2/api-read',
      ])
        for (const prefix of ['/', base]) {
          const { status } = await send(scene.nginx.port, prefix + path, { headers })
          if (prefix === '/') expect(status, path).to.equal(404)
        }
      for (const path of [
        'dispatch.php/api/oauth2/../../../.studip-oauth2/api-read',
        'dispatch.php/api/oauth2/..%2f..%2f..%2f.studip-oauth2/api-read',
        'dispatch.php/api/oauth2/.studip-oauth2/api-read',
        'dispatch.php/api/oauth2/token?/.studip-oauth2/api-read',
        'dispatch.php/api/oauth2/jwks',
      ]) {
        const answer = await send(scene.nginx.port, base + path, { headers })
        expect(Object.keys(answer.headers), path).not.to.include('x-api-authorization')
        expect(answer.status, path).not.to.equal(204)
      }
      for (const { headers: arrived } of scene.jsonApi.arrived.slice(before))
        expect(arrived.authorization).to.equal(bearer(sealed))
    })

    it('S-125 the service itself answers it at one address alone, and only with what nginx never passes on', async () => {
      const { http } = scene.app
      const question = { Authorization: bearer(sealed), 'X-Api-Method': 'GET', 'X-Api-Path': me }
      expect((await http.get('/.studip-oauth2/api-read').set(question)).status).to.equal(204)
      for (const path of [
        '/.studip-oauth2/api-read/',
        '//.studip-oauth2/api-read',
        '/.studip-oauth2/api-read?',
        '/.studip-oauth2/api-read?x=1',
        '/.studip-oauth2/%61pi-read',
        '/.studip-oauth2/api-read/index',
        '/x/../.studip-oauth2/api-read',
      ]) {
        // Asked byte for byte: supertest would resolve the dots.
        const { port } = scene.app.server.address() as { port: number }
        expect((await send(port, path, { headers: question })).status, path).to.equal(404)
      }
      for (const name of ['X-Api-Method', 'X-Api-Path'] as const)
        expect((await http.get('/.studip-oauth2/api-read').set({ ...question, [name]: '' })).status).to.equal(404)
    })

    it('S-128 with the service away tokens of ours get 503, and nothing else changes', async () => {
      for (const method of ['GET', 'HEAD', 'POST']) {
        const answer = await ask(bearer(sealed), { away: true, method })
        expect([answer.status, answer.arrived.length], method).to.deep.equal([503, 0])
        expect(answer.headers).to.include({
          'content-type': 'application/vnd.api+json',
          'retry-after': '10',
          'cache-control': 'no-store',
        })
        if (method !== 'HEAD')
          expect(errorOf(answer.body)).to.include({ code: 'temporarily_unavailable', status: '503' })
      }
      for (const method of ['GET', 'POST']) {
        for (const other of [bearer(jwt), `Basic eDp4, ${bearer(jwt)}`, 'Basic eDp4', undefined])
          expectUntouched(await ask(other, { away: true, method }), other, method)
        // Stud.IP says itself that this is none.
        const garbage = await ask('Bearer foo', { away: true, method })
        expect([garbage.status, garbage.arrived[0]?.user]).to.deep.equal([401, null])
      }
    })

    it('S-128 a service that fails is like one that is away', async () => {
      const { knex } = scene.app.database
      await knex.raw('RENAME TABLE oauth2_access_tokens TO moved_away')
      try {
        expect((await ask(bearer(sealed))).status).to.equal(503)
        expect((await ask(bearer(sealed))).arrived).to.deep.equal([])
        expectRefused(await ask('Bearer foo'), 401, 'invalid_token')
      } finally {
        await knex.raw('RENAME TABLE moved_away TO oauth2_access_tokens')
      }
    })

    it('S-080 a page that may call the API can read its refusals, and without credentials', async () => {
      const origin = 'https://app.example'
      for (const [header, more] of [
        ['Bearer foo', {}],
        [bearer(sealed), { method: 'POST' }],
        [bearer(sealed), { away: true }],
      ] as const) {
        const { headers } = await ask(header, { ...more, headers: { origin } })
        expect(headers).to.include({ 'access-control-allow-origin': origin, vary: 'Origin' })
        expect(headers).not.to.have.property('access-control-allow-credentials')
      }
      // A preflight names no token: it is Stud.IP's to answer.
      expectUntouched(
        await ask(undefined, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } }),
        undefined,
      )
    })

    it('D24 the document of the resource is under our prefix and where RFC 9728 looks for it', async () => {
      const { issuer, settings } = scene.app.deps
      for (const path of [
        `${base}dispatch.php/api/oauth2/.well-known/oauth-protected-resource`,
        `/.well-known/oauth-protected-resource${base}jsonapi.php/v1`,
      ]) {
        const answer = await send(scene.nginx.port, path, { headers: { origin: 'https://any.example' } })
        expect(answer.status, path).to.equal(200)
        expect(answer.headers).to.include({ 'access-control-allow-origin': '*' })
        expect(JSON.parse(answer.body)).to.deep.equal({
          resource: `${settings.baseUrl}jsonapi.php/v1`,
          authorization_servers: [issuer],
          scopes_supported: ['api', 'api.read'],
          bearer_methods_supported: ['header'],
          resource_name: 'Stud.IP JSON:API',
        })
      }
    })
  })
}

describe('nginx/api-read.conf in a site that lets some networks in without a password', () => {
  it('S-124 S-127 asks all the same, and the site keeps out whom it kept out', async () => {
    const scene = await openScene('/')
    const sealed = (await issueTokens(scene.app, scene.client, { scopes: ['api.read'] })).access_token
    const site = (allow: string) =>
      startNginx({
        php: scene.jsonApi.address,
        sidecar: `127.0.0.1:${(scene.app.server.address() as AddressInfo).port}`,
        server: `satisfy any; allow ${allow}; deny all; auth_basic site; auth_basic_user_file /dev/null;`,
      })
    const [inside, outside] = await Promise.all([site('127.0.0.1'), site('192.0.2.1')])
    try {
      const asked = async (port: number, method: string) => {
        const before = scene.jsonApi.arrived.length
        const { status } = await send(port, '/jsonapi.php/v1/users/me', {
          method,
          headers: { authorization: `Bearer ${sealed}` },
        })
        return [status, scene.jsonApi.arrived.slice(before).map(({ user }) => user)]
      }
      expect(await asked(inside.port, 'GET')).to.deep.equal([200, [users.autor.user_id]])
      expect(await asked(inside.port, 'POST')).to.deep.equal([403, []])
      for (const method of ['GET', 'POST']) expect(await asked(outside.port, method)).to.deep.equal([403, []])
    } finally {
      await Promise.all([inside.stop(), outside.stop()])
      await scene.stop()
    }
  })
})
