// oauth2:clients and oauth2:client:* against the real database, in both languages.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { verifyBcrypt } from '../../src/crypto/bcrypt.ts'
import { expect } from 'chai'
import type { RegisteredClient } from '../../src/stores/registered-clients.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { bareEnvironment, environmentOf, json, run, studip } from './studip.ts'

const about = ['--owner', 'Uni', '--homepage', 'https://uni.example.org']

describe('oauth2:client:*', () => {
  let database: TestDatabase
  let env: Record<string, string>
  before(async () => {
    database = await testDatabase()
    env = await environmentOf(database)
  })
  after(() => database.drop())

  const add = (...args: string[]) => run(['oauth2:client:add', '--name', 'App', ...about, ...args], { env })
  const added = (...args: string[]) =>
    json<{ id: string; secret?: string }>(['oauth2:client:add', '--name', 'App', ...about, ...args], { env })
  const row = async (id: string) =>
    (await database.knex('oauth2_clients').where({ id }).first()) as
      { secret: string | null; redirect: string; revoked: number } | undefined
  const listed = async (...args: string[]) =>
    (await json<{ clients: RegisteredClient[] }>(['oauth2:clients', ...args], { env })).clients

  it('registers a confidential client, shows its secret once and stores a bcrypt hash of it', async () => {
    const { code, stdout } = await add(
      '--redirect',
      'https://a.example.org/cb',
      '--redirect',
      'https://a.example.org/cb2',
    )
    const [, id, secret] = /id (\d+)[^]*Client secret: ([A-Za-z0-9]{40}) /.exec(stdout) ?? []
    expect(code).to.equal(0)
    const stored = await row(id!)
    expect(stored).to.include({ redirect: 'https://a.example.org/cb,https://a.example.org/cb2', revoked: 0 })
    expect(stored?.secret).to.match(/^\$2y\$10\$/)
    expect(await verifyBcrypt(secret!, stored!.secret!)).to.equal(true)
  })

  it('B18 names the option that tables of three-byte or one-byte characters cannot store, or columns too short', async () => {
    const narrow = await testDatabase()
    try {
      const addTo = async (...args: string[]) =>
        run(['oauth2:client:add', '--redirect', 'https://a.example.org/cb', ...args], {
          env: await environmentOf(narrow),
        })
      for (const charset of ['utf8mb3', 'latin1']) {
        await narrow.knex.raw(`ALTER TABLE oauth2_clients CONVERT TO CHARACTER SET ${charset}`)
        const { code, stderr } = await addTo('--name', 'App 😀', ...about)
        expect([code, stderr]).to.deep.equal([2, stderr])
        expect(stderr).to.contain('--name cannot be stored').and.not.contain('ER_')
      }
      await narrow.knex.raw('ALTER TABLE oauth2_clients MODIFY owner varchar(10)')
      const { code, stderr } = await addTo('--name', 'App', '--owner', 'Eine lange Hochschule', ...about.slice(2))
      expect(code).to.equal(2)
      expect(stderr).to.contain('--owner cannot be stored')
      // Looking for such characters finds nothing, and fails nowhere.
      const listed = await run(['oauth2:clients', '--search', '😀'], { env: await environmentOf(narrow) })
      expect(listed.code, listed.stderr).to.equal(0)
    } finally {
      await narrow.drop()
    }
  })

  for (const [keys, name] of [
    ['\x03', 'Ctrl-C'],
    ['\x04', 'Ctrl-D'],
    ['\n', 'Enter'],
  ] as const)
    it(`O5 takes ${name} at the question for no`, async () => {
      const { id } = await added('--redirect', 'https://q.example.org/cb')
      // A terminal of its own: elsewhere nothing is asked.
      const child = spawn('script', ['-qefc', `${studip} oauth2:client:secret ${id}`, '/dev/null'], {
        cwd: '/',
        env: bareEnvironment(env),
      })
      let output = ''
      child.stdout.on('data', (text: Buffer) => {
        if (!output.includes('[y/N]') && `${output}${text.toString()}`.includes('[y/N]')) child.stdin.write(keys)
        output += text.toString()
      })
      const [code] = (await once(child, 'close')) as unknown[]
      expect(output).to.contain('Nothing was changed.')
      expect(code).to.equal(1)
    })

  it('O5 shows a new secret with --quiet too: nobody can ask for it again', async () => {
    const add = ['oauth2:client:add', '--name', 'App', ...about, '--redirect', 'https://q.example.org/cb', '--quiet']
    const { stdout } = await run(add, { env })
    expect(stdout).to.match(/^Client secret: [A-Za-z0-9]{40} .*\n$/)
    const { id } = await added('--redirect', 'https://q.example.org/cb')
    const renewed = await run(['oauth2:client:secret', id, '--force', '--quiet'], { env })
    expect(renewed.stdout).to.match(/^Client secret: [A-Za-z0-9]{40} .*\n$/)
  })

  it('registers a public client without a secret', async () => {
    const client = await added('--public', '--redirect', 'org.example.app:/cb')
    expect(client).to.have.all.keys('id')
    expect((await row(client.id))?.secret).to.equal(null)
  })

  it('C8 registers http://localhost/cb and says that it is bound to its port', async () => {
    const { code, stderr, stdout } = await add('--redirect', 'http://localhost/cb', '--redirect', 'http://127.0.0.1/cb')
    expect([code, stderr.match(/matches at this port only/g)?.length]).to.deep.equal([0, 1])
    expect(stdout).to.contain('[OK]')
  })

  it('S-005 refuses http: to another machine, and stores it with --allow-insecure-redirect only', async () => {
    for (const uri of ['http://127.0.0.1/cb', 'http://[::1]/cb', 'http://localhost/cb'])
      expect((await add('--redirect', uri)).code, uri).to.equal(0)
    const refused = await add('--redirect', 'http://a.example.org/cb')
    expect(refused.code).to.equal(2)
    expect(refused.stderr).to.contain('http://a.example.org/cb is not encrypted')
    const client = await added('--redirect', 'http://a.example.org/cb', '--allow-insecure-redirect')
    expect((await row(client.id))?.redirect).to.equal('http://a.example.org/cb')
    expect((await add('--redirect', 'studgo://oauth/callback')).stderr, 'B14').to.contain('--allow-insecure-redirect')
    expect((await add('--redirect', 'studgo://oauth/callback', '--allow-insecure-redirect')).code).to.equal(0)
    expect((await add('--redirect', 'javascript:alert(1)', '--allow-insecure-redirect')).code).to.equal(2)
  })

  it('names everything that is wrong with a registration at once, in German', async () => {
    const { code, stderr } = await run(
      [
        'oauth2:client:add',
        '--name',
        '',
        '--owner',
        '',
        '--homepage',
        '',
        '--redirect',
        'https://x/#f',
        '--redirect',
        'data:x',
      ],
      { env: { ...env, LANG: 'de_DE' } },
    )
    expect(code).to.equal(2)
    for (const part of ['--name fehlt', '--owner fehlt', '--homepage fehlt', 'hat ein Fragment', 'data:x'])
      expect(stderr).to.contain(part)
  })

  it('lists, searches and pages', async () => {
    const { id } = await added('--redirect', 'https://needle.example.org/cb')
    expect((await listed('--search', 'needle')).map((client) => client.id)).to.deep.equal([id])
    expect(await listed('--page-size', '2')).to.have.length(2)
    const { stdout } = await run(['oauth2:clients', '--search', 'needle'], { env: { ...env, LANG: 'de_DE' } })
    expect(stdout).to.contain('vertraulich').and.to.contain('aktiv').and.to.contain('https://needle.example.org/cb')
  })

  it('keeps escape sequences of a client away from the terminal', async () => {
    await database
      .knex('oauth2_clients')
      .insert({ name: 'evil\u001b[2Jname', redirect: 'https://esc.example.org', mkdate: 1, chdate: 1 })
    const { stdout } = await run(['oauth2:clients', '--search', 'esc.example'], { env })
    expect(stdout).to.contain('name').and.to.not.contain('\u001b')
  })

  it('S-028 points out letters of another alphabet below the list, and no honest name', async () => {
    const posing = await json<{ id: string }>(
      ['oauth2:client:add', '--name', 'Ѕtud.IP', '--redirect', 'https://a.example.org/cb', ...about],
      { env },
    )
    const { stdout } = await run(['oauth2:clients', '--search', 'tud.IP'], { env: { ...env, LANG: 'de_DE' } })
    expect(stdout).to.contain(`Client ${posing.id}: Vorsicht`).and.contain('Ѕ (U+0405)')
    expect(stdout.match(/Vorsicht/g)).to.have.length(1)
    const honest = await run(['oauth2:clients', '--search', 'App'], { env: { ...env, LANG: 'de_DE' } })
    expect(honest.stdout).to.contain('App').and.not.contain('Vorsicht')
  })

  it('suspends and resumes, and says when nothing changed', async () => {
    const { id } = await added('--redirect', 'https://s.example.org/cb')
    const change = async (what: string) =>
      (await json<{ changed: boolean }>([`oauth2:client:${what}`, id], { env })).changed
    expect([await change('suspend'), (await row(id))?.revoked, await change('suspend')]).to.deep.equal([true, 1, false])
    expect([await change('resume'), (await row(id))?.revoked, await change('resume')]).to.deep.equal([true, 0, false])
  })

  it('gives a confidential client a new secret, and refuses a public one', async () => {
    const { id, secret } = await added('--redirect', 'https://r.example.org/cb')
    const renewed = await json<{ secret: string }>(['oauth2:client:secret', id, '--force'], { env })
    const stored = (await row(id))!.secret!
    expect([await verifyBcrypt(renewed.secret, stored), await verifyBcrypt(secret!, stored)]).to.deep.equal([
      true,
      false,
    ])
    const open = await added('--public', '--redirect', 'org.example.app:/cb')
    expect((await run(['oauth2:client:secret', open.id, '--force'], { env })).stderr).to.contain('is public')
  })

  it('deletes nothing without --force where it cannot ask', async () => {
    const { id } = await added('--redirect', 'https://d.example.org/cb')
    const { code, stderr } = await run(['oauth2:client:delete', id], { env: { ...env, LANG: 'de_DE' } })
    expect({ code, stderr }).to.deep.equal({
      code: 1,
      stderr: '[FEHLER] Das lässt sich nicht rückgängig machen. Mit --force geschieht es ohne Rückfrage.\n',
    })
    expect(await row(id)).to.not.equal(undefined)
    expect(await json(['oauth2:client:delete', id, '--force'], { env })).to.deep.equal({
      id,
      deleted: true,
      grantsEnded: 0,
    })
    expect(await row(id)).to.equal(undefined)
  })

  it('asks on a terminal, in colours, and obeys the answer', async () => {
    const { id } = await added('--redirect', 'https://t.example.org/cb')
    const answer = async (text: string) => {
      const command = `printf '${text}\\n' | script -qec '${studip} oauth2:client:delete ${id}' /dev/null`
      return promisify(execFile)('sh', ['-c', command], { env: bareEnvironment({ ...env, TERM: 'xterm' }) }).then(
        ({ stdout }) => stdout,
        (error: { stdout: string }) => error.stdout,
      )
    }
    const no = await answer('n')
    expect(no)
      .to.contain(`Delete client ${id} (App)`)
      .and.to.contain('Nothing was changed.')
      .and.to.contain('\u001b[31m[ERROR]')
    expect(await row(id)).to.not.equal(undefined)
    expect(await answer('y')).to.contain('The client was deleted')
    expect(await row(id)).to.equal(undefined)
  })

  for (const command of ['delete', 'suspend', 'resume', 'secret']) {
    it(`says that a client is unknown: oauth2:client:${command}`, async () => {
      for (const id of ['99999', '1abc', '01']) {
        const { code, stderr } = await run(
          [`oauth2:client:${command}`, id, ...(/delete|secret/.test(command) ? ['--force'] : [])],
          { env },
        )
        expect({ code, stderr }).to.deep.equal({
          code: 1,
          stderr: `[ERROR] There is no client ${id}. List them with oauth2:clients.\n`,
        })
      }
    })
  }

  it('O4 leaves the line that the page would leave for every change, with who made it', async () => {
    const lines: Record<string, unknown>[] = []
    const change = async (...args: string[]) => {
      const { code, stderr } = await run(args, { env })
      expect(code, stderr).to.equal(0)
      lines.push(
        ...stderr
          .split('\n')
          .filter((line) => line.startsWith('{'))
          .map((line) => JSON.parse(line) as Record<string, unknown>),
      )
    }
    const add = ['oauth2:client:add', '--name', 'Audit', '--redirect', 'https://a.example.org/cb', ...about]
    await change(...add)
    const id = String(lines[0]!['clientId'])
    await change('oauth2:client:suspend', id)
    await change('oauth2:client:suspend', id)
    await change('oauth2:client:resume', id)
    await change('oauth2:client:secret', id, '--force')
    await change('oauth2:client:delete', id, '--force')
    expect(lines.map(({ event }) => event)).to.deep.equal([
      'client.added',
      'client.suspended',
      'client.resumed',
      'client.secret-renewed',
      'client.deleted',
    ])
    for (const line of lines) expect(line).to.include({ actor: 'cli', clientId: id, level: 'info' })
    expect(lines[0]!['operator']).to.be.a('string').that.is.not.empty
    expect((await run([...add, '--quiet'], { env })).stderr).to.equal('')
  })

  for (const [answer, done] of [
    ['y', true],
    ['yes', true],
    ['j', true],
    ['Ja', true],
    ['n', false],
    ['', false],
    ['yesterday', false],
  ] as const)
    it(`O5 takes ${JSON.stringify(answer)} for ${done ? 'yes' : 'no'} at a terminal`, async function () {
      const { id } = await added('--redirect', 'https://a.example.org/cb')
      const child = execFile('script', ['-qec', `${studip} oauth2:client:delete ${id}`, '/dev/null'], {
        env: bareEnvironment(env),
        cwd: '/',
      })
      child.stdout?.on('data', (text: string) => {
        if (text.includes('[y/N]')) child.stdin?.write(`${answer}\n`)
      })
      const code = await new Promise((resolve) => child.on('close', resolve).on('error', () => resolve(undefined)))
      if (code === undefined) return this.skip()
      expect(await row(id)).to.satisfy((found: unknown) => (found === undefined) === done)
      expect(code).to.equal(done ? 0 : 1)
    })
})
