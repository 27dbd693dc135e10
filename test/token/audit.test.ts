// The audit trail: one line for each thing that an operator may have to account for, with who, which client, which grant and from where.
import { expect } from 'chai'
import { users } from '../fixtures/users.ts'
import {
  addClient,
  approve,
  authorizationQuery,
  consentPage,
  credentialsOf,
  logIn,
  post,
  redeem,
  refresh,
  testApp,
  type TestApp,
  type TestClient,
  type Tokens,
} from '../support/app.ts'
import { issueTokens, stoppedClock } from '../support/issuing.ts'
import { typedClient, visit } from '../pages/steps.ts'

interface Line {
  readonly event?: string
  readonly level: string
  readonly clientId?: string
  readonly userId?: string
  readonly grantId?: string
  readonly address?: string
  readonly requestId?: string
  readonly reason?: string
}

describe('the audit trail', () => {
  const clock = stoppedClock()
  const lines: string[] = []
  let app: TestApp
  let client: TestClient
  before(async () => {
    app = await testApp({ now: clock.now, log: lines, logLevel: 'info' })
    client = await addClient(app)
  })
  after(() => app.close())

  const from = { 'X-Forwarded-For': '203.0.113.7', 'X-Request-Id': 'request-0123456789' }
  const where = { address: '203.0.113.7', requestId: 'request-0123456789' }
  /** The audit lines of this step. */
  const during = async (work: () => Promise<unknown>): Promise<Line[]> => {
    lines.length = 0
    await work()
    return lines.map((line) => JSON.parse(line) as Line).filter(({ event }) => event !== undefined)
  }
  const one = async (event: string, work: () => Promise<unknown>): Promise<Line> => {
    const found = await during(work)
    expect(found.map((line) => line.event)).to.deep.equal([event])
    return found[0] as Line
  }
  const token = (form: Record<string, string>) => post(app, 'token', { ...credentialsOf(client), ...form }, from)
  const refreshed = (refresh_token: string) => token({ grant_type: 'refresh_token', refresh_token })

  it('O4 has one line for consent and denial, which says what was allowed', async () => {
    const cookie = await logIn(app)
    for (const [event, choice] of [
      ['consent.approved', { allow: '' }],
      ['consent.denied', { _method: 'delete' }],
    ] as const) {
      const { fields } = await consentPage(app, cookie, authorizationQuery(client))
      const line = await one(event, () =>
        app.http
          .post(app.api('authorize'))
          .set({ Cookie: cookie, ...from })
          .type('form')
          .send({ auth_token: fields['auth_token'], security_token: fields['security_token'], ...choice })
          .expect(303),
      )
      expect(line).to.include({ clientId: client.id, userId: users.autor.user_id, scope: 'api', ...where })
      expect(line.grantId).to.match(/^[0-9a-f]{32}$/)
    }
  })

  it('follows a grant from issue to replay under one grant id', async () => {
    const code = (await approve(app, client)).searchParams.get('code') ?? ''
    let tokens: Tokens | undefined
    const issued = await one('code.redeemed', async () => {
      tokens = (
        await token({ grant_type: 'authorization_code', code, redirect_uri: client.redirectUris[0] ?? '' }).expect(200)
      ).body as Tokens
    })
    const who = { clientId: client.id, userId: users.autor.user_id, grantId: issued.grantId, ...where }
    expect(issued).to.include({ ...who, level: 'info' })
    expect(await one('token.refreshed', () => refreshed(tokens?.refresh_token ?? '').expect(200))).to.include(who)
    expect(await one('token.refreshed-in-grace', () => refreshed(tokens?.refresh_token ?? '').expect(200))).to.include(
      who,
    )
    clock.pass(11)
    const replay = await during(() => refreshed(tokens?.refresh_token ?? '').expect(400))
    expect(replay[0]).to.include({ event: 'token.replayed', level: 'warn', ...who })
    expect(replay[1]).to.include({ event: 'request.refused', reason: 'invalid_grant', ...where })
    const second = await during(() =>
      token({ grant_type: 'authorization_code', code, redirect_uri: client.redirectUris[0] ?? '' }),
    )
    expect(second[0]).to.include({ event: 'code.replayed', ...who })
  })

  it('has a warning for a replayed code', async () => {
    const tokens = await issueTokens(app, client)
    const [replay] = await during(() => redeem(app, client, tokens.code).expect(400))
    expect(replay).to.include({
      event: 'code.replayed',
      level: 'warn',
      clientId: client.id,
      userId: users.autor.user_id,
      grantId: tokens.grantId,
    })
  })

  it('has one line for each revocation by a client', async () => {
    const tokens = await issueTokens(app, client)
    const revoke = (text: string) => post(app, 'revoke', { ...credentialsOf(client), token: text }, from).expect(200)
    const who = { clientId: client.id, userId: users.autor.user_id, grantId: tokens.grantId, ...where }
    expect(await one('token.revoked', () => revoke(tokens.access_token))).to.include(who)
    expect(await one('grant.revoked', () => revoke(tokens.refresh_token))).to.include(who)
    expect(await during(() => revoke('unknown'))).to.deep.equal([])
  })

  it('has one line for each change of a client, and for each grant that a user ends', async () => {
    const root = await visit(app)
    const added = await one('client.added', () =>
      root.submit('api/oauth2/clients/add', 'api/oauth2/clients/store', typedClient()),
    )
    const { clientId = '' } = added
    expect(added).to.include({ userId: users.root.user_id })
    for (const [event, from, to] of [
      ['client.suspended', 'admin/oauth2', 'suspend'],
      ['client.resumed', 'admin/oauth2', 'resume'],
      ['client.secret-renewed', `api/oauth2/clients/secret/${clientId}`, 'secret'],
      ['client.deleted', `api/oauth2/clients/delete/${clientId}`, 'delete'],
    ] as const) {
      const line = await one(event, () => root.submit(from, `api/oauth2/clients/${to}/${clientId}`))
      expect(line).to.include({ clientId, userId: users.root.user_id })
      expect(line.address, event).to.be.a('string')
      expect(line.requestId, event).to.be.a('string')
    }
    const tokens = await issueTokens(app, client, { userId: users.tutor.user_id })
    const user = await visit(app, users.tutor)
    const page = `api/oauth2/applications/revoke/${tokens.grantId}`
    const ended = await one('grant.revoked', () =>
      user.submit(page, 'api/oauth2/applications/revoke', { application: tokens.grantId }),
    )
    expect(ended).to.include({ clientId: client.id, userId: users.tutor.user_id, grantId: tokens.grantId })
  })

  it('names the reason of a refusal and warns of too many', async () => {
    const victim = await addClient(app)
    const attempt = () => refresh(app, victim, 'x', { client_secret: 'wrong' })
    expect(await one('request.refused', attempt)).to.include({ reason: 'invalid_client' })
    for (let i = 0; i < 9; i += 1) await attempt()
    expect(await one('request.throttled', attempt)).to.include({ level: 'warn' })
  })
})
