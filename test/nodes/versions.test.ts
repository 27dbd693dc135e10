// The other versions of Node that are supported run the service, the command line and the flow, too.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'

const root = join(import.meta.dirname, '../..')
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')
const nodeOf = (major: number): string => join(root, `test/support/nodes/node_modules/node-${major}/bin/node`)

/** A part of the tests that needs each of service, command line, flow, signatures and native modules, and little time. */
const part = ['test/stand-in/check.test.ts', 'test/flows/connect.test.ts']

const runTests = (node: string): Promise<{ code: unknown; output: string }> =>
  new Promise((resolve) => {
    const mocha = join(root, 'node_modules/mocha/bin/mocha.js')
    // bin/studip starts with the node of the path.
    const env = { ...process.env, PATH: `${dirname(node)}:${process.env['PATH']}`, SUMMARY_FILE: '' }
    execFile(node, [mocha, ...part], { cwd: root, env, maxBuffer: 64e6 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, output: stdout + stderr }),
    )
  })

describe('versions of Node', () => {
  for (const major of [22, 24])
    it(`Node ${major} runs the service, the command line and the flow`, async function () {
      // Only for x64, and only where the registry could be asked.
      if (!existsSync(nodeOf(major))) this.skip()
      const { code, output } = await runTests(nodeOf(major))
      expect(code, output).to.equal(0)
      expect(Number(/(\d+) passing/.exec(output)?.[1])).to.be.greaterThan(10)
    })

  it('package, documents and preparation name the same versions', () => {
    const { engines } = JSON.parse(textOf('package.json')) as { engines: { node: string } }
    expect(engines.node).to.equal('^20.19 || ^22.12 || >=24')
    for (const file of ['README.md', 'docs/operations.md'])
      expect(textOf(file), file).to.match(/Node 24 \(recommended.*?22 \(from 22\.12\).*?20 \(from 20\.19/)
    expect(textOf('bin/package/control')).to.include('Depends: nodejs (>= 20.19)')
    expect(textOf('test/support/prepare.sh')).to.include('a > 20 || (a == 20 && b >= 19)')
    const { optionalDependencies } = JSON.parse(textOf('test/support/nodes/package.json')) as {
      optionalDependencies: Record<string, string>
    }
    expect(Object.keys(optionalDependencies)).to.deep.equal(['node-22', 'node-24'])
  })
})
