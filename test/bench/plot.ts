// Line charts as SVG, readable on light and dark pages.
import { colours, documentOf, text } from './svg.ts'

export interface Series {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}
export interface Chart {
  readonly title: string
  readonly x: string
  readonly y: string
  readonly series: readonly Series[]
  /** Logarithmic x axis. */
  readonly logarithmic?: boolean
}

const width = 720
const height = 320
const margin = { left: 64, right: 170, top: 40, bottom: 44 }
/** Round steps that cover 0 to `max`. */
const ticksTo = (max: number): number[] => {
  const rough = max / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough
  return Array.from({ length: Math.floor(max / step) + 2 }, (_, index) => index * step)
}

/** The chart as an SVG document; y begins at zero, so that no difference looks bigger than it is. */
export const svgOf = ({ title, x, y, series, logarithmic }: Chart): string => {
  const points = series.flatMap((line) => line.points)
  const yTicks = ticksTo(Math.max(...points.map(([, value]) => value)))
  const top = yTicks.at(-1) ?? 1
  const scaleX = (value: number) => (logarithmic ? Math.log10(value) : value)
  const [low, high] = [
    Math.min(...points.map(([value]) => scaleX(value))),
    Math.max(...points.map(([value]) => scaleX(value))),
  ]
  const atX = (value: number) =>
    margin.left + ((scaleX(value) - low) / (high - low || 1)) * (width - margin.left - margin.right)
  const atY = (value: number) => height - margin.bottom - (value / top) * (height - margin.top - margin.bottom)
  const xTicks = [...new Set(points.map(([value]) => value))].filter(
    (_, index, all) => all.length <= 8 || index % Math.ceil(all.length / 8) === 0,
  )
  const grid = yTicks.map(
    (value) =>
      `<line x1="${margin.left}" x2="${width - margin.right}" y1="${atY(value).toFixed(1)}" y2="${atY(value).toFixed(1)}" stroke="#8884"/>` +
      text(margin.left - 8, atY(value) + 4, value.toLocaleString('en'), 'text-anchor="end"'),
  )
  const below = xTicks.map((value) =>
    text(atX(value), height - margin.bottom + 18, value.toLocaleString('en'), 'text-anchor="middle"'),
  )
  const lines = series.map(({ name, points: own }, index) => {
    const colour = colours[index % colours.length] ?? '#000'
    const path = own.map(([px, py]) => `${atX(px).toFixed(1)},${atY(py).toFixed(1)}`)
    const dots = path
      .map((pair) => `<circle cx="${pair.split(',')[0]}" cy="${pair.split(',')[1]}" r="3" fill="${colour}"/>`)
      .join('')
    const legend = `<rect x="${width - margin.right + 14}" y="${margin.top + index * 20}" width="12" height="12" fill="${colour}"/>${text(width - margin.right + 32, margin.top + 10 + index * 20, name)}`
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}${legend}`
  })
  return documentOf({ width, height, title }, [
    text(margin.left, 20, title, 'font-size="14" font-weight="bold"'),
    ...grid,
    ...below,
    text((margin.left + width - margin.right) / 2, height - 8, x, 'text-anchor="middle"'),
    text(margin.left, margin.top - 8, y, 'text-anchor="end"'),
    ...lines,
  ])
}
