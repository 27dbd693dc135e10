// oauth2:clients --requested, oauth2:client:approve and :reject against the real database.
import { expect } from 'chai'
import { reasonLimit, type AskedFor } from '../../src/oauth/client-request.ts'
import { createClientRequests, type ClientRequests } from '../../src/stores/client-requests.ts'
import { users } from '../fixtures/users.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { environmentOf, json, run } from './studip.ts'

interface Listed {
  total: number
  requests: { id: string; request: AskedFor }[]
}

describe('oauth2:client:approve and oauth2:client:reject', () => {
  let database: TestDatabase
  let env: Record<string, string>
  let requests: ClientRequests
  before(async () => {
    database = await testDatabase()
    env = await environmentOf(database)
    requests = createClientRequests(database.knex, () => 1_795_000_000)
  })
  after(() => database.drop())
  beforeEach(async () => {
    for (const table of ['oauth2_clients', 'oauth2_auth_codes']) await database.knex(table).delete()
  })

  const ask = async (purpose = 'why', name = 'App') =>
    (await requests.ask(
      {
        name,
        redirectUris: ['https://a.example/cb'],
        description: '',
        owner: 'x',
        homepage: 'https://a.example',
        secretHash: null,
      },
      { id: users.autor.user_id, username: 'autor' },
      purpose,
    ))!
  const listed = () => json<Listed>(['oauth2:clients', '--requested'], { env })
  const stateOf = async (id: string) => {
    const client = await requests.get(id)
    return [client?.request.state, client?.suspended]
  }

  it('lists what waits, safe for a terminal, and the other list says how many there are', async () => {
    expect((await run(['oauth2:clients', '--requested'], { env })).stdout).to.contain('Nobody waits')
    const id = await ask('line one\n\u001b[31mred\u202e', 'Wanted')
    const { stdout, code } = await run(['oauth2:clients', '--requested'], { env })
    expect([code, stdout]).to.deep.equal([0, stdout])
    expect(stdout)
      .to.contain('Wanted')
      .and.contain('autor')
      .and.contain('line one')
      .and.not.contain('\u001b[31m')
      .and.not.contain('\u202e')
    expect(await listed()).to.deep.include({ total: 1 })
    expect((await listed()).requests[0])
      .to.deep.include({ id })
      .and.to.have.nested.property('request.purpose', 'line one\n\u001b[31mred\u202e')
    const other = await run(['oauth2:clients'], { env })
    expect(other.stdout).to.contain('1 request waits').and.not.contain('Wanted')
    expect((await run(['oauth2:clients'], { env: { ...env, LANG: 'de_DE' } })).stdout).to.contain('1 Antrag wartet')
  })

  it('S-149 no output obeys what somebody typed: JSON escapes what is not seen, and errors show a sign for it', async () => {
    const typed = 'a\u009b31m\u202e\u200bb\u2028\u{e0041}\u0007👩\u200d💻'
    await ask(typed, 'Wanted')
    const { stdout } = await run(['oauth2:clients', '--requested', '--json'], { env })
    const [request] = (JSON.parse(stdout) as Listed).requests
    expect(request).to.have.nested.property('request.purpose', typed)
    const exported = await run(['oauth2:person:export', 'autor'], { env })
    expect(JSON.parse(exported.stdout)).to.have.nested.property('requestedClients[0].name', 'Wanted')
    const failed = await run(['oauth2:client:approve', typed], { env })
    expect([failed.code, failed.stderr.includes('Nobody asked')]).to.deep.equal([1, true])
    for (const text of [stdout, exported.stdout, failed.stderr]) expect(text).not.to.match(/(?!\n)[\p{Cc}\p{Cf}]/u)
  })

  it('S-148 approves once, with a line in the log and who decided in the notes', async () => {
    const id = await ask()
    const first = await run(['oauth2:client:approve', id, '--json'], { env })
    expect([first.code, JSON.parse(first.stdout)]).to.deep.equal([0, { id, approved: true, changed: true }])
    expect(first.stderr)
      .to.contain('"event":"client.approved"')
      .and.contain(`"clientId":"${id}"`)
      .and.contain('"actor":"cli"')
    expect(await json(['oauth2:client:approve', id], { env })).to.deep.equal({ id, approved: true, changed: false })
    expect([await stateOf(id), (await requests.get(id))?.request.decision?.by]).to.deep.equal([
      ['approved', false],
      { id: '-', username: 'bin/studip' },
    ])
    const late = await run(['oauth2:client:reject', id, '--reason', 'no'], { env })
    expect([late.code, late.stderr]).to.deep.equal([1, late.stderr])
    expect(late.stderr).to.contain('oauth2:client:suspend')
  })

  it('S-148 rejects with a reason; oauth2:client:resume approves afterwards', async () => {
    const id = await ask()
    for (const [args, text] of [
      [[], '--reason|reason'],
      [['--reason', ' '], 'needs a text'],
      [['--reason', 'x'.repeat(reasonLimit + 1)], String(reasonLimit)],
    ] as const) {
      const { code, stderr } = await run(['oauth2:client:reject', id, ...args], { env })
      expect([code, new RegExp(text).test(stderr)], stderr).to.deep.equal([2, true])
    }
    expect(await json(['oauth2:client:reject', id, '--reason', 'Not yours'], { env })).to.include({ changed: true })
    expect(await json(['oauth2:client:reject', id, '--reason', 'Not yours'], { env })).to.include({ changed: false })
    expect((await requests.get(id))?.request.decision?.reason).to.equal('Not yours')
    const resumed = await run(['oauth2:client:resume', id], { env })
    expect([resumed.code, resumed.stderr.includes('client.approved'), await stateOf(id)]).to.deep.equal([
      0,
      true,
      ['approved', false],
    ])
    expect(await json(['oauth2:client:suspend', id], { env })).to.include({ changed: true })
    expect((await run(['oauth2:client:resume', id], { env })).stderr).to.contain('client.resumed')
  })

  it('S-148 refuses what nobody asked for, and whoever was locked after asking', async () => {
    const id = await ask()
    for (const unknown of ['999', '0', '1abc', `${id} OR 1=1`])
      for (const command of [['approve'], ['reject', '--reason', 'no']] as const) {
        const [name, ...args] = command
        const { code, stderr } = await run([`oauth2:client:${name}`, unknown, ...args], { env })
        expect([code, stderr.includes('Nobody asked')], unknown).to.deep.equal([1, true])
      }
    await database.knex('auth_user_md5').where({ user_id: users.autor.user_id }).update({ locked: 1 })
    try {
      for (const command of ['approve', 'resume']) {
        const { code, stderr } = await run([`oauth2:client:${command}`, id], { env: { ...env, LANG: 'de_DE' } })
        expect([code, stderr.includes('gesperrt')], stderr).to.deep.equal([1, true])
      }
      expect(await stateOf(id)).to.deep.equal(['open', true])
    } finally {
      await database.knex('auth_user_md5').where({ user_id: users.autor.user_id }).update({ locked: 0 })
    }
  })
})
