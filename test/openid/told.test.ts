// Before they allow anything, people read what a relying party will learn about them: the very values, apart from what it may do (D26).
import { expect } from 'chai'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { users, type DemoUser } from '../fixtures/users.ts'
import { authorizationQuery, clientSecret, consentPage, post } from '../support/app.ts'
import { temporaryDirectory } from '../support/child-process.ts'
import { logIn, openProvider, userinfo, type Provider } from './provider.ts'

const unescaped = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .trim()

/** What a page says is told: values by their labels. */
const toldBy = (html: string): Readonly<Record<string, string>> => {
  const [list = ''] = /<dl class="oauth2-told">[^]*?<\/dl>/.exec(html) ?? []
  const rows = [...list.matchAll(/<dt>([^]*?)<\/dt><dd>([^]*?)<\/dd>/g)]
  return Object.fromEntries(rows.map(([, label = '', value = '']) => [unescaped(label), unescaped(value)]))
}

describe('what the consent page says is told', () => {
  let provider: Provider
  let studip: { path: string; remove: () => void }
  before(async () => {
    studip = await temporaryDirectory('studip')
    provider = await openProvider({ settings: { studipPath: studip.path } })
  })
  after(async () => {
    await provider.app.close()
    studip.remove()
  })

  const row = (table: string, user: DemoUser) => provider.app.database.knex(table).where({ user_id: user.user_id })
  const pageOf = async (scope: string, user: DemoUser) => {
    const { app, client } = provider
    return (await consentPage(app, await logIn(app, user), authorizationQuery(client, { scope }))).html
  }
  const claimsOf = async (scope: string, user: DemoUser) => {
    const { access_token } = await provider.signIn({ scope }, await logIn(provider.app, user))
    return (await userinfo(provider.app, access_token)).body as Record<string, unknown>
  }

  it('D26 is every claim that is told then, with its value', async () => {
    const { user_id } = users.dozent
    await row('auth_user_md5', users.dozent).update({ Nachname: '<b>"Ö\' & 李🦉', validation_key: 'x' })
    await row('user_info', users.dozent).update({ chdate: 1_700_000_000, preferred_language: 'en_GB' })
    const picture = join(studip.path, `public/pictures/user/${user_id.slice(0, 2)}/${user_id}_medium.webp`)
    await mkdir(dirname(picture), { recursive: true })
    await writeFile(picture, 'RIFF0000WEBP')
    const claims = await claimsOf('openid profile email', users.dozent)
    const told = toldBy(await pageOf('openid profile email', users.dozent))
    expect(claims).to.include.keys('picture', 'updated_at', 'locale')
    expect(told).to.deep.equal({
      Name: 'Prof. Dr. Doris <b>"Ö\' & 李🦉, M.A.',
      Benutzername: claims['preferred_username'],
      'E-Mail-Adresse': `${String(claims['email'])} (noch nicht bestätigt)`,
      'Globaler Status': 'dozent',
      Sprache: 'Englisch (Vereinigtes Königreich)',
      Bild: `${String(claims['picture'])} (das Bild, das Sie hochgeladen haben)`,
      'Adresse Ihres Profils': claims['profile'],
      'Letzte Änderung Ihrer Daten': '14.11.2023, 23:13',
      'Kennung, an der sie Sie wiedererkennt': user_id,
    })
    // Whoever adds a claim says it here, too. The two names stand in the whole one, the other two beside their values.
    const parts = ['given_name', 'family_name', 'email_verified']
    expect(Object.keys(told)).to.have.length(Object.keys(claims).filter((name) => !parts.includes(name)).length)
  })

  it('D26 is nothing but what these scopes tell, and stands apart from what the application may do', async () => {
    const labels = async (scope: string) => Object.keys(toldBy(await pageOf(scope, users.autor)))
    expect(await labels('openid')).to.deep.equal(['Kennung, an der sie Sie wiedererkennt'])
    expect(await labels('openid email')).to.deep.equal(['E-Mail-Adresse', 'Kennung, an der sie Sie wiedererkennt'])
    expect(await labels('api')).to.be.empty
    const signIn = await pageOf('openid profile', users.autor)
    expect(signIn).to.include('Das erfährt die Anwendung über Sie:').and.not.include('Das erlauben Sie der Anwendung:')
    const both = await pageOf('openid api', users.autor)
    const [, mayDo = '', isTold = ''] = both.split(
      /Das erlauben Sie der Anwendung:|Das erfährt die Anwendung über Sie:/,
    )
    expect(mayDo).to.include('Darf in Ihrem Namen alles').and.not.include('Erfährt, dass Sie es sind')
    expect(isTold).to.include(users.autor.user_id)
  })

  it('D26 is said to who allows a device, too', async () => {
    const { app, client } = provider
    const proof = { client_id: client.id, client_secret: clientSecret }
    const asked = await post(app, 'device_authorization', { ...proof, scope: 'openid email' }).expect(200)
    const { user_code } = asked.body as { user_code: string }
    const cookie = await logIn(app, users.autor)
    const { text } = await app.http.get(app.api('device')).query({ user_code }).set('Cookie', cookie)
    expect(toldBy(text)).to.deep.equal(toldBy(await pageOf('openid email', users.autor)))
  })
})
