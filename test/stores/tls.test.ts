// TLS to the database: asked for, it is there, and verified means verified.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { faultSentence } from '../../src/config/fault-texts.ts'
import { resolveSettings } from '../../src/config.ts'
import { openDatabase } from '../../src/stores/database.ts'
import { startMariaDb, type MariaDb } from '../support/mariadb.ts'

const run = promisify(execFile)

describe('DATABASE_URL with TLS', () => {
  let folder: string
  let server: MariaDb
  let plain: MariaDb
  let elsewhere: MariaDb
  const file = (name: string) => join(folder, name)
  const certificate = async (name: string, subject: string, more: readonly string[]) => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file(`${name}.key`)]
    await run('openssl', [
      'req',
      '-x509',
      ...key,
      '-out',
      file(`${name}.pem`),
      '-days',
      '2',
      '-subj',
      `/CN=${subject}`,
      ...more,
    ])
  }
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tls-'))
    await certificate('ca', 'CA of the test', [])
    await certificate('other', 'Another CA', [])
    const signed = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-addext', 'basicConstraints=critical,CA:false']
    await certificate('server', 'localhost', [...signed, '-addext', 'subjectAltName=DNS:localhost'])
    server = await startMariaDb({
      options: [`--ssl-cert=${file('server.pem')}`, `--ssl-key=${file('server.key')}`, '--require-secure-transport=1'],
    })
    await certificate('elsewhere', 'db.example.org', [...signed, '-addext', 'subjectAltName=DNS:db.example.org'])
    elsewhere = await startMariaDb({
      options: [`--ssl-cert=${file('elsewhere.pem')}`, `--ssl-key=${file('elsewhere.key')}`],
    })
    plain = await startMariaDb({ options: ['--skip-ssl'] })
  })
  after(async () => {
    await server?.stop()
    await elsewhere?.stop()
    await plain?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const resolved = (query: string, host = 'localhost', { port, user, password } = server.settings('')) =>
    resolveSettings(
      {
        STUDIP_VERSION: '6.0',
        BASE_URL: 'http://localhost/',
        KEYS_PATH: '/keys',
        SESSION_STORE: 'database',
        DATABASE_URL: `mysql://${user}:${password}@${host}:${port}/mysql${query}`,
      },
      { cwd: '/' },
    )
  const cipher = async (query: string, host?: string, of?: MariaDb) => {
    const { settings, faults } = await resolved(query, host, of?.settings(''))
    if (!settings) throw new Error(faults.map((fault) => faultSentence(fault, 'en')).join())
    const db = openDatabase(settings.database)
    try {
      const [[row]] = (await db.raw("SHOW SESSION STATUS LIKE 'Ssl_cipher'")) as [[{ Value: string }]]
      return row.Value
    } finally {
      await db.destroy()
    }
  }
  const refused = async (query: string, host?: string, of?: MariaDb) =>
    cipher(query, host, of).then(
      () => 'connected',
      (error: Error) => error.message,
    )

  it('A17 ?tls=required encrypts, ?tls=verify also knows whom it speaks to', async () => {
    expect(await cipher('?tls=required')).to.match(/./)
    expect(await cipher('?tls=required', '127.0.0.1')).to.match(/./)
    expect(await cipher(`?tls=verify&ca=${file('ca.pem')}`)).to.match(/./)
  })

  it('A17 ?tls=verify refuses a certificate of another authority, and one for another name', async () => {
    expect(await refused(`?tls=verify&ca=${file('other.pem')}`)).to.match(/certificate|signature/)
    expect(await refused('?tls=verify'), 'no authority of the system signed it').to.match(/certificate/)
    const ca = `ca=${file('ca.pem')}`
    expect(await refused(`?tls=verify&${ca}`, 'localhost', elsewhere)).to.match(/altnames|Hostname/)
    expect(await refused('?tls=required', 'localhost', elsewhere)).to.equal('connected')
  })

  it('A17 never goes on without TLS where it was asked for', async () => {
    expect(await refused('?tls=required', 'localhost', plain)).to.not.equal('connected')
    expect(await refused('', 'localhost'), 'and this server takes nothing else').to.not.equal('connected')
  })

  for (const [query, host, sentence] of [
    ['?tls=on', 'localhost', /not known/],
    ['?tls=', 'localhost', /not known/],
    ['?ca=/x.pem', 'localhost', /not known/],
    ['?tls=required&ca=/x.pem', 'localhost', /not known/],
    ['?tls=verify&socketPath=/run/x.sock', 'localhost', /not known/],
    ['?sslmode=verify', 'localhost', /parameter sslmode/],
    ['?tls=verify&ca=/nowhere.pem', 'localhost', /nowhere\.pem cannot be read/],
    ['?tls=verify', '127.0.0.1', /compared with a name/],
    ['?tls=verify', '[::1]', /compared with a name/],
  ] as const)
    it(`A17 is a fault: ${query} at ${host}`, async () => {
      const { faults, settings } = await resolved(query, host)
      expect(settings).to.equal(undefined)
      expect(faults.map((fault) => faultSentence(fault, 'en')).join()).to.match(sentence)
    })

  it('A17 is shown without the password', async () => {
    const { shown } = await resolved(`?tls=verify&ca=${file('ca.pem')}`)
    expect(shown.find(({ name }) => name === 'DATABASE_URL')?.value).to.match(
      /^mysql:\/\/studip:\*\*\*@localhost:\d+\/mysql\?tls=verify&ca=.*ca\.pem$/,
    )
  })
})
