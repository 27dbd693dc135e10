// Real relying parties, set up as docs/sign-in says, with a real browser through nginx (D26).
import { expect } from 'chai'
import { users } from '../fixtures/users.ts'
import { addClient, clientSecret } from '../support/app.ts'
import { freePort } from '../support/free-port.ts'
import { signInKeys } from '../support/keys.ts'
import { startAuthlib } from './relying-parties/authlib.ts'
import { jumbojettMissing, startJumbojett } from './relying-parties/jumbojett.ts'
import { startModAuthOpenidc } from './relying-parties/mod-auth-openidc.ts'
import type { Running, Start } from './relying-parties/recipe.ts'
import { startScene, type Scene } from './scene.ts'
import { logIn, logoutButton } from './steps.ts'

interface Party {
  readonly start: Start
  readonly missing?: string | undefined
  readonly redirect: string
  readonly login: string
  readonly logout: (origin: string) => string
  /** What the application shows of the user. */
  readonly shows: readonly string[]
}

const { autor } = users
const email = `${autor.user_id}@demo.invalid`
const parties: Readonly<Record<string, Party>> = {
  'Authlib (Python)': {
    start: startAuthlib,
    redirect: '/auth',
    login: '/login',
    logout: () => '/logout',
    shows: [autor.user_id, 'Ada Autorin', email],
  },
  'mod_auth_openidc (Apache)': {
    start: startModAuthOpenidc,
    redirect: '/protected/redirect_uri',
    login: '/protected/page',
    logout: (origin) => `/protected/redirect_uri?logout=${encodeURIComponent(`${origin}/`)}`,
    shows: ['"x-user":"autor"', '"x-name":"Ada Autorin"', `"x-email":"${email}"`],
  },
  'jumbojett/openid-connect-php': {
    start: startJumbojett,
    missing: jumbojettMissing,
    redirect: '/login.php',
    login: '/login.php',
    logout: () => '/logout.php',
    shows: [autor.user_id, 'Ada Autorin', email],
  },
}

for (const base of ['/', '/studip/'] as const) {
  describe(`in the browser, relying parties of a Stud.IP at ${base}`, () => {
    let scene: Scene
    before(async () => (scene = await startScene({ version: '6.0', base, keysPath: await signInKeys() })))
    after(() => scene.stop())
    afterEach(function () {
      return scene.leave(`${base} ${this.currentTest?.title}`)
    })

    for (const [name, party] of Object.entries(parties)) {
      // One path is enough to know a library; the sub-path is for the issuer with one.
      if (base === '/studip/' && party.start !== startModAuthOpenidc) continue
      it(`${name} signs in, shows who it is, and logs out`, async function () {
        if (party.missing) {
          this.test!.title += ` (${party.missing})`
          this.skip()
        }
        const port = await freePort()
        const origin = `http://127.0.0.1:${port}`
        const client = await addClient(scene.app, { redirectUris: [origin + party.redirect, `${origin}/`] })
        const registered = { studip: scene.url, clientId: client.id, clientSecret }
        const running: Running = await party.start(registered, port)
        const page = await (await scene.visit()).newPage()
        try {
          await page.goto(origin + party.login)
          await logIn(page, autor)
          await page.click('button[name=allow]')
          await page.waitForURL((url) => url.origin === origin)
          await page.waitForLoadState()
          for (const text of party.shows) expect(await page.content()).to.include(text)

          await page.goto(origin + party.logout(origin))
          await page.click(logoutButton)
          await page.waitForURL(`${origin}/**`)
          await page.goto(origin + party.login)
          await page.locator('[name=loginname]').waitFor()
        } catch (error) {
          throw new Error(`${(error as Error).message}\n${page.url()}\n${running.log().slice(-4000)}`, { cause: error })
        } finally {
          await running.stop()
        }
      })
    }
  })
}
