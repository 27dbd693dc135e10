// Ten thousand hostile requests to each kind of endpoint (HOSTILE_REQUESTS=10000; fewer by default, so that every run has some).
import { expect } from 'chai'
import fc from 'fast-check'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  approve,
  authorizationQuery,
  challenge,
  clientSecret,
  connect,
  consentPage,
  logIn,
  redirectUri,
  testApp,
  verifier,
  type TestApp,
} from '../support/app.ts'
import { expectHarmless, hostileRequest, type HostileRequests } from '../support/hostile.ts'
import { rawHttp, type RawHttp } from '../support/raw-http.ts'

const wanted = Number(process.env['HOSTILE_REQUESTS'] ?? 1_500)
/** Sent at once. */
const batch = 10

describe('hostile requests', () => {
  let app: TestApp
  let http: RawHttp
  let kinds: Record<string, HostileRequests>
  let targets: readonly string[]
  let counted: Record<string, number>

  const tables = ['oauth2_clients', 'auth_user_md5', 'session_data', 'config_values'] as const
  const rows = async () =>
    Object.fromEntries(
      await Promise.all(
        tables.map(
          async (table) => [table, Number((await app.database.knex(table).count({ n: '*' }))[0]?.['n'])] as const,
        ),
      ),
    )

  before(async () => {
    app = await testApp()
    http = rawHttp(app.server, { connections: batch })
    const [open, confidential] = [await addClient(app, { confidential: false }), await addClient(app)]
    const [autor, root, locked] = [await logIn(app), await logIn(app, users.root), await logIn(app, users.locked)]
    const cookies = [autor, root, locked]
    const page = await consentPage(app, autor, authorizationQuery(open))
    const tokens = await connect(app, confidential, { cookie: autor })
    const code = (await approve(app, open, { cookie: autor })).searchParams.get('code') ?? ''
    const credentials = {
      client_id: [open.id, confidential.id],
      client_secret: [clientSecret],
      token: [tokens.access_token, tokens.refresh_token],
    }
    const api = (...paths: string[]) => paths.map((path) => app.api(path))
    const request = {
      response_type: ['code'],
      client_id: [open.id, confidential.id],
      redirect_uri: [redirectUri],
      scope: ['api', ''],
      state: ['xyz', '<zq7>', '\r\nX-Zq7: 1'],
      code_challenge: [challenge],
      code_challenge_method: ['S256', 'plain'],
    }
    const consent = {
      auth_token: [page.fields['auth_token'] ?? ''],
      security_token: [page.fields['security_token'] ?? ''],
      _method: ['delete', 'x'],
      client_id: [open.id],
      state: ['<zq7>'],
    }
    const grant = {
      ...credentials,
      grant_type: ['authorization_code', 'refresh_token'],
      code: [code],
      refresh_token: [tokens.refresh_token],
      redirect_uri: [redirectUri],
      code_verifier: [verifier],
      scope: ['api', ''],
    }
    const registration = {
      security_token: [page.fields['security_token'] ?? ''],
      name: ['<zq7>', 'App'],
      redirect: ['https://a.example/', 'javascript:zq7()'],
      description: ['<zq7>'],
      confidentiality: ['public', 'confidential'],
      owner: ['<zq7>'],
      homepage: ['https://a.example/', 'javascript:zq7()'],
      admin_notes: ['<zq7>'],
      search: ['<zq7>', '%'],
      page: ['1', '-1', '1e9'],
    }
    const administration = [
      `${app.base}dispatch.php/admin/oauth2`,
      ...api(
        'clients/add',
        'clients/store',
        `clients/delete/${open.id}`,
        'clients/delete',
        `clients/secret/${open.id}`,
        `clients/suspend/${open.id}`,
        'clients/delete/0',
        'assets/oauth2.css',
        'assets',
      ),
    ]
    const application = {
      application: [tokens.access_token.slice(0, 80), '%', '_'.repeat(32)],
      grant: ['%', 'f'.repeat(32)],
      security_token: [page.fields['security_token'] ?? ''],
    }
    const applications = api(
      'applications',
      'applications/details',
      `applications/details/${'f'.repeat(80)}`,
      'applications/details/%25',
      'applications/revoke',
      `applications/revoke/${'f'.repeat(32)}`,
      'applications/revoke_all',
    )
    const reads = ['GET', 'GET', 'GET', 'HEAD']
    const posts = [...Array<string>(8).fill('POST'), 'PUT', 'DELETE']
    kinds = {
      'GET authorize': { methods: reads, paths: api('authorize'), sound: request, cookies, inQuery: true },
      'POST authorize': { methods: posts, paths: api('authorize'), sound: consent, cookies, inQuery: false },
      token: { methods: posts, paths: api('token'), sound: grant, cookies, inQuery: false },
      revoke: {
        methods: posts,
        paths: api('revoke'),
        sound: { ...credentials, token: ['x', 'def50200'], token_type_hint: ['access_token', 'x'] },
        cookies,
        inQuery: false,
      },
      introspect: {
        methods: posts,
        paths: api('introspect'),
        sound: { ...credentials, token_type_hint: ['access_token'] },
        cookies,
        inQuery: false,
      },
      'GET administration': { methods: reads, paths: administration, sound: registration, cookies, inQuery: true },
      'POST administration': { methods: posts, paths: administration, sound: registration, cookies, inQuery: false },
      'GET applications': { methods: reads, paths: applications, sound: application, cookies, inQuery: true },
      'POST applications': { methods: posts, paths: applications, sound: application, cookies, inQuery: false },
      'everything else': {
        methods: [...reads, ...posts, 'OPTIONS', 'PATCH', 'PROPFIND'],
        paths: [
          ...api('resume', 'jwks', '.well-known/oauth-authorization-server', 'nothing', ''),
          '/.well-known/oauth-authorization-server/dispatch.php/api/oauth2',
          '/',
        ],
        sound: request,
        cookies,
        inQuery: true,
      },
    }
    targets = [`${redirectUri}?`, `${app.base}dispatch.php/`]
    counted = await rows()
  })
  after(async () => {
    http.end()
    await app.close()
  })

  for (const kind of [
    'GET authorize',
    'POST authorize',
    'token',
    'revoke',
    'introspect',
    'GET administration',
    'POST administration',
    'GET applications',
    'POST applications',
    'everything else',
  ]) {
    it(`S-093 ${wanted} to ${kind}: no fault, no hang, no markup given back, no way out`, async function () {
      this.timeout(600_000 + wanted * 200)
      const statuses: Record<number, number> = {}
      await fc.assert(
        fc.asyncProperty(
          fc.array(hostileRequest(kinds[kind] as HostileRequests), { minLength: batch, maxLength: batch }),
          async (requests) => {
            await Promise.all(
              requests.map(async (request) => {
                const answer = await http(request)
                statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
                expectHarmless(request, answer, targets)
              }),
            )
          },
        ),
        { numRuns: Math.ceil(wanted / batch), endOnFailure: true },
      )
      if (process.env['HOSTILE_REPORT']) console.log(`      ${kind}`, statuses)
    })
  }

  it('S-093 the service answers as before, and nothing was added or lost', async () => {
    expect(await rows()).to.deep.equal(counted)
    const client = await addClient(app)
    expect(await connect(app, client)).to.have.property('access_token')
  })
})
