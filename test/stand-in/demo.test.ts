// bin/demo reads its options before it does anything (O8).
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const demo = fileURLToPath(new URL('../../bin/demo', import.meta.url))
const run = (args: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    // Without anything that could be installed or started with.
    const env = { PATH: '/usr/bin:/bin' }
    execFile('/bin/bash', [demo, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })

describe('O8 bin/demo', () => {
  it('--help says how, and does nothing else', async () => {
    for (const args of [['--help'], ['-h'], ['--check', '--help']]) {
      const { code, stdout, stderr } = await run(args)
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
      expect(stdout).to.match(/^Usage: bin\/demo/)
    }
  })

  for (const [args, sentence] of [
    [['--studip', '5.2'], '--studip is 5.2, but the stand-in is 6.0 or 5.4'],
    [['--studip=7'], '--studip is 7, but'],
    [['--base', 'lms'], '--base is lms, but must be a path with a slash at both ends'],
    [['--base', '/a/../b/'], '--base is /a/../b/, but'],
    [['--base'], '--base needs a value'],
    [['--port', '0'], '--port is 0, but'],
    [['--port', '70000'], '--port is 70000, but'],
    [['--chekc'], 'there is no option --chekc'],
    [['--check=1'], '--check takes no value'],
    [['now'], 'there is no option now'],
  ] as const)
    it(`says what is wrong with ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await run(args)
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' })
      expect(stderr).to.contain(`bin/demo: ${sentence}`)
      expect(stderr.split('\n')).to.have.length(3)
    })

  it('stands below any path', async () => {
    const { stdout, code } = await new Promise<{ stdout: string; code: unknown }>((resolve) => {
      execFile(demo, ['--check', '--base', '/lms/'], (error, out) => resolve({ stdout: out, code: error?.code ?? 0 }))
    })
    expect(code, stdout).to.equal(0)
    expect(stdout).to.contain('Every step held')
  })
})
