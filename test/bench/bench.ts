// `npm run bench`: measures what docs/benchmarks.md says. --quick for rough figures in two minutes, --only a,b for some sections,
// --write for docs/benchmarks.md and its plots, --from FILE to write them from an earlier run's test-results/bench.json.
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { codeExchange } from './code-exchange.ts'
import { consentPage } from './consent.ts'
import { createEnvironment } from './environment.ts'
import { foreignTokens } from './foreign.ts'
import { fourPrimes } from './four-primes.ts'
import { gateway } from './gateway.ts'
import { growth } from './growth.ts'
import { describeMachine } from './machine.ts'
import { memory } from './memory.ts'
import { refresh2048, refresh4096 } from './refresh.ts'
import { tableOf, writeReport } from './report.ts'
import type { Results } from './report.ts'
import type { Scale, SectionResult } from './sections.ts'

const sections = {
  refresh4096,
  refresh2048,
  fourPrimes,
  codes: codeExchange,
  consent: consentPage,
  gateway,
  foreign: foreignTokens,
  memory,
  growth,
} as const
type SectionName = keyof typeof sections

const full: Scale = { rounds: 5, seconds: 3, rows: 5_000_000, fewRows: 1000, refreshes: 100_000 }
const quick: Scale = { rounds: 2, seconds: 1.5, rows: 100_000, fewRows: 1000, refreshes: 5000 }

const repository = join(import.meta.dirname, '../..')
const resultsFile = join(repository, 'test-results/bench.json')

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
    from: { type: 'string' },
  },
})

const commit = async (): Promise<string> => {
  const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], { cwd: repository })
  return stdout.trim()
}

const run = async (
  names: readonly SectionName[],
  scale: Scale,
  keep: (done: Record<string, SectionResult>) => Promise<void>,
): Promise<Record<string, SectionResult>> => {
  const results: Record<string, SectionResult> = {}
  for (const name of names) {
    const began = performance.now()
    // An environment for each: no section meets what another left in the tables.
    const environment = await createEnvironment()
    try {
      results[name] = await sections[name](environment, scale)
    } catch (error) {
      // One section that fails does not throw away what the others took twenty minutes for.
      results[name] = {
        data: undefined,
        lines: [
          {
            what: `Section ${name}`,
            bar: 'runs',
            measured: String(error).slice(0, 400).replaceAll('\n', ' '),
            met: false,
          },
        ],
      }
    } finally {
      await environment.stop()
    }
    await keep(results)
    console.error(`${name}: ${Math.round((performance.now() - began) / 1000)} s`)
    for (const { what, measured, bar, met } of results[name]?.lines ?? [])
      console.error(`  ${met === undefined ? '      ' : met ? 'pass  ' : 'MISS  '}${what}: ${measured} (${bar})`)
  }
  return results
}

// Kept after every section: a run that is cut short has not measured for nothing.
const measured = async (): Promise<Results> => {
  const names = options.only ? (options.only.split(',') as SectionName[]) : (Object.keys(sections) as SectionName[])
  const head = {
    date: new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC',
    commit: await commit(),
    quick: options.quick,
    machine: await describeMachine(),
  }
  await mkdir(join(repository, 'test-results'), { recursive: true })
  const keep = (done: Record<string, SectionResult>) =>
    writeFile(resultsFile, JSON.stringify({ ...head, sections: done }, undefined, 1))
  return { ...head, sections: await run(names, options.quick ? quick : full, keep) }
}

const results = options.from ? (JSON.parse(await readFile(options.from, 'utf8')) as Results) : await measured()
if (!options.from) {
  process.exitCode = Object.values(results.sections).some(({ lines }) => lines.some(({ met }) => met === false)) ? 1 : 0
}
console.log(tableOf(results))
if (options.write) {
  const page = join(repository, 'docs/benchmarks.md')
  await writeReport(results, await readFile(page, 'utf8').catch(() => ''))
}
