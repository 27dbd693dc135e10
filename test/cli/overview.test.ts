// The command line itself: overview, help, languages, completion, mistakes.
import { expect } from 'chai'
import { de } from '../../src/cli/texts-de.ts'
import { en } from '../../src/cli/texts-en.ts'
import { doctorDe } from '../../src/doctor/texts-de.ts'
import { doctorEn } from '../../src/doctor/texts-en.ts'
import { run } from './studip.ts'

const names = [
  'oauth2:serve',
  'oauth2:doctor',
  'oauth2:keys',
  'oauth2:purge',
  'oauth2:migrate',
  'oauth2:clients',
  'oauth2:client:add',
  'oauth2:client:delete',
  'oauth2:client:suspend',
  'oauth2:client:resume',
  'oauth2:client:secret',
  'oauth2:grants',
  'oauth2:person:export',
  'oauth2:person:delete',
]

describe('bin/studip', function () {
  this.timeout(60_000)
  it('lists every command, with and without the word list', async () => {
    const [bare, listed] = await Promise.all([run([]), run(['list'])])
    expect(bare.code).to.equal(0)
    expect(bare.stdout).to.equal(listed.stdout)
    for (const name of names) expect(bare.stdout).to.contain(name)
  })

  it('lists them as JSON', async () => {
    const { stdout, code } = await run(['list', '--json'])
    const { commands } = JSON.parse(stdout) as { commands: { name: string; describe: string }[] }
    expect([code, ...commands.map(({ name }) => name)]).to.deep.equal([0, ...names])
  })

  it('shows examples in the help of a command', async () => {
    const { stdout, code } = await run(['oauth2:purge', '--help'])
    expect(code).to.equal(0)
    expect(stdout).to.contain('oauth2:purge --dry-run').and.to.contain('--batch').and.to.contain('--pause')
  })

  for (const [variable, value, expected] of [
    ['LANG', 'de_DE.UTF-8', 'Schlüsseldateien des OAuth2-Servers anlegen'],
    ['LC_ALL', 'de_AT', 'Schlüsseldateien des OAuth2-Servers anlegen'],
    ['LC_MESSAGES', 'de_CH.UTF-8', 'Schlüsseldateien des OAuth2-Servers anlegen'],
    ['LC_ALL', 'C', 'Make the key files'],
    ['LANG', 'fr_FR', 'Make the key files'],
  ] as const) {
    it(`speaks the language of ${variable}=${value}`, async () => {
      expect((await run(['oauth2:keys', '--help'], { env: { [variable]: value } })).stdout).to.contain(expected)
    })
  }

  it('prints a completion script that knows the commands', async () => {
    const [script, words] = await Promise.all([
      run(['completion']),
      run(['--get-yargs-completions', 'studip', 'oauth2:']),
    ])
    expect(script.code).to.equal(0)
    expect(script.stdout).to.contain('complete -o')
    expect(words.stdout).to.contain('oauth2:client:add')
  })

  for (const [what, args] of [
    ['option', ['oauth2:purge', '--nonsense']],
    ['command', ['oauth2:nonsense']],
    ['value', ['oauth2:keys', '--bits', '5']],
  ] as const) {
    it(`refuses an unknown ${what} on stderr with exit 1 and does nothing`, async () => {
      const { code, stdout, stderr } = await run(args)
      expect(code).to.equal(1)
      expect(stdout).to.equal('')
      expect(stderr).to.match(/^\[ERROR\] .*See --help\.\n$/s)
    })
  }

  it('uses no colours when it does not write to a terminal', async () => {
    const { stdout } = await run([], { env: { FORCE_COLOR: '1' } })
    expect(stdout).to.not.contain('\u001b')
  })

  it('has every text in both languages, with the same values', () => {
    const values = (text: string) => [...text.matchAll(/\{\{\w+\}\}/g)].map(([value]) => value).sort()
    for (const [german, english] of [
      [de, en],
      [doctorDe, doctorEn],
    ] as const) {
      expect(Object.keys(german)).to.have.members(Object.keys(english))
      for (const [key, text] of Object.entries(english))
        expect(values((german as Record<string, string>)[key]!), key).to.deep.equal(values(text))
    }
  })
})
