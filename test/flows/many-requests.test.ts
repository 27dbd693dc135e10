// Authorization requests cost no memory: what nobody approved leaves nothing behind (D5, D7).
import { expect } from 'chai'
import { addClient, authorizationQuery, logIn, testApp } from '../support/app.ts'
import { rawHttp } from '../support/raw-http.ts'

const requests = 10_000
const atOnce = 8
const tables = ['oauth2_clients', 'oauth2_auth_codes', 'oauth2_access_tokens', 'oauth2_refresh_tokens'] as const

describe('ten thousand authorization requests', () => {
  it('S-101 leave the oauth2 tables unchanged when nobody approves', async () => {
    const app = await testApp()
    const http = rawHttp(app.server, { connections: atOnce })
    const client = await addClient(app)
    const cookie = await logIn(app)
    const content = () => Promise.all(tables.map((table) => app.database.knex(table).select()))
    const before = await content()
    // Consent pages, errors for the client, and people who have yet to log in, in turn.
    const kinds = [
      { status: 200, query: '', headers: { Cookie: cookie } },
      { status: 302, query: '&scope=x', headers: { Cookie: cookie } },
      { status: 302, query: '&response_type=token', headers: { Cookie: cookie } },
      { status: 302, query: '&prompt=none', headers: {} },
    ]
    const query = authorizationQuery(client, { scope: undefined })
    let next = 0
    const some = async () => {
      for (let i = next++; i < requests; i = next++) {
        const kind = kinds[i % kinds.length] as (typeof kinds)[number]
        const { status } = await http({
          path: `${app.api('authorize')}?${query}${kind.query}&state=${i}`.replace('state=xyz&', ''),
          headers: kind.headers,
        })
        if (status !== kind.status) throw new Error(`request ${i} was answered with ${status}`)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, some))
    expect(await content()).to.deep.equal(before)
    http.end()
    await app.close()
  })
})
