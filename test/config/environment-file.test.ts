// The shared file of settings, by the rules of systemd's EnvironmentFile=.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { parseEnvironmentFile } from '../../src/config/environment-file.ts'

// Text → what systemd 252 hands to the process.
const cases: readonly (readonly [what: string, text: string, values: Record<string, string>])[] = [
  ['a plain value', 'A=b', { A: 'b' }],
  ['a hash within a value', 'A=b #c\n', { A: 'b #c' }],
  ['comments by # and ;', '# A=1\n;B=2\n  # C=3\nD=4', { D: '4' }],
  ['blanks around', '  A =  b c  \nB=\n', { A: 'b c', B: '' }],
  ['double quotes', 'A="b \\"c\\" \\\\ \\$d \\n"', { A: 'b "c" \\ $d \\n' }],
  ['single quotes', 'A=\'b \\ "c" # d\'', { A: 'b \\ "c" # d' }],
  ['quotes and more', 'A="b " c', { A: 'b c' }],
  ['a quote inside a bare value', 'A=b"c\'d', { A: 'b"c\'d' }],
  ['an escape in a bare value', 'A=b\\#\\ \\\\c', { A: 'b# \\c' }],
  ['a line that goes on', 'A=b\\\nc\nD="e\\\nf"', { A: 'bc', D: 'ef' }],
  ['a value over lines', 'A="b\nc"\nD=e', { A: 'b\nc', D: 'e' }],
  ['no export, no substitution', 'export A=1\nB=$A ${A}', { B: '$A ${A}' }],
  ['the last of a name', 'A=1\nA=2', { A: '2' }],
  ['line ends of Windows', 'A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['a quote that never ends', 'A="b\nB=c', { A: 'b\nB=c' }],
  ['an escape at the end', 'A=b\\', { A: 'b' }],
  ['a byte order mark', '\uFEFFA=1\nB=2', { B: '2' }],
  ['a line without equals sign', 'nonsense\nA=1', { A: '1' }],
]

describe('R15 EnvironmentFile', () => {
  for (const [what, text, values] of cases)
    it(`reads ${what}`, () => expect(parseEnvironmentFile(text).values).to.deep.equal(values))

  it('O5 names the lines that are no assignment', () => {
    for (const [text, lines] of [
      ['A=1\n\n# c\nexport B=2\nC="x\ny"\nnonsense\n  D: 3\nE=4', [4, 7, 8]],
      ['\uFEFFA=1', [1]],
      ['A=1\nB', [2]],
      ['A=1\n', []],
    ] as const)
      expect(parseEnvironmentFile(text).passedOver, text).to.deep.equal(lines)
  })

  it('takes time in proportion to its length', () => {
    const work = (size: number) => {
      const started = process.cpuUsage()
      parseEnvironmentFile(`A=${' '.repeat(size)}x`)
      return process.cpuUsage(started).user
    }
    // Four times the text; the best of alternating rounds, because compilers, collectors and other processes slow both.
    const best = { short: Infinity, long: Infinity }
    for (let round = 0; round < 10; round += 1) {
      best.short = Math.min(best.short, work(100_000))
      best.long = Math.min(best.long, work(400_000))
    }
    expect(best.long).to.be.lessThan(Math.max(best.short, 2_000) * 8)
  })

  it('answers as systemd does, where it runs', async function () {
    const run = promisify(execFile)
    const runs = await run('systemctl', ['is-system-running']).catch((error: { stdout?: string }) => error)
    if (!/running|degraded/.test(runs.stdout ?? '')) return this.skip()
    const { mkdtemp, rm, writeFile } = await import('node:fs/promises')
    const folder = await mkdtemp('/tmp/environment-')
    try {
      for (const [what, text, values] of cases) {
        await writeFile(`${folder}/env`, text)
        const { stdout } = await run('systemd-run', [
          '-q',
          '--pipe',
          '--wait',
          '-p',
          `EnvironmentFile=${folder}/env`,
          'env',
          '-0',
        ])
        for (const [name, value] of Object.entries(values))
          expect(stdout.split('\0'), what).to.include(`${name}=${value}`)
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
