// bin/demo --check: the whole flow without a person, each step with its time.
import { checkSignIn, type Step } from './check-sign-in.ts'
import { connect, type Connection, type Tokens } from './connection.ts'
import type { Walked } from './stage.ts'
import { demoPassword, users } from '../fixtures/users.ts'
import { insertSession, sessionCookieName } from '../support/php-session-writer.ts'
import { createVisitor, type Page } from '../support/visitor.ts'

export type Report = (what: string, milliseconds: number) => void

const expect = (condition: boolean, what: string): void => {
  if (!condition) throw new Error(what)
}
const redirectUri = 'http://127.0.0.1:47110/callback'

/** Rejects at the first step that does not hold. */
export async function checkFlow(stage: Walked, version: '6.0' | '5.4', report: Report): Promise<void> {
  const step = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const begin = performance.now()
    const result = await work().catch((error: unknown) => {
      throw new Error(`${what}: ${(error as Error).message}`, { cause: error })
    })
    report(what, performance.now() - begin)
    return result
  }
  const me = (token: string) =>
    fetch(`${stage.url}jsonapi.php/v1/users/me`, { headers: { authorization: `Bearer ${token}` } })
  const connection = await step('client finds the endpoints by the issuer', () =>
    connect({ issuer: stage.issuer, clientId: stage.clientId, redirectUri }),
  )
  const tokens = await step('anonymous → login → consent → code → token', async () => walk(stage, connection, step))
  await step('users/me answers with the user', async () => {
    const { data } = (await (await me(tokens.access)).json()) as { data?: { id: string } }
    expect(data?.id === users.autor.user_id, 'another user or none')
  })
  const fresh = await step('refresh', () => connection.refresh(tokens.refresh))
  await step('new access token works, the old one is refused', async () => {
    expect((await me(fresh.access)).status === 200, 'new token refused')
    expect((await me(tokens.access)).status === 401, 'old token accepted')
  })
  await step('revoke', () => connection.revoke(fresh.refresh))
  await step('access token and refresh token are refused', async () => {
    expect((await me(fresh.access)).status === 401, 'access token accepted')
    const refusal = await connection.refresh(fresh.refresh).then(
      () => 'accepted',
      (error: { error?: string }) => error.error,
    )
    expect(refusal === 'invalid_grant', `refresh: ${refusal}`)
  })
  await step('who is logged in already comes to the consent page at once, and may deny', () =>
    seededSession(stage, version, connection),
  )
  await checkSignIn(stage, version, step)
  expect(stage.standIn.builtInConsentPages() === 0, "somebody reached Stud.IP's own consent page")
}

async function walk(stage: Walked, connection: Connection, step: Step): Promise<Tokens> {
  const visitor = createVisitor(stage.url)
  const login = await step("  anonymous visitor is sent to Stud.IP's login", async () => {
    const page = await visitor.get(await connection.authorizationUrl())
    expect(page.html.includes('name="loginname"'), `no login form at ${page.url}`)
    return page
  })
  const consent = await step('  login leads back to the consent page', async () => {
    const page = await visitor.submit(login, 'Login', { loginname: users.autor.username, password: demoPassword })
    expectConsent(page)
    return page
  })
  const callback = await step('  allowing leads to the client with a code', async () => {
    const page = await visitor.submit(consent, 'allow')
    expect(
      page.leftFor?.startsWith(`${redirectUri}?code=`) ?? false,
      `went to ${page.leftFor ?? page.url} with ${page.status}`,
    )
    return page.leftFor ?? ''
  })
  return step('  code is redeemed', () => connection.redeem(callback))
}

const expectConsent = (page: Page): void =>
  expect(
    page.status === 200 && page.html.includes('Demo-App') && page.html.includes('name="allow"'),
    `no consent page at ${page.url} (${page.status})`,
  )

async function seededSession(stage: Walked, version: '6.0' | '5.4', connection: Connection): Promise<void> {
  const visitor = createVisitor(stage.url)
  const sid = await insertSession(stage.database.knex, {
    version,
    content: { uid: users.dozent.user_id, sessionStart: Math.floor(Date.now() / 1000) },
  })
  visitor.setCookie(stage.url, `${sessionCookieName(version)}=${sid}; Path=${new URL(stage.url).pathname}`)
  const page = await visitor.get(await connection.authorizationUrl())
  expectConsent(page)
  expect(page.hops.length === 1, `came by ${page.hops.join(' ')}`)
  const denied = await visitor.submit(page, 'deny')
  expect(new URL(denied.leftFor ?? 'x:').searchParams.get('error') === 'access_denied', `went to ${denied.leftFor}`)
}
