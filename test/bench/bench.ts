// `npm run bench`: measures what docs/benchmarks.md says.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { isSectionName, sectionNames, sections } from './all-sections.ts'
import type { SectionName } from './all-sections.ts'
import { runWith } from './another-node.ts'
import { repository } from './contenders.ts'
import { createEnvironment } from './environment.ts'
import { describeMachine } from './machine.ts'
import { reportPage, tableOf, writeReport } from './report.ts'
import { keepResults, mergeResults, readResults } from './results.ts'
import type { Results, TimedResult } from './results.ts'
import { full, quick } from './sections.ts'
import type { SectionResult } from './sections.ts'

const usage = `npm run bench -- [options]
  --only a,b              some sections of ${sectionNames.join(', ')}
  --quick                 rough figures
  --node /path/to/node    measure with another Node: service, peers and load generator
  --from a.json,b.json    results of before instead of measuring, a table for each Node; of two of one Node the later
                          counts, with what only the earlier has
  --write                 write docs/benchmarks.md and its plots
  --help                  say this`

/** Says what is wrong and ends. */
const refuse = (fault: string): never => {
  console.error(`${fault}\n\n${usage}`)
  process.exit(2)
}

const parsed = () => {
  try {
    return parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        node: { type: 'string' },
        write: { type: 'boolean', default: false },
        from: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    return refuse((error as Error).message)
  }
}
const options = parsed()
if (options.help) {
  console.log(usage)
  process.exit()
}

const namesOf = (only: string | undefined): readonly SectionName[] => {
  const names = only?.split(',') ?? sectionNames
  const unknown = names.filter((name) => !isSectionName(name))
  if (unknown.length > 0) refuse(`No section ${unknown.join(', ')}.`)
  return names.filter(isSectionName)
}

/** One section that fails does not throw away what the others took an hour for. */
const failed = (name: string, error: unknown): SectionResult => ({
  data: undefined,
  lines: [
    {
      what: `Section ${name}`,
      bar: 'runs',
      measured: String(error).slice(0, 400).replaceAll('\n', ' '),
      met: false,
    },
  ],
})

// An environment for each: no section meets what another left in the tables.
const run = async (name: SectionName): Promise<TimedResult> => {
  const began = performance.now()
  const environment = await createEnvironment()
  try {
    const result = await sections[name](environment, options.quick ? quick : full).catch((error: unknown) =>
      failed(name, error),
    )
    const date = new Date().toISOString().slice(0, 16).replace('T', ' ') + ' UTC'
    return { ...result, date, seconds: Math.round((performance.now() - began) / 1000) }
  } finally {
    await environment.stop()
  }
}

const tell = (name: string, { seconds, lines }: TimedResult): void => {
  console.error(`${name}: ${seconds} s`)
  for (const { what, measured, bar, met } of lines)
    console.error(`  ${met === undefined ? '      ' : met ? 'pass  ' : 'MISS  '}${what}: ${measured} (${bar})`)
}

const measured = async (): Promise<Results> => {
  const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], { cwd: repository })
  const head = { commit: stdout.trim(), quick: options.quick, machine: await describeMachine() }
  const file = join(repository, `test-results/bench-node${process.versions.node.split('.')[0]}.json`)
  let kept: Results = { ...head, sections: {} }
  for (const name of namesOf(options.only)) {
    const result = await run(name)
    tell(name, result)
    if (result.lines.some(({ met }) => met === false)) process.exitCode = 1
    kept = await keepResults(file, { ...head, sections: { [name]: result } })
  }
  return kept
}

const main = async (): Promise<void> => {
  const all = options.from
    ? mergeResults(await Promise.all(options.from.split(',').map(readResults)))
    : [await measured()]
  for (const results of all) console.log(tableOf(results))
  if (options.write) await writeReport(all, reportPage)
}

if (options.node === undefined) await main()
else {
  const { node, only, from } = options
  const flags = (['quick', 'write'] as const).filter((name) => options[name]).map((name) => `--${name}`)
  const values = Object.entries({ only, from }).flatMap(([name, value]) => (value ? [`--${name}`, value] : []))
  process.exitCode = await runWith(node, [...flags, ...values])
}
