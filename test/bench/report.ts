// The table on the terminal, docs/benchmarks.md and its plots, from what the sections measured.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { svgOf } from './plot.ts'
import type { Chart, Series } from './plot.ts'
import type { Line, SectionResult } from './sections.ts'
import { median } from './statistics.ts'

export interface Results {
  readonly date: string
  readonly commit: string
  readonly quick: boolean
  readonly machine: Readonly<Record<string, string>>
  readonly sections: Readonly<Record<string, SectionResult>>
}

const docs = join(import.meta.dirname, '../../docs')
const verdict = ({ met }: Line) => (met === undefined ? 'reported' : met ? 'pass' : 'miss')

export const tableOf = ({ sections }: Results): string => {
  const rows = Object.values(sections)
    .flatMap(({ lines }) => lines)
    .map((line) => `| ${line.what} | ${line.bar} | ${line.measured} | ${verdict(line)} |`)
  return ['| what | must reach | measured | |', '|---|---|---|---|', ...rows].join('\n')
}

/** Pages about what the figures mean and why a line is missed are written by hand and kept: they stand below this mark. */
const mark = '<!-- What follows is written by hand. -->'

const growthChart = (data: { rows: number; perSecond: number[] }[]): Chart => ({
  title: 'Refreshes a second over rows in each token table',
  x: 'rows in each of the three token tables',
  y: '1/s',
  logarithmic: true,
  series: [
    { name: 'median', points: pointsOf(data, median) },
    { name: 'slowest round', points: pointsOf(data, (values) => Math.min(...values)) },
    { name: 'fastest round', points: pointsOf(data, (values) => Math.max(...values)) },
  ],
})

const pointsOf = (
  data: { rows: number; perSecond: number[] }[],
  of: (values: number[]) => number,
): Series['points'] => {
  const sizes = [...new Set(data.map(({ rows }) => rows))].sort((a, b) => a - b)
  return sizes.map(
    (size) => [size, of(data.filter(({ rows }) => rows === size).flatMap(({ perSecond }) => perSecond))] as const,
  )
}

const latencyChart = (data: { curves: Record<string, [number, number][]> }): Chart => ({
  title: 'Consent page: latency at rest and while the token endpoint is saturated',
  x: 'percentile',
  y: 'ms',
  series: Object.entries(data.curves).map(([name, points]) => ({ name, points })),
})

const plots = async ({ sections }: Results): Promise<string[]> => {
  const charts: [string, string, Chart | undefined][] = [
    [
      'growth',
      'Throughput over rows',
      sections['growth'] && growthChart(sections['growth'].data as Parameters<typeof growthChart>[0]),
    ],
    [
      'saturation',
      'Latency under saturation',
      sections['consent'] && latencyChart(sections['consent'].data as Parameters<typeof latencyChart>[0]),
    ],
  ]
  await mkdir(join(docs, 'benchmarks'), { recursive: true })
  const written = []
  for (const [name, title, chart] of charts) {
    if (!chart) continue
    await writeFile(join(docs, 'benchmarks', `${name}.svg`), svgOf(chart))
    written.push(`![${title}](benchmarks/${name}.svg)`)
  }
  return written
}

/** Writes docs/benchmarks.md and the plots; `before` is the file so far. */
export const writeReport = async (results: Results, before: string): Promise<void> => {
  const machine = Object.entries(results.machine).map(([name, value]) => `- ${name}: ${value}`)
  const byHand = before.split(mark)[1] ?? '\n'
  const page = [
    '# Benchmarks',
    '',
    `Made by \`npm run bench\` on ${results.date} at commit ${results.commit}${results.quick ? ' (`--quick`: rough figures)' : ''}. Every figure is a ratio within one run; medians of rounds in which the contenders take turns.`,
    '',
    ...machine,
    '',
    tableOf(results),
    '',
    ...(await plots(results)),
    '',
    mark,
  ].join('\n')
  await writeFile(join(docs, 'benchmarks.md'), page + byHand)
}
