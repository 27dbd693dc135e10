// What people do in these stories, and what can be said about where they end.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { demoPassword, type DemoUser } from '../fixtures/users.ts'
import { redeem, verifier } from '../support/app.ts'
import { insertSession, sessionCookieName } from '../support/php-session-writer.ts'
import type { Scene, Visit } from './scene.ts'

/** On Stud.IP's login form. */
export async function logIn(page: Page, user: DemoUser): Promise<void> {
  await page.fill('[name=loginname]', user.username)
  await page.fill('[name=password]', demoPassword)
  await page.click('[name=Login]')
}

/** The button of our pages that ask for a logout: the frame of every page has a Logout, too. */
export const logoutButton = '.buttons button[name=logout], .buttons a[href$="logout.php"]'

/** On Stud.IP's page of the second factor: the stand-in shows the code that it wants. */
export async function enterCode(page: Page): Promise<void> {
  await page.fill('[name=tfa-code]', await page.locator('#code').innerText())
  await page.click('[name=confirm]')
}

/** Gives this browser the session of somebody who is logged in already. */
export async function comeLoggedIn({ app, version, url }: Scene, visit: Visit, user: DemoUser): Promise<void> {
  const sid = await insertSession(app.database.knex, { version, content: { uid: user.user_id, sessionStart: 1 } })
  const { hostname, pathname, protocol } = new URL(url)
  await visit.addCookies([
    {
      name: sessionCookieName(version),
      value: sid,
      domain: hostname,
      path: pathname,
      httpOnly: true,
      sameSite: 'Lax',
      secure: protocol === 'https:',
    },
  ])
}

/** Logs out on Stud.IP's own page, in another tab. */
export async function logOutElsewhere({ version, url }: Scene, visit: Visit): Promise<void> {
  const tab = await visit.newPage()
  await tab.goto(`${url}dispatch.php/start`)
  await tab.click(version === '6.0' ? 'form[action$="dispatch.php/logout"] button' : 'a[href$="logout.php"]')
  await tab.getByText('Sie sind nun aus dem System abgemeldet.').waitFor()
}

/** The consent page, and nothing in the address but what was asked. */
export async function expectConsent(page: Page, requested: string): Promise<void> {
  await page.locator('button[name=allow]').waitFor()
  expect(parametersOf(page.url())).to.deep.equal(parametersOf(requested))
}

const parametersOf = (url: string): readonly (readonly [string, string])[] => [...new URL(url).searchParams]

/** The client's server has been called `times` in all; the parameters of the last call. */
export async function calledBack({ clientApp }: Scene, page: Page, times: number): Promise<URLSearchParams> {
  await page.getByText('Back in the app').waitFor()
  expect(clientApp.received).to.have.length(times)
  return new URL(clientApp.received.at(-1)!, clientApp.redirectUri).searchParams
}

/** The code is worth tokens, for this user. */
export async function expectCodeFor(
  scene: Scene,
  user: DemoUser,
  parameters: URLSearchParams,
  client = scene.client,
): Promise<void> {
  const answer = await redeem(
    scene.app,
    client,
    parameters.get('code'),
    client.confidential ? {} : { code_verifier: verifier },
  )
  expect(answer.status, answer.text).to.equal(200)
  const { access_token: token } = answer.body as { access_token: string }
  expect((JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sub: string }).sub).to.equal(
    user.user_id,
  )
}

/** Rows of authorization codes for this user. */
export const codesOf = async ({ app }: Scene, user: DemoUser): Promise<number> =>
  Number((await app.database.knex('oauth2_auth_codes').where({ user_id: user.user_id }).count('* as n').first())?.['n'])

/** A page of ours for people, with this status and title, and with a way on. */
export async function expectPage(page: Page, title: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
  expect(await page.locator('a.button').count()).to.equal(1)
}
