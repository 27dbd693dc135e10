// The table on the terminal, and docs/benchmarks.md from what was measured: one part for each Node.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { emptyPlots, writePlots } from './plots.ts'
import type { Results } from './results.ts'
import type { Line } from './sections.ts'

const verdict = ({ met }: Line) => (met === undefined ? 'reported' : met ? 'pass' : 'miss')

export const tableOf = ({ sections }: Results): string => {
  const rows = Object.values(sections)
    .flatMap(({ lines }) => lines)
    .map((line) => `| ${line.what} | ${line.bar} | ${line.measured} | ${verdict(line)} |`)
  return ['| what | must reach | measured | |', '|---|---|---|---|', ...rows].join('\n')
}

/** Pages about what the figures mean and why a line is missed are written by hand and kept: they stand below this mark. */
const mark = '<!-- What follows is written by hand. -->'

/** `a1b2c3d`, or `a1b2c3d (start, growth) and e4f5a6b (purge)`. */
const commitsOf = ({ commit, commits = {} }: Results): string => {
  const others = [...new Set(Object.values(commits))].filter((other) => other !== commit)
  if (others.length === 0) return commit
  const measuredAt = (one: string) => Object.keys(commits).filter((name) => commits[name] === one)
  return [commit, ...others].map((one) => `${one} (${measuredAt(one).join(', ')})`).join(' and ')
}

const partOf = async (results: Results): Promise<string[]> => {
  const { machine, quick, sections } = results
  const dates = Object.values(sections)
    .map(({ date }) => date)
    .sort()
  return [
    `## With Node ${machine['Node'] ?? ''}`,
    '',
    `Made by \`npm run bench\` from ${dates[0] ?? ''} to ${dates.at(-1) ?? ''} at commit ${commitsOf(results)}${quick ? ' (`--quick`: rough figures)' : ''}.`,
    '',
    ...Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`),
    '',
    tableOf(results),
    '',
    ...(await writePlots(results)),
    '',
  ]
}

/** Writes docs/benchmarks.md and the plots; what stands below the mark stays. */
export const writeReport = async (all: readonly Results[], page: string): Promise<void> => {
  const before = await readFile(page, 'utf8').catch(() => '')
  await emptyPlots()
  const parts = []
  for (const results of all) parts.push(...(await partOf(results)))
  const intro =
    'Every figure is a ratio within one run of its section; medians of rounds in which the contenders take turns.'
  const byHand = before.split(mark)[1] ?? '\n'
  await writeFile(page, ['# Benchmarks', '', intro, '', ...parts, mark].join('\n') + byHand)
}

export const reportPage = join(import.meta.dirname, '../../docs/benchmarks.md')
