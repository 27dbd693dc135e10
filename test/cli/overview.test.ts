// The command line itself: overview, help, languages, completion, mistakes.
import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import type { Command, Options } from '../../src/cli/command.ts'
import { commandLine } from '../../src/cli/command-line.ts'
import { de } from '../../src/cli/texts-de.ts'
import { en } from '../../src/cli/texts-en.ts'
import { textsIn } from '../../src/cli/texts.ts'
import { doctorDe } from '../../src/doctor/texts-de.ts'
import { doctorEn } from '../../src/doctor/texts-en.ts'
import { bareEnvironment, run, studip } from './studip.ts'

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
  'oauth2:client:approve',
  'oauth2:client:reject',
  'oauth2:grants',
  'oauth2:person:export',
  'oauth2:person:delete',
]

describe('bin/studip', () => {
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
    it(`refuses an unknown ${what} on stderr with exit 2 and does nothing`, async () => {
      const { code, stdout, stderr } = await run(args)
      expect(code).to.equal(2)
      expect(stdout).to.equal('')
      expect(stderr).to.match(/^\[ERROR\] .*See --help\.\n$/s)
    })
  }

  it('O5 works from a folder that is gone', async () => {
    const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((resolve) =>
      execFile(
        'bash',
        ['-c', 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$0" list --json', studip],
        { env: bareEnvironment() },
        (error, output) => resolve({ code: error?.code ?? 0, stdout: output }),
      ),
    )
    expect(code).to.equal(0)
    expect(JSON.parse(stdout)).to.have.property('commands')
  })

  describe('O5 an option that is given twice, or says neither yes nor no', () => {
    const parsed = async (language: 'de' | 'en', args: readonly string[]) => {
      let performed: Options | undefined
      const line = { language, t: textsIn(language), program: 'studip', path: '/studip', list: async () => undefined }
      const perform = async (_: Command, options: Options) => {
        performed = options
      }
      try {
        await commandLine(args, { ...line, perform }).parseAsync()
        return { performed }
      } catch (error) {
        return { performed, fault: (error as Error).message }
      }
    }
    for (const args of [
      ['oauth2:grants', '--client', '1', '--client', '2'],
      ['oauth2:grants', '--user', 'a', '--revoke', '--user=b'],
      ['oauth2:clients', '--search', 'a', '--search', 'b'],
      ['oauth2:clients', '--page-size', '1', '--page-size', '2'],
      ['oauth2:client:reject', '7', '--reason', 'a', '--reason', 'b'],
      ['oauth2:keys', '--bits', '4096', '--bits', '4096'],
    ])
      it(`is refused: ${args.join(' ')}`, async () => {
        const option = args.findLast((one) => one.startsWith('--'))?.split('=')[0]
        expect(await parsed('en', args)).to.deep.equal({
          performed: undefined,
          fault: `${option} is given more than once`,
        })
        expect((await parsed('de', args)).fault).to.equal(`${option} ist mehr als einmal angegeben`)
      })
    for (const [command, option, value] of [
      ['oauth2:purge', '--dry-run', '1'],
      ['oauth2:purge', '--dry-run', 'yes'],
      ['oauth2:client:add', '--public', 'ja'],
      ['oauth2:clients', '--quiet', ''],
    ] as const)
      it(`is refused: ${command} ${option}=${value}`, async () => {
        const add = [
          '--name',
          'a',
          '--owner',
          'b',
          '--homepage',
          'https://c.example',
          '--redirect',
          'https://x.example',
        ]
        const more = command === 'oauth2:client:add' ? add : []
        const { performed, fault } = await parsed('en', [command, `${option}=${value}`, ...more])
        expect(performed).to.equal(undefined)
        expect(fault).to.match(/takes true or false, or no value$/)
      })
    it('may say true or false', async () => {
      const { performed } = await parsed('en', ['oauth2:purge', '--dry-run=true', '--json=false'])
      expect(performed).to.include({ 'dry-run': true, json: false })
    })
    it('is one where it says yes, and several where there may be several', async () => {
      const { performed } = await parsed('en', ['oauth2:grants', '--json', '--json'])
      expect(performed).to.include({ json: true })
      const add = ['oauth2:client:add', '--name', 'a', '--owner', 'b', '--homepage', 'https://c.example']
      const both = await parsed('en', [...add, '--redirect', 'https://x.example', '--redirect', 'https://y.example'])
      expect(both.performed?.['redirect']).to.deep.equal(['https://x.example', 'https://y.example'])
    })
  })

  for (const [typed, meant] of [
    ['oauth2:clinets', 'oauth2:clients'],
    ['oauth2:docter', 'oauth2:doctor'],
    ['compleation', 'completion'],
    ['oauth2:client:ad', 'oauth2:client:add'],
  ] as const)
    it(`O5 asks whether ${typed} was meant to be ${meant}`, async () => {
      const { code, stderr } = await run([typed])
      expect(code).to.equal(2)
      expect(stderr).to.equal(`[ERROR] There is no command ${typed}. Did you mean ${meant}? See --help.\n`)
    })

  it('O5 says nothing of what is not alike', async () => {
    expect((await run(['frobnicate', '--quiet'])).stderr).to.equal(
      '[ERROR] There is no command frobnicate. See --help.\n',
    )
  })

  for (const args of [
    ['oauth2:nonsense'],
    ['oauth2:purge', '--nonsense'],
    ['oauth2:client:add'],
    ['oauth2:clients', '--page', '0'],
  ])
    it(`O5 answers JSON to ${args.join(' ')} --json`, async () => {
      const { code, stderr, stdout } = await run([...args, '--json'])
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' })
      const said = JSON.parse(stderr) as Record<string, unknown>
      expect(said).to.include({ error: 'usage', exitCode: 2 })
      expect(said['message']).to.be.a('string').that.is.not.empty
    })

  it('O5 ends silently when nobody reads on', async () => {
    const { execFile } = await import('node:child_process')
    for (const command of [`${studip} list --json | head -c 1`, `${studip} oauth2:purge --help | true`]) {
      const { stderr, code } = await new Promise<{ stderr: string; code: unknown }>((resolve) => {
        execFile('bash', ['-o', 'pipefail', '-c', command], { env: bareEnvironment() }, (error, _, text) =>
          resolve({ stderr: text, code: error?.code ?? 0 }),
        )
      })
      expect({ stderr, code }, command).to.deep.equal({ stderr: '', code: 0 })
    }
  })

  it('O5 every command has an example and shows what it requires', async () => {
    for (const name of names) {
      const { stdout } = await run([name, '--help'])
      expect(stdout, name).to.contain('Examples:').and.to.contain(`studip ${name}`)
    }
    const { stdout } = await run(['oauth2:client:add', '--help'])
    for (const option of ['name', 'redirect', 'owner', 'homepage'])
      expect(stdout).to.match(new RegExp(`--${option} [^]*?\\[required\\]`))
  })

  it('O5 completes under the name and at the path that it is called by', async () => {
    const { mkdtemp, rm, symlink } = await import('node:fs/promises')
    const { execFile } = await import('node:child_process')
    const folder = await mkdtemp(path.join(tmpdir(), 'bin-'))
    try {
      await symlink(studip, path.join(folder, 'studip-oauth2'))
      const script = `eval "$(${folder}/studip-oauth2 completion)"; COMP_WORDS=(studip-oauth2 oauth2:doc); COMP_CWORD=1; COMP_LINE=x
        $(complete -p studip-oauth2 | sed -n 's/.*-F \\([^ ]*\\).*/\\1/p'); echo "\${COMPREPLY[*]}"`
      const words = await new Promise<string>((resolve) => {
        execFile('bash', ['-c', script], { cwd: '/', env: bareEnvironment() }, (_, text) => resolve(text))
      })
      expect(words).to.contain('doctor')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

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
