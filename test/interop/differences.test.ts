// docs/differences-from-league.md is made here: `UPDATE_DOCS=1 npx mocha test/interop/differences.test.ts` writes it, without that it must match.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { AuthorizationCode, RefreshToken } from '../../src/oauth/types.ts'
import { league } from '../fixtures/league/golden.ts'
import { challenge, logIn } from '../support/app.ts'
import { authorizeCases } from './differences/authorize-cases.ts'
import type { Case, World } from './differences/case.ts'
import { describeAnswer, ofLeague, ofOurs, ofStudip } from './differences/describe-answer.ts'
import type { HttpCase } from './differences/describe-answer.ts'
import { tokenCases } from './differences/token-cases.ts'
import { goldenApp, goldenUser } from './golden-installation.ts'

const page = join(import.meta.dirname, '../../docs/differences-from-league.md')
const fixture = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures', name), 'utf8')) as { cases: HttpCase[] }
const [studip6, studip5] = [fixture('http-6.0.2.json').cases, fixture('http-5.4.11.json').cases]
const corpus = league as unknown as { errors: Record<string, object>; authorize: Record<string, object> }

const leagueSays = ({ league: entry }: Case): string => {
  if (!entry) return '–'
  const recorded = 'errors' in entry ? corpus.errors[entry.errors] : corpus.authorize[entry.authorize]
  expect(recorded, `${JSON.stringify(entry)} in league.json`).to.be.an('object')
  return describeAnswer(ofLeague(recorded ?? {}))
}
const studipSays = (recorded: HttpCase[], { http }: Case): string => {
  if (!http) return '–'
  const found = recorded.find(({ name }) => name === http)
  if (!found) throw new Error(`no case ${http}`)
  return describeAnswer(ofStudip(found))
}

const introduction = `# Differences from league

What the built-in server (league/oauth2-server 8.5.4) answers, what of it arrives at the client of a real Stud.IP, and what we answer to the same request.
This page is made by a test (\`test/interop/differences.test.ts\`) that sends every request to this service, so the column "we" cannot go stale.
"–" means that nobody recorded it. Stud.IP 6.0.2 answers every OAuth error with an HTML page and status 500; 5.4.11 passes on what league says.

Beyond these: \`hint\` and \`message\` stay in the JSON, for clients written against league; \`error_description\` says what both say, also at the redirect URI. A refresh token rotated within the last ten seconds answers once more instead of failing (D8).
The replay of a code, or of a refresh token after that time, revokes the grant. Refreshing checks that the user may still log in. \`iat\` and \`nbf\` are whole seconds; Stud.IP allows no clock skew, so keep the clocks of both hosts together (NTP).
There are grants and pages that league has not: devices (RFC 8628, [devices.md](devices.md)), whose polls answer with status 400 also where the code is \`slow_down\` or \`access_denied\`, and requests for clients (D35), which league sees as suspended clients.
Errors in the authorization request wait for the login (D18), client ids are digits only, and a revoked application loses its refresh token too (D10).
Where Stud.IP shows its page at every request, an approval is remembered for a year for clients that can be told apart (D25); \`prompt=consent\` asks, and \`REMEMBER_CONSENT=off\` asks always. The applications of a user are listed once each, not once for each access token, and revoking one ends all of its grants.
Every token answer names the granted \`scope\`; a request without one means \`api\`, and \`scope=\` at a refresh counts as left out, while league then issues a token with an empty list and the full power of \`api\`.
A refresh may leave out scopes, but never turns a grant with \`api\` into one without (D23): \`invalid_scope\`. Scopes beside \`api\` stand where league does not look; when it renews the grant, \`api\` is left. What is granted without \`api\` it can neither redeem, renew nor use. A token of \`api.read\` is sealed: Stud.IP's JSON:API takes it only behind \`nginx/api-read.conf\` (D24), where refusals are 401 and 403 with a Bearer challenge, and 503 while the service is away.
`

const head = '| case | league 8.5.4 | arrives from 6.0.2 | arrives from 5.4.11 | we | why |\n|---|---|---|---|---|---|'

describe('docs/differences-from-league.md', () => {
  let app: Awaited<ReturnType<typeof goldenApp>>
  let world: World
  before(async () => {
    app = await goldenApp({ settings: { refreshGraceSeconds: 0 } })
    let made = 0
    const id = () => (++made).toString(16).padStart(80, '0')
    const shared = { userId: league.user_id, clientId: '2', scopes: ['api'] }
    world = {
      app,
      cookie: await logIn(app, goldenUser),
      code: async (more = {}) => {
        const code: AuthorizationCode = {
          ...shared,
          id: id(),
          redirectUri: 'org.example.app:/oauth',
          codeChallenge: { challenge, method: 'S256' },
          expiresAt: league.generated_at + 600,
          ...more,
        }
        await app.deps.codes.insert(code)
        return app.deps.credentials.sealCode(code)
      },
      refreshToken: (more = {}) => {
        const token: RefreshToken = {
          ...shared,
          id: id(),
          accessTokenId: id(),
          expiresAt: league.generated_at + 3600,
          ...more,
        }
        return app.deps.credentials.sealRefreshToken(token)
      },
    }
  })
  after(() => app.close())

  const row = async (one: Case): Promise<string> => {
    const we = describeAnswer(ofOurs(await one.ask(world)))
    return `| ${[one.title, leagueSays(one), studipSays(studip6, one), studipSays(studip5, one), we, one.why].join(' | ')} |`
  }
  const rows = async (cases: readonly Case[]) => {
    const made = []
    for (const one of cases) made.push(await row(one))
    return made
  }

  it('says what this service answers to every case of the golden corpus and of real Stud.IPs', async () => {
    const text = [
      introduction,
      '## Token endpoint',
      '',
      head,
      ...(await rows(tokenCases)),
      '',
      '## Authorization endpoint and the rest',
      '',
      head,
      ...(await rows(authorizeCases)),
      '',
    ].join('\n')
    if (process.env.UPDATE_DOCS) writeFileSync(page, text)
    expect(readFileSync(page, 'utf8'), 'UPDATE_DOCS=1 writes it anew').to.equal(text)
  })

  it('leaves out no case of the golden corpus and of the recorded answers', () => {
    const all = [...tokenCases, ...authorizeCases]
    const named = (kind: 'errors' | 'authorize') =>
      all.flatMap(({ league: entry }) => (entry && kind in entry ? (Object.values(entry) as string[]) : []))
    expect(named('errors')).to.have.members(Object.keys(corpus.errors))
    expect(named('authorize')).to.have.members(Object.keys(corpus.authorize))
    for (const recorded of [studip6, studip5])
      expect(all.flatMap(({ http }) => http ?? [])).to.have.members(recorded.map(({ name }) => name))
  })
})
