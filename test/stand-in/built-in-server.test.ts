// The stand-in's own token endpoint and JSON:API against what the contract and the real league say.
import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decrypt, encrypt } from './league.ts'
import { startStandIn, type RunningStandIn } from './stand-in.ts'
import { users } from '../fixtures/users.ts'
import { testKeys } from '../support/keys.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'

describe('stand-in, ciphertexts', () => {
  const password = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV'
  it('opens the vector of the contract and its own, nothing else', async () => {
    const vector = `def50200${'01'.repeat(32)}${'02'.repeat(16)}fa5dcc4a42a662c19b1917b2109ee641691c840abe1ca5924af963f3b56e47a23570f74a1d9f34`
    expect(await decrypt(vector, password)).to.equal('{"a":1}')
    expect(await decrypt(await encrypt('ü', password), password)).to.equal('ü')
    expect(await decrypt(vector.replace(/4$/, '5'), password)).to.equal(undefined)
    expect(await decrypt('def50200', password)).to.equal(undefined)
  })
})

for (const version of ['6.0', '5.4'] as const) {
  describe(`stand-in, OAuth2 server and JSON:API of ${version}`, () => {
    let database: TestDatabase, standIn: RunningStandIn, code: string
    const uri = 'https://app.example.org/callback'
    before(async () => {
      database = await testDatabase({ studip: version })
      standIn = await startStandIn({ version, database: database.settings, keysPath: await testKeys() })
      await database.knex('oauth2_clients').insert({ id: 1, name: 'App', redirect: uri, mkdate: 1, chdate: 1 })
      const password =
        /'(\w{48})'/.exec(await readFile(join(await testKeys(), 'encryption_key.php'), 'utf8'))?.[1] ?? ''
      const expires = Math.floor(Date.now() / 1000) + 600
      await database.knex('oauth2_auth_codes').insert({
        id: 'c'.repeat(80),
        user_id: users.autor.user_id,
        client_id: 1,
        scopes: '["api"]',
        revoked: 0,
        expires_at: expires,
        mkdate: 1,
        chdate: 1,
      })
      code = await encrypt(
        JSON.stringify({
          client_id: '1',
          redirect_uri: uri,
          auth_code_id: 'c'.repeat(80),
          scopes: ['api'],
          user_id: users.autor.user_id,
          expire_time: expires,
          code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
          code_challenge_method: 'S256',
        }),
        password,
      )
    })
    after(async () => {
      await standIn.stop()
      await database.drop()
    })
    const post = async (form: Record<string, string>) => {
      const response = await fetch(`${standIn.url}dispatch.php/api/oauth2/token`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: '1', ...form }),
      })
      const text = await response.text()
      return {
        status: response.status,
        body: (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, string>,
        text,
      }
    }
    const me = (token: string) =>
      fetch(`${standIn.url}jsonapi.php/v1/users/me`, { headers: { authorization: `Bearer ${token}` } })

    it('redeems a code once, refreshes, and its tokens open the JSON:API until they are revoked', async () => {
      const form = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: uri,
        code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      }
      const first = await post(form)
      expect(first.status).to.equal(200)
      expect(Object.keys(first.body)).to.deep.equal(['token_type', 'expires_in', 'access_token', 'refresh_token'])
      const answer = await me(first.body['access_token'] ?? '')
      expect(((await answer.json()) as { data: { id: string } }).data.id).to.equal(users.autor.user_id)
      const again = await post(form)
      if (version === '5.4')
        expect(again.body).to.include({ error: 'invalid_request', hint: 'Authorization code has been revoked' })
      else expect([again.status, again.text.startsWith('<!DOCTYPE')]).to.deep.equal([500, true])
      const second = await post({ grant_type: 'refresh_token', refresh_token: first.body['refresh_token'] ?? '' })
      expect(second.status).to.equal(200)
      expect((await me(first.body['access_token'] ?? '')).status).to.equal(401)
      expect((await me(second.body['access_token'] ?? '')).status).to.equal(200)
      expect(
        (await post({ grant_type: 'refresh_token', refresh_token: first.body['refresh_token'] ?? '' })).status,
      ).to.equal(version === '6.0' ? 500 : 401)
    })

    it('answers 401 without a body to a token that is missing, forged or of another algorithm', async () => {
      for (const token of ['', 'a.b.c', `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`]) {
        const answer = await me(token)
        expect([answer.status, await answer.text(), answer.headers.get('www-authenticate')]).to.deep.equal([
          401,
          '',
          'Basic realm="Stud.IP JSON-API"',
        ])
      }
    })
  })
}
