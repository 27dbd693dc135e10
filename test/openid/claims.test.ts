// What a relying party learns of a user: by scope, as Stud.IP has it, and sub for ever (D26, S-135).
import { expect } from 'chai'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as jose from 'jose'
import { claimNames } from '../../src/openid/claims.ts'
import { users, type DemoUser } from '../fixtures/users.ts'
import { addClient, approve, redeem, type TestClient } from '../support/app.ts'
import { temporaryDirectory } from '../support/child-process.ts'
import { logIn, openProvider, userinfo, type Provider, type SignedIn } from './provider.ts'

const ofSignIn = ['iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'at_hash']

describe('claims', () => {
  let provider: Provider
  before(async () => (provider = await openProvider()))
  after(() => provider.app.close())

  /** What both say: the ID token without what belongs to the sign-in, and userinfo. */
  const claimsOf = async (
    scope: string,
    user: DemoUser = users.autor,
    { app, client, verify, signIn }: Provider = provider,
  ): Promise<Record<string, unknown>> => {
    const { id_token, access_token, refresh_token } = await signIn({ scope }, await logIn(app, user))
    const { payload } = await verify(id_token)
    const about = Object.fromEntries(Object.entries(payload).filter(([name]) => !ofSignIn.includes(name)))
    expect((await userinfo(app, access_token)).body, 'userinfo says the same').to.deep.equal(about)
    expect([client.id, refresh_token === undefined]).to.deep.equal([payload.aud, !/offline|api/.test(scope)])
    return about
  }
  const row = (table: string, user: DemoUser) => provider.app.database.knex(table).where({ user_id: user.user_id })

  it('S-135 each scope gives its own and no others, in whatever company', async () => {
    const own: Readonly<Record<string, readonly string[]>> = {
      openid: ['sub'],
      profile: [
        'name',
        'given_name',
        'family_name',
        'preferred_username',
        'profile',
        'locale',
        'studip_perms',
        'updated_at',
      ],
      email: ['email', 'email_verified'],
      offline_access: [],
      api: [],
    }
    await row('user_info', users.autor).update({ chdate: 1_700_000_000 })
    for (const others of [[], ['profile'], ['email'], ['offline_access'], ['api'], ['profile', 'email', 'api']]) {
      const scopes = ['openid', ...others]
      expect(Object.keys(await claimsOf(scopes.join(' '))), scopes.join(' ')).to.have.members(
        scopes.flatMap((scope) => own[scope]!),
      )
    }
    expect(claimNames).to.include.members(Object.values(own).flat())
  })

  it('a refresh with fewer scopes is told less', async () => {
    const { app, client, signIn } = provider
    const { refresh_token = '' } = await signIn({ scope: 'openid profile email offline_access' })
    const answer = await app.http
      .post(app.api('token'))
      .auth(client.id, 'YFXkKbYVv7zGGXuRbx26ksRsYTMQuLdGRTtwqwTM')
      .type('form')
      .send({ grant_type: 'refresh_token', refresh_token, scope: 'openid email' })
    expect(Object.keys((await userinfo(app, (answer.body as SignedIn).access_token)).body as object)).to.have.members([
      'sub',
      'email',
      'email_verified',
    ])
  })

  it('updated_at is when Stud.IP changed the user, a number, and missing where it did not write that down', async () => {
    await row('user_info', users.tutor).update({ chdate: 1_790_000_000 })
    expect((await claimsOf('openid profile', users.tutor))['updated_at']).to.equal(1_790_000_000)
    await row('user_info', users.tutor).update({ chdate: 0 })
    expect(await claimsOf('openid profile', users.tutor)).not.to.have.property('updated_at')
  })

  it('what Stud.IP does not know is missing, never empty or null', async () => {
    await row('user_info', users.admin).del()
    await row('auth_user_md5', users.admin).update({ Vorname: null, Email: null })
    expect(await claimsOf('openid profile email', users.admin)).to.deep.equal({
      sub: users.admin.user_id,
      name: 'Admin',
      family_name: 'Admin',
      preferred_username: 'admin',
      profile: 'http://127.0.0.1/dispatch.php/profile?username=admin',
      studip_perms: 'admin',
    })
  })

  it('names are told as they are, titles in name alone, and addresses are percent-encoded', async () => {
    await row('auth_user_md5', users.dozent).update({ username: 'd o&z=1', Nachname: '<b>"Ö\' 李🦉' })
    const claims = await claimsOf('openid profile', users.dozent)
    expect(claims).to.include({ given_name: 'Doris', family_name: '<b>"Ö\' 李🦉', preferred_username: 'd o&z=1' })
    expect(claims['name']).to.equal('Prof. Dr. Doris <b>"Ö\' 李🦉, M.A.')
    expect(claims['profile']).to.equal('http://127.0.0.1/dispatch.php/profile?username=d%20o%26z%3D1')
  })

  it('sub is Stud.IP’s user id for every client, scope and login, and stays when the name changes', async () => {
    const { app } = provider
    const subOf = async (client: TestClient, scope: string) => {
      const location = await approve(app, client, { query: { scope }, cookie: await logIn(app, users.unlimited) })
      const { body } = await redeem(app, client, location.searchParams.get('code'))
      const { access_token, id_token } = body as SignedIn
      const ofApi = scope.includes('api') ? [jose.decodeJwt(access_token).sub] : []
      const { sub } = (await userinfo(app, access_token)).body as { sub: string }
      return [...ofApi, jose.decodeJwt(id_token).sub, sub]
    }
    const all: unknown[] = []
    for (const client of [await addClient(app), await addClient(app, { confidential: false })]) {
      for (const scope of ['openid', 'openid email profile', 'api openid']) all.push(...(await subOf(client, scope)))
      await row('auth_user_md5', users.unlimited).update({ username: `renamed${client.id}`, Nachname: 'Anders' })
    }
    expect(new Set(all)).to.deep.equal(new Set([users.unlimited.user_id]))
  })

  for (const [studip, file] of [
    ['6.0', (id: string) => `user/${id.slice(0, 2)}/${id}_medium.webp`],
    ['5.4', (id: string) => `user/${id}_medium.png`],
  ] as const) {
    it(`picture is one that the user set, at its address in Stud.IP ${studip}`, async () => {
      const { path, remove } = await temporaryDirectory('studip')
      const settings = { studipPath: path, baseUrl: 'http://127.0.0.1/studip/' }
      const other = await openProvider({ studip, settings })
      const { user_id } = users.autor
      const pictures = join(path, 'public/pictures')
      await mkdir(join(pictures, 'user'), { recursive: true })
      await writeFile(join(pictures, 'user', file('nobody').split('/').at(-1)!), 'of nobody')
      expect(await claimsOf('openid profile', users.autor, other)).not.to.have.property('picture')
      await mkdir(dirname(join(pictures, file(user_id))), { recursive: true })
      await writeFile(join(pictures, file(user_id)), 'RIFF0000WEBP')
      const claims = await claimsOf('openid profile', users.autor, other)
      expect(String(claims['picture']).split('?d=')[0]).to.equal(`http://127.0.0.1/studip/pictures/${file(user_id)}`)
      expect(await claimsOf('openid email', users.autor, other)).not.to.have.property('picture')
      await other.app.close()
      remove()
    })
  }
})
