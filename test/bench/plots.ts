// Which plots there are, each from the data of its sections.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { barsOf } from './bars.ts'
import type { Bars } from './bars.ts'
import { ourName } from './contenders.ts'
import { svgOf } from './plot.ts'
import type { Chart } from './plot.ts'
import type { Results } from './results.ts'
import { median } from './statistics.ts'

const folder = join(import.meta.dirname, '../../docs/benchmarks')

type Data = Results['sections'][string]['data']

const growthChart = (data: Data): Chart => {
  const series = data as { rows: number; shares: number[] }[]
  const sizes = [...new Set(series.map(({ rows }) => rows))].sort((a, b) => a - b)
  const points = (of: (values: number[]) => number) =>
    sizes.map((size) => [size, of(series.filter(({ rows }) => rows === size).flatMap(({ shares }) => shares))] as const)
  return {
    title: 'Refreshes over rows in each token table, as a share of the signatures beside each round',
    x: 'rows in each of the three token tables',
    y: 'share',
    logarithmic: true,
    series: [
      { name: 'median', points: points(median) },
      { name: 'slowest round', points: points((values) => Math.min(...values)) },
      { name: 'fastest round', points: points((values) => Math.max(...values)) },
    ],
  }
}

const latencyChart = (data: Data): Chart => ({
  title: 'Consent page: latency at rest and while the token endpoint is saturated',
  x: 'percentile',
  y: 'ms',
  series: Object.entries((data as { curves: Record<string, [number, number][]> }).curves).map(([name, points]) => ({
    name,
    points,
  })),
})

/** Signed with both sizes of key, and without any signature where a contender can do that. */
const contendersBars = (sections: Results['sections']): Bars | undefined => {
  const kinds = { refresh2048: 'signed, RSA-2048', refresh4096: 'signed, RSA-4096', sealed: 'not signed' }
  const measured = Object.entries(kinds).flatMap(([section, name]) => {
    const data = sections[section]?.data as { perSecond: Record<string, number> } | undefined
    return data ? [{ name, perSecond: data.perSecond }] : []
  })
  if (measured.length === 0) return undefined
  const names = [...new Set(measured.flatMap(({ perSecond }) => Object.keys(perSecond)))]
  return {
    title: 'Refreshes a second, public client, 16 at once',
    kinds: measured.map(({ name }) => name),
    groups: names
      .filter((name) => !name.startsWith(`${ourName},`))
      .map((name) => ({ name, values: measured.map(({ perSecond }) => perSecond[name]) })),
  }
}

const svgs = ({ sections }: Results): Record<string, readonly [title: string, svg: string | undefined]> => {
  const bars = contendersBars(sections)
  const [grown, consent] = [sections['growth']?.data, sections['consent']?.data]
  return {
    contenders: ['Refreshes a second of all contenders, sealed and signed', bars && barsOf(bars)],
    growth: ['Throughput over rows', grown ? svgOf(growthChart(grown)) : undefined],
    saturation: ['Latency under saturation', consent ? svgOf(latencyChart(consent)) : undefined],
  }
}

export const emptyPlots = async (): Promise<void> => {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
}

/** @returns a line of Markdown for each plot */
export const writePlots = async (results: Results): Promise<string[]> => {
  const node = (results.machine['Node'] ?? '').replace(/^v(\d+).*/, 'node$1')
  const written = []
  for (const [name, [title, svg]] of Object.entries(svgs(results))) {
    if (svg === undefined) continue
    const file = `${name}-${node}.svg`
    await writeFile(join(folder, file), svg)
    written.push(`![${title}](benchmarks/${file})`)
  }
  return written
}
